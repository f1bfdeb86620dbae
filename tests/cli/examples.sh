#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples, against awk, sort, grep, sha256sum and gzip.
. "$srcdir/tests/cli/lib.sh"

make_logs=$srcdir/examples/access-report/make-logs
report=$srcdir/examples/access-report/access-report.yaml
filter=$srcdir/examples/tail-filter/tail-filter.yaml

# The logs are the same each time and with any awk.
expect 0 "$make_logs" logs
expect 0 "$make_logs" again
diff -r logs again || fail 'make-logs makes other logs the second time'
for awk in gawk mawk original-awk; do
	command -v $awk >/dev/null || continue
	mkdir -p bin
	ln -sf "$(command -v $awk)" bin/awk
	PATH=$PWD/bin:$PATH "$make_logs" again
	diff -r logs again || fail "make-logs makes other logs with $awk"
done
expect 64 "$make_logs"

# The report.
request='^[^ ]+ [^ ]+ [^ ]+ \[[^]]+\] "[^ ]+ [^ ?"]+[^"]*" [0-9][0-9][0-9] ([0-9]+|-)'
cat logs/*.gz | gzip -dc >all
{
	echo path,hits
	grep -E "$request" all | awk '$9 >= 400 {
		sub(/\?.*/, "", $7)
		hits[$7]++
	}
	END {
		for (path in hits)
			print path "," hits[path]
	}' | sort -t, -k2,2nr -k1,1
} >wanted_report
grep -Ev "$request" all >wanted_unparsed
[ "$(wc -l <wanted_report)" -gt 50 ] || fail 'few paths failed'
[ -s wanted_unparsed ] || fail 'no malformed lines in the logs'

expect 0 "$LEAT" check "$report"
silent stderr
expect 0 "$LEAT" run "$report" --logs 'logs/*.gz' --out report
silent stderr
silent stdout
head -n 21 wanted_report | holds report/top.csv
holds report/unparsed.txt <wanted_unparsed
holds_only report 'top.csv unparsed.txt'
expect 0 "$LEAT" run "$report" --top 1000 --out all-of-it logs/day-*.log.gz
holds all-of-it/top.csv <wanted_report
expect 64 "$LEAT" run "$report" --top 0
expect 0 "$LEAT" help "$report"
for text in --logs --top --out 'Rows in the report' 'default: 20'; do
	printed "$text"
done

# One damaged log: no report, and the old one stays.
cp -r logs damaged
head -c 50000 logs/day-2.log.gz >damaged/day-2.log.gz
expect 1 "$LEAT" run "$report" --logs 'damaged/*.gz' --out report
said damaged/day-2.log.gz
head -n 21 wanted_report | holds report/top.csv
holds report/unparsed.txt <wanted_unparsed
holds_only report 'top.csv unparsed.txt'

# With -k a report of the others.
cat logs/day-[134].log.gz | gzip -dc | grep -Ev "$request" >wanted_unparsed
expect 1 "$LEAT" run -k "$report" --logs 'damaged/*.gz' --out report
holds report/unparsed.txt <wanted_unparsed

# The filter.
grep -E '" 50[0-9]' all >wanted_lines
expect 0 "$LEAT" run "$filter" --pattern '" 50\d' <all
holds stdout <wanted_lines
expect 0 "$LEAT" run "$filter" </dev/null
silent stdout
printf 'an error' | expect 0 "$LEAT" run "$filter"
echo 'an error' | holds stdout

# Each line comes out at once.
mkfifo pipe
"$LEAT" run "$filter" --pattern yes <pipe >stdout 2>stderr &
leat=$!
exec 3>pipe
for number in 1 2 3; do
	echo "yes $number" >&3
	echo "no $number" >&3
	wait_for grep -q "yes $number" stdout || fail "line $number is held back"
done
exec 3>&-
wait $leat || fail 'the filter failed'
printf 'yes %s\n' 1 2 3 | holds stdout

# Checksums: the list that sha256sum makes, whatever the names are.
sums=$srcdir/examples/checksums/checksums.yaml
mkdir -p tree/sub/.hidden 'tree/a b'
echo one >tree/one.log
echo two >tree/sub/two.log
: >tree/sub/.hidden/empty.log
echo "3" >'tree/a b/-rf'
echo 4 >'tree/back\slash'
echo 5 >'tree/line
feed'
echo 6 >'tree/gr\303\274n'
head -c 500000 /dev/zero >tree/sub/zeros.log
(cd tree && find . -type f -print0 | sed -z 's,^\./,,' | sort -z |
	xargs -0 sha256sum --) >wanted_sums
expect 0 "$LEAT" check --strict "$sums"
expect 0 "$LEAT" run "$sums" --tree tree --sums list
holds list <wanted_sums
expect 0 "$LEAT" run "$sums" --tree tree --sums tree/SHA256SUMS
expect 0 "$LEAT" run "$sums" --tree tree --sums tree/SHA256SUMS
holds tree/SHA256SUMS <wanted_sums
(cd tree && sha256sum --quiet -c SHA256SUMS) || fail 'sha256sum -c'
echo 7 >>tree/one.log
(cd tree && sha256sum --quiet -c SHA256SUMS 2>../said) >stdout &&
	fail 'sha256sum -c finds no difference'
printed one.log

# Compressed logs: what gzip -n -6 holds, under the same names.
pack=$srcdir/examples/gzip-tree/gzip-tree.yaml
expect 0 "$LEAT" check --strict "$pack"
expect 0 "$LEAT" run "$pack" --logs tree --out archive
for log in one.log sub/two.log sub/zeros.log; do
	gzip -t "archive/$log.gz" || fail "$log.gz"
	gzip -nc6 "tree/$log" >wanted.gz
	gzip -dc wanted.gz >wanted
	gzip -dc "archive/$log.gz" | cmp - wanted || fail "$log.gz: content"
	[ "$(wc -c <"archive/$log.gz")" -le "$(($(wc -c <wanted.gz) + 9))" ] ||
		fail "$log.gz is large"
done
holds_only archive 'one.log.gz sub'
holds_only archive/sub 'two.log.gz zeros.log.gz'
finish
