#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples of leat in make, in cron and in systemd: make runs the Makefile,
# sh the lines of the crontab, systemd-analyze looks at the units.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

cp -r "$srcdir/examples" .
chmod -R u+w examples

# leat, with a note of each time that it is started.
mkdir bin
cat >bin/leat <<END
#!/bin/sh
echo "\$*" >>$PWD/started
exec $LEAT "\$@"
END
chmod +x bin/leat
PATH=$PWD/bin:$PATH
export PATH

# ---- make ------------------------------------------------------------------------

command -v make >/dev/null || skip 'no make'
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
cd examples/make || exit 99
../access-report/make-logs logs
mkdir -p tree/sub
seq 10 >tree/sub/a.log

# builds N WHAT...: make runs, and starts leat N times
builds()
{
	times=$1
	shift
	: >"$directory/started"
	expect 0 make "$@"
	[ "$(wc -l <"$directory/started")" -eq "$times" ] ||
		fail "leat was started, not $times times: make $*"
	rm -f stdout stderr
}

# The report is that of all logs.
is_right()
{
	expect 0 "$LEAT" run --state none ../access-report/access-report.yaml \
		--logs 'logs/*.gz' --out wanted
	holds report/top.csv <wanted/top.csv
	rm -f stdout stderr
}

builds 2 -n
[ ! -e report ] && [ ! -e archive ] || fail 'make -n makes something'
builds 2
is_right
gzip -dc archive/sub/a.log.gz | holds tree/sub/a.log

# Nothing changed: the report isn't asked for. A log changed: it is.
builds 1
builds 0 report/top.csv
touch -d '1 hour ago' report/top.csv
cp logs/day-1.log.gz logs/day-2.log.gz
builds 1 report/top.csv
builds 0 report/top.csv
is_right

# What is new is seen by -B, and by the other rule on its own.
cp logs/day-1.log.gz logs/day-5.log.gz
builds 0 report/top.csv
builds 1 -B report/top.csv
is_right
seq 20 >tree/b.log
before=$(stat -c %i archive/sub/a.log.gz)
builds 1 -j3 archive
gzip -dc archive/b.log.gz | holds tree/b.log
[ "$(stat -c %i archive/sub/a.log.gz)" = "$before" ] ||
	fail 'what has not changed was made again'
make -s clean || fail 'make clean'
holds_only . 'Makefile logs tree wanted'
cd "$directory" || exit 99

# ---- cron ------------------------------------------------------------------------

# Where the lines say that everything is.
mkdir web
cp examples/access-report/access-report.yaml web
examples/access-report/make-logs web/logs
sed "s,/srv/web,$PWD/web,; s,^PATH=,&$PWD/bin:," examples/cron/crontab >lines
grep '%' lines && fail 'a % is the end of a command in a crontab'
grep -Ev '^(#|$|PATH=)' lines >jobs
[ "$(grep -cE '^([0-9*/,-]+ ){5}leat (run|gc) ' jobs)" = "$(wc -l <jobs)" ] ||
	fail 'lines that are no lines of a crontab'
path=$(sed -n 's/^PATH=//p' lines)
for round in 1 2; do
	while read -r a b c d e command; do
		(cd / && env -i HOME=/ PATH="$path" /bin/sh -c "$command") \
			>said 2>&1 || fail "$command: $(cat said)"
		silent said
	done <jobs
	[ -s web/report/top.csv ] || fail 'no report'
done

# ---- systemd ------------------------------------------------------------------------

mkdir units
for unit in access-report.service access-report.timer; do
	sed "s,/usr/local/bin/leat,$PWD/bin/leat,; s,/srv/web,$PWD/web," \
		"examples/systemd/$unit" >units/$unit
done
command=$(sed -n 's/^ExecStart=//p' units/access-report.service)
rm -rf web/report
(cd / && env -i LEAT_STATE="$directory/state" $command) >said 2>&1 ||
	fail "$command: $(cat said)"
silent said
[ -s web/report/top.csv ] || fail 'no report'
command -v systemd-analyze >/dev/null || skip 'no systemd-analyze'
systemd-analyze verify --man=no "$PWD/units/access-report.timer" \
	"$PWD/units/access-report.service" >said 2>&1 || fail 'systemd-analyze'
grep "$PWD/units" said && fail 'systemd-analyze says something'
echo 'Nonsense=1' >>units/access-report.service
systemd-analyze verify --man=no "$PWD/units/access-report.service" >said 2>&1
grep -q Nonsense said || fail 'systemd-analyze finds no mistake'
finish
