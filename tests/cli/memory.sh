#!/bin/sh
# SPDX-License-Identifier: MIT
# The memory budget: few items don't keep much memory, and what doesn't fit is
# an error that says who wants how much. Expected values come from grep.

. "$srcdir/tests/cli/lib.sh"

# 16 MiB, of which one line in 500 is wanted.
awk 'BEGIN { for (i = 0; i < 160000; i++)
	printf "%09d %s %s\n", (i * 7919) % 1000003,
		i % 500 == 0 ? "wanted" : "common",
		"................................................................................"
}' >log.txt

cat >diamond.yaml <<'END'
leat: 1
session: diamond
resources: {memory: 4MiB}
operators:
  in: {use: files, match: log.txt}
  split: lines
  pick: {use: match, pattern: '^(?<number>\d+) wanted', else: drop}
  order: {use: sort, by: number, per: unit}
  both: gather
  table: {use: csv-encode, header: false}
  out: {use: write-file, path: out.csv}
links:
  - in -> split -> pick -> order -> both
  - pick -> both
  - both -> table -> out
END
expect 0 "$LEAT" run diamond.yaml
grep wanted log.txt | cut -c 1-9 >plain
LC_ALL=C sort plain | cat - plain >expected
cmp out.csv expected || fail "the diamond lost lines"

# All of it doesn't fit in 4 MiB where a branch has to wait for the other: an
# error, and no output.
rm out.csv
sed 's/ wanted//' diamond.yaml >large.yaml
expect 71 "$LEAT" run large.yaml
said "memory budget"
said "resources: memory"
[ ! -e out.csv ] || fail "an output in spite of the error"
[ -z "$(find . -name '.leat-*')" ] || fail "a temporary is left"
finish
