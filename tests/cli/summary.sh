#!/bin/sh
# SPDX-License-Identifier: MIT
# What a run says at its end of units that failed, and what is kept of it:
# its params and what its operators did. The figures are those of the files
# made here.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

cat >each.yaml <<'END2'
leat: 1
session: each
params:
  inputs: {type: inputs, args: true}
  top: {type: integer, default: 3}
  loud: {type: boolean, default: true}
  word: {type: text, default: x}
  token: {type: text, secret: true, default: none}
operators:
  in: {use: files, match: "${inputs}"}
  split: lines
  digits: {use: match, pattern: '^\d+$'}
  out: {use: write-file, path: "out/{src_name}"}
links: [in -> split -> digits -> out]
END2
for i in 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
	echo "x$i" >"bad$i"
	echo "$i" >"good$i"
done

# Each is said when it happens; several are listed at the end, 20 of them.
expect 1 "$LEAT" run each.yaml -k bad10 good10 good11
[ "$(grep -c "doesn't match" stderr)" -eq 1 ] || fail 'one is said once'
said 'each: 3 units, 1 of them failed, '
expect 1 "$LEAT" run each.yaml -k bad1* good*
said 'each: 29 units, 10 of them failed, 2 up to date, '
[ "$(grep -c '^  failed: bad1[0-9]: at byte 0: ' stderr)" -eq 10 ] ||
	fail 'the list of what failed'
expect 1 "$LEAT" run each.yaml -k bad*
said "  failed: bad29: at byte 0: the line doesn't match the pattern: x29"
said '  and 1 more'
[ "$(grep -c '^  failed: ' stderr)" -eq 20 ] || fail 'the list is bounded'

# It ends once so many have failed; what succeeded before stays.
rm -r .leat out
expect 1 "$LEAT" run each.yaml --max-failures 3 bad* good*
said 'each: 3 units, 3 of them failed, '
expect 1 "$LEAT" run each.yaml --max-failures=2 a good10 good11 \
	bad12 bad13 good14
said 'each: 2 units, 2 of them failed, '
mv good11 all11
expect 1 "$LEAT" run each.yaml --max-failures=2 all11 bad12 bad13 good14
holds_only out all11
expect 0 "$LEAT" run each.yaml --max-failures 1 all11 good14
expect 64 "$LEAT" run each.yaml --max-failures 0 good14
said '--max-failures takes a number from 1'
expect 64 "$LEAT" run each.yaml --max-failures some good14

# Names and reasons are shown as they may be shown.
name=$(printf 'a\033b')
cp bad10 "$name"
expect 1 "$LEAT" run each.yaml -k "$name" bad11
said '  failed: a\x1bb: at byte 0'

# ---- What is kept -----------------------------------------------------------
# The params are as one would write them, without secrets: a shell reads back
# what was given.
expect 0 "$LEAT" run each.yaml good15 --top 5 --no-loud --token=s3cret \
	--word "it's \$HOME" good16
expect 0 "$LEAT" runs each.yaml last --json
python3 - <<'END2' || fail 'the params of the run'
import json, shlex
run = json.load(open("stdout"))
words = shlex.split(run["params"])
wanted = ["--top=5", "--no-loud", "--word=it's $HOME", "--token=***",
	"good15", "good16"]
assert words == wanted, words
END2
expect 0 "$LEAT" run each.yaml good17 --word s3cret --token s3cret
if grep -rq s3cret .leat; then
	fail 'a secret is in the run store'
fi
expect 1 "$LEAT" run -k each.yaml bad18 --token x18
if grep -rq x18 .leat; then
	fail 'a secret is in the reason that is kept'
fi
expect 0 "$LEAT" runs each.yaml last
printed '***'

# What operators did: two files of three bytes, one line each.
expect 0 "$LEAT" run each.yaml good20 good21
expect 0 "$LEAT" runs each.yaml last --json
python3 - <<'END2' || fail 'the telemetry of the run'
import json
run = json.load(open("stdout"))
graph, = run["telemetry"]["graphs"]
found = {op["name"]: op for op in graph["operators"]}
assert graph["units"] == 2
assert found["in"]["bytes_out"] == found["split"]["bytes_in"] == 6
assert found["out"]["items_in"] == 2
END2
# A run with nothing to do is none.
cp stdout before
expect 0 "$LEAT" run each.yaml good20 good21
expect 0 "$LEAT" runs each.yaml last --json
holds stdout <before

finish
