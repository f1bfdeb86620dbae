#!/bin/sh
# SPDX-License-Identifier: MIT
# Compressed inputs that are damaged, one by one: each fails as a whole, says
# where, leaves nothing, and doesn't touch the output of before. What gzip
# allows is the same as what `gzip -dc` prints.
. "$srcdir/tests/cli/lib.sh"

cat >report.yaml <<'END'
leat: 1
session: report
params: {inputs: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${inputs}"}
  unpack: decompress
  split: lines
  out: {use: write-file, path: "out/{src_name}.txt"}
  count: {use: aggregate, compute: {lines: count(*)}}
  table: csv-encode
  total: {use: write-file, path: total/lines.csv}
links:
  - in -> unpack -> split -> out
  - split -> count -> table -> total
END
cat >filter.yaml <<'END'
leat: 1
session: filter
operators: {in: stdin, unpack: decompress, split: lines, out: stdout}
links: [in -> unpack -> split -> out]
END

awk 'BEGIN { for (i = 0; i < 20000; i++) print "line", i, i * i }' >text
gzip -nc text >good.gz
size=$(wc -c <good.gz)

# byte NUMBER OCTAL: good.gz with another byte there
byte()
{
	head -c "$1" good.gz
	printf "\\$2"
	tail -c +$(($1 + 2)) good.gz
}

# damaged FILE TEXT: it fails alone, and TEXT is said.
damaged()
{
	rm -rf out total
	mkdir out total
	echo old >out/$1.txt
	echo old >total/lines.csv
	expect 1 "$LEAT" run report.yaml "$1" || return
	said "$1"
	said "$2"
	grep -q 'byte [0-9]' stderr || fail "$1: no offset is given"
	holds_only out "$1.txt"
	echo old | holds out/$1.txt
	holds_only total lines.csv
	echo old | holds total/lines.csv

	# With -k the others are there, and the total is theirs.
	expect 1 "$LEAT" run -k report.yaml good.gz "$1"
	holds_only out "$1.txt good.gz.txt" # in byte order
	echo old | holds out/$1.txt
	holds out/good.gz.txt <text
	printf 'lines\n20000\n' | holds total/lines.csv

	# On standard input there is no unit to blame.
	expect 65 "$LEAT" run filter.yaml <"$1"
	said "$2"
}

expect 0 "$LEAT" run report.yaml good.gz
holds out/good.gz.txt <text

byte $((size - 8)) 0 >bad-crc.gz
cmp -s bad-crc.gz good.gz && byte $((size - 8)) 1 >bad-crc.gz
damaged bad-crc.gz 'checksum is wrong'
byte $((size - 4)) 0 >bad-length.gz
cmp -s bad-length.gz good.gz && byte $((size - 4)) 1 >bad-length.gz
damaged bad-length.gz 'length'
byte 2 7 >bad-method.gz
damaged bad-method.gz 'method'
byte 3 340 >bad-flags.gz # reserved bits
damaged bad-flags.gz 'flags'
head -c $((size / 2)) good.gz >bad-half.gz
damaged bad-half.gz 'truncated'
head -c 7 good.gz >bad-head.gz
damaged bad-head.gz 'truncated'
head -c $((size - 1)) good.gz >bad-last.gz
damaged bad-last.gz 'truncated'
head -c $((size - 8)) good.gz >bad-tail.gz
damaged bad-tail.gz 'truncated'
(cat good.gz && echo garbage) >bad-trailing.gz
damaged bad-trailing.gz 'what follows the data'
(cat good.gz && head -c 12 good.gz) >bad-second.gz
damaged bad-second.gz 'truncated'
(head -c 10 good.gz && head -c 5000 /dev/zero | tr '\0' '\377') >bad-deflate.gz
damaged bad-deflate.gz 'it is damaged'

# Several members, an empty one, zero padding, fields of the header.
cat good.gz good.gz >multi.gz
(gzip -nc </dev/null && cat good.gz) >empty-first.gz
(cat good.gz && head -c 1024 /dev/zero) >padded.gz
gzip -c text >named.gz
gzip -nc </dev/null >empty.gz
rm -rf out total
for name in multi empty-first padded named empty; do
	gzip -dcq $name.gz >plain 2>/dev/null
	expect 0 "$LEAT" run report.yaml $name.gz
	holds out/$name.gz.txt <plain
done
if command -v python3 >/dev/null; then
	# A name, an extra field, a comment and a CRC in the header.
	python3 - <<'END'
import struct, zlib
text = open("text", "rb").read()
head = b"\x1f\x8b\x08\x1f" + bytes(6) + struct.pack("<H", 300) + bytes(300)
head += b"../../evil\0" + b"a comment\0"
deflate = zlib.compressobj(wbits=-15)
body = deflate.compress(text) + deflate.flush()
tail = struct.pack("<II", zlib.crc32(text), len(text))
crc = zlib.crc32(head) & 0xffff
open("fields.gz", "wb").write(head + struct.pack("<H", crc) + body + tail)
open("bad-fields.gz", "wb").write(
    head + struct.pack("<H", crc ^ 1) + body + tail)
open("plain.zz", "wb").write(zlib.compress(text))
open("bad.zz", "wb").write(zlib.compress(text)[:-1] + b"\0")
END
	expect 0 "$LEAT" run report.yaml fields.gz
	holds out/fields.gz.txt <text
	[ ! -e ../../evil ] || fail 'the name in the header is a path'
	damaged bad-fields.gz 'header'
	expect 0 "$LEAT" run report.yaml plain.zz
	holds out/plain.zz.txt <text
	damaged bad.zz 'checksum is wrong'
fi

# What isn't compressed passes.
expect 0 "$LEAT" run report.yaml text
holds out/text.txt <text

# Every place where the file can be cut.
if [ -z "${LEAT_TEST_QUICK-}" ]; then
	head -n 3 text | gzip -nc >small.gz
	cut=1
	while [ $cut -lt "$(wc -c <small.gz)" ]; do
		head -c $cut small.gz >cut.gz
		expected=65
		[ $cut -ge 2 ] || expected=0 # not gzip yet
		"$LEAT" run filter.yaml <cut.gz >out.txt 2>stderr
		status=$?
		[ $status -eq $expected ] ||
			fail "cut at $cut: exit status $status"
		cut=$((cut + 1))
	done
fi
finish
