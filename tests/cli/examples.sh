#!/bin/sh
# SPDX-License-Identifier: MIT
# examples/access-report and examples/tail-filter, against awk, sort and grep.
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
finish
