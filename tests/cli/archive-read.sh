#!/bin/sh
# SPDX-License-Identifier: MIT
# archive-read: what other programs have put into archives comes out of them,
# by bsdtar, GNU tar, zip, 7zz, cpio and sha256sum.
. "$srcdir/tests/cli/lib.sh"

for tool in bsdtar tar zip 7zz cpio zstd xz bzip2 lz4 gzip; do
	command -v $tool >/dev/null || skip "no $tool"
done

cat >sums.yaml <<'END'
leat: 1
session: sums
params:
  in: {type: inputs, args: true}
  nested: {type: text, default: "false"}
  formats: {type: text, default: tar}
operators:
  in: {use: files, match: "${in}"}
  entries: {use: archive-read, nested: "${nested}"}
  sum: hash
  show: {use: text-encode, template: "{sha256}  {entry_path}"}
  out: stdout
links: [in -> entries -> sum, sum.digest -> show -> out]
END
cat >list.yaml <<'END'
leat: 1
session: list
params: {in: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${in}"}
  entries: {use: archive-read, content: false}
  show: {use: map, select: [entry_path, entry_type, entry_size, entry_mode, entry_uid, entry_link, entry_index, archive_format, entry_trail, src_path, src_dir, src_stem]}
  table: {use: csv-encode, header: false}
  out: stdout
links: [in -> entries -> show -> table -> out]
END

# What is packed: text, nothing, what doesn't compress, names with spaces.
mkdir -p d/sub/deep 'd/with space'
seq 1 60000 >d/numbers.txt
: >d/empty
head -c 300000 /dev/zero | openssl enc -aes-128-ctr -K 0 -iv 0 2>/dev/null \
	>d/sub/noise || seq 1 9 >d/sub/noise
echo deep >d/sub/deep/x.txt
echo space >'d/with space/a b'
(cd d && find . -type f | sort | sed 's,^\./,,' | tr '\n' '\0' |
	xargs -0 sha256sum) >sums

cd d
for format in gnu posix ustar v7; do
	tar -c -f ../$format.tar --format=$format --sort=name .
done
bsdtar -c -f ../bsd.tar --format=pax *
bsdtar -c -f ../bsd.cpio --format=cpio *
bsdtar -c -f ../bsd.7z --format=7zip *
bsdtar -c -f ../bsd.zip --format=zip *
find . -depth -type f -print | cpio -o -H newc >../newc.cpio 2>/dev/null
find . -depth -type f -print | cpio -o -H crc >../crc.cpio 2>/dev/null
find . -depth -type f -print | cpio -o -H odc >../odc.cpio 2>/dev/null
zip -q -r -X ../info.zip .
zip -q -r - . >../streamed.zip
7zz a -bd ../sevenzip.7z . >/dev/null
7zz a -bd -tzip ../sevenzip.zip . >/dev/null
cd ..
gzip -k gnu.tar && mv gnu.tar.gz a.tar.gz
xz -k posix.tar && bzip2 -k posix.tar && lz4 -q posix.tar posix.tar.lz4
zstd -q posix.tar && xz -k --format=lzma ustar.tar
gzip -k posix.tar.xz && gzip -k info.zip && xz -k bsd.7z

sed 's/archive-read,/& verify: true,/' sums.yaml >verified.yaml
for archive in *.tar *.tar.* *.cpio *.7z *.zip *.zip.gz *.7z.xz; do
	expect 0 "$LEAT" run sums.yaml $archive
	sort -k 2 stdout | holds sums || fail "$archive"
	expect 0 "$LEAT" run verified.yaml $archive
	sort -k 2 stdout | holds sums || fail "$archive, verified"
done
[ "$(ls *.tar *.tar.* *.cpio *.7z *.zip *.zip.gz *.7z.xz | wc -l)" -ge 20 ] ||
	fail 'archives are missing'

# From a pipe, also byte by byte at the start; zip and 7z, too.
sed 's/in: {use: files.*/in: stdin/; /^  in: {type/d' sums.yaml >piped.yaml
for archive in gnu.tar a.tar.gz posix.tar.xz posix.tar.zst bsd.cpio info.zip bsd.7z
do
	{
		head -c 1 $archive
		sleep 0.02
		tail -c +2 $archive | head -c 700
		sleep 0.02
		tail -c +702 $archive
	} | "$LEAT" run piped.yaml >stdout || fail "$archive by a pipe"
	sort -k 2 stdout | holds sums
done

# The list, as bsdtar has it; and all that is known of an entry.
ln -s numbers.txt d/link
ln d/empty d/twin
mkfifo d/fifo
tar -c -f kinds.tar --sort=name --owner=7 --group=8 --numeric-owner \
	--mode=0640 d
bsdtar -tf kinds.tar | sed 's,/$,,' >names
expect 0 "$LEAT" run list.yaml kinds.tar
cut -d, -f1 stdout | holds names
grep -E '^d,|numbers|twin|fifo' stdout >known
holds known <<'END'
d,directory,0,416,7,,0,tar,kinds.tar!/d,kinds.tar/d,kinds.tar,d
d/fifo,fifo,0,416,7,,2,tar,kinds.tar!/d/fifo,kinds.tar/d/fifo,kinds.tar/d,fifo
d/link,symlink,0,416,7,numbers.txt,3,tar,kinds.tar!/d/link,kinds.tar/d/link,kinds.tar/d,link
d/numbers.txt,file,348894,416,7,,4,tar,kinds.tar!/d/numbers.txt,kinds.tar/d/numbers.txt,kinds.tar/d,numbers
d/twin,hardlink,0,416,7,d/empty,9,tar,kinds.tar!/d/twin,kinds.tar/d/twin,kinds.tar/d,twin
END

# Archives in archives.
mkdir n
cp a.tar.gz info.zip n
tar -c -f inner.tar n
zip -q outer.zip inner.tar sums.yaml
sed 's/{sha256}  {entry_path}/{entry_trail}/' sums.yaml >trails.yaml
expect 0 "$LEAT" run trails.yaml outer.zip --nested true
sort stdout >trails
{
	echo 'outer.zip!/sums.yaml'
	for archive in a.tar.gz info.zip; do
		sed "s,^.\{66\},outer.zip!/inner.tar!/n/$archive!/," sums
	done
} | sort | holds trails
expect 0 "$LEAT" run trails.yaml outer.zip --nested 1
sort stdout >trails
holds trails <<'END'
outer.zip!/inner.tar!/n/a.tar.gz
outer.zip!/inner.tar!/n/info.zip
outer.zip!/sums.yaml
END
expect 0 "$LEAT" run trails.yaml outer.zip
holds stdout <<'END'
outer.zip!/inner.tar
outer.zip!/sums.yaml
END
expect 0 "$LEAT" run trails.yaml outer.zip --nested '*.tar'
[ "$(wc -l <stdout)" -eq 3 ] || fail 'a pattern opens others'
expect 78 "$LEAT" run trails.yaml outer.zip --nested 17
said "'17' doesn't say how deep"

# Picked by filter, and written where src_path says; directories make no file.
cat >pick.yaml <<'END'
leat: 1
session: pick
params: {in: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${in}"}
  entries: archive-read
  texts: {use: filter, where: "entry_path LIKE '%.txt'"}
  out: {use: write-file, path: "out/{src_path}"}
links: [in -> entries -> texts -> out]
END
expect 0 "$LEAT" run pick.yaml kinds.tar info.zip
find out -type f | sort >found
holds found <<'END'
out/info.zip/numbers.txt
out/info.zip/sub/deep/x.txt
out/kinds.tar/d/numbers.txt
out/kinds.tar/d/sub/deep/x.txt
END
cmp -s out/info.zip/numbers.txt d/numbers.txt || fail 'another content'

# Plain files, readers that stop early, formats that are not named.
expect 1 "$LEAT" run sums.yaml sums
said 'it is no archive'
sed 's/nested: "${nested}"/plain: pass/; s/{sha256}  {entry_path}/{sha256}/' \
	sums.yaml >plain.yaml
gzip -k sums
expect 0 "$LEAT" run plain.yaml sums sums.gz
sha256sum sums sums.gz | cut -c1-64 | holds stdout
cat >first.yaml <<'END'
leat: 1
session: first
params: {in: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${in}"}
  entries: archive-read
  split: lines
  some: {use: head, count: 1, per: segment}
  out: stdout
links: [in -> entries -> split -> some -> out]
END
for archive in posix.tar info.zip; do
	expect 0 "$LEAT" run first.yaml $archive
	grep -cxE '1|deep|space' stdout | grep -qx 3 || fail "$archive: not the first lines"
done
sed 's/nested: "${nested}"/formats: [zip, iso]/' sums.yaml >zips.yaml
expect 1 "$LEAT" run zips.yaml gnu.tar
expect 0 "$LEAT" run zips.yaml info.zip
bsdtar -c -f image.iso --format=iso9660 -C d sub
expect 1 "$LEAT" run sums.yaml image.iso
expect 0 "$LEAT" run zips.yaml image.iso
[ "$(wc -l <stdout)" -eq 2 ] || fail 'not what the image holds'
expect 1 "$LEAT" run sums.yaml image.iso
said 'image.iso: it begins with zeros, as an empty tar file does, but something follows; if it is the image of a disc, `formats: [iso]` opens it'

# A volume of GNU tar that begins amid a content, with and without a name: GNU
# tar says "Cannot extract -- file is continued from another volume". The part
# that is there is no content; in the list it is, as that of tar is.
echo rest >rest
for name in '' '-V label'; do
	rm -f one two
	tar -c -M -L 200 --format=gnu $name -f one -f two -C d numbers.txt \
		-C .. rest
	tar -x -M -O -f two numbers.txt 2>stderr && fail 'tar reads it'
	said 'continued'
	expect 1 "$LEAT" run sums.yaml two
	said 'entries: two: the entry `numbers.txt` has only the end of its content: it begins in another volume of the archive'
	expect 1 "$LEAT" run sums.yaml one
	said 'one: the entry `numbers.txt`: Truncated'
	at=$(tar -tv -f two | sed -n 's/.*--Continued at byte \([0-9]*\)--.*/\1/p')
	expect 0 "$LEAT" run list.yaml two
	[ "$(cut -d, -f 1-3 stdout)" = "numbers.txt,file,$((348894 - at))
rest,file,5" ] || fail "not what is in the volume: $(cat stdout)"
done

# Contents leave the sandbox: to standard output, to one file for all, as they
# are and compressed, from files and from a pipe, by one worker and by several.
cat >all.yaml <<'END'
leat: 1
session: all
params: {in: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${in}"}
  entries: archive-read
  twice: tee
  shown: stdout
  file: {use: write-file, path: all}
  packed: {use: compress, format: gzip}
  pack: {use: write-file, path: all.gz}
links: [in -> entries -> twice, twice -> shown, twice -> file, twice -> packed -> pack]
END
bsdtar -x -O -f info.zip >contents
bsdtar -x -O -f posix.tar >>contents
expect 0 "$LEAT" check -v all.yaml
printed 'put in: what it reads comes out of a sandbox'
for options in '' -j4 '--sandbox off'; do
	rm -f all all.gz
	expect 0 "$LEAT" run $options all.yaml posix.tar info.zip
	cmp -s stdout contents || fail "$options: standard output differs"
	cmp -s all contents || fail "$options: the file differs"
	gzip -dc all.gz | cmp -s - contents || fail "$options: the gzip differs"
done
sed 's/in: {use: files.*/in: stdin/; /^params/d' all.yaml >piped-all.yaml
bsdtar -x -O -f posix.tar >contents
expect 0 "$LEAT" run piped-all.yaml <posix.tar
cmp -s stdout contents || fail 'standard input: standard output differs'

# Whole contents don't, where nobody makes chunks of them.
sed 's/some: .*/some: {use: head, count: 2}/; s/split -> some/some -> split/' \
	first.yaml >heads.yaml
expect 77 "$LEAT" run heads.yaml posix.tar
said "heads.yaml:$(grep -n ' entries:' heads.yaml | cut -d: -f1):3: error: entries reads what nobody vouches for, and its graph can't be run in a sandbox: some takes whole contents of all units"
expect 0 "$LEAT" plan heads.yaml posix.tar
printed '  one process, since some takes whole contents of all units; needs --sandbox off'
expect 0 "$LEAT" run --sandbox off heads.yaml kinds.tar
[ "$(wc -l <stdout)" -eq 60000 ] || fail 'not the first entries'

# An archive of which something is wrong leaves nothing there.
head -c 200000 a.tar.gz >broken.tar.gz
expect 1 "$LEAT" run -k all.yaml broken.tar.gz posix.tar
cmp -s stdout contents || fail 'of the broken one something came through'
cmp -s all contents || fail 'of the broken one something is in the file'

# Passphrases, from a file.
# One of 256 wrong passphrases passes the check of one byte that zip files have:
# not this one.
until python3 -c 'import zipfile
zipfile.ZipFile("locked.zip").read("d/numbers.txt", b"wrong")' 2>&1 |
	grep -q 'Bad password'; do
	rm -f locked.zip
	zip -q -P secret -r locked.zip d/numbers.txt
done
expect 1 "$LEAT" run sums.yaml locked.zip
said 'is encrypted; name a file with its passphrase'
printf 'wrong\nsecret\n' >keys
sed 's/nested: "${nested}"/passphrases: keys/' sums.yaml >unlock.yaml
expect 0 "$LEAT" run unlock.yaml locked.zip
grep -q "^$(sha256sum <d/numbers.txt | cut -c1-64)  d/numbers.txt" stdout ||
	fail 'not what was encrypted'
echo wrong >keys
expect 1 "$LEAT" run unlock.yaml locked.zip
# Just that entry is rejected.
cp locked.zip mixed.zip
echo open >open
zip -q mixed.zip open
sed 's/passphrases: keys/&, on-error: skip/' unlock.yaml >skip.yaml
expect 0 "$LEAT" run skip.yaml mixed.zip
sha256sum open | holds stdout
7zz a -bd -psecret locked.7z d/numbers.txt >/dev/null
for session in sums unlock; do
	expect 1 "$LEAT" run $session.yaml locked.7z
	said 'the entry `d/numbers.txt` is encrypted, which is read in zip files only'
done
rm keys
expect 66 "$LEAT" run unlock.yaml locked.zip
said 'the passphrases cannot be read'

# Checked and explained without the module, which a run needs.
export LEAT_MODULES="$PWD/none"
expect 0 "$LEAT" check sums.yaml
expect 0 "$LEAT" explain archive-read
expect 69 "$LEAT" run sums.yaml gnu.tar
said 'the module `archive`, which it is in, cannot be loaded'
expect 69 "$LEAT" plan sums.yaml gnu.tar
finish
