#!/bin/sh
# SPDX-License-Identifier: MIT
# Links with policies and capacities: what a slow branch gets, and what is said
# of what was dropped. Expected values come from head, tail and cat.
. "$srcdir/tests/cli/lib.sh"

seq 1 100 >numbers

# gather takes all of its first input, then the second one, whose link is full
# long before.
session()
{
	cat <<END
leat: 1
session: links
reproducible: false
operators:
  in: {use: files, match: numbers}
  split: lines
  both: gather
  out: {use: write-file, path: out.txt}
links:
  - in -> split -> both
  - {from: split, to: both, $1}
  - both -> out
END
}

# runs OPTIONS DROPPED EXPECTED: the output is numbers, then EXPECTED.
runs()
{
	session "$1" >links.yaml
	expect 0 "$LEAT" run --stats json links.yaml
	cat numbers "$3" | holds out.txt
	said "\"dropped\":$2,\"wall_ns\""
}
head -n 10 numbers >first
tail -n 7 numbers >last
runs 'policy: leaky-producer, capacity: 10' 90 first
runs 'policy: leaky-consumer, capacity: 7' 93 last
# 1 to 9 are nine bytes, 10 makes it 11; what is at the limit is full.
runs 'policy: leaky-producer, capacity: 10B' 90 first
runs 'capacity: 3' 0 numbers
runs 'capacity: 10B' 0 numbers
runs 'policy: back-pressure' 0 numbers
runs 'policy: blocking, convert: none' 0 numbers

# People are told.
session 'policy: leaky-consumer, capacity: 7' >links.yaml
expect 0 "$LEAT" run -v links.yaml
said ', 93 items dropped, '
expect 0 "$LEAT" run --stats text links.yaml
grep -qE 'split.tee.out:1 -> both.in:1 +7 +[0-9]+ +93$' stderr ||
	fail "the table says: $(cat stderr)"

# What is not wanted is not read: one line of many files, and the files behind
# the first are not opened.
mkdir many
for i in 1 2 3 4 5 6 7 8 9; do
	cp numbers many/$i
done
cat >lazy.yaml <<'END'
leat: 1
session: lazy
operators:
  in: {use: files, match: "many/*"}
  split: lines
  one: {use: head, count: 3}
  out: {use: write-file, path: out.txt}
links:
  - {from: in, to: split, policy: back-pressure}
  - {from: split, to: one, policy: back-pressure}
  - one -> out
END
expect 0 "$LEAT" run --stats json lazy.yaml
head -n 3 numbers | holds out.txt
peaks=$(grep -o '"peak_items":[0-9]*' stderr | head -n 2 | sort -u)
[ "$peaks" = '"peak_items":1' ] || fail "a link without a queue: $peaks"

# Without `reproducible: false` nothing is dropped.
session 'policy: leaky-producer' | grep -v reproducible >links.yaml
expect 78 "$LEAT" run links.yaml
said "isn't reproducible"
finish
