#!/bin/sh
# SPDX-License-Identifier: MIT
# leat accept: what is there is taken for what a run would make. Whether that is
# so afterwards is asked of plan, and of the runs that follow.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

mkdir logs
for name in a b c; do seq 5 >logs/$name.log; done
cat >copy.yaml <<'END2'
leat: 1
session: copy
operators:
  in: {use: files, match: "logs/*.log"}
  split: {use: lines, max: 64}
  some: {use: match, pattern: '[1-3]', else: drop}
  out: {use: write-file, path: "out/{src_stem}.txt"}
links: [in -> split -> some -> out]
END2
cat >sum.yaml <<'END2'
leat: 1
session: sum
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  some: {use: match, pattern: '^(?<n>[1-3])', types: {n: integer}, else: drop}
  sum: {use: aggregate, compute: {sum: sum(n)}}
  table: {use: csv-encode, header: false}
  out: {use: write-file, path: sum.csv}
links: [in -> split -> some -> sum -> table -> out]
END2

# up_to_date SESSION: so says plan.
up_to_date()
{
	expect 0 "$LEAT" plan --detailed-exitcode "$1.yaml" || cat stdout
}

# Nothing that never ran.
expect 1 "$LEAT" accept copy.yaml copy
said "logs/a.log can't be accepted: it never ran, so its outputs aren't known"
expect 1 "$LEAT" accept sum.yaml sum
said "sum can't be accepted: it never ran to its end"
expect 0 "$LEAT" run copy.yaml
expect 0 "$LEAT" run sum.yaml
echo 18 | holds sum.csv

# An input, by its name or by that of its output.
echo 2 >>logs/a.log
expect 0 "$LEAT" accept copy.yaml logs/a.log
echo 'logs/a.log: accepted, though its input changed' | holds stdout
silent stderr
up_to_date copy
expect 0 "$LEAT" accept sum.yaml "$PWD/logs/a.log"
up_to_date sum
expect 0 "$LEAT" run copy.yaml
seq 3 | holds out/a.txt
expect 0 "$LEAT" accept copy.yaml logs/a.log
echo 'logs/a.log: up to date' | holds stdout
echo 2 >>logs/a.log
expect 0 "$LEAT" accept copy.yaml out/a.txt
echo 'logs/a.log: accepted, though its input changed' | holds stdout
up_to_date copy

# Only what is named; all of it, or nothing.
echo 3 >>logs/b.log
echo 3 >>logs/c.log
expect 64 "$LEAT" accept copy.yaml logs/b.log logs/none
said "nothing is known of 'logs/none'"
silent stdout
expect 2 "$LEAT" plan --detailed-exitcode copy.yaml
printed '2: its input changed'
expect 0 "$LEAT" accept copy.yaml logs/b.log
expect 2 "$LEAT" plan --detailed-exitcode copy.yaml
printed '1: its input changed'
expect 0 "$LEAT" accept copy.yaml logs/b.log logs/c.log
holds stdout <<'END2'
logs/b.log: up to date
logs/c.log: accepted, though its input changed
END2
up_to_date copy

# A report whose inputs were accepted: what they contributed isn't known of
# what they are now, so they are read when the report is made again. By hand:
# a has 1 2 3 2 2, b and c have 1 2 3 3.
expect 0 "$LEAT" accept sum.yaml out
printed 'sum: accepted, though units changed'
up_to_date sum
echo 18 | holds sum.csv
seq 3 >logs/d.log
expect 0 "$LEAT" run -v sum.yaml
said_all_ran 'sum: 4 units'
echo 34 | holds sum.csv

# An output that was edited: it stays, and what its unit contributes is kept.
echo 35 >sum.csv
expect 0 "$LEAT" accept sum.yaml sum.csv
printed 'sum: accepted, though an output was changed'
up_to_date sum
echo 1 >>logs/d.log
expect 0 "$LEAT" run -v sum.yaml
said 'sum: 1 unit, 3 up to date, '
echo 35 | holds sum.csv
expect 0 "$LEAT" run copy.yaml
echo mine >out/b.txt
expect 0 "$LEAT" accept copy.yaml logs/b.log
expect 0 "$LEAT" run copy.yaml
echo mine | holds out/b.txt
rm out/b.txt
expect 1 "$LEAT" accept copy.yaml logs/b.log
said "logs/b.log can't be accepted: out/b.txt is missing"
expect 0 "$LEAT" run copy.yaml

# The session changes, and the input afterwards.
sed 's/\[1-3\]/[123]/' copy.yaml >changed && mv changed copy.yaml
sed 's/\[1-3\]/[123]/' sum.yaml >changed && mv changed sum.yaml
expect 0 "$LEAT" accept copy.yaml some
[ "$(grep -c 'accepted, though the session changed' stdout)" = 4 ] ||
	fail 'not all units are accepted'
printed 'copy: accepted, though units changed'
up_to_date copy
expect 0 "$LEAT" accept sum.yaml sum
up_to_date sum
echo 1 >>logs/d.log
expect 0 "$LEAT" run -v copy.yaml
said 'copy: 1 unit, 3 up to date, '
expect 0 "$LEAT" run -v sum.yaml
said_all_ran 'sum: 4 units'
echo 36 | holds sum.csv
sed 's/\[123\]/[12]/' copy.yaml >changed && mv changed copy.yaml
expect 0 "$LEAT" why copy.yaml logs/a.log
printed 'some.pattern: was "[123]" in run'

# A new unit; one that failed; an input that can't be read.
seq 4 >logs/e.log
expect 1 "$LEAT" accept copy.yaml logs/e.log
said "logs/e.log can't be accepted: it never ran"
head -c 100 /dev/zero | tr '\0' 1 >>logs/e.log
expect 1 "$LEAT" run -k copy.yaml
expect 1 "$LEAT" accept copy.yaml logs/e.log
said "logs/e.log can't be accepted: it failed"

# One in quarantine failed, too. Where its outputs aren't asked for, a report that
# was made without it may stay; it is tried again when the report is made again.
for name in copy sum; do
	sed "s/^session: .*/session: rest-$name/; s/^operators/on-error: quarantine\n&/
		s/logs/rest/; s,out/,rest-out/,; s/sum.csv/rest.csv/
		s/, else: drop//" $name.yaml >rest-$name.yaml
done
mkdir rest
echo 1 >rest/a.log
echo 2 >rest/b.log
printf '1\nx\n' >rest/c.log
expect 1 "$LEAT" run rest-copy.yaml
expect 1 "$LEAT" accept rest-copy.yaml rest/c.log
said "rest/c.log can't be accepted: it failed"
expect 0 "$LEAT" run -v rest-copy.yaml
said '1 in quarantine, '
expect 1 "$LEAT" run rest-sum.yaml
echo 3 | holds rest.csv
expect 0 "$LEAT" accept rest-sum.yaml rest/c.log
echo 'rest/c.log: accepted, though it failed the last time' | holds stdout
up_to_date rest-sum
expect 0 "$LEAT" run -v rest-sum.yaml
said 'rest-sum: 0 units, 3 up to date, '
echo 3 >rest/b.log
expect 1 "$LEAT" run -v rest-sum.yaml
said 'rest-sum: 2 units, 1 of them put in quarantine, 1 up to date, '
echo 4 | holds rest.csv

# While another run is at work; without a state.
mkfifo gate
sed 's/^session: .*/session: slow/; s/{use: files.*/stdin/; s/{src_stem}/all/' \
	copy.yaml >slow.yaml
"$LEAT" run slow.yaml <gate >/dev/null 2>&1 &
other=$!
exec 3>gate
wait_for test -s .leat/slow/lock
expect 75 "$LEAT" accept slow.yaml slow
said "process $other"
exec 3>&-
wait $other
expect 64 env LEAT_STATE=none "$LEAT" accept copy.yaml copy
said 'nothing is remembered of the session copy'
expect 64 "$LEAT" accept copy.yaml
expect 64 "$LEAT" accept
finish
