#!/bin/sh
# SPDX-License-Identifier: MIT
# text-encode: records as text. Expected values by hand.
. "$srcdir/tests/cli/lib.sh"

mkdir in
printf 'a 1 x\nb - y\n' >in/one.txt
printf 'c 3 z{\n' >in/two.txt
: >in/none.txt
session()
{
	cat >text.yaml <<END
leat: 1
session: text
operators:
  in: {use: files, match: "in/*.txt"}
  split: lines
  parse:
    use: match
    pattern: '^(?<name>\S+) (?<n>\S+) (?<src_ext>.*)'
    types: {n: {type: integer, null-text: "-"}}
  text: {use: text-encode, $1}
  out: {use: write-file, path: "$2"}
links: [in -> split -> parse -> text -> out]
END
}

# Fields, attributes, null; a field hides an attribute; braces stand for
# themselves where they are doubled, and those of values aren't looked at.
session 'template: "{{{name}}}={n} {src_name}, {src_ext}"' out.txt
expect 0 "$LEAT" run text.yaml
cat <<'END' | holds out.txt
{a}=1 one.txt, x
{b}= one.txt, y
{c}=3 two.txt, z{
END
session 'template: "{name}", end: "; "' 'out/{src_name}'
expect 0 "$LEAT" run text.yaml
printf 'a; b; ' | cmp - out/one.txt || fail 'an end'
printf 'c; ' | cmp - out/two.txt || fail 'an end'
[ -f out/none.txt ] && [ ! -s out/none.txt ] || fail 'no records'
session 'template: "{n}", end: ""' out.txt
expect 0 "$LEAT" run text.yaml
printf 13 | cmp - out.txt || fail 'no end'
session 'template: ""' out.txt
expect 0 "$LEAT" run text.yaml
printf '\n\n\n' | holds out.txt

# Many records, in chunks.
awk 'BEGIN { for (i = 0; i < 50000; i++) print "name" i, i, "rest" }' \
	>in/one.txt
session 'template: "{n}:{name}"' 'out/{src_name}'
expect 0 "$LEAT" run text.yaml
awk '{ print $2 ":" $1 }' in/one.txt | cmp - out/one.txt || fail 'chunks'
finish
