#!/bin/sh
# SPDX-License-Identifier: MIT
# What the files and the command line make leat refuse, beyond what is wrong in
# a session's text.
. "$srcdir/tests/cli/lib.sh"

cat >plain.yaml <<'EOF'
leat: 1
session: plain
params:
  word: {type: text, required: false}
  inputs: {type: inputs, args: true, required: false}
  one: {type: text}
  two: {type: text}
operators: {in: stdin, out: stdout}
links: [in -> out]
EOF

# ---- Files that are no sessions ---------------------------------------------
expect 78 "$LEAT" check /dev/zero
said '/dev/zero: error: cannot read the session: it is not a regular file'
mkdir folder
expect 78 "$LEAT" check folder
said 'folder: error: cannot read the session: it is not a regular file'
{ cat plain.yaml; head -c 1048576 /dev/zero | tr '\0' '#'; } >large.yaml
expect 78 "$LEAT" check large.yaml
said 'large.yaml: error: the session is larger than 1 MiB'

# ---- Params ------------------------------------------------------------------
expect 64 "$LEAT" run plain.yaml
said 'plain.yaml: error: these params have no value: one, two'
said 'hint: give --one VALUE --two VALUE'
expect 64 "$LEAT" run plain.yaml --one 1
said 'plain.yaml: error: this param has no value: two'

expect 64 "$LEAT" check plain.yaml -p three=3
said "plain.yaml has no param three"
sed 's/inputs, args/file, args/' plain.yaml >single.yaml
touch a b
expect 64 "$LEAT" run single.yaml a b
said "the param 'inputs' takes one value"

cat >needs.yaml <<'EOF'
leat: 1
session: needs
params: {pattern: {type: regex, required: false}}
operators: {in: stdin, split: lines, parse: {use: match, pattern: "${pattern}"}, out: discard}
links: [in -> split -> parse -> out]
EOF
expect 78 "$LEAT" run needs.yaml </dev/null
said "needs.yaml:4:67: error: 'pattern' is required, but this param has no value"

# ---- The environment ----------------------------------------------------------
sed 's/^params:.*/env: {LEAT_TEST_A: {required: true}, LEAT_TEST_B: {required: true}}/;
	/^  [wiot]/d' plain.yaml >env.yaml
expect 64 "$LEAT" run env.yaml
said "these variables of the environment aren't set: LEAT_TEST_A, LEAT_TEST_B"
expect 78 env SOURCE_DATE_EPOCH=noon "$LEAT" check plain.yaml
said "SOURCE_DATE_EPOCH: error: 'noon' is not a number of seconds since 1970"
finish
