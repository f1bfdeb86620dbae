#!/bin/sh
# SPDX-License-Identifier: MIT
# on-error: quarantine. What is rejected is kept, its unit rests until it or the
# session changes, and all else goes on.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

cat >each.yaml <<'END2'
leat: 1
session: each
on-error: quarantine
operators:
  in: {use: files, match: "in/*"}
  split: {use: lines, max: 20}
  digits: {use: match, pattern: '^(?<n>\d+)$', types: {n: integer}}
  table: csv-encode
  out: {use: write-file, path: "out/{src_name}"}
  rows: {use: csv-encode, header: false}
  all: {use: write-file, path: all.txt}
links: [in -> split -> digits -> table -> out, digits -> rows -> all]
END2
mkdir in
echo 1 >in/a
printf 'x\n2\ny\n' >in/b
echo 3 >in/c

for jobs in 1 2; do
	rm -rf .leat out all.txt
	expect 1 "$LEAT" run -j $jobs each.yaml
	said "each: 3 units, 1 of them put in quarantine, "
	[ "$(grep -c "doesn't match" stderr)" -eq 1 ] || fail 'it is said once'
	holds_only out 'a c'
	printf '1\n3\n' | holds all.txt
	expect 0 "$LEAT" runs each.yaml last
	sed -n '/^quarantined/,/^[^ q]/p' stdout | grep -v ^done >shown
	holds shown <<'END2'
quarantined each/in/b: at byte 0: the line doesn't match the pattern: x
            digits: at byte 0: the line doesn't match the pattern: x
            digits: at byte 4: the line doesn't match the pattern: y
END2
done

# It rests: as long as it is what it was, whatever others do.
expect 0 "$LEAT" run -v each.yaml
said 'each: 0 units, 2 up to date, 1 in quarantine, '
cp in/b b && rm in/b && cp b in/b
expect 0 "$LEAT" run -v each.yaml
said '1 in quarantine, '
echo 4 >in/c
expect 0 "$LEAT" run -v each.yaml
said 'each: 1 unit, 1 up to date, 1 in quarantine, '
printf '1\n4\n' | holds all.txt
expect 0 "$LEAT" run each.yaml
silent stderr
expect 0 "$LEAT" run --verify each.yaml

# Another content, another session: it is tried again.
echo 5 >in/b
expect 0 "$LEAT" run each.yaml
printf '1\n5\n4\n' | holds all.txt
printf '12345678901234567890x\nz\n' >in/b
expect 1 "$LEAT" run each.yaml
expect 0 "$LEAT" run each.yaml
expect 0 "$LEAT" runs --json each.yaml 1
expect 0 "$LEAT" runs each.yaml last
printf '1\n4\n' | holds all.txt
sed 's/max: 20/max: 21/' each.yaml >changed.yaml && mv changed.yaml each.yaml
expect 1 "$LEAT" run each.yaml
said "doesn't match"

# All operators that reject have their items kept, up to 1000 of each.
# Four lines of 27 bytes stand before the fifth.
seq 3000 | sed 's/$/ is no number of any kind/; 5s/.*/five/' >in/b
expect 1 "$LEAT" run each.yaml
expect 0 "$LEAT" runs --json each.yaml last
python3 - <<'END2' || fail 'what is kept is bounded'
import json
units = json.load(open("stdout"))["made"]
rejected, = [unit["rejected"] for unit in units if unit["key"] == "in/b"]
assert len(rejected) == 1000 + 1, len(rejected)
assert rejected[0].startswith("split: at byte 0: the line has "), rejected[0]
assert rejected[-1] == \
    "digits: at byte 108: the line doesn't match the pattern: five", rejected[-1]
END2

# What can't be read is as bad, and tried again when it is there.
rm in/b
ln -s nothing in/b
expect 1 "$LEAT" run each.yaml
said "in/b: it is a symbolic link to what isn't there"
expect 0 "$LEAT" run each.yaml
rm in/b
echo 6 >in/b
expect 0 "$LEAT" run each.yaml
printf '1\n6\n4\n' | holds all.txt

# ---- The innermost wins, and the graphs that follow run -------------------------
cat >two.yaml <<'END2'
leat: 1
session: two
graphs:
  first:
    on-error: quarantine
    operators:
      in: {use: files, match: "in/*"}
      split: lines
      digits: {use: match, pattern: '^\d+$', INNER}
      out: {use: write-file, path: "two/{src_name}"}
    links: [in -> split -> digits -> out]
  second:
    operators:
      in: {use: generate, count: 1, fields: {n: number}}
      table: csv-encode
      out: {use: write-file, path: second.txt}
    links: [in -> table -> out]
END2
echo x >in/b
sed 's/INNER/on-error: fail/' two.yaml >inner.yaml
expect 1 "$LEAT" run inner.yaml
said '1 of them failed'
[ ! -e second.txt ] || fail 'a graph ran though one before it had failed'
sed 's/, INNER//; s/session: two/session: three/' two.yaml >outer.yaml
expect 1 "$LEAT" run outer.yaml
said '1 of them put in quarantine'
[ -e second.txt ] || fail 'the second graph has not run'
expect 0 "$LEAT" run outer.yaml

# ---- Where nothing is known again ------------------------------------------------
expect 1 "$LEAT" run --state none each.yaml
expect 1 "$LEAT" run --state none each.yaml
sed 's/{use: files.*/stdin/; s/session: each/session: flow/; s/{src_name}/x/' \
	each.yaml >flow.yaml
echo x >line
expect 65 "$LEAT" run flow.yaml <line
expect 65 "$LEAT" run flow.yaml <line

finish
