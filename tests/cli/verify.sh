#!/bin/sh
# SPDX-License-Identifier: MIT
# run --verify: all is run again elsewhere, and compared. What isn't the same is
# made so by the time or by other random numbers; where the files differ says
# cmp.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

mkdir logs
for name in a b c; do seq 1 50 | sed "s/$/ $name/" >logs/$name.log; done
cat >copy.yaml <<'END2'
leat: 1
session: copy
params: {n: {type: integer, default: 3}}
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  parse: {use: match, pattern: '^(?<n>\d+)', types: {n: integer}}
  each: csv-encode
  out: {use: write-file, path: "out/{src_stem}.csv"}
  sum: {use: aggregate, group: [n], compute: {hits: count(*)}}
  first: {use: head, count: "${n}"}
  table: csv-encode
  report: {use: write-file, path: report.csv}
links:
  - in -> split -> parse -> each -> out
  - parse -> sum -> first -> table -> report
END2

# All that is there, but what was said.
list()
{
	find . -type f ! -name stdout ! -name stderr ! -name before \
		! -name lock ! -name '*-shm' \
		-printf '%p %i %T@ ' -exec cksum {} \; | sort
}

expect 1 "$LEAT" run --verify copy.yaml
said 'logs/a.log: new; run it first, then verify'
[ ! -e out ] || fail 'an output was made'
expect 0 "$LEAT" run copy.yaml
sleep 0.1
expect 0 "$LEAT" run copy.yaml
list >before
expect 0 "$LEAT" run --verify copy.yaml
silent stdout
silent stderr
expect 0 "$LEAT" run -v --verify copy.yaml
said_all_ran 'copy: 3 units'
list | holds before
holds_only .leat/copy 'lock store.db store.db-shm store.db-wal'

# What was changed or deleted is compared as it was; what is not of this session
# or of these inputs isn't.
cp report.csv kept
echo edited >>out/a.csv
rm report.csv
expect 0 "$LEAT" run --verify copy.yaml
[ ! -e report.csv ] || fail 'an output was made'
expect 1 "$LEAT" run --verify copy.yaml --n 2
said 'copy: the session changed; run it first, then verify'
expect 0 "$LEAT" run copy.yaml
holds report.csv <kept
echo 51 >>logs/b.log
expect 1 "$LEAT" run --verify copy.yaml
said 'logs/b.log: its input changed; run it first'
expect 0 "$LEAT" run copy.yaml
mv logs/c.log .
expect 1 "$LEAT" run --verify copy.yaml
said 'copy: units changed; run it first'
mv c.log logs

# Sessions that aren't reproducible. `long` is the same up to the time.
cat >time.yaml <<'END2'
leat: 1
session: time
reproducible: false
graphs:
  first:
    operators:
      in: {use: files, match: "logs/*.log"}
      name: {use: map, select: {name: src_stem, at: unixepoch('now')}}
      table: csv-encode
      out: {use: write-file, path: "first/{src_stem}.csv"}
      split: lines
      some: {use: head, count: 1, per: unit}
    links: [in -> split -> some -> name -> table -> out]
  second:
    operators:
      in: {use: generate, count: 30000, fields: {n: number, at: "iif(number = 29000, unixepoch('now'), 1)"}}
      table: csv-encode
      out: {use: write-file, path: long.csv}
    links: [in -> table -> out]
END2
SOURCE_DATE_EPOCH=1709251200 expect 0 "$LEAT" run time.yaml
SOURCE_DATE_EPOCH=1709251200 expect 0 "$LEAT" run --verify time.yaml
mkdir kept-time
cp -r first long.csv kept-time
SOURCE_DATE_EPOCH=1709251201 expect 1 "$LEAT" run --verify time.yaml
cp stderr differences
# cmp counts from 1.
mkdir other
sed 's/1709251200/1709251201/' long.csv >other/long.csv
at=$(cmp -l long.csv other/long.csv | awk 'NR == 1 { print $1 - 1 }')
[ "$at" -gt 100000 ] || fail "the difference is at $at"
said "long.csv: is not what run 1 made: they differ from offset $at on"
# name,at, a line feed and a,170925120
for name in a b c; do
	said "first/$name.csv: is not what run 1 made: they differ from offset 19 on"
done
[ "$(grep -c 'is not what' differences)" = 4 ] || fail 'not each difference once'
diff -r first kept-time/first || fail 'an output was replaced'
cmp long.csv kept-time/long.csv || fail 'an output was replaced'

# With the old one gone there is no place to show.
rm long.csv
SOURCE_DATE_EPOCH=1709251201 expect 1 "$LEAT" run --verify time.yaml
said "long.csv: is not what run 1 made: their digests differ, and what was made isn't there any more"

# What a unit that had failed makes now.
sed 's/^session: .*/session: some/; s,out/,some/,; s/report.csv/some.csv/' \
	copy.yaml >some.yaml
mkdir -p some/b.csv
expect 1 "$LEAT" run -k some.yaml
rmdir some/b.csv
expect 1 "$LEAT" run --verify some.yaml
said 'some/b.csv: is made now, and is not remembered'
[ ! -e some/b.csv ] || fail 'an output was made'

# A unit that fails now is an error as in any run; the scratch place of a run
# that was killed is emptied.
mkdir .leat/copy/verify
echo old >.leat/copy/verify/.leat-old
expect 0 "$LEAT" run copy.yaml
expect 0 "$LEAT" run --verify copy.yaml
holds_only .leat/copy 'lock store.db store.db-shm store.db-wal'
if [ "$(id -u)" -ne 0 ]; then
	chmod a-r logs/a.log
	expect 1 "$LEAT" run --verify copy.yaml
	said logs/a.log
	chmod u+r logs/a.log
fi

expect 64 "$LEAT" run --verify --prune copy.yaml
said '--verify and --prune exclude each other'
expect 64 "$LEAT" run --verify --state none copy.yaml
said 'there is nothing to compare with'
finish
