#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs that do only what changed. What is wanted comes from cat and awk, over
# all the inputs as they are. The same with the jobs that LEAT_JOBS says: then
# there is so much to do that workers do it.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE
jobs=${LEAT_JOBS:-1}
lines=50
[ "$jobs" -eq 1 ] || lines=40000 # 4 times 400 kB

# ran UNITS UP-TO-DATE SESSION: runs it; so many units ran, and were up to date.
ran()
{
	expect 0 "$LEAT" run -j "$jobs" -v "$3.yaml"
	units=units
	[ "$1" -eq 1 ] && units=unit
	if [ "$2" -gt 0 ]; then
		said "$3: $1 $units, $2 up to date, "
	else
		said_all_ran "$3: $1 $units"
	fi
}

mkdir logs
for name in a b c d; do
	seq 1 $lines | awk -v name=$name '{ print $1 % 5, name $1 }' >logs/$name.log
done

cat >copy.yaml <<'END'
leat: 1
session: copy
operators:
  in: {use: files, match: "logs/*.log"}
  out: {use: write-file, path: "out/{src_stem}.txt"}
links: [in -> out]
END

cat >all.yaml <<'END'
leat: 1
session: all
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  out: {use: write-file, path: all.txt}
links: [in -> split -> out]
END

cat >report.yaml <<'END'
leat: 1
session: report
params: {top: {type: integer, default: 3}}
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  parse: {use: match, pattern: '^(?<k>\d+) (?<text>.*)$', types: {k: integer}}
  sum: {use: aggregate, group: [k], compute: {n: count(*), last: last(text), most: max(text), texts: count_distinct(text), k50: "quantile(k, 0.5)", mean: avg(k)}}
  first: {use: head, count: "${top}"}
  table: csv-encode
  out: {use: write-file, path: report.csv}
links: [in -> split -> parse -> sum -> first -> table -> out]
END

# The report, by awk.
report()
{
	cat logs/*.log | awk -v top="$1" '{ n[$1]++; last[$1] = $2
		if ($2 > most[$1]) most[$1] = $2
		if (!seen[$1, $2]++) texts[$1]++ }
		END { print "k,n,last,most,texts,k50,mean"
		for (k = 0; k < top; k++) if (k in n)
			printf "%d,%d,%s,%s,%d,%d,%d.0\n", k, n[k], last[k],
				most[k], texts[k], k, k }' >wanted.csv
}

check_all()
{
	cat logs/*.log | holds all.txt
	report 3
	holds report.csv <wanted.csv
	for log in logs/*.log; do
		holds "out/$(basename "$log" .log).txt" <"$log"
	done
}

[ "$jobs" -eq 1 ] || [ "$(cat logs/*.log | wc -c)" -gt 1048576 ] ||
	fail 'too little for workers'

# ---- The first run, and nothing to do ---------------------------------------

for session in copy all report; do ran 4 0 $session; done
check_all
for session in copy all report; do ran 0 4 $session; done
check_all

# ---- One input changes, one is new, one is gone -------------------------------

echo '1 zz' >>logs/b.log
for session in copy all report; do ran 1 3 $session; done
check_all

echo '2 new' >logs/bb.log
for session in copy all report; do ran 1 4 $session; done
check_all

rm logs/c.log
ran 0 4 all
ran 0 4 report
ran 0 4 copy
check_all

# What only looks changed is read, and found to be the same.
touch logs/a.log
for session in copy all report; do ran 0 4 $session; done
check_all

# ---- Outputs that were deleted or edited are made again ------------------------

rm out/a.txt
echo edited >out/b.txt
ran 2 2 copy
echo edited >>all.txt
expect 0 "$LEAT" why all.yaml all.txt
printed 'all: an output was changed: all.txt'
printed "    all.txt: was $(cat logs/*.log | xxh128sum 2>/dev/null | cut -d ' ' -f 1)"
ran 0 4 all
rm report.csv
ran 0 4 report
check_all

# ---- The session changes --------------------------------------------------------

# What comes behind the report's sums needs no input.
expect 0 "$LEAT" run -j "$jobs" -v report.yaml --top 2
said 'report: 0 units, 4 up to date, '
report 2
holds report.csv <wanted.csv
sed 's/count(\*)/sum(1)/' report.yaml >changed && mv changed report.yaml
ran 4 0 report
check_all

# Comments and spelling are nothing.
sed 's/^leat: 1/# a comment\nleat: "1"/; s/\[in -> split -> out\]/["in->split",  split -> out]/' \
	all.yaml >changed && mv changed all.yaml
ran 0 4 all

# ---- Units that fail are tried again ---------------------------------------------

cat >strict.yaml <<'END'
leat: 1
session: strict
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  parse: {use: match, pattern: '^\d (?<text>\w+)$'}
  table: {use: csv-encode, header: false}
  out: {use: write-file, path: "strict/{src_stem}.csv"}
links: [in -> split -> parse -> table -> out]
END
echo '1 ?' >>logs/b.log
expect 1 "$LEAT" run -j "$jobs" -k -v strict.yaml
said '1 of them failed'
holds_only strict 'a.csv bb.csv d.csv'
expect 1 "$LEAT" run -j "$jobs" -k -v strict.yaml
said 'strict: 1 unit, 1 of them failed, 3 up to date'
sed '$d' logs/b.log >fixed && mv fixed logs/b.log
ran 1 3 strict
awk '{ print $2 }' logs/b.log | holds strict/b.csv

# ---- A tree that is moved stays up to date -------------------------------------

mkdir moved
mv logs out .leat copy.yaml moved
expect 0 "$LEAT" run -j "$jobs" -v moved/copy.yaml
said 'copy: 0 units, 4 up to date, '

# ---- Without a store -------------------------------------------------------------

cd moved || exit 99
mv .leat kept
expect 0 env LEAT_STATE=none "$LEAT" run -j "$jobs" -v copy.yaml
said_all_ran 'copy: 4 units'
[ -e .leat ] && fail 'there is a state'
sed 's/^session:/state: none\nsession:/' copy.yaml >stateless.yaml
expect 0 "$LEAT" run -j "$jobs" -v stateless.yaml
said_all_ran 'copy: 4 units'
[ -e .leat ] && fail 'there is a state in spite of state: none'

# ---- What is too much to be kept is taken from the last output ------------------

mkdir ../large && cd ../large && mkdir logs || exit 99
for name in a b c; do seq 200000 | sed "s/^/$name /" >logs/$name.log; done
cp ../all.yaml all.yaml
cat >whole.yaml <<'END'
leat: 1
session: whole
operators:
  in: {use: files, match: "logs/*.log"}
  out: {use: write-file, path: whole.txt}
links: [in -> out]
END
check_large()
{
	cat logs/*.log >wanted
	holds all.txt <wanted
	holds whole.txt <wanted
}

for session in all whole; do ran 3 0 $session; done
check_large
echo more >>logs/b.log
for session in all whole; do ran 1 2 $session; done
check_large
echo first >logs/aa.log
for session in all whole; do ran 1 3 $session; done
check_large
rm logs/a.log
for session in all whole; do ran 0 3 $session; done
check_large
# Not from one that was edited; a small unit has been kept besides.
echo edited >>all.txt
echo edited >>whole.txt
ran 2 1 all
ran 3 0 whole
check_large

finish
