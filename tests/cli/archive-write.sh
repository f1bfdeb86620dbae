#!/bin/sh
# SPDX-License-Identifier: MIT
# archive-write: what it packs comes out of other programs as it went in, and
# is the same everywhere; by GNU tar, bsdtar, unzip, 7zz, cpio and ar.
. "$srcdir/tests/cli/lib.sh"

for tool in bsdtar tar unzip zipinfo 7zz cpio ar gzip zstd xz bzip2 lz4; do
	command -v $tool >/dev/null || skip "no $tool"
done
unset SOURCE_DATE_EPOCH
export LC_ALL=C.UTF-8 # in which bsdtar keeps names

cat >files.yaml <<'END'
leat: 1
session: files
params:
  in: {type: inputs, args: true, default: "d/**"}
  format: {type: text, default: tar}
  order: {type: text, default: path}
  compression: {type: text, default: usual}
  preserve: {type: boolean, default: false}
operators:
  in: {use: files, match: "${in}", empty: allow}
  pack:
    use: archive-write
    format: "${format}"
    order: "${order}"
    compression: "${compression}"
    path: "d/{src_path}"
    preserve: "${preserve}"
  out: {use: write-file, path: all.out}
links: [in -> pack -> out]
END
cat >repack.yaml <<'END'
leat: 1
session: repack
params:
  in: {type: inputs, args: true}
  format: {type: text, default: tar}
  order: {type: text, default: path}
  preserve: {type: boolean, default: false}
  out: {type: directory, default: out}
operators:
  in: {use: files, match: "${in}"}
  entries: archive-read
  pack: {use: archive-write, format: "${format}", order: "${order}", path: '{entry_path}', preserve: "${preserve}"}
  out: {use: write-file, path: "${out}/{src_name}"}
links: [in -> entries -> pack -> out]
END
# named PATH [FILE]: packs with other names.
named()
{
	sed "s|path: \"d/{src_path}\"|path: '$1'|" files.yaml >named.yaml
	sed "s|path: '{entry_path}'|path: '$1'|" repack.yaml >renamed.yaml
}
sed '/compression/d; s/^    preserve.*/    max-mtime: "2001-02-03T04:05:06Z"/
	/^  preserve/d' files.yaml >dated.yaml

# What is packed: text, nothing, what doesn't compress, a program, long names
# and such as aren't ASCII.
long=$(printf '%0120d' 0)
mkdir -p d/sub/deep 'd/with space' d/$long
seq 1 60000 >d/numbers.txt
: >d/empty
head -c 300000 /dev/zero | openssl enc -aes-128-ctr -K 0 -iv 0 2>/dev/null \
	>d/sub/noise || seq 1 90000 >d/sub/noise
echo deep >d/sub/deep/x.txt
chmod 750 d/sub/deep/x.txt
chmod 600 d/empty
echo space >'d/with space/a b'
echo long >d/$long/$long
echo letters >d/grün
(cd d && find . -type f | sed 's,^\./,d/,' | LC_ALL=C sort) >names
sums()
{
	(cd "$1" && find . -type f | LC_ALL=C sort | tr '\n' '\0' |
		xargs -0 sha256sum)
}
mkdir top && cp -r d top && sums top >sums

# extract PROGRAM... <ARCHIVE: what comes out is what went in.
extract()
{
	rm -rf x && mkdir x
	(cd x && "$@" >/dev/null 2>../complaints) || fail "$*: $(cat complaints)"
	sums x | holds sums || fail "$*"
}

# ---- Every format, read by those who know it ---------------------------------

for format in tar gnu zip 7z cpio; do
	for order in path none; do
		expect 0 "$LEAT" run files.yaml --format $format --order $order
		silent stderr
		[ $format = zip ] && mv all.out all.zip && ln all.zip all.out
		[ $format = zip ] || extract bsdtar -xf ../all.out
		case $format in
		tar | gnu) extract tar -xf ../all.out ;;
		zip)
			extract unzip -q ../all.out
			unzip -qt all.out >stdout || fail "$(cat stdout)"
			;;
		7z)
			extract 7zz x ../all.out
			# The window of level 4, as xz(1) says: 4 MiB.
			7zz l -slt all.out | grep -q '^Method = LZMA:22$' ||
				fail '7z is packed by another level'
			;;
		cpio) extract sh -c 'cpio -id <../all.out' ;;
		esac
		mv all.out $format-$order
	done
	cmp $format-path $format-none || fail "$format: sorted as they come"
done
rm -r d/$long && (cd top/d && rm -r $long) && sums top >sums
grep -v $long names >short
expect 0 "$LEAT" run files.yaml --format ustar
extract tar -xf ../all.out
[ "$(tar -tf all.out | LC_ALL=C sort -c; tar -tf all.out | wc -l)" = \
	"$(wc -l <short)" ] || fail 'they are not in order'
# The sums that bsdtar finds are those in our list.
expect 0 "$LEAT" run files.yaml --format mtree
bsdtar -cf - --format=mtree --options='!all,sha256,size,type,mode,link' \
	--uid 0 @all.out | sort >again
bsdtar -cf - --format=mtree --options='!all,sha256,size,type,mode,link' \
	@tar-path | grep -v $long | sort | holds again
# ar has neither directories nor long lists.
named '{src_name}'
expect 0 "$LEAT" run named.yaml --format ar
ar p all.out numbers.txt | cmp - d/numbers.txt || fail 'ar: numbers.txt'
ar t all.out | holds /dev/fd/3 3<<'END'
a b
empty
grün
noise
numbers.txt
x.txt
END
expect 65 "$LEAT" run files.yaml --format ar
said 'can'\''t be put into an archive of format ar: it has no directories; `path: "{src_name}"` leaves them out'

# Without entries they are valid.
for format in tar ustar gnu zip 7z cpio ar mtree; do
	expect 0 "$LEAT" run files.yaml --format $format 'none/**'
	[ $format = mtree ] && continue
	bsdtar -tf all.out >stdout 2>stderr || fail "$format: empty"
	silent stdout
done

for compression in gzip zstd xz bzip2 lz4; do
	for order in path none; do
		expect 0 "$LEAT" run files.yaml --compression $compression \
			--order $order
		$compression -dc <all.out >plain || fail "$compression"
		sh -c "cat plain >all.out"
		extract tar -xf ../all.out
	done
done

# More than a header of ustar can say: its first bytes are enough to see that.
truncate -s 9G d/huge
"$LEAT" run files.yaml d/huge --order none 2>/dev/null &
wait_for sh -c 'tar -tvf .leat-* 2>/dev/null | grep -q " 9663676416 .*d/huge$"' ||
	fail 'a large file'
kill -KILL $!
wait $! 2>/dev/null
rm -f d/huge .leat-*

# ---- The same everywhere -----------------------------------------------------

expect 0 "$LEAT" run files.yaml
mv all.out wanted
for change in TZ=Asia/Tokyo LC_ALL=tr_TR.UTF-8 HOME=/nowhere USER=other; do
	env $change "$LEAT" run files.yaml || fail "$change"
	cmp all.out wanted || fail "$change"
done
(umask 077 && "$LEAT" run -j 2 files.yaml) || fail 'umask'
cmp all.out wanted || fail 'umask'
for time in 1960-01-01 2030-01-01; do
	find d -exec touch -d $time {} +
	expect 0 "$LEAT" run files.yaml
	cmp all.out wanted || fail "files of $time"
done
chmod 640 d/numbers.txt
expect 0 "$LEAT" run files.yaml
cmp all.out wanted || fail 'modes that nobody asks for'

# Whatever the order; and with another owner.
mkdir in
tar -cf in/a.tar --sort=name d
find d -depth | LC_ALL=C sort -r | tar -cf in/b.tar --no-recursion -T - \
	--owner=7 --group=8
for format in tar gnu zip 7z cpio mtree; do
	rm -rf out
	expect 0 "$LEAT" run repack.yaml in/a.tar in/b.tar --format $format
	cmp out/a.tar out/b.tar || fail "$format: by another order"
done
expect 0 "$LEAT" run repack.yaml in/b.tar --order none
bsdtar -tf in/b.tar | holds /dev/fd/3 3<<END
$(bsdtar -tf out/b.tar)
END

# The header: modes by the owner's right to execute, no owner, no time.
expect 0 "$LEAT" run repack.yaml in/b.tar
LC_ALL=C tar -tvf out/b.tar --numeric-owner --full-time --utc | sed 's/  */ /g' |
	holds /dev/fd/3 3<<'END'
drwxr-xr-x 0/0 0 1970-01-01 00:00:00 d/
-rw-r--r-- 0/0 0 1970-01-01 00:00:00 d/empty
-rw-r--r-- 0/0 8 1970-01-01 00:00:00 d/gr\303\274n
-rw-r--r-- 0/0 348894 1970-01-01 00:00:00 d/numbers.txt
drwxr-xr-x 0/0 0 1970-01-01 00:00:00 d/sub/
drwxr-xr-x 0/0 0 1970-01-01 00:00:00 d/sub/deep/
-rwxr-xr-x 0/0 5 1970-01-01 00:00:00 d/sub/deep/x.txt
-rw-r--r-- 0/0 300000 1970-01-01 00:00:00 d/sub/noise
drwxr-xr-x 0/0 0 1970-01-01 00:00:00 d/with space/
-rw-r--r-- 0/0 6 1970-01-01 00:00:00 d/with space/a b
END

# Times: none is later than it may be.
mtimes()
{
	tar -tvf "$1" --full-time --utc | awk '{print $4, $5}' | sort -u
}
touch -d '2001-02-03 04:05:07.5 UTC' d/empty
touch -d '2001-02-03 04:05:05.5 UTC' d/numbers.txt
expect 0 "$LEAT" run dated.yaml d/empty d/numbers.txt
[ "$(mtimes all.out)" = "2001-02-03 04:05:05
2001-02-03 04:05:06" ] || fail "times: $(mtimes all.out)"
SOURCE_DATE_EPOCH=1000000000 expect 0 "$LEAT" run files.yaml d/empty \
	'd/with space/a b'
[ "$(mtimes all.out)" = "2001-02-03 04:05:07
2001-09-09 01:46:40" ] || fail "SOURCE_DATE_EPOCH: $(mtimes all.out)"

# preserve: what GNU tar shows is the same, to the microsecond, with names.
mkdir p
echo one >p/one && chmod 4755 p/one && touch -d '1969-12-31 23:59:58 UTC' p/one
echo two >p/two && chmod 0640 p/two && touch -d '2029-03-04 05:06:07.000001 UTC' p/two
ln -s nowhere p/link
mkfifo p/pipe
chmod 1777 p
touch -h -d '2020-02-02 02:02:02.5' p/link p/pipe p
tar -cf in/p.tar --format=pax --sort=name --owner=ann:1234 --group=crew:77 \
	--pax-option=delete=atime,delete=ctime p
expect 0 "$LEAT" run repack.yaml in/p.tar --preserve
tar -tvf in/p.tar --full-time >listed
tar -tvf out/p.tar --full-time | holds listed
tar -tvf in/p.tar --full-time --numeric-owner >listed
tar -tvf out/p.tar --full-time --numeric-owner | holds listed
named '{src_name}'
expect 0 "$LEAT" run named.yaml p/one p/two --preserve
tar -tvf all.out --full-time --numeric-owner >listed
(cd p && tar -cf - --format=pax one two) |
	tar -tvf - --full-time --numeric-owner | holds listed

# Devices, as Python's tarfile says them; nanoseconds.
python3 - <<'END'
import os, socket, tarfile
def write(name, kinds):
    tar = tarfile.open('in/%s.tar' % name, 'w', format=tarfile.PAX_FORMAT)
    for name, kind, major, minor in kinds:
        entry = tarfile.TarInfo(name)
        entry.type, entry.devmajor, entry.devminor = kind, major, minor
        entry.mode, entry.uid, entry.gid = 0o4660, 1, 6
        entry.pax_headers = {'mtime': '1577934245.123456789'}
        tar.addfile(entry)
    tar.close()
devices = [('block', tarfile.BLKTYPE, 8, 257), ('char', tarfile.CHRTYPE, 1, 3)]
for device in devices:
    write(device[0], [device])
entry = tarfile.TarInfo('huge')
entry.type, entry.devmajor = tarfile.CHRTYPE, 1
entry.pax_headers = {'SCHILY.devmajor': '4294967296'}
tar = tarfile.open('in/huge.tar', 'w', format=tarfile.PAX_FORMAT)
tar.addfile(entry)
tar.close()
write('devices', devices)
os.chdir('in')
socket.socket(socket.AF_UNIX).bind('socket')
END
(cd in && echo socket | cpio -o -H newc 2>/dev/null >socket.cpio && rm socket)
tar -tvf in/devices.tar --full-time >listed
grep -q '^brwS.* 1/6 *8,257 .*:05.123456789 ' listed || fail 'tar lists others'
for order in path none; do
	expect 0 "$LEAT" run repack.yaml in/devices.tar --preserve --order $order
	tar -tvf out/devices.tar --full-time | holds listed
done
expect 0 "$LEAT" run repack.yaml in/devices.tar --preserve --format cpio
cpio -itvn <out/devices.tar 2>/dev/null | grep '^brwS.*  8, 257 .* block$' >/dev/null ||
	fail 'devices in cpio'
expect 0 "$LEAT" run repack.yaml in/devices.tar --preserve --format mtree
grep -q '^./block .*time=1577934245.123456789 .*device=native,8,257' out/devices.tar ||
	fail 'devices in mtree'

# Holes: what tarfile finds in the maps that GNU tar and libarchive write, by
# blocks of 4096 bytes; a file that isn't sparse stays so.
mkdir s
python3 - <<'END'
files = {
    'middle': (1000000, ((12287, b'x'), (12288, b'x'), (500000, b'y' * 9000))),
    'start': (40960, ((0, b'x'),)),
    'end': (40961, ((40960, b'x'),)),
    'hole': (40000, ()),
    'block': (4096, ()),
    'zeros': (40960, ()),
}
for name, (size, parts) in files.items():
    with open('s/' + name, 'wb') as file:
        file.truncate(size)
        for at, data in parts:
            file.seek(at)
            file.write(data)
END
tar -cf dense.tar -H posix --sort=name s
tar -cf in/posix.tar -S --hole-detection=raw -H posix s
tar -cf in/old.tar -S --hole-detection=raw -H gnu s
tar -rf in/posix.tar -H posix --transform 's/zeros/dense/' s/zeros
tar -rf in/old.tar -H gnu --transform 's/zeros/dense/' s/zeros
cp s/zeros s/dense
for archive in posix old; do
	for order in path unit none; do
		expect 0 "$LEAT" run repack.yaml in/$archive.tar --preserve --order $order
		rm -rf x && mkdir x && tar -xf out/$archive.tar -C x ||
			fail "$archive: GNU tar doesn't unpack it"
		diff -r s x/s || fail "$archive, $order: other contents"
		rm -rf x && mkdir x && bsdtar -xf out/$archive.tar -C x ||
			fail "$archive: bsdtar doesn't unpack it"
		diff -r s x/s || fail "$archive, $order: other contents"
		python3 - out/$archive.tar >maps <<'END'
import sys, tarfile
for entry in sorted(tarfile.open(sys.argv[1]), key=lambda entry: entry.name):
    if entry.isfile():
        print(entry.name, *['%d+%d' % part for part in entry.sparse or ()
                            if part[1]])
END
		holds maps <<'END'
s/block
s/dense
s/end 40960+1
s/hole 36864+3136
s/middle 8192+8192 499712+12288
s/start 0+4096
s/zeros 36864+4096
END
	done
done
expect 0 "$LEAT" run repack.yaml in/posix.tar
[ "$(wc -c <out/posix.tar)" -gt 1000000 ] || fail 'holes that nobody asked for'

# ---- Links -------------------------------------------------------------------

mkdir l
echo content >l/m && ln l/m l/z && ln l/m l/a && ln -s m l/s && ln l/s l/t
tar -cf in/l1.tar --sort=name l
tar -cf in/l2.tar --no-recursion l l/z l/t l/m l/s l/a
expect 0 "$LEAT" run repack.yaml in/l1.tar in/l2.tar
cmp out/l1.tar out/l2.tar || fail 'links by another order'
tar -tvf out/l1.tar | sed 's/.* 00:00 //' | holds /dev/fd/3 3<<'END'
l/
l/a
l/m link to l/a
l/s -> m
l/t link to l/s
l/z link to l/a
END
rm -rf x && mkdir x && tar -xf out/l1.tar -C x || fail 'links by tar'
[ x/l/a -ef x/l/z ] && [ "$(cat x/l/s)" = content ] || fail 'not linked'
named 'new/{entry_path}'
expect 0 "$LEAT" run renamed.yaml in/l2.tar
tar -tvf out/l2.tar | grep -q ' new/l/z link to new/l/a$' || fail 'renamed'
# Formats without them have copies, or say that they can't have them.
expect 0 "$LEAT" run repack.yaml in/l1.tar --format zip
[ "$(unzip -p out/l1.tar l/a l/m l/z | tr '\n' ' ')" = \
	'content content content ' ] || fail 'zip: copies'
expect 0 "$LEAT" run repack.yaml in/l1.tar --format cpio
rm -rf x && mkdir x && (cd x && cpio -id <../out/l1.tar 2>/dev/null)
[ "$(cat x/l/z)" = content ] && [ "$(readlink x/l/t)" = m ] || fail 'cpio: copies'
expect 1 "$LEAT" run repack.yaml in/l1.tar --format cpio --order none
said 'archive of format cpio: it has no hard links; `order: path` makes copies'
expect 0 "$LEAT" run repack.yaml in/l1.tar --order none
tar -tf out/l1.tar >/dev/null || fail 'links as they come'
tar -cf - l/m l/z | tar --delete l/m >in/l3.tar
expect 1 "$LEAT" run repack.yaml in/l3.tar
said 'l3.tar: the hard link `l/z` leads to `l/m`, which isn'\''t in the archive'
expect 1 "$LEAT" run repack.yaml in/l3.tar --order none
said 'l3.tar: the hard link `l/z` leads to `l/m`, which hasn'\''t come yet'
python3 - <<'END'
import tarfile
tar = tarfile.open("in/l4.tar", "w")
link = tarfile.TarInfo("nowhere")
link.type = tarfile.SYMTYPE
tar.addfile(link)
tar.close()
END
expect 1 "$LEAT" run repack.yaml in/l4.tar
said 'the link `nowhere` leads nowhere'
# No system makes a link that is longer.
for length in 4095 4096 100000; do
	python3 - $length <<'END'
import sys, tarfile
tar = tarfile.open("in/long-link.tar", "w")
link = tarfile.TarInfo("far")
link.type, link.linkname = tarfile.SYMTYPE, 'x' * int(sys.argv[1])
tar.addfile(link)
tar.close()
END
	for format in tar zip 7z cpio mtree; do
		if [ $length -eq 4095 ]; then
			expect 0 "$LEAT" run repack.yaml in/long-link.tar --format $format
			bsdtar -tvf out/long-link.tar | grep -q 'far -> x\{4095\}$' ||
				fail "$format: another link"
		else
			expect 1 "$LEAT" run repack.yaml in/long-link.tar --format $format
			said 'the link `far` leads to a name that is longer than 4095 bytes'
		fi
	done
done

# ---- What is refused ---------------------------------------------------------

refused()
{
	named "$1"
	expect 1 "$LEAT" run renamed.yaml in/l1.tar
	said "$2"
	[ ! -e out/l1.tar ] || fail "$1 left an output"
	rm -rf out
}
rm -rf out
refused '/{entry_path}' 'is an absolute path'
refused '../{entry_path}' 'leads out of its directory by `..`'
refused 'x/../{entry_path}' 'leads out of its directory by `..`'
refused 'c:{entry_path}' 'the name `c:l` starts with the letter of a drive'
refused '..\\{entry_path}' 'leads out of its directory by `..`'
refused . 'the name `.` is that of a directory'
refused '{src_ext}' '{src_ext} is empty'
refused 'x{entry_link}' '{entry_link} has no value'
refused same 'the name `same` comes twice: of l1.tar!/l and of l1.tar!/l/'
expect 1 "$LEAT" run renamed.yaml in/l1.tar --order none
said 'the name `same` comes twice: of l1.tar!/l and of l1.tar!/l/a'
tar -cf in/through.tar --transform 's,^l/m$,l/s/x/m,' --no-recursion l/s l/m
expect 1 "$LEAT" run repack.yaml in/through.tar
said '`l/s/x/m` of through.tar!/l/s/x/m would lie in `l/s` of through.tar!/l/s, which is no directory'
for kind in char block; do
	expect 1 "$LEAT" run repack.yaml in/$kind.tar
	said "the entry \`$kind\` is a device, which only \`preserve: true\` keeps; \`filter\` can drop it"
	for format in zip 7z; do
		expect 1 "$LEAT" run repack.yaml in/$kind.tar --preserve --format $format
		said "archive of format $format: it has no devices"
	done
done
expect 1 "$LEAT" run repack.yaml in/huge.tar --preserve
said 'the device `huge` has a number that no system has'
for preserve in --preserve --no-preserve; do
	expect 1 "$LEAT" run repack.yaml in/socket.cpio $preserve
	said 'the entry `socket` is a socket, which archives don'\''t keep; `filter` can drop it'
done
printf 'raw\n' >"$(printf 'raw\377name')"
tar -cf in/raw.tar raw*
expect 0 "$LEAT" run repack.yaml in/raw.tar
rm -rf x && mkdir x && tar -xf out/raw.tar -C x 2>/dev/null
[ "$(cat x/raw*)" = raw ] && [ -e "x/$(printf 'raw\377name')" ] ||
	fail 'a name that is not UTF-8'
for format in zip 7z; do
	expect 1 "$LEAT" run repack.yaml in/raw.tar --format $format
	said "the entry \`raw\\xffname\` can't be put into an archive of format $format: its name isn't UTF-8"
done
expect 1 "$LEAT" run repack.yaml in/p.tar --format zip
said 'archive of format zip: it has no pipes'
named '{src_name}'
expect 1 "$LEAT" run renamed.yaml in/p.tar --format ar
said 'archive of format ar: it has nothing but files'
named "{src_name}/$long$long/x"
expect 65 "$LEAT" run named.yaml --format ustar
said 'archive of format ustar: Pathname too long'

# Contents that are held leave enough of the usual budget to compress by what
# takes most of it: 20 MB are less than half of it, but more than what is left.
head -c 20000000 /dev/zero >large
digest=$(sha256sum <large)
tar -cf in/large.tar large
sed 's/format: "${format}"/compression: xz/' repack.yaml >strong.yaml
expect 0 "$LEAT" run strong.yaml in/large.tar
[ "$(xz -dc out/large.tar | tar -xOf - large | sha256sum)" = "$digest" ] ||
	fail 'xz: another content'
expect 0 "$LEAT" run repack.yaml in/large.tar --format 7z
[ "$(7zz e -so out/large.tar large | sha256sum)" = "$digest" ] ||
	fail '7z: another content'
cat >held.yaml <<'END'
leat: 1
session: held
operators:
  in: stdin
  whole: spool
  pack: {use: compress, format: xz}
  out: stdout
links: [in -> whole -> pack -> out]
END
expect 0 "$LEAT" run held.yaml <large
[ "$(xz -dc stdout | sha256sum)" = "$digest" ] || fail 'spool: another content'
rm large in/large.tar

# Times that a format can't say. The fields have 11 digits in octal (POSIX.1,
# ustar), 32 bits (cpio newc; the extended timestamp of Info-ZIP) and whole
# numbers from 1970 on (7z has others, which libarchive doesn't write).
python3 - <<'END'
import tarfile
with tarfile.open('in/times.tar', 'w', format=tarfile.PAX_FORMAT) as archive:
    for name, time in (
            ('early', -34560000), ('last', 10413792000), ('late', 4418150400)):
        entry = tarfile.TarInfo(name)
        entry.mtime = time
        archive.addfile(entry)
END
for row in 'tar -34560000 10413792000 4418150400' \
	'gnu 0 8589934591 4418150400' 'ustar 0 8589934591 4418150400' \
	'zip 0 4294967295 4294967295' 'cpio 0 4294967295 4294967295' \
	'7z 0 10413792000 4418150400'; do
	set -- $row
	expect 0 "$LEAT" run repack.yaml in/times.tar --preserve --format $1
	[ $1 = tar ] && silent stderr
	[ $1 = tar ] || said "pack: the time of the entry \`early\` can't be put into an archive of format $1: the nearest that can is taken, for others here as well"
	[ "$(grep -c nearest stderr)" -le 1 ] || fail "$1: several warnings"
	bsdtar -cf - --format=mtree --options='!all,time' @out/times.tar |
		sed -n 's/^[^ ]*\/\([a-z]*\) .*time=\([-0-9]*\).*/\1 \2/p' |
		holds /dev/fd/3 3<<END
early $2
last $3
late $4
END
done

# Two units with one name are told apart by where they come from.
mkdir e f && echo 1 >e/x && echo 2 >f/x
expect 65 "$LEAT" run files.yaml e/x f/x
said 'the name `d/x` comes twice: of e/x and of f/x; `path` can tell them apart'
[ ! -e all.out ] || [ all.out -ot files.yaml ] || tar -tf all.out >/dev/null

# Archives of all units, of what reads archives in a sandbox: sorted within each
# unit, or all, and in formats whose entries can't be joined.
sed 's|${out}/{src_name}|both.out|' repack.yaml >both.yaml
named '{src_path}'
sed 's|${out}/{src_name}|both.out|' renamed.yaml >apart.yaml
expect 0 "$LEAT" run apart.yaml in/l2.tar in/l1.tar --order unit
tar -tvf both.out | sed 's/.* 00:00 //' | holds /dev/fd/3 3<<'END'
l1.tar/l/
l1.tar/l/a
l1.tar/l/m link to l1.tar/l/a
l1.tar/l/s -> m
l1.tar/l/t link to l1.tar/l/s
l1.tar/l/z link to l1.tar/l/a
l2.tar/l/
l2.tar/l/a
l2.tar/l/m link to l2.tar/l/a
l2.tar/l/s -> m
l2.tar/l/t link to l2.tar/l/s
l2.tar/l/z link to l2.tar/l/a
END
expect 0 "$LEAT" run both.yaml in/b.tar --order unit
mv both.out wanted
expect 0 "$LEAT" run both.yaml in/a.tar --order unit
cmp both.out wanted || fail 'one unit is in order'
for sandbox in require off; do
	expect 0 "$LEAT" run --sandbox $sandbox both.yaml in/a.tar
	cmp both.out wanted || fail "$sandbox: all units are in order"
done
expect 0 "$LEAT" run --sandbox off apart.yaml in/l1.tar in/l2.tar --order unit \
	--format zip
unzip -qt both.out >/dev/null || fail 'a zip file of units'
expect 65 "$LEAT" run --sandbox off both.yaml in/l1.tar in/l2.tar --order unit \
	--format zip
said 'the name `l/a` comes twice: of l1.tar!/l/a and of l2.tar!/l/a'

# Merged: what comes out is what GNU tar packed, but what was filtered out, with
# empty contents, directories and links, sorted; inside and outside of sandboxes.
cat >merge.yaml <<'END'
leat: 1
session: merge
params:
  format: {type: text, default: tar}
operators:
  in: {use: files, match: "m/*"}
  entries: {use: archive-read, nested: true}
  wanted: {use: filter, where: "entry_path NOT LIKE '%.bin'"}
  pack: {use: archive-write, format: "${format}"}
  out: {use: write-file, path: merged.out}
links: [in -> entries -> wanted -> pack -> out]
END
mkdir -p m parts/x/d parts/y/d parts/z/e whole
seq 1 90000 >parts/x/d/numbers
: >parts/x/d/empty
ln -s numbers parts/x/d/link
ln parts/x/d/numbers parts/x/d/hard
: >parts/x/d/dropped.bin
cp d/sub/noise parts/y/d/noise
echo y >parts/y/c
echo z >parts/z/b
echo z >parts/z/d.bin
echo inner >inner && tar -czf parts/z/inner.tar.gz inner
for unit in x y z; do
	tar -C parts/$unit -czf m/$unit.tar.gz .
	cp -r parts/$unit/. whole
done
find whole -name '*.bin' -exec rm {} +
rm whole/inner.tar.gz && cp inner whole/inner
sums whole >sums
for format in tar zip 7z; do
	for how in '--sandbox off' '--sandbox require' '-j 1' '-j 2' '-j 5'; do
		expect 0 "$LEAT" run merge.yaml --format $format $how
		silent stderr
		[ "$how" != '--sandbox off' ] || cp merged.out wanted
		cmp merged.out wanted || fail "$format: $how"
	done
	[ $format = zip ] || extract bsdtar -xf ../merged.out
	[ $format != zip ] || unzip -qt merged.out >stdout || fail 'merged.zip'
done
expect 0 "$LEAT" run merge.yaml
tar -tvf merged.out | sed 's/^\(.\).* 00:00 /\1 /' | holds /dev/fd/3 3<<'END'
- b
- c
d d/
- d/empty
- d/hard
l d/link -> numbers
- d/noise
h d/numbers link to d/hard
d e/
- inner
END

# Of a unit that fails amid a content nothing is left; none at all by default.
cp merged.out before
cp m/x.tar.gz whole.gz
gzip -dc whole.gz | head -c 300000 | gzip >m/x.tar.gz
for how in '--sandbox off' '-j 1' '-j 2'; do
	expect 1 "$LEAT" run merge.yaml $how
	said 'm/x.tar.gz: '
	cmp merged.out before || fail "$how: it was replaced"
	expect 1 "$LEAT" run -k merge.yaml $how
	[ "$(tar -tf merged.out | tr '\n' ' ')" = \
		'b c d/ d/noise e/ inner ' ] ||
		fail "$how: $(tar -tf merged.out)"
	cp before merged.out
done
mv whole.gz m/x.tar.gz

# One that changed makes all of them run; none, nothing.
(
	unset LEAT_STATE
	expect 0 "$LEAT" run merge.yaml
	expect 0 "$LEAT" plan merge.yaml
	printed 'nothing to do'
	tar -C parts/y -czf m/z.tar.gz --transform 's,^\./c,./new,' ./c
	expect 0 "$LEAT" plan merge.yaml
	printed '3 of 3 units run'
	expect 0 "$LEAT" run merge.yaml
	tar -tf merged.out | grep -qx new || fail 'what is new'
	rm -rf .leat
) || exit 1

# ---- Units that fail, and units that changed ---------------------------------

cat >all.yaml <<'END'
leat: 1
session: all
params:
  order: {type: text, default: none}
  compression: {type: text, default: usual}
  max: {type: timestamp, default: source-date}
operators:
  in: {use: files, match: "u/*"}
  entries: {use: decompress}
  pack: {use: archive-write, order: "${order}", compression: "${compression}", max-mtime: "${max}"}
  out: {use: write-file, path: all.tar}
links: [in -> entries -> pack -> out]
END
mkdir u
for unit in a b c; do
	seq 1 50000 | sed "s/^/$unit /" | gzip >u/$unit
done
head -c 20000 u/b >cut && cp cut u/b
for order in none path; do
	expect 1 "$LEAT" run -k all.yaml --order $order
	said 'u/b: '
	[ "$(tar -tf all.tar | tr '\n' ' ')" = 'a c ' ] ||
		fail "$order: $(tar -tf all.tar)"
	tar -xOf all.tar c | cmp - /dev/fd/3 3<<END
$(seq 1 50000 | sed 's/^/c /')
END
done

# Each unit is a part of its own as they come; else all run together.
unset LEAT_STATE
seq 1 50000 | gzip >u/b
for how in 'none usual' 'none zstd' 'unit usual' 'unit gzip'; do
	rm -rf .leat
	how="--order ${how% *} --compression ${how#* }"
	expect 0 "$LEAT" run all.yaml $how
	cp all.tar before
	echo changed | gzip >u/b
	expect 0 "$LEAT" plan all.yaml $how
	printed '1 of 3 units run, 2 come from the store'
	expect 0 "$LEAT" run all.yaml $how
	bsdtar -xOf all.tar b | grep -qx changed || fail 'b has changed'
	cp all.tar after
	LEAT_STATE=none "$LEAT" run all.yaml $how
	cmp all.tar after || fail 'as if from nothing'
	seq 1 50000 | gzip >u/b
done
expect 0 "$LEAT" run all.yaml --order path
echo changed | gzip >u/b
expect 0 "$LEAT" plan all.yaml --order path
printed '3 of 3 units run'
expect 0 "$LEAT" run all.yaml --order path
expect 0 "$LEAT" plan all.yaml --order path
printed 'nothing to do'
chmod +x u/a
expect 0 "$LEAT" plan all.yaml --order path
printed '3 of 3 units run'
expect 0 "$LEAT" run all.yaml --order path
tar -tvf all.tar a | grep -q '^-rwxr-xr-x' || fail 'its mode changed'
touch -d 2020-01-01 u/a
expect 0 "$LEAT" plan all.yaml --order path
printed 'nothing to do'
expect 0 "$LEAT" run all.yaml --max 2021-01-01T00:00:00Z
touch -d 2020-01-02 u/a
expect 0 "$LEAT" plan all.yaml --max 2021-01-01T00:00:00Z
printed '1 of 3 units run'
expect 0 "$LEAT" run all.yaml --order path
SOURCE_DATE_EPOCH=7 expect 0 "$LEAT" plan all.yaml --order path
printed 'the session changed'
finish
