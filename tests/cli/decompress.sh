#!/bin/sh
# SPDX-License-Identifier: MIT
# decompress against the programs of the formats: what they write in all their
# ways is read, and what they refuse is an error.
. "$srcdir/tests/cli/lib.sh"

for tool in gzip zstd xz bzip2 lz4; do
	command -v $tool >/dev/null || skip "no $tool"
done

awk 'BEGIN { for (i = 0; i < 30000; i++) print "line", i, i * i }' >plain
: >empty

cat >cat.yaml <<'END'
leat: 1
session: cat
params:
  format: {type: text, default: auto}
  in: {type: inputs, args: true}
operators:
  in: {use: files, match: "${in}"}
  unpack: {use: decompress, format: "${format}"}
  out: {use: write-file, path: "out/{src_name}"}
links: [in -> unpack -> out]
END

# each FORMAT SUFFIX COMMAND: the command compresses standard input.
number=0
each()
{
	number=$((number + 1))
	sh -c "$3" <plain >"$1$number.$2" || fail "$3"
	sh -c "$3" <empty >"$1$number-empty.$2" || fail "$3"
	expect 0 "$LEAT" run cat.yaml "$1$number*.$2"
	cmp "out/$1$number.$2" plain || fail "$3 isn't read back"
	cmp "out/$1$number-empty.$2" empty || fail "$3, of nothing"
	rm -rf out
	expect 0 "$LEAT" run cat.yaml --format "$1" "$1$number*.$2"
	cmp "out/$1$number.$2" plain || fail "$3 isn't read back by name"
}

each gzip gz 'gzip -c'
each zstd zst 'zstd -c'
each zstd zst 'zstd -c -19 --no-check'
each zstd zst 'zstd -c --long=24 -T2'
each xz xz 'xz -c'
each xz xz 'xz -c -0 -C sha256 -T 2 --block-size=65536'
each xz xz 'xz -c -C none --x86 --lzma2'
each xz xz 'xz -c -C crc32 --delta=dist=4 --lzma2=dict=1MiB'
each bzip2 bz2 'bzip2 -c'
each bzip2 bz2 'bzip2 -1 -c'
each lz4 lz4 'lz4 -c'
each lz4 lz4 'lz4 -q -c -9 -B4 -BD -BX'
each lz4 lz4 'lz4 -q -c -B5 --no-frame-crc'
each lzma lzma 'xz -c --format=lzma'
each lzma lzma 'xz -c --format=lzma --lzma1=dict=96KiB,nice=30'
python3 -c 'import sys, zlib
sys.stdout.buffer.write(zlib.compress(open("plain", "rb").read()))' >plain.zz
expect 0 "$LEAT" run cat.yaml plain.zz
cmp out/plain.zz plain || fail 'zlib'

# With the properties 0 and a length it isn't found out, but read by name.
xz -c --format=lzma --lzma1=dict=64KiB,lc=0,lp=2,pb=0 plain >odd.lzma
expect 0 "$LEAT" run cat.yaml odd.lzma
cmp out/odd.lzma odd.lzma || fail 'odd lzma'
expect 0 "$LEAT" run cat.yaml --format lzma odd.lzma
cmp out/odd.lzma plain || fail 'odd lzma by name'

# What is compressed twice is unpacked once.
gzip -c plain | xz -c >twice
expect 0 "$LEAT" run cat.yaml twice
gunzip -c <out/twice | cmp - plain || fail 'twice'

# More memory than there is: windows of 128 MiB, and with a limit of its own.
zstd -q -c --ultra -22 --long=27 <plain >large.zst
xz -c --lzma2=dict=128MiB plain >large.xz
xz -c --format=lzma --lzma1=dict=128MiB plain >large.lzma
for file in large.zst large.xz large.lzma; do
	expect 1 "$LEAT" run -k -j 1 cat.yaml $file empty
	said "$file: byte "
	said ' bytes of memory, and there are 67108864'
	said 'raise `resources: memory`'
done
sed 's/^params:/resources: {memory: 512MiB}\n&/' cat.yaml >much.yaml
for file in large.zst large.xz large.lzma; do
	expect 0 "$LEAT" run much.yaml $file
	cmp out/$file plain || fail "$file"
done
sed 's/^params:/resources: {memory: 2MiB}\n&/' cat.yaml >little.yaml
expect 1 "$LEAT" run little.yaml bzip29.bz2
said 'bytes of memory, and there are'

# The most that fits into the usual memory; and where there is memory for one
# at a time, one waits for the other.
xz -8 -c plain >most.xz
zstd -q -19 -c <plain >most.zst
expect 0 "$LEAT" run -j 1 cat.yaml most.xz most.zst
cmp out/most.xz plain || fail 'xz -8'
cmp out/most.zst plain || fail 'zstd -19'
cat >two.yaml <<'END'
leat: 1
session: two
resources: {memory: 16MiB, jobs: 1}
operators:
  in: {use: files, match: both.xz}
  a: decompress
  b: decompress
  x: {use: write-file, path: x}
  y: {use: write-file, path: y}
links: [in -> a -> x, in -> b -> y]
END
xz -6 -c plain >both.xz
expect 0 "$LEAT" run two.yaml
cmp x plain || fail 'one of two'
cmp y plain || fail 'the other of two'

# Dictionaries that aren't there.
awk 'BEGIN { for (i = 0; i < 3000; i++) print "key", i % 7, i }' >words
split -n 100 words word.
zstd -q --train word.* -o dictionary >/dev/null 2>&1 || fail 'zstd --train'
zstd -q -c -D dictionary plain >dict.zst
expect 1 "$LEAT" run cat.yaml dict.zst
said 'dict.zst: byte '
said 'it needs a dictionary; unpack it with `zstd -D`'
# lz4_Frame_format.md: bit 0 of the flags.
printf '\004\042\115\030\101\100\0\0\0\0' >dict.lz4
expect 1 "$LEAT" run cat.yaml dict.lz4
said 'it needs a dictionary; unpack it with `lz4 -D`'

# xz-file-format.txt: checks of a kind that nobody knows, with a good CRC of the
# flags; and filters.
python3 - <<'END'
import struct, zlib
data = bytearray(open('xz5.xz', 'rb').read())
def sign(at, length, to):
    data[to:to + 4] = struct.pack('<I', zlib.crc32(bytes(data[at:at + length])))
kind = bytearray(data)
data[7] = 2
sign(6, 2, 8)
open('check.xz', 'wb').write(data)
data = kind
data[14] = 0x3f  # the filter's number
size = (data[12] + 1) * 4
sign(12, size - 4, 12 + size - 4)
open('filter.xz', 'wb').write(data)
END
expect 1 "$LEAT" run cat.yaml check.xz
said 'its checksum is of a kind that nobody knows; get the file again, with another one'
expect 1 "$LEAT" run cat.yaml filter.xz
said 'it has options that nobody knows; get the file again, made by an older program'

# Formats of before are refused, not passed on, when they are asked for.
printf '\002\041\114\030\001\0\0\0x' >old.lz4
expect 1 "$LEAT" run cat.yaml --format lz4 old.lz4
said 'byte 0 of the lz4 data: this is not lz4 data'
printf '\045\265\057\375\001\0\0\0x' >old.zst
expect 1 "$LEAT" run cat.yaml --format zstd old.zst
said 'byte 0 of the zstd data: this is not zstd data'

# Cut anywhere, or with a changed bit: an error, or the same content.
head -c 900 plain >small
mkdir cut bit
gzip -c small >small.gzip
zstd -q -c small >small.zstd
xz -c small >small.xz
bzip2 -c small >small.bzip2
lz4 -q -c small >small.lz4
python3 - "${LEAT_TEST_QUICK:-}" <<'END'
import sys
step = 7 if sys.argv[1] else 1
for format in 'gzip', 'zstd', 'xz', 'bzip2', 'lz4':
    data = open('small.' + format, 'rb').read()
    for length in range(1, len(data), step):
        open('cut/%s-%d' % (format, length), 'wb').write(data[:length])
    for bit in range(0, 8 * len(data), step * 5):
        wrong = bytearray(data)
        wrong[bit // 8] ^= 1 << bit % 8
        open('bit/%s-%d' % (format, bit), 'wb').write(wrong)
END
sed 's,"out/{src_name}","done/{src_name}",' cat.yaml >done.yaml
for format in gzip zstd xz bzip2 lz4; do
	expect 1 "$LEAT" run -k done.yaml --format $format "cut/$format-*"
	count=$(grep -c 'error: .* it ends too early' stderr)
	[ "$count" -eq "$(ls cut | grep -c "^$format-")" ] ||
		fail "$format: $count are found truncated"
	[ -z "$(find done -type f)" ] || fail "$format: a truncated one is read"
	expect 1 "$LEAT" run -k done.yaml --format $format "bit/$format-*"
	for file in $(find done -type f); do
		cmp "$file" small || fail "$file: another content"
	done
	rm -rf done
done
finish
