#!/bin/sh
# SPDX-License-Identifier: MIT
# RUNNING FROM CRON, MAKE AND CI in man/leat.1: what is quoted here behind `>`
# is that section word for word, and each of its sentences is tried.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# One word a line.
words()
{
	tr -s ' \t\n' '\n' | grep .
}

if command -v mandoc >/dev/null; then
	mandoc -T ascii -O width=900 "$srcdir/man/leat.1" | sed 's/.\x08//g' |
		sed -n '/^RUNNING FROM/,/^SIGNALS/p' | sed '1d; $d' |
		words >section
	sed -n 's/^# >//p' "$srcdir/tests/cli/manual-usage.sh" | words |
		holds section
	[ "$(wc -l <section)" -gt 200 ] || fail 'no section'
fi

mkdir bin web web/logs
ln -s "$LEAT" bin/leat
PATH=$PWD/bin:$PATH
export PATH
cp "$srcdir/examples/access-report/access-report.yaml" web
line()
{
	echo "h - - [t] \"GET $1 HTTP/1.1\" 404 1" >>"web/logs/$2"
	rm -f "web/logs/$2.gz"
	gzip -nk "web/logs/$2"
}
line /a one
line /b two
line /b two

# All that is there, with its times.
list()
{
	find "$1" -printf '%p %i %s %T@ %C@\n' | sort
}

# > A session that writes files can be run as often as one likes: a run that
# > finds nothing to do changes nothing. Names in the session are relative to its
# > file, so it doesn't matter where leat is started. Away from a terminal nothing
# > is said unless something is wrong.
expect 0 leat run web/access-report.yaml
printf 'path,hits\n/b,2\n/a,1\n' | holds web/report/top.csv
sleep 0.1
expect 0 leat run web/access-report.yaml
list web/report >before
list web/logs >>before
ls -AR web >>before
leat runs --json web/access-report.yaml >>before
for directory_of_start in / web web/logs; do
	(cd $directory_of_start && leat run "$directory/web/access-report.yaml") \
		>said 2>&1 || fail "started in $directory_of_start"
	silent said
done
{
	list web/report
	list web/logs
	ls -AR web
	leat runs --json web/access-report.yaml
} | holds before

# > Status 0 means that all is done, or was; 1 that units have failed; 75 that
# > another run of the session is at work. What has failed is said, what was made
# > of it before stays, and the next run tries it again. Without -k the run ends
# > at the first unit that fails, with it the others are done all the same.
cat >each.yaml <<'END'
leat: 1
session: each
operators:
  in: {use: files, match: "in/*.log"}
  split: {use: lines, max: 64}
  out: {use: write-file, path: "out/{src_name}"}
links: [in -> split -> out]
END
mkdir in
for name in a b c; do echo $name >in/$name.log; done
expect 0 leat run each.yaml
for name in a b c; do echo more >>in/$name.log; done
head -c 100 /dev/zero | tr '\0' a >>in/b.log
expect 1 leat run -j 1 each.yaml
said in/b.log
echo b | holds out/b.log
echo c | holds out/c.log
expect 1 leat run -k each.yaml
said in/b.log
echo b | holds out/b.log
holds out/c.log <in/c.log
expect 1 leat run -k each.yaml
said in/b.log
echo right >in/b.log
expect 0 leat run each.yaml
echo right | holds out/b.log

# > Of two runs of a session the second ends at once, with status 75; with --lock
# > wait it waits for the first. plan, why, runs and get never wait.
cat >slow.yaml <<'END'
leat: 1
session: slow
operators:
  in: stdin
  split: lines
  out: {use: write-file, path: slow/out.txt}
links: [in -> split -> out]
END
echo old >old
expect 0 leat run slow.yaml <old
mkfifo gate
leat run slow.yaml <gate >first 2>&1 &
first=$!
exec 3>gate
echo first >&3
wait_for sh -c 'ls -A slow | grep -q "^\.leat-"' || fail 'no temporary'
expect 75 timeout 10 leat run slow.yaml <old
said "process $first"
for verb in plan 'why slow' runs 'get out'; do
	set -- $verb
	expect 0 timeout 10 leat "$1" slow.yaml ${2:+"$2"}
done
holds stdout <old
echo third >third
leat run --lock wait slow.yaml <third >second.said 2>&1 3>&- &
second=$!
sleep 0.2
kill -0 $second || fail 'it does not wait'
holds slow/out.txt <old
exec 3>&-
wait $first || fail 'the first fails'
wait $second || fail 'the second fails'
holds slow/out.txt <third

# > The lock goes with its process, so there is nothing to clean up after a crash:
# > a run that was killed leaves each output whole, old or new, and perhaps
# > temporary files, called .leat- and more, beside them, which the next run
# > removes.
leat run slow.yaml <gate >first 2>&1 &
first=$!
exec 3>gate
echo first >&3
wait_for sh -c 'ls -A slow | grep -q "^\.leat-"' || fail 'no temporary'
kill -KILL $first
wait $first
exec 3>&-
holds slow/out.txt <third
ls -A slow | grep -q '^\.leat-' || fail 'nothing is left: this test tells nothing'
expect 0 leat run slow.yaml <old
holds slow/out.txt <old
holds_only slow out.txt

# > From cron
# > A line of crontab(5):
# > */5 * * * * leat run -k --lock wait=4min /srv/web/access-report.yaml
# > Every five minutes, what is new or has changed is done; mail comes only when
# > something is wrong. --heartbeat 60s writes a line each minute for those who
# > read the log of a long run.
line=$(sed -n 's/^# > \(\*\/5 .*\)/\1/p' "$srcdir/tests/cli/manual-usage.sh")
grep -qxF -e "$line" "$srcdir/examples/cron/crontab" ||
	fail 'the line is not that of the example'
command=$(echo "${line#*/5 \* \* \* \* }" | sed "s,/srv,$PWD,")
line /c three
env -i PATH="$PATH" sh -c "$command" >said 2>&1 || fail "$command"
silent said
printf 'path,hits\n/b,2\n/a,1\n/c,1\n' | holds web/report/top.csv
head -c 15 web/logs/one.gz >web/logs/bad.gz
env -i PATH="$PATH" sh -c "$command" >said 2>&1 && fail 'a bad log is fine'
grep -q bad.gz said || fail 'a bad log is not named'
rm web/logs/bad.gz
leat run --heartbeat 100ms slow.yaml <gate 2>said &
first=$!
exec 3>gate
wait_for sh -c '[ $(wc -l <said) -ge 2 ]' || fail 'no lines'
exec 3>&-
wait $first || fail 'with --heartbeat'

# > Each run that did something is remembered until gc forgets it; once a week is
# > enough:
# > 2 4 * * 0 leat gc --keep 1000 /srv/web/access-report.yaml >/dev/null
forget=$(sed -n 's/^# > \(2 4 .*\)/\1/p' "$srcdir/tests/cli/manual-usage.sh")
grep -qxF -e "$forget" "$srcdir/examples/cron/crontab" ||
	fail 'the line that forgets is not that of the example'
env -i PATH="$PATH" sh -c "$command" || fail "$command" # bad.gz is gone
expect 0 leat runs web/access-report.yaml
mv stdout runs
env -i PATH="$PATH" sh -c "$command" || fail "$command"
expect 0 leat runs web/access-report.yaml
holds stdout <runs
count=$(($(wc -l <runs) - 1)) # without the heading
[ "$count" -gt 2 ] || fail 'runs are not remembered'
# forgets: the line, with --keep $1.
forgets()
{
	env -i PATH="$PATH" sh -c "$(echo "${forget#2 4 \* \* 0 }" |
		sed "s,/srv,$PWD,; s/--keep 1000/--keep $1/")" >said 2>&1 ||
		fail "$forget"
	silent said
	expect 0 leat runs web/access-report.yaml
}
forgets 1000
holds stdout <runs
forgets $((count - 1))
sed '$d' runs | holds stdout

# > From make
# > A rule that takes what it depends on from the last run:
# > report/top.csv:
# > 	+leat run --depfile report.d access-report.yaml
# > 	@touch $@
# > -include report.d
# > make(1) starts leat when the session or one of the inputs has changed, also
# > when one is gone. It can't see that an input is new: where that matters the
# > rule depends on one that makes nothing, such as `FORCE:', and leat alone
# > finds what is to be done. The `+' hands over the jobs that make may start; it
# > also lets `make -n' run the line.
sed -n '/^# > report\/top.csv:/,/^# > -include/s/^# > //p' \
	"$srcdir/tests/cli/manual-usage.sh" >web/Makefile
cd web || exit 99

# makes STARTS [OPTION]...: make starts leat, or doesn't.
makes()
{
	starts=$1
	shift
	make "$@" report/top.csv >said 2>&1 || fail "make: $(cat said)"
	[ "$(grep -c '^leat run' said)" = "$starts" ] ||
		fail "not $starts: $(cat said)"
}

touch -d '1 hour ago' logs/* access-report.yaml
rm -rf report .leat
makes 1
makes 0
touch -d '1 hour' access-report.yaml
makes 1
touch -d '1 hour ago' access-report.yaml
makes 0
touch -d '1 hour' logs/one.gz
makes 1
touch -d '1 hour ago' logs/one.gz
rm logs/three.gz
makes 1
printf 'path,hits\n/b,2\n/a,1\n' | holds report/top.csv
makes 0
gzip -nk logs/three
touch -d '1 hour ago' logs/three.gz
makes 0
sed 's,^report/top.csv:,& FORCE,' Makefile >forced
echo FORCE: >>forced
makes 1 -f forced
printf 'path,hits\n/b,2\n/a,1\n/c,1\n' | holds report/top.csv
makes 1 -f forced -j 2
rm report/top.csv
makes 1 -n
[ -e report/top.csv ] || fail 'make -n does not run the line'
sed 's/+leat/leat/' Makefile >plain
rm report/top.csv
makes 1 -n -f plain
[ ! -e report/top.csv ] || fail 'it is not the + that runs the line'
makes 1
cd .. || exit 99

# > In continuous integration
# > Keep .leat and the outputs in the cache, together. They may come back in
# > another directory and with other times, as the inputs may: then contents are
# > read once and compared, and only what is different is done. An output that is
# > missing is made again.
mkdir -p elsewhere/deep
cp -r web elsewhere/deep
find elsewhere -type f -exec touch -d '2 hours ago' {} +
cd elsewhere/deep/web || exit 99
expect 0 leat run -v access-report.yaml
said 'access-report: 0 units, 3 up to date, '
line=$(leat plan access-report.yaml)
[ "$line" = 'access-report: nothing to do, 3 units are up to date' ] ||
	fail "$line"
rm report/top.csv
expect 0 leat run -v access-report.yaml
said 'access-report: 0 units, 3 up to date, '
printf 'path,hits\n/b,2\n/a,1\n/c,1\n' | holds report/top.csv
gzip -nc logs/two >logs/three.gz
expect 0 leat run -v access-report.yaml
said 'access-report: 1 unit, 2 up to date, '

# > leat plan --detailed-exitcode access-report.yaml
# > leat run --verify access-report.yaml
# > The first exits with 2 when outputs are out of date, and makes nothing; the
# > second with 1 when they would not come out the same again. --junit FILE lists
# > the units with what became of them.
expect 0 leat plan --detailed-exitcode access-report.yaml
expect 0 leat run --verify access-report.yaml
rm report/top.csv
expect 2 leat plan --detailed-exitcode access-report.yaml
[ ! -e report/top.csv ] || fail 'plan makes something'
expect 0 leat run --junit units.xml access-report.yaml
for name in one two three; do
	grep -q "$name.gz" units.xml || fail "$name is not in the list"
done
cat >time.yaml <<'END'
leat: 1
session: time
reproducible: false
operators:
  in: {use: generate, count: 1, fields: {at: unixepoch('now')}}
  table: csv-encode
  out: {use: write-file, path: time.csv}
links: [in -> table -> out]
END
SOURCE_DATE_EPOCH=1 expect 0 leat run time.yaml
SOURCE_DATE_EPOCH=1 expect 0 leat run --verify time.yaml
SOURCE_DATE_EPOCH=2 expect 1 leat run --verify time.yaml
finish
