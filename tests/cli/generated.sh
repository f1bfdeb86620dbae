#!/bin/sh
# SPDX-License-Identifier: MIT
# The manual pages and schemas are those that leat prints; groff and mandoc find
# nothing wrong with them, and an independent validator finds with the schema
# what it can.
. "$srcdir/tests/cli/lib.sh"

# same FILE COMMAND...: it prints what is in the file of the sources.
same()
{
	file=$1
	shift
	"$@" >printed || fail "exit status $?: $*"
	cmp -s printed "$srcdir/$file" ||
		fail "$file is not what leat prints: \`make generated\`"
}

operators=$(sed -n 's/^OPERATOR(\([a-z0-9_]*\),.*/\1/p' \
	"$srcdir/src/operators/operators.def" | tr _ -)
same schemas/session.schema.json "$LEAT" schema
for name in $operators; do
	same schemas/operators/$name.json "$LEAT" schema $name
	same man/leat-$name.7 "$LEAT" explain --format man $name
	grep -q "man/leat-$name\.7 " "$srcdir/Makefile.am" ||
		fail "Makefile.am lacks man/leat-$name.7"
done
count=$(echo "$operators" | grep -c .)
[ "$(ls "$srcdir"/man/leat-*.7 | wc -l)" -eq "$count" ] ||
	fail 'a manual page of no operator: `make generated`'
[ "$(ls "$srcdir/schemas/operators" | wc -l)" -eq "$count" ] ||
	fail 'a schema of no operator: `make generated`'

# The command line.
expect 0 "$LEAT" schema
silent stderr
expect 64 "$LEAT" schema linse
said "did you mean 'lines'?"
expect 64 "$LEAT" schema lines match
expect 64 "$LEAT" explain --format pdf lines
expect 64 "$LEAT" explain --format man linse
expect 0 "$LEAT" explain --format man lines match
[ "$(grep -c '^\.TH ' stdout)" -eq 2 ] || fail 'not two manual pages'
expect 0 "$LEAT" explain lines
mv stdout words
expect 0 "$LEAT" explain --format text lines
holds stdout <words

for page in "$srcdir"/man/leat-*.7; do
	if command -v groff >/dev/null; then
		groff -ww -man -Tutf8 "$page" >shown 2>stderr ||
			fail "groff $page"
		silent stderr
		grep -q 'Operators of leat' shown || fail "$page shows nothing"
	fi
	if command -v mandoc >/dev/null; then
		mandoc -Tlint "$page" >lint 2>&1
		silent lint
	fi
done

# The schema, by python3-jsonschema.
python=/usr/bin/python3
$python -c 'import jsonschema, yaml' 2>/dev/null ||
	skip 'no python3-jsonschema and python3-yaml'
validate()
{
	$python "$srcdir/tests/cli/validate.py" "$srcdir/schemas/session.schema.json" \
		"$@" >verdicts 2>stderr || fail 'the validator fails'
	silent stderr
}

validate "$srcdir"/tests/sessions/good-*.yaml \
	"$srcdir"/examples/*/*.yaml "$srcdir"/tests/bench/*.yaml
grep -q 'good-params.yaml valid' verdicts || fail 'nothing was validated'
grep -v ' valid$' verdicts >wrong
silent wrong

# The example of each manual page.
for name in $operators; do
	sed -n '/^\.SH EXAMPLE/,/^\.fi/p' "$srcdir/man/leat-$name.7" |
		sed '/^\./d; s/\\e/\\/g; s/\\(aq/'"'"'/g; s/\\(ga/`/g
			s/\\(ha/^/g; s/\\(ti/~/g; s/\\-/-/g; s/^\\&//' >$name.yaml
	expect 0 "$LEAT" check $name.yaml
done
validate *.yaml
grep -v ' valid$' verdicts >wrong
silent wrong

# Of what is wrong it finds all but what only leat can know: that is what
# sessions are named bad-semantic-* for.
validate "$srcdir"/tests/sessions/bad-*.yaml
sed -n 's/.*bad-\([^/]*\)\.yaml \([a-z].*\)/\1 \2/p' verdicts |
while read -r name verdict; do
	expected=invalid
	case $name in semantic-*) expected=valid ;; esac
	[ "$verdict" = 'no YAML' ] || [ "$verdict" = $expected ] ||
		echo "bad-$name.yaml: $verdict by the schema, not $expected"
done >wrong
silent wrong

# keys PLACE OF SESSION: the loader takes in this session, where `qqqqqq` stands,
# the keys that the schema has at that place.
keys()
{
	echo "$2" >keys.yaml
	"$LEAT" check keys.yaml 2>&1 |
		sed -n "/'qqqqqq'/,\$s/^hint: its [a-z]* are: //p" |
		sed 's/, /\n/g' | sort >taken
	grep -q . taken || fail "no keys of: $2"
	$python -c '
import json, sys
place = json.load(open(sys.argv[1]))
for key in sys.argv[2].split():
    place = place[int(key) if key.isdigit() else key]
print("\n".join(sorted(place["properties"])))
' "$srcdir/schemas/session.schema.json" "$1" | holds taken
}
session='leat: 1
session: keys'
keys '' "$session
qqqqqq: 1"
keys '$defs graph' "$session
graphs: {a: {qqqqqq: 1}}"
keys '$defs subgraph' "$session
subgraphs: {a: {qqqqqq: 1}}"
keys '$defs param' "$session
params: {a: {qqqqqq: 1}}"
keys 'properties resources' "$session
resources: {qqqqqq: 1}"
keys '$defs link anyOf 1' "$session
operators: {in: stdin, out: discard}
links: [{qqqqqq: 1}]"
keys '$defs use-match properties types additionalProperties anyOf 1' "$session
operators: {a: {use: match, pattern: a, types: {a: {qqqqqq: 1}}}}"
finish
