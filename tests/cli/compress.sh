#!/bin/sh
# SPDX-License-Identifier: MIT
# compress against gzip, zcat and Python's gzip: what is read back, and that
# the bytes are the same whatever the way that the content came.
. "$srcdir/tests/cli/lib.sh"

mkdir -p in/sub
awk 'BEGIN { for (i = 0; i < 60000; i++) print "line", i, i * i }' >in/a.txt
echo small >in/b.txt
: >in/empty.txt
head -c 1000000 /dev/zero >in/sub/zeros.txt
awk 'BEGIN { srand(1); for (i = 0; i < 40000; i++)
	printf "%c%c%c%c\n", 33 + rand() * 90, 33 + rand() * 90,
		33 + rand() * 90, 33 + rand() * 90 }' >in/sub/noise.txt
files='a.txt b.txt empty.txt sub/noise.txt sub/zeros.txt'

cat >each.yaml <<'END2'
leat: 1
session: each
params: {level: {type: integer, default: 6}}
operators:
  in: {use: files, match: "in/**/*.txt"}
  pack: {use: compress, level: "${level}"}
  out: {use: write-file, path: "out/{src_path}.gz"}
links: [in -> pack -> out]
END2
for level in 1 6 9; do
	rm -rf out
	expect 0 "$LEAT" run each.yaml --level $level
	for file in $files; do
		gzip -t out/$file.gz || fail "$file is no gzip file"
		zcat out/$file.gz | cmp - in/$file || fail "$file by zcat"
		python3 -c 'import gzip, sys
sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())' out/$file.gz >read
		cmp read in/$file || fail "$file by Python"
	done
done
expect 78 "$LEAT" check each.yaml --level 0
expect 78 "$LEAT" check each.yaml --level 10

# The header of RFC 1952: deflate, no flags, no time, from Unix; level 6.
rm -rf out
expect 0 "$LEAT" run each.yaml
printf '\037\213\010\0\0\0\0\0\0\003' >header
head -c 10 out/a.txt.gz | cmp - header || fail 'another header'
[ "$(wc -c <out/a.txt.gz)" -le "$(gzip -n6c in/a.txt | wc -c)" ] ||
	fail 'larger than by gzip'

# Lines give the same bytes, and so does a pipe in pieces, and a small budget.
cat >lines.yaml <<'END2'
leat: 1
session: lines
resources: {memory: 4MiB}
operators:
  in: {use: files, match: "in/**/*[!s].txt"}
  split: lines
  most: {use: filter, where: "line IS NOT NULL"}
  pack: compress
  out: {use: write-file, path: "lines/{src_path}.gz"}
links: [in -> split -> most -> pack -> out]
END2
expect 0 "$LEAT" run lines.yaml
for file in a.txt b.txt empty.txt sub/noise.txt; do
	cmp lines/$file.gz out/$file.gz || fail "$file: lines differ"
done
sed -e '/^  most:/d' -e 's/-> most ->/->/' lines.yaml >packed.yaml
expect 0 "$LEAT" run packed.yaml
cmp lines/a.txt.gz out/a.txt.gz || fail "packed lines differ"
cat >stdin.yaml <<'END2'
leat: 1
session: stdin
operators: {in: stdin, pack: compress, out: stdout}
links: [in -> pack -> out]
END2
head -c 70000 in/a.txt >start
gzip -n6c start >whole
(head -c 1 start; sleep 0.1; tail -c +2 start | head -c 65536; sleep 0.1
	tail -c +65538 start) | expect 0 "$LEAT" run stdin.yaml
zcat stdout | cmp - start || fail 'a pipe'
mv stdout pieces
expect 0 "$LEAT" run stdin.yaml <start
cmp stdout pieces || fail 'the pieces of a pipe change the bytes'
expect 0 "$LEAT" run stdin.yaml </dev/null
zcat stdout >nothing || fail 'nothing gives no gzip file'
silent nothing

# All in one file: a member for each, as by cat.
sed 's,out/{src_path},all,' each.yaml >all.yaml
expect 0 "$LEAT" run all.yaml
for file in $files; do
	cat out/$file.gz
done | cmp - all.gz || fail 'members are not joined as by cat'

# The same when some of them come from the run before.
cp -r in kept
sed 's,"in/,"kept/,' all.yaml >kept.yaml
for change in : 'rm kept/a.txt kept/sub/noise.txt' 'echo more >>kept/b.txt'; do
	sh -c "$change"
	LEAT_STATE=$PWD/state expect 0 "$LEAT" run kept.yaml
	cp all.gz incremental.gz
	expect 0 "$LEAT" run kept.yaml
	cmp all.gz incremental.gz || fail "$change: the state makes a difference"
done
[ -n "$(ls state)" ] || fail 'nothing was remembered'

# A table with a header, one for all and one for each.
cat >table.yaml <<'END2'
leat: 1
session: table
operators:
  in: {use: files, match: "in/*.txt"}
  split: lines
  parse: {use: match, pattern: '(?<n>\d+)$', else: drop}
  table: csv-encode
  pack: compress
  out: {use: write-file, path: "table/{src_name}.gz"}
links: [in -> split -> parse -> table -> pack -> out]
END2
expect 0 "$LEAT" run table.yaml
{
	echo n
	grep -oE '[0-9]+$' in/a.txt
} >numbers
zcat table/a.txt.gz | cmp - numbers || fail 'a table for each'
zcat table/empty.txt.gz >stdout
echo n | holds stdout
sed 's,table/{src_name},table,' table.yaml >one-table.yaml
expect 0 "$LEAT" run one-table.yaml
zcat table.gz | cmp - numbers || fail 'a table for all'

# What fails isn't in it, wherever it failed.
mkdir gz
gzip -nc in/b.txt >gz/a.gz
gzip -nc in/a.txt | head -c 100000 >gz/b.gz
gzip -nc in/sub/noise.txt >gz/c.gz
sed -e 's,in/\*\*/\*.txt,gz/*.gz,' -e 's/^  pack:/  unpack: decompress\n&/' \
	-e 's/in -> pack/in -> unpack -> pack/' all.yaml >damaged.yaml
expect 1 "$LEAT" run -k damaged.yaml
said gz/b.gz
cat in/b.txt in/sub/noise.txt >wanted
zcat all.gz | cmp - wanted || fail 'a failed unit is in it'

# And back.
cat >back.yaml <<'END2'
leat: 1
session: back
operators:
  in: {use: files, match: "out/**/*.gz"}
  unpack: decompress
  out: {use: write-file, path: "back/{src_dir}/{src_stem}"}
links: [in -> unpack -> out]
END2
expect 0 "$LEAT" run back.yaml
diff -r in back || fail 'not the same again'

# Two files of different scopes behind one.
sed 's,^links.*,  all: {use: write-file\, path: all.gz}\nlinks: [in -> pack -> out\, pack -> all],' \
	each.yaml >scopes.yaml
expect 78 "$LEAT" check scopes.yaml
said "'pack' can't write for"

# After an update of the library all is made again, and said why; what another
# library makes isn't.
other=$(dirname "$LEAT")/tests/unit/leat-other-zlib
[ -x "$other" ] || skip "no $other"
unset LEAT_STATE
sed 's/use: compress, /&format: bzip2, /; s/^session: each/session: other/
	s,out/,bz/,' each.yaml >other.yaml
for session in each other; do
	expect 0 "$LEAT" run $session.yaml
	expect 0 "$LEAT" plan --detailed-exitcode $session.yaml
done
expect 2 "$other" plan --detailed-exitcode each.yaml
expect 0 "$other" why each.yaml out/a.txt.gz
printed 'pack by: was zlib'
printed 'is zlib 99.1'
expect 0 "$other" plan --detailed-exitcode other.yaml
finish
