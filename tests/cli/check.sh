#!/bin/sh
# SPDX-License-Identifier: MIT
# leat check over several files.
. "$srcdir/tests/cli/lib.sh"

cat >good.yaml <<'END'
leat: 1
session: good
params: {count: {type: integer, max: 5}, out: {type: directory, required: false}}
operators: {in: {use: generate, count: "${count}"}, out: discard}
links: [in -> out]
END
sed 's/discard/discrad/' good.yaml >bad.yaml

expect 0 "$LEAT" check good.yaml
silent stdout
silent stderr
expect 0 "$LEAT" check good.yaml good.yaml --count 3 --out x
silent stderr
expect 78 "$LEAT" check bad.yaml
silent stdout
said 'bad.yaml:4:'
said 'did you mean'
said discard
expect 78 "$LEAT" check good.yaml --count 5 bad.yaml good.yaml
expect 64 "$LEAT" check good.yaml --count 6
said 6
expect 64 "$LEAT" check good.yaml --cuont 5
said "did you mean '--count'?"
expect 64 "$LEAT" check
expect 66 "$LEAT" check none.yaml
said none.yaml
expect 66 "$LEAT" check none.yaml --count 5
[ "$(grep -c error: stderr)" = 1 ] || fail 'more than one error'
expect 66 "$LEAT" check none.yaml bad.yaml
said 'bad.yaml:4:'
expect 78 "$LEAT" check . # a directory
expect 78 "$LEAT" check /dev/null
mkfifo fifo
expect 78 timeout 10 "$LEAT" check fifo
: >empty.yaml
expect 78 "$LEAT" check empty.yaml
said empty
cp good.yaml secret.yaml
chmod 0 secret.yaml
expect 77 as_nobody ./leat check secret.yaml
said secret.yaml

# A session is checked as a whole before it runs: nothing is made.
cat >late.yaml <<'END'
leat: 1
session: late
operators:
  in: {use: generate, count: 1}
  out: {use: write-file, path: made/file.txt}
  more: {use: discard, no-such: 1}
links: [in -> out]
END
expect 78 "$LEAT" run late.yaml
[ ! -e made ] || fail 'a wrong session made an output'
finish
