#!/bin/sh
# SPDX-License-Identifier: MIT
# README.md shows what really comes out; HACKING.md quotes an operator that
# works.
. "$srcdir/tests/cli/lib.sh"

# The commands of README.md, with what they print.
mkdir bin
ln -s "$LEAT" bin/leat
cp -r "$srcdir/examples" examples
chmod -R u+w examples
unset LEAT_STATE # a session of README.md goes on where another has ended
awk '/^```console/ { inside = 1; next }
	/^```/ { inside = 0 }
	inside' "$srcdir/README.md" >shown
grep -q '^\$ leat' shown || fail 'no commands in README.md'
grep '^\$ ' shown | while read -r dollar command; do
	echo "$dollar $command"
	PATH=$PWD/bin:$PATH sh -c "$command" 2>&1
done >real
holds shown <real

# The session that it quotes.
awk '/^```yaml/ { inside = 1; next }
	/^```/ { inside = 0 }
	inside' "$srcdir/README.md" >quoted
sed -n '/^operators:/,$p' examples/access-report/access-report.yaml |
	holds quoted

# The operator of HACKING.md.
awk '/^```c$/ { inside = 1; next }
	/^```/ { inside = 0 }
	inside' "$srcdir/HACKING.md" >quoted
holds quoted <"$srcdir/tests/unit/example-operator.c"

# Added to leat, it works.
example=$(dirname "$LEAT")/tests/unit/leat-example
[ -x "$example" ] || skip "no $example"
cat >upper.yaml <<'END'
leat: 1
session: upper
params: {first: {type: boolean, default: false}}
operators:
  in: stdin
  split: lines
  capitals: {use: upper, only-first: "${first}"}
  out: stdout
links: [in -> split -> capitals -> out]
END
printf 'one\n\ntwo\303\251z\n' >lines
expect 0 "$example" run upper.yaml <lines
printf 'ONE\n\nTWO\303\251Z\n' | holds stdout
expect 0 "$example" run upper.yaml --first <lines
printf 'One\n\nTwo\303\251z\n' | holds stdout
expect 0 "$example" run upper.yaml </dev/null
silent stdout
expect 0 "$example" explain upper
printed 'Turn letters into capitals'
printed only-first
expect 0 "$example" list
printed upper
finish
