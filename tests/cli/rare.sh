#!/bin/sh
# SPDX-License-Identifier: MIT
# What is said where something uncommon is asked for, or has happened.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

mkdir in
for number in 01 02 03 04 05 06 07 08 09 10 11 12 13; do
	echo $number >in/$number
done

# ---- Why units aren't shared out ----------------------------------------------

# way WHY LINKS OPERATOR...
way()
{
	why=$1
	links=$2
	shift 2
	{
		printf 'leat: 1\nsession: way\noperators:\n'
		printf '  %s\n' 'in: {use: files, match: "in/*"}' \
			'split: lines' "$@"
		printf 'links: [%s]\n' "$links"
	} >way.yaml
	expect 0 "$LEAT" plan way.yaml
	printed "  one process, since $why"
}

way "the link split -> out isn't blocking" \
	'in -> split, {from: split, to: out, policy: back-pressure}' \
	'out: {use: write-file, path: way.txt}'
# What spans units makes one archive of them all.
way 'unpack depends on all units; needs --sandbox off' \
	'in -> split -> parse -> all -> table -> unpack -> out' \
	'parse: {use: match, pattern: "(?<n>.)"}' 'all: sort' \
	'table: csv-encode' 'unpack: archive-read' \
	'out: {use: write-file, path: "way/{entry_path}"}'

# ---- Why units run -------------------------------------------------------------

# More than ten are counted.
cat >pack.yaml <<'END'
leat: 1
session: pack
operators:
  in: {use: files, match: "in/*"}
  pack: archive-write
  out: {use: write-file, path: in.tar}
links: [in -> pack -> out]
END
expect 0 "$LEAT" plan pack.yaml
printed '  13: new'
printed '    and 3 more'
expect 0 "$LEAT" run pack.yaml
sleep 0.1
expect 0 "$LEAT" run pack.yaml
echo more >>in/01
# An archive can't be made of parts.
expect 0 "$LEAT" plan pack.yaml
printed '  12: all units run together'
expect 0 "$LEAT" why pack.yaml in/02
printed 'in/02: all units run together'

# What has more than 1 MiB to be sorted isn't kept.
mkdir big
seq 300000 >big/a
echo 1 >big/b
cat >big.yaml <<'END'
leat: 1
session: big
operators:
  in: {use: files, match: "big/*"}
  split: lines
  all: sort
  out: {use: write-file, path: big.txt}
links: [in -> split -> all -> out]
END
expect 0 "$LEAT" run big.yaml
echo 2 >>big/b
expect 0 "$LEAT" plan big.yaml
printed "  1: its partial result isn't kept"
grep -A 1 "isn't kept" stdout | grep -qx '    big/a' || fail 'it is another unit'

# A value that comes from other units, over a link: they run with those that
# need it; where they fail, these do.
mkdir value
echo 3 >value/a
cat >value.yaml <<'END'
leat: 1
session: value
operators:
  in: {use: files, match: "in/*"}
  split: lines
  parse: {use: match, pattern: '^(?<n>\d+)', types: {n: integer}, else: drop}
  value: {use: files, match: "value/*"}
  lines: lines
  number: {use: match, pattern: '^(?<n>\d+)$', types: {n: integer}}
  condition: {use: map, select: {where: "'n > ' || n"}}
  above: filter
  table: csv-encode
  out: {use: write-file, path: "above/{src_name}"}
links:
  - in -> split -> parse -> above -> table -> out
  - value -> lines -> number -> condition -> above@where
END
expect 0 "$LEAT" run value.yaml
printf 'n\n4\n' | holds above/04
echo 5 >>in/04
expect 0 "$LEAT" plan value.yaml
printed '  1: units that run need it'
grep -A 1 'need it' stdout | grep -qx '    value/a' || fail 'it is another unit'
echo x >value/a
expect 1 "$LEAT" run -k value.yaml
said "above: in/04: where, by the link in line 16: the value isn't known: its unit failed"
printf 'n\n4\n' | holds above/04

# ---- What changed --------------------------------------------------------------

cat >skip.yaml <<'END'
leat: 1
session: skip
on-error: skip
operators:
  in: {use: files, match: "in/*"}
  split: lines
  parse: {use: match, pattern: '^\d+$'}
  out: {use: write-file, path: "skip/{src_name}"}
links: [in -> split -> parse -> out]
END
# `more` is no number.
expect 0 "$LEAT" run -v skip.yaml
said 'skip: 13 units, 1 items skipped, '
cp skip.yaml with
sed '/parse:/d; s/parse -> //' with >skip.yaml
expect 0 "$LEAT" why skip.yaml in/02
printed '    parse.pattern: was "^\\d+$" in run 1, is not there any more'
expect 0 "$LEAT" run skip.yaml
cp with skip.yaml
expect 0 "$LEAT" why skip.yaml in/02
printed '    parse.pattern: is "^\\d+$", was not there in run 2'

# ---- What comes out otherwise --------------------------------------------------

# The name of an output is a random number.
cat >name.yaml <<'END'
leat: 1
session: name
reproducible: false
operators:
  in: {use: files, match: in.tar}
  unpack: archive-read
  one: {use: entry-edit, set: {entry_path: "random() || entry_path"}}
  out: {use: write-file, path: "named/{src_name}/{entry_path}"}
links: [in -> unpack -> one -> out]
END
expect 0 "$LEAT" run name.yaml
expect 1 "$LEAT" run --verify name.yaml
said 'is not what run 1 made: it is not made now'
said 'is made now, and is not remembered'
finish
