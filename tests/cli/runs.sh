#!/bin/sh
# SPDX-License-Identifier: MIT
# leat runs and leat gc: what is known of runs, and forgetting it.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

cat >each.yaml <<'END2'
leat: 1
session: each
params: {inputs: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${inputs}"}
  split: lines
  out: {use: write-file, path: "out/{src_name}"}
links: [in -> split -> out]
END2
echo one >a
echo two >b

# json KEY...: what the JSON of standard output has there.
json()
{
	python3 -c 'import json, sys
value = json.load(open("stdout"))
for key in sys.argv[1:]:
	value = value[int(key) if key.isdigit() else key]
print(json.dumps(value))' "$@" >value
}

# Nothing is known of what never ran, and looking makes nothing.
expect 0 "$LEAT" runs each.yaml --json
echo '[]' | holds stdout
expect 64 "$LEAT" runs each.yaml last
said 'there is no run last'
expect 0 "$LEAT" gc each.yaml --keep 1
[ ! -e .leat ] || fail 'looking made a state directory'

expect 0 "$LEAT" run each.yaml a b
expect 1 "$LEAT" run -k each.yaml a missing
expect 0 "$LEAT" runs each.yaml last
grep -q '^failed  *each/missing: .*No such file' stdout ||
	fail 'the reason of a failed unit'
grep 'missing: .*missing' stdout && fail 'the name of a unit comes twice'
expect 0 "$LEAT" run each.yaml a # nothing is due: no trace
echo more >>a
expect 0 "$LEAT" run each.yaml a
(cd .leat && find . -type f -exec cksum {} + | sort) >before

expect 0 "$LEAT" runs each.yaml
awk '{ print $1, $2, $5, $6, $7 }' stdout >list
holds list <<'END2'
RUN STATE UNITS RUN FAILED
3 done 1 1 0
2 failed 2 1 1
1 done 2 2 0
END2
expect 0 "$LEAT" runs --json each.yaml
json 1 exit_status && echo 1 | holds value
json 0 run && echo 3 | holds value

# One run, and two of them.
expect 0 "$LEAT" runs each.yaml 1
printed 'state: done'
printed 'done        each/b'
# What its operators did, in the table that --stats has.
"$LEAT" run --state none --stats text each.yaml a b 2>stats
sed -n '/^operator /,$s/ *[0-9.]*$//p' stats >wanted # but for times
sed -n '/^operator /,/^link/s/ *[0-9.]*$//p' stdout >found
grep -q '^link ' found && grep '^operator \|^link ' wanted | while read -r line; do
	grep -qxF "$line" found || fail "no line in \`leat runs\`: $line"
done
printed 'graph each: 2 units, 0 failed'
expect 0 "$LEAT" runs each.yaml 2
printed 'exit_status: 1'
expect 0 "$LEAT" runs each.yaml 1 --json
json made 0 graph && echo '"each"' | holds value
expect 0 "$LEAT" runs each.yaml 1 last
printed 'run: 1 -> 3'
printed 'units: 2 -> 1'
expect 0 "$LEAT" runs each.yaml 1 2 --json
json state && echo '["done", "failed"]' | holds value
expect 64 "$LEAT" runs each.yaml 4
said 'there is no run 4'
expect 64 "$LEAT" runs each.yaml 1 2 3
expect 64 "$LEAT" runs

# A dry run and all that only looks changes nothing.
expect 0 "$LEAT" gc -n --keep 1 each.yaml
printed 'would forget 2 runs'
expect 0 "$LEAT" gc -n --older 1d each.yaml
printed 'would forget 0 runs'
(cd .leat && find . -type f -exec cksum {} + | sort) | holds before
expect 64 "$LEAT" gc --keep 0 each.yaml
expect 64 "$LEAT" gc --older yesterday each.yaml
expect 64 "$LEAT" gc each.yaml each.yaml
expect 64 "$LEAT" gc --rebuild -n each.yaml
expect 0 "$LEAT" gc --keep 1 --json each.yaml
json runs && echo 2 | holds value
expect 0 "$LEAT" runs each.yaml --json
json 0 run && echo 3 | holds value
grep -c '"run"' stdout >count
echo 1 | holds count

# Damage is found, told, and put right; outputs stay.
expect 0 "$LEAT" run each.yaml a b
expect 0 "$LEAT" gc each.yaml # which leaves nothing in the log
python3 -c '
data = bytearray(open(".leat/each/store.db", "rb").read())
data[data.index(b"out/a")] ^= 1
open(".leat/each/store.db", "wb").write(data)'
expect 74 "$LEAT" run each.yaml a b
said '.leat/each/store.db'
said '`leat gc --rebuild'
expect 0 "$LEAT" gc --rebuild each.yaml
printed '1 were damaged'
[ -e .leat/each/store.db.damaged-1 ] || fail 'the damaged store is gone'
expect 0 "$LEAT" run each.yaml a b
printf "one\nmore\n" | holds out/a

# Elsewhere.
expect 0 "$LEAT" runs --state "$PWD/.leat" each.yaml
expect 0 "$LEAT" runs --state elsewhere each.yaml --json
echo '[]' | holds stdout
(LEAT_STATE=elsewhere && export LEAT_STATE &&
	exec "$LEAT" runs each.yaml --json) | holds stdout
finish
