#!/bin/sh
# SPDX-License-Identifier: MIT
# compress in each format: what the program of the format reads back, and that
# the bytes are the same whatever the way that the content came.
. "$srcdir/tests/cli/lib.sh"

for tool in gzip zstd xz bzip2 lz4; do
	command -v $tool >/dev/null || skip "no $tool"
done

mkdir in
awk 'BEGIN { for (i = 0; i < 60000; i++) print "line", i, i * i }' >in/a.txt
echo small >in/b.txt
: >in/c.txt
head -c 3000000 /dev/zero >in/d.txt
awk 'BEGIN { srand(1); for (i = 0; i < 250000; i++)
	printf "%c%c%c%c", 33 + rand() * 90, 33 + rand() * 90,
		33 + rand() * 90, 33 + rand() * 90 }' >in/e.txt
head -c 131072 in/e.txt >in/f.txt # a block, and not a byte more

cat >each.yaml <<'END'
leat: 1
session: each
resources: {memory: 256MiB}
params:
  format: {type: text, default: gzip}
  level: {type: integer, default: 1}
operators:
  in: {use: files, match: "in/*.txt"}
  pack: {use: compress, format: "${format}", level: "${level}"}
  out: {use: write-file, path: "out/{src_path}.z"}
links: [in -> pack -> out]
END
sed 's/, level: "${level}"//' each.yaml >usual.yaml
sed 's,out/{src_path},all,' usual.yaml >all.yaml
sed -e 's,"in/,"kept/,' -e 's/memory: 256MiB/jobs: 1/' all.yaml >kept.yaml
cat >lines.yaml <<'END'
leat: 1
session: lines
params: {format: {type: text, default: gzip}}
operators:
  in: {use: files, match: in/a.txt}
  split: lines
  most: {use: filter, where: "line IS NOT NULL"}
  pack: {use: compress, format: "${format}"}
  out: {use: write-file, path: "lines/{src_path}.z"}
links: [in -> split -> most -> pack -> out]
END
cat >stdin.yaml <<'END'
leat: 1
session: stdin
params: {format: {type: text, default: gzip}}
operators: {in: stdin, pack: {use: compress, format: "${format}"}, out: stdout}
links: [in -> pack -> out]
END

# unpack FORMAT FILE: by its own program.
unpack()
{
	"$1" -dc <"$2"
}

# check_each FORMAT WHAT: out/ holds what in/ does, compressed.
check_each()
{
	for file in a b c d e f; do
		unpack "$1" out/$file.txt.z >plain ||
			fail "$1 can't read $file, $2"
		cmp plain in/$file.txt || fail "$1: $file, $2"
	done
}

# pieces: standard input, but not all at once.
pieces()
{
	head -c 1
	sleep 0.05
	head -c 70000
	sleep 0.05
	cat
}

for format in gzip zstd xz bzip2 lz4; do
	case $format in
	zstd) levels='1 19' ;;
	lz4) levels='3 12' ;;
	*) levels='1 6 9' ;;
	esac
	[ -z "${LEAT_TEST_QUICK:-}" ] || levels=1
	for level in $levels; do
		# That takes more memory than there is.
		[ $format$level = xz9 ] && continue
		rm -rf out
		expect 0 "$LEAT" run -j 1 each.yaml --format $format --level $level
		check_each $format "level $level"
	done

	rm -rf out
	expect 0 "$LEAT" run usual.yaml --format $format
	check_each $format 'usual level'
	expect 0 "$LEAT" run lines.yaml --format $format
	cmp lines/a.txt.z out/a.txt.z || fail "$format: lines differ"
	pieces <in/a.txt | expect 0 "$LEAT" run stdin.yaml --format $format
	cmp stdout out/a.txt.z || fail "$format: pieces differ"
	expect 0 "$LEAT" run stdin.yaml --format $format </dev/null
	cmp stdout out/c.txt.z || fail "$format: nothing differs"

	# All in one file: a member for each, as by cat.
	expect 0 "$LEAT" run all.yaml --format $format
	cat out/*.z | cmp - all.z || fail "$format: members aren't joined"
	unpack $format all.z >plain || fail "$format can't read all"
	cat in/*.txt | cmp - plain || fail "$format: all"

	# The same when some of them come from the run before.
	rm -rf kept state
	cp -r in kept
	for change in : 'rm kept/a.txt kept/e.txt' 'echo more >>kept/b.txt'; do
		sh -c "$change"
		LEAT_STATE=$PWD/state expect 0 "$LEAT" run kept.yaml \
			--format $format
		mv all.z incremental.z
		expect 0 "$LEAT" run kept.yaml --format $format
		cmp all.z incremental.z ||
			fail "$format, $change: the state makes a difference"
		unpack $format all.z >plain || fail "$format, $change"
		cat kept/*.txt | cmp - plain || fail "$format, $change: content"
	done
done

# A unit that fails amid its content is cut out, and what follows is whole.
mkdir gz
gzip -nc in/a.txt >gz/a.gz
gzip -nc in/e.txt | head -c 500000 >gz/b.gz
gzip -nc in/f.txt >gz/c.gz
sed -e 's,in/\*.txt,gz/*.gz,' -e 's/^  pack:/  unpack: decompress\n&/' \
	-e 's/in -> pack/in -> unpack -> pack/' all.yaml >damaged.yaml
for format in gzip zstd xz bzip2 lz4; do
	expect 1 "$LEAT" run -k damaged.yaml --format $format
	said 'gz/b.gz'
	unpack $format all.z >plain || fail "$format: a failed unit harms others"
	cat in/a.txt in/f.txt | cmp - plain || fail "$format: a failed unit"
done

# Threads: the same bytes with any number of them, in workers and from a pipe.
# They are in a sandbox where the archive that is read beside is hostile.
cat in/*.txt in/*.txt in/*.txt >large
sed -e 's/, level: "${level}"/, threads: "${level}"/' -e s,in/.*txt,large, \
	-e 's/256MiB/1GiB/' each.yaml >threads.yaml
sed 's/operators: {in: stdin, pack: {/&threads: 3, /
	s/^params:/resources: {memory: 1GiB}\n&/' stdin.yaml >threads-stdin.yaml
sed -e 's,"large",large.tar,' -e 's/-> pack/-> entries -> pack/' \
	-e 's/^  pack:/  entries: archive-read\n&/' threads.yaml >entries.yaml
tar -cf large.tar large
for format in zstd xz; do
	expect 0 "$LEAT" run threads.yaml --format $format --level 1
	cp out/large.z one
	unpack $format one | cmp - large || fail "$format: threads"
	expect 0 "$LEAT" run threads.yaml --format $format --level 3
	cmp out/large.z one || fail "$format: three threads differ"
	expect 0 "$LEAT" run -j 2 threads.yaml --format $format --level 2
	cmp out/large.z one || fail "$format: two threads differ"
	pieces <large | expect 0 "$LEAT" run threads-stdin.yaml --format $format
	cmp stdout one || fail "$format: threads and pieces differ"
	expect 0 "$LEAT" run entries.yaml --format $format --level 2
	cmp out/large.tar/large.z one || fail "$format: in a sandbox"
done
xz -4 -T 2 -c large | cmp - one || fail 'xz -T makes something else'
blocks=$(xz --robot --list one | awk '$1 == "totals" { print $3 }')
[ "$blocks" -gt 1 ] || fail 'xz: there is one block only'

# What zstd, xz and lz4 check: they say that there is a checksum.
rm -rf out
expect 0 "$LEAT" run usual.yaml --format xz
xz --robot --list out/a.txt.z | grep -q 'CRC64' || fail 'xz: no checksum'
expect 0 "$LEAT" run usual.yaml --format zstd
zstd -lv out/a.txt.z 2>&1 | grep -q 'Check: XXH64' || fail 'zstd: no checksum'

# A level that the format doesn't have, and one that takes too much.
for wrong in 'gzip 10' 'xz 10' 'bzip2 10' 'lz4 13'; do
	expect 78 "$LEAT" check each.yaml --format "${wrong% *}" \
		--level "${wrong#* }"
	said "${wrong% *} has no level ${wrong#* }"
	said "are 1 to"
done
expect 78 "$LEAT" check each.yaml --format zstd --level 23
said 'level'
expect 78 "$LEAT" check each.yaml --format zlib
said "'zlib'"
expect 78 "$LEAT" check each.yaml --format zstd --level 22
said "takes 779 MiB, and the memory of the run is 256 MiB"
said 'resources: {memory: 1664MiB}'
sed 's/256MiB/1664MiB/' each.yaml >much.yaml
expect 0 "$LEAT" check much.yaml --format zstd --level 22

# What passes the check also runs: where half of the memory would be too little
# for workers, there are none of them.
mkdir xz
for name in one two; do
	python3 -c 'import random, sys
random.seed(sys.argv[1])
sys.stdout.buffer.write(random.randbytes(600000))' $name >xz/$name
done
for memory in 96MiB 150MiB 256MiB; do
	rm -rf out
	sed "s/256MiB/$memory/; s,in/\*.txt,xz/*," each.yaml >memory.yaml
	expect 0 "$LEAT" run -j 2 memory.yaml --format xz --level 6
	for name in one two; do
		xz -dc out/$name.z | cmp - xz/$name || fail "$memory: $name"
	done
done
finish
