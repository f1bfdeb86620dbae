#!/bin/sh
# SPDX-License-Identifier: MIT
# man/leat-session.5 names every key and every type that the loader takes, and
# no other; its examples run, with what they print counted by hand.
. "$srcdir/tests/cli/lib.sh"
manual=$srcdir/man/leat-session.5

# The words of the list under the title $1; not those of lists within it.
listed()
{
	awk -v title="$1" '
	/^\.S[sh] / { inside = substr($0, 5) == title }
	/^\.Bl -tag/ { depth++ }
	/^\.El/ { depth-- }
	inside && depth == 1 && /^\.It Cm/ {
		for (i = 3; i <= NF; i++)
			if ($i != "Cm" && $i != ",")
				print $i
	}
	/^\.Bl -bullet/ { depth++ }' "$manual" | sort
}

# What leat says of the session $1, behind $2, one word a line.
taken()
{
	echo "$1" >taken.yaml
	"$LEAT" check taken.yaml 2>&1 | sed -n "s/.*$2: //p" |
		sed 's/, /\n/g' | sort
}

# list TITLE BEHIND SESSION: the list has what leat says.
list()
{
	taken "$3" "$2" >wanted_list
	grep -q . wanted_list || fail "leat says nothing of: $3"
	listed "$1" >shown
	holds shown <wanted_list
}

start='leat: 1
session: keys'
graph="$start
operators: {in: stdin, parse: {use: match, pattern: (?<a>x)}, out: stdout}"
list 'KEYS OF A SESSION' 'its keys are' "$start
qqqqqq: 1"
list 'Keys of a graph' 'its keys are' "$start
graphs: {a: {qqqqqq: 1}}"
list 'Keys of a subgraph' 'its keys are' "$start
subgraphs: {a: {qqqqqq: 1}}"
list 'Keys of a param' 'its keys are' "$start
params: {a: {qqqqqq: 1}}"
list 'Types of params' 'the types are' "$start
params: {a: {type: qqqqqq}}"
list 'Keys of a link' 'its keys are' "$graph
links: [{qqqqqq: 1}]"
list 'Keys of a field' 'its keys are' \
	"$(echo "$graph" | sed 's/(?<a>x)/&, types: {a: {qqqqqq: 1}}/')"
list 'Types of values' 'is not one of' \
	"$(echo "$graph" | sed 's/(?<a>x)/&, types: {a: qqqqqq}/')"
list 'RESOURCES' 'its properties are' "$start
resources: {qqqqqq: 1}"

# The keys of variables are in a sentence.
sed -n '/^\.Sh VARIABLES/,/^\.Bd/p' "$manual" | sed -n '/^They/,$p' |
	grep '^\.Cm' | sed 's/^\.Cm //; s/ ,//g' | tr ' ' '\n' | sort >shown
taken "$start
env: {A: {qqqqqq: 1}}" 'its keys are' | holds shown

# Those beside the properties: `head` has one property, which is `count`.
"$LEAT" schema head | sed -n '/^  "properties": {/,/^  }/s/^    "\(.*\)": {$/\1/p' |
	grep -vx count | sort >wanted_list
grep -qx use wanted_list || fail 'no keys of operators'
listed OPERATORS >shown
holds shown <wanted_list

# The types of properties, those of params left out.
sed -n 's/^	\[SETTING_[A-Z_]*\] = "\(.*\)",$/\1/p' \
	"$srcdir/src/registry/registry.c" | sort >types
listed 'Types of params' | comm -23 types - >wanted_list
grep -qx template wanted_list || fail 'no types of properties'
listed 'Types of properties' >shown
holds shown <wanted_list

# The policies of links.
taken "$graph
links: [{from: in, to: parse, policy: qqqqqq}]" 'is not one of' >wanted_list
awk '/^\.It Cm policy/ { inside = 1 }
	/^\.It Cm capacity/ { inside = 0 }
	inside && /^\.It Cm/ { print $3 }' "$manual" | grep -vx policy |
	sort >shown
holds shown <wanted_list

# The functions of SQL that are allowed.
sed -n 's/^	{"\([a-z_]*\)",.*/\1/p' \
	"$srcdir/src/operators/support/sql/function.c" | sort >wanted_list
grep -qx coalesce wanted_list || fail 'no functions'
sed -n '/^The functions are/,/^\.Ed/p' "$manual" | sed '1,/^\.Bd/d; /^\./d' |
	tr -d ',.' | tr ' ' '\n' | grep . | sort >shown
holds shown <wanted_list

# Its form.
if command -v groff >/dev/null; then
	groff -ww -mdoc -Tutf8 "$manual" >stdout 2>stderr || fail 'groff fails'
	silent stderr
fi
for page in "$manual" "$srcdir/man/leat.1"; do
	command -v mandoc >/dev/null || continue
	mandoc -Tlint -Wwarning "$page" >lint 2>&1
	silent lint
done
# Pages that it refers to are there.
sed -n 's/^\.Xr \(leat[-a-z]*\) \([0-9]\).*/\1.\2/p' "$manual" | sort -u |
while read -r page; do
	[ -f "$srcdir/man/$page" ] || echo "there is no page $page"
done >missing
silent missing

# The examples that are whole sessions, named as they say.
awk '/^\.Ed/ { file = "" }
	/^leat: 1/ { file = "new"; text = "" }
	file == "" { next }
	/^session: / { file = $2 ".yaml" }
	{ text = text $0 "\n" }
	file != "new" { gsub(/\\e/, "\\", text); printf "%s", text >file; text = "" }
' "$manual"
for session in *.yaml; do
	[ $session = taken.yaml ] || expect 0 "$LEAT" check --strict $session
done

printf 'an error\nfine\nfatal\n' >a.log
printf 'error 1\n' >b.log
expect 0 "$LEAT" run errors.yaml
printf 'src_path,errors\na.log,2\nb.log,1\n' | holds stdout
printf 'an error\nfatal\nerror 1\n' | holds errors.txt

seq 30 | expect 0 "$LEAT" run top.yaml
seq 20 | holds top.txt
seq 30 | expect 0 "$LEAT" run top.yaml --top 5 --out five.txt
seq 5 | holds five.txt

unset USER_NAME
expect 0 "$LEAT" run greet.yaml
echo '"Hello, nobody"' | holds stdout
USER_NAME=Ada expect 0 "$LEAT" run greet.yaml
printed 'Hello, Ada'

printf 'INFO a\nWARN b\nx\nINFO c\n' | expect 0 "$LEAT" run levels.yaml
printf 'INFO\nWARN\nINFO\n' | holds stdout
echo x | holds other.txt
sed -n '/^\.It Cm web-log/,/^Other/p' "$manual" |
	sed -n 's/^\.Cm \(host .*\)$/\1/p; s/^\.Cm \(agent\) \.$/\1/p' | tr -d ' .' | tr ',' '\n' |
	grep . | sort >shown
sed -n 's/^ *pattern: //p' "$srcdir/subgraphs/web-log.yaml" | grep -o '(?<[a-z]*>' |
	tr -d '(?<>' | sort >wanted_list
holds shown <wanted_list

printf '1\nx\n41\n' | expect 0 "$LEAT" run numbers.yaml
printf 'sum\n42\n' | holds stdout
echo x | holds bad.txt

mkdir logs
seq 12 >logs/x.log
seq 3 >logs/y.log
expect 0 "$LEAT" run heads.yaml
seq 10 | holds heads/x.txt
seq 3 | holds heads/y.txt

# The means are 2 and 20.
seq 1 3 >a.txt
printf '10\n30\n' >b.txt
expect 0 "$LEAT" run above.yaml a.txt b.txt
printf 'n\n3\n' | holds above/a.csv
printf 'n\n30\n' | holds above/b.csv

printf '/B 1500\n/a/x 2000\n/c 999\n/d 2500\n' |
	expect 0 "$LEAT" run slow.yaml
printf 'path,s\n/d,2.5\n/b,1.5\n' | holds stdout
finish
