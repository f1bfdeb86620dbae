#!/bin/sh
# SPDX-License-Identifier: MIT
# Files with several names in cpio archives: the tree that leat makes of them is
# the one that was packed, and the one that GNU cpio and bsdcpio unpack.
. "$srcdir/tests/cli/lib.sh"

for tool in bsdcpio cpio tar; do
	command -v $tool >/dev/null || skip "no $tool"
done
umask 022

cat >x.yaml <<'END'
leat: 1
session: x
params:
  in: {type: inputs, args: true}
  verify: {type: boolean, default: false}
  nested: {type: text, default: "false"}
operators:
  in: {use: files, match: "${in}"}
  entries: {use: archive-read, verify: "${verify}", nested: "${nested}"}
  tree: {use: extract, directory: out, links: inside}
links: [in -> entries -> tree]
END
cat >list.yaml <<'END'
leat: 1
session: list
params: {in: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${in}"}
  entries: {use: archive-read, content: false}
  show: {use: map, select: [entry_index, entry_type, entry_path, entry_size, entry_link, entry_mode, entry_mtime]}
  table: {use: csv-encode, header: false}
  out: stdout
links: [in -> entries -> show -> table -> out]
END
cat >sums.yaml <<'END'
leat: 1
session: sums
params: {in: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${in}"}
  entries: archive-read
  sum: hash
  show: {use: text-encode, template: "{sha256}  {entry_path}"}
  out: stdout
links: [in -> entries -> sum, sum.digest -> show -> out]
END
cat >repack.yaml <<'END'
leat: 1
session: repack
params:
  in: {type: inputs, args: true}
  format: {type: text}
operators:
  in: {use: files, match: "${in}"}
  entries: archive-read
  pack: {use: archive-write, format: "${format}", preserve: true}
  out: {use: write-file, path: "{src_name}.repacked"}
links: [in -> entries -> pack -> out]
END

# ---- What cpio and bsdcpio pack ------------------------------------------------

mkdir -p src/a/b src/z
seq 1 30000 >src/a/numbers
ln src/a/numbers src/a/b/hard
ln src/a/numbers src/z/last
: >src/a/nothing
ln src/a/nothing src/b-nothing
echo alone >src/alone
echo outside >src/outside
: >src/empty-outside
mkdir elsewhere
ln src/outside elsewhere/outside # not packed
ln src/empty-outside elsewhere/empty
echo x >src/a/pair
ln src/a/pair src/z/pair
ln -s numbers src/a/soft
chmod 640 src/a/numbers
find src -exec touch -h -d 2020-02-03T04:05:06Z {} +
(cd src && find . | sort) >names

for format in newc crc odc bin; do
	(cd src && cpio -o -H $format <../names >../gnu-$format.cpio) 2>/dev/null
done
for format in newc odc; do
	(cd src && bsdcpio -o -H $format <../names >../bsd-$format.cpio) 2>/dev/null
done

# tree DIRECTORY: what is in it, and what its files hold.
tree()
{
	(cd "$1" && find . -mindepth 1 ! -type f -printf '%y %m %p %l\n' | sort &&
		find . -type f -printf '%m %Ts %p\n' | sort &&
		find . -type f -exec sha256sum {} + | sort)
}

# same DIRECTORY: the names in it that are one file.
same()
{
	(cd "$1" && find . -type f -links +1 -printf '%i %p\n' | sort -k 2 |
		awk '{ of[$1] = of[$1] " " $2 }
			END { for (i in of) print of[i] }' | sort)
}

rm -r elsewhere
tree src >wanted
same src >wanted-same
grep -q -x ' ./a/b/hard ./a/numbers ./z/last' wanted-same || fail 'no names'
for archive in *.cpio; do
	rm -rf out unpacked && mkdir unpacked
	(cd unpacked && cpio -idm --quiet <../$archive)
	tree unpacked | holds wanted || fail "$archive: not as packed"
	for verify in '' --verify; do
		rm -rf out
		expect 0 "$LEAT" run x.yaml $archive $verify
		tree out | holds wanted || fail "$archive $verify"
	done
	# Each content has one digest, which sha256sum finds under that name.
	expect 0 "$LEAT" run sums.yaml $archive
	(cd src && sha256sum -c --quiet) <stdout || fail "$archive: sums"
	[ "$(wc -l <stdout)" -eq 6 ] || fail "$archive: $(wc -l <stdout) sums"
	expect 0 "$LEAT" run repack.yaml $archive --format tar
	rm -rf unpacked && mkdir unpacked
	tar -x -f $archive.repacked -C unpacked
	tree unpacked | holds wanted || fail "$archive: another tree in tar"
	same unpacked | holds wanted-same || fail "$archive: other links in tar"
	# It has no hard links then, but copies.
	expect 0 "$LEAT" run repack.yaml $archive --format cpio
	rm -rf unpacked && mkdir unpacked
	(cd unpacked && cpio -idm --quiet <../$archive.repacked)
	tree unpacked | holds wanted || fail "$archive: another tree in cpio"
	# Through other archives, and into one that has several names itself.
	tar -c -f outer.tar $archive
	rm -rf out
	expect 0 "$LEAT" run x.yaml outer.tar --nested true
	tree out/$archive | holds wanted || fail "$archive in a tar file"
done
[ "$(ls *.cpio | wc -l)" -eq 6 ] || fail 'archives are missing'

mkdir inner
tar -c -f inner/one.tar -C src alone
ln inner/one.tar inner/two.tar
(cd inner && printf '%s\n' two.tar one.tar | cpio -o -H newc --quiet) >inner.cpio
sed 's/entry_index.*mtime/entry_trail, entry_type, entry_link/
	s/content: false/&, nested: true/' list.yaml >trails.yaml
expect 0 "$LEAT" run trails.yaml inner.cpio
holds stdout <<'END'
inner.cpio!/one.tar!/alone,file,
inner.cpio!/two.tar,hardlink,one.tar
END

# ---- As others may pack it ------------------------------------------------------

# newc NAME ENTRY...: an archive as cpio(5) of libarchive describes "newc"; an
# entry is NAME:INODE:NAMES:CONTENT.
cat >newc.py <<'END'
import sys

def entry(name, inode=0, names=1, content='', mode=0o100644):
    name, content = name.encode() + b'\0', content.encode()
    fields = (inode, mode, 1000, 1000, names, 1600000000, len(content),
              8, 1, 0, 0, len(name), 0)
    head = b'070701' + b''.join(b'%08X' % field for field in fields) + name
    return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)

def main():
    with open(sys.argv[1], 'wb') as file:
        for given in sys.argv[2:]:
            name, inode, names, content = given.split(':')
            file.write(entry(name, int(inode), int(names), content))
        file.write(entry('TRAILER!!!', mode=0))

if __name__ == '__main__':
    main()
END

# agrees NAME: GNU cpio and bsdcpio unpack what leat does.
agrees()
{
	rm -rf out gnu bsd
	mkdir gnu bsd
	(cd gnu && cpio -idm --quiet <../$1)
	(cd bsd && bsdcpio -idm --quiet <../$1)
	expect 0 "$LEAT" run x.yaml $1
	tree gnu | grep . >others
	tree bsd | holds others || fail "$1: cpio and bsdcpio differ"
	tree out | holds others || fail "$1: another tree"
}

# The content may stand anywhere; a name that comes behind is a link to what is.
python3 newc.py middle a:5:3: b:5:3:content c:5:3:
agrees middle
expect 0 "$LEAT" run list.yaml middle
holds stdout <<'END'
1,file,b,7,,420,2020-09-13T12:26:40Z
0,hardlink,a,0,b,420,2020-09-13T12:26:40Z
2,hardlink,c,0,a,420,2020-09-13T12:26:40Z
END
# Between other entries. Where none of all names has a content there is none;
# where some are missing that is known at the end.
python3 newc.py mixed a:5:2: gone:6:3: x:7:1:x e:8:2: lost:6:3: b:5:2:content \
	single:9:2: f:8:2: y:7:1:y
agrees mixed
expect 0 "$LEAT" run list.yaml mixed
cut -d, -f1-5 stdout >short
holds short <<'END'
2,file,x,1,
5,file,b,7,
0,hardlink,a,0,b
3,file,e,0,
7,hardlink,f,0,e
8,file,y,1,
1,file,gone,0,
4,hardlink,lost,0,gone
6,file,single,0,
END
# An inode that is used again is another file, as bsdcpio has it.
python3 newc.py again a:5:2: b:5:2:one c:5:2: d:5:2:two
rm -rf out
expect 0 "$LEAT" run x.yaml again
[ "$(cat out/a out/b out/c out/d)" = oneonetwotwo ] || fail 'inodes used again'

# ---- What is wrong ---------------------------------------------------------------

# A name that nobody should use stays one when it has waited.
python3 newc.py bad good:5:3: ../x:5:3: b:5:3:content
expect 1 "$LEAT" run x.yaml bad
said 'the name of the entry `../x` leads out of its directory'
# Nothing comes of a content that is cut off.
python3 newc.py whole a:5:2: b:5:2:content
head -c 250 whole >cut
rm -rf out
expect 1 "$LEAT" run list.yaml cut
silent stdout
expect 1 "$LEAT" run x.yaml cut
[ ! -e out/a ] && [ ! -e out/b ] || fail 'something of a cut archive'

# 16 MiB is less than 5000 names of 4000 bytes.
python3 - <<'END'
from newc import entry
with open('many', 'wb') as file:
    for i in range(5000):
        file.write(entry('/'.join(['d' * 200] * 20) + str(i), i, 2))
    file.write(entry('TRAILER!!!', mode=0))
END
expect 1 "$LEAT" run list.yaml many
said 'many: the hard links in it that wait for their content take more than 16 MiB; unpack it, and pack it with tar'
silent stdout
finish
