#!/bin/sh
# SPDX-License-Identifier: MIT
# Large archives: 2 GB that come by a pipe take no more memory than 100 MB do
# (with LEAT_SOAK set 20 GB), and a list passes over what it needn't read. What
# is expected is computed by Python.
. "$srcdir/tests/cli/lib.sh"

cat >make.py <<'END'
"""make.py HOW COUNT SIZE: a tar file of COUNT entries of SIZE bytes on standard
output, or with `holes` in the file `holes.tar`, and their digests in `sums`."""
import hashlib
import sys

how, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def header(name):
    head = bytearray(512)
    for at, value in ((0, name), (100, b'0000644'), (108, b'0000000'),
                      (116, b'0000000'),
                      (124, b'\x80' + size.to_bytes(11, 'big')),
                      (136, b'00000000000'), (156, b'0'),
                      (257, b'ustar\0' b'00')):
        head[at:at + len(value)] = value
    head[148:156] = b' ' * 8
    head[148:156] = b'%06o\0 ' % sum(head)
    return bytes(head)


if how == 'holes':
    with open('holes.tar', 'wb') as file:
        for i in range(count):
            file.write(header(b'entry-%d' % i))
            file.seek(-(-size // 512) * 512, 1)
        file.write(bytes(1024))
    sys.exit()
block = bytes(range(256)) * 4096
with open('sums', 'w') as sums:
    for i in range(count):
        digest = hashlib.sha256()
        sys.stdout.buffer.write(header(b'entry-%d' % i))
        left = size
        while left > 0:
            # A tenth of it is of its entry, the rest the same all over.
            part = (b'%d,' % (i * size + left)) + block
            part = part[:min(left, len(part))]
            sys.stdout.buffer.write(part)
            digest.update(part)
            left -= len(part)
        sys.stdout.buffer.write(bytes(-size % 512))
        print(digest.hexdigest(), 'entry-%d' % i, sep='  ', file=sums)
    sys.stdout.buffer.write(bytes(1024))
END
cat >sums.yaml <<'END'
leat: 1
session: sums
resources: {memory: 64MiB}
operators:
  in: stdin
  entries: archive-read
  sum: hash
  show: {use: text-encode, template: "{sha256}  {entry_path}"}
  out: stdout
links: [in -> entries -> sum, sum.digest -> show -> out]
END
cat >run.py <<'END'
"""run.py LEAT COUNT SIZE: the sums by leat, and its peak of memory in KiB, with
those of its workers, on standard error."""
import resource
import subprocess
import sys

leat, count, size = sys.argv[1:]
make = subprocess.Popen([sys.executable, 'make.py', 'pipe', count, size],
                        stdout=subprocess.PIPE)
run = subprocess.Popen([leat, 'run', 'sums.yaml'], stdin=make.stdout,
                       stdout=open('found', 'wb'))
make.stdout.close()
status = run.wait()
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
sys.exit(make.wait() or status or print(peak, file=sys.stderr))
END

# peak COUNT SIZE: sets $kib.
peak()
{
	python3 run.py "$LEAT" $1 $2 2>kib || fail "$1 entries of $2 bytes: $(cat kib)"
	kib=$(tail -n 1 kib)
	cmp -s found sums || fail "$1 entries of $2 bytes: other digests"
}

large=2000
[ -z "${LEAT_SOAK-}" ] || large=20000
[ -z "${LEAT_TEST_QUICK-}" ] && [ "$LEAT_SANITIZED" != yes ] || large=300
peak 100 1000000
small=$kib
peak $large 1000000
echo "peak: $small KiB for 100 MB, $kib KiB for $large MB"
[ $kib -lt $((small + 8192)) ] || fail 'memory grows with the archive'
[ $kib -lt 65536 ] || [ "$LEAT_SANITIZED" = yes ] || fail 'more than the budget'
peak 1 ${large}000000
echo "peak: $kib KiB for one entry"
[ $kib -lt $((small + 8192)) ] || fail 'memory grows with the entry'

# A list of 10 entries of 1 GiB, which are holes on the disk, reads next to
# nothing, and finds that they are cut all the same.
cat >list.yaml <<'END'
leat: 1
session: list
params: {in: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${in}"}
  entries: {use: archive-read, content: false}
  show: {use: map, select: [entry_path, entry_size]}
  table: {use: csv-encode, header: false}
  out: stdout
links: [in -> entries -> show -> table -> out]
END
python3 make.py holes 10 1073741824
for options in '' '--sandbox off'; do
	expect 0 "$LEAT" run $options --stats json list.yaml holes.tar
	for i in 0 1 2 3 4 5 6 7 8 9; do
		echo entry-$i,1073741824
	done | holds stdout
	bytes=$(sed 's/.*"use":"files"[^}]*"bytes_out":\([0-9]*\).*/\1/' stderr)
	[ "$bytes" -gt 5120 ] && [ "$bytes" -lt 4194304 ] ||
		fail "the list has read $bytes bytes"
done
truncate -s 10000000000 holes.tar
expect 1 "$LEAT" run list.yaml holes.tar
said 'the entry `entry-9`: Truncated input file'
rm holes.tar
finish
