#!/bin/sh
# SPDX-License-Identifier: MIT
# leat, help, list, explain, --version, verbs that don't exist.
. "$srcdir/tests/cli/lib.sh"

expect 64 "$LEAT"
silent stdout
said 'usage: leat'
expect 0 "$LEAT" --help
silent stderr
cp stdout overview
expect 0 "$LEAT" help
holds stdout <overview
for verb in run check plan why accept runs get gc list explain schema help; do
	grep -q "^  $verb " overview || fail "leat help leaves out $verb"
	expect 0 "$LEAT" help $verb
	printed "usage: leat $verb"
	cp stdout help
	expect 0 "$LEAT" $verb --help
	holds stdout <help
	expect 0 "$LEAT" $verb -h
	holds stdout <help
	awk 'length > 80 { print FILENAME ": " $0; bad = 1 } END { exit bad }' \
		overview stdout || fail "long lines in the help of $verb"
	expect 64 "$LEAT" $verb --no-such
	said "there is no option --no-such"
done

# The versions of leat and each library.
expect 0 "$LEAT" --version
silent stderr
for name in leat libyaml PCRE2 SQLite zlib jansson; do
	grep -q "^$name *[0-9]" stdout || fail "no version of $name"
done

# Verbs that don't exist.
expect 64 "$LEAT" chekc
said 'there is no verb chekc'
said "did you mean 'check'?"
expect 64 "$LEAT" frobnicate
said 'see `leat help`'
expect 64 "$LEAT" --frobnicate
touch session.yaml
expect 64 "$LEAT" session.yaml
said '`leat run FILE` runs a session'
expect 64 "$LEAT" -C
expect 66 "$LEAT" -C no-such list

# A program of the PATH is a verb.
mkdir bin
printf '#!/bin/sh\necho "frob:$1:$2:$#"; exit 5\n' >bin/leat-frob
printf '#!/bin/sh\necho hidden\n' >bin/leat-list
chmod +x bin/*
PATH=$PWD/bin:$PATH
expect 5 "$LEAT" frob 'a  b' --help
echo 'frob:a  b:--help:2' | holds stdout
expect 5 "$LEAT" -C bin frob
expect 0 "$LEAT" list
grep -q hidden stdout && fail 'a program hides a verb'
chmod -x bin/leat-frob
expect 64 "$LEAT" ../bin/leat-frob

# The registry.
expect 0 "$LEAT" list
cp stdout listed
for operator in $(sed -n 's/^OPERATOR(\([a-z0-9_]*\),.*/\1/p' \
	"$srcdir/src/operators/operators.def" | tr _ -); do
	grep -qw -e "$operator" listed || fail "list leaves out $operator"
	"$LEAT" explain "$operator" >explained || fail "explain $operator"
	grep -q . explained || fail "explain $operator says nothing"
done
expect 0 "$LEAT" explain stream src_path
printed 'payload type stream: '
printed 'attribute src_path (text): '
expect 64 "$LEAT" list filter
expect 0 "$LEAT" explain lines.max
printed max
expect 0 "$LEAT" explain lines filter
expect 64 "$LEAT" explain linse
said "did you mean 'lines'?"
expect 64 "$LEAT" explain lines.mxa
said "did you mean 'max'?"
expect 64 "$LEAT" explain lines.
expect 64 "$LEAT" explain
expect 64 "$LEAT" help no-such
expect 66 "$LEAT" help no-such.yaml
expect 0 "$LEAT" help filter

# What can't be printed is an error.
if [ -c /dev/full ]; then
	"$LEAT" list >/dev/full 2>stderr
	[ $? -eq 74 ] || fail 'list to a full disk is no error'
	"$LEAT" --version >/dev/full 2>stderr
	[ $? -eq 74 ] || fail '--version to a full disk is no error'
fi
finish
