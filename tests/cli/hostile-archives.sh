#!/bin/sh
# SPDX-License-Identifier: MIT
# Archives that are made to do harm, or that are damaged: what they must get is
# said by their names. tests/archives/hostile.py makes them.
. "$srcdir/tests/cli/lib.sh"

mkdir h
python3 "$srcdir/tests/archives/hostile.py" h || fail 'the generator fails'
cat >read.yaml <<'END'
leat: 1
session: read
params: {in: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${in}"}
  entries: {use: archive-read, nested: true}
  out: {use: write-file, path: "out/{src_path}"}
links: [in -> entries -> out]
END
sed 's/^  out:.*/  out: discard/; s/  in: {type/  why: {type: text, default: none}\n&/
	s/links: .*/links:\n  - in -> entries -> out\n  - entries.rejected -> why -> table -> bad/' \
	read.yaml | sed '/^params/s/.*/params: {in: {type: inputs, args: true}}/; /^  why/d
	s/^  out: discard/  out: discard\n  why: {use: map, select: [reject_reason]}\n  table: {use: csv-encode, header: false}\n  bad: stdout/' >reject.yaml

# refused ARCHIVE REASON
refused()
{
	expect 1 timeout 60 "$LEAT" run read.yaml h/bad-$1 || echo "($1)"
	said "$2"
	[ -z "$(find out ! -type d 2>/dev/null)" ] ||
		fail "bad-$1: something was written"
}
refused empty 'it is no archive, or of a format that `formats` doesn'\''t name; `plain: pass` lets it through'
refused zero-bytes 'it is no archive'
refused header-sum.tar 'Unrecognized archive format'
refused second-sum.tar 'Damaged tar archive'
refused no-end.tar 'two blocks of zeros at its end are missing'
refused half-end.tar 'two blocks of zeros at its end are missing'
refused no-end-zeros.tar 'two blocks of zeros at its end are missing'
refused between.tar 'two blocks of zeros at its end are missing'
refused garbage.tar 'something follows its end, which is at byte 1024'
refused appended.tar 'something follows its end, which is at byte 1024'
refused size.tar 'entries: h/bad-size.tar: the entry `a`: Truncated tar archive'
refused negative.tar 'negative size'
refused pax-8m.tar 'too large'
# As GNU tar, which says so, too.
refused pax-999999.tar 'a pax header in it is damaged'
refused pax-0.tar 'a pax header in it is damaged'
refused pax-1.tar 'a pax header in it is damaged'
refused pax--12.tar 'a pax header in it is damaged'
refused longer.zip 'the entry `a`: ZIP uncompressed data is wrong size'
refused pax-equals.tar 'a pax header in it is damaged'
refused ratio.tar.gz 'more than 200 times'
refused ratio.zip 'it holds more than 200 times the bytes that it has; raise `max-ratio` if that is right'
refused sparse.tar 'more than 200 times'
refused crc.tar.gz 'checksum is wrong'
refused garbage.tar.gz 'what follows the data'
refused crc.zip 'bad CRC'
refused names.zip 'the entry `a` has another name in the directory'
refused name-length.zip 'another name in the directory'
refused sizes.zip 'another size in the directory'
refused count-more.zip 'wrong offset, size or count'
refused count-less.zip 'its directory has another length'
refused offset.zip 'wrong offset, size or count'
refused overlap.zip 'two of its entries overlap'
refused garbage.zip 'something follows its end'
refused prefix.zip 'wrong offset, size or count'
refused parts.zip 'it is one part of several'
refused wide.zip 'its end says a wrong offset, size or count'
refused wide-end.zip 'its end is damaged'
refused wide-size.zip 'an entry lacks its size'
refused wide-other.zip 'its end says two directories'
refused unicode-local.zip 'the entry `good` has another Unicode name in the directory'
refused unicode-central.zip 'another Unicode name in the directory'
refused unicode-other.zip 'another Unicode name in the directory'
refused unicode-two.zip 'another Unicode name in the directory'
refused comment.zip 'it is truncated, or something follows its end'
refused comment-17k.zip 'or a comment of more than 16 KiB'
refused place.zip 'its directory says wrong offsets'
refused behind.zip 'it is truncated, or says wrong offsets'
refused fit.zip "an entry doesn't fit into it"
refused wrap.zip "an entry doesn't fit into it"
refused directory.zip 'its directory is damaged'
refused directory-name.zip 'its directory is damaged'
refused directory-64m.zip 'its directory has more than 64 MiB'
refused nine.gz 'it is compressed more than 8 times'
refused cut.ar 'runcated'
refused cut.cpio 'cpio'
[ "$(ls h/bad-* | wc -l)" -eq "$(grep -c '^refused [a-z]' "$srcdir/tests/cli/hostile-archives.sh")" ] ||
	fail 'an archive without a case, or the other way round'

# Whoever reads the content, wherever: the archive is to blame, in these words.
# Nobody reads it in the last one.
tar -c -f in-tar.tar -C h bad-size.tar
for options in '--sandbox off' '--sandbox off -k' -k -j2; do
	expect 1 "$LEAT" run $options read.yaml h/bad-size.tar
	said 'entries: h/bad-size.tar: the entry `a`: Truncated tar archive'
	expect 1 "$LEAT" run $options read.yaml in-tar.tar
	said 'entries: in-tar.tar: in-tar.tar!/bad-size.tar: the entry `a`: Truncated tar archive'
	expect 1 "$LEAT" run $options reject.yaml h/bad-size.tar
	said 'entries: h/bad-size.tar: the entry `a`: Truncated input file'
done

# Names that nobody should use: rejected, never made harmless.
for archive in h/rejected-*; do
	expect 1 "$LEAT" run read.yaml $archive
	case $archive in
	*drive*) said 'starts with the letter of a drive' ;;
	*long*) said 'is longer than 4095 bytes' ;;
	*dots*) said 'leads out of its directory by `..`' ;;
	*component*) said 'has a component of more than 255 bytes' ;;
	*deep*) said 'has more than 64 components' ;;
	*absolute*) said 'is an absolute path' ;;
	*) said 'the name of the entry' ;;
	esac
	[ -z "$(find out ! -type d 2>/dev/null)" ] ||
		fail "$archive: something was written"
	expect 0 "$LEAT" run reject.yaml $archive
	[ "$(grep -c 'the name of the entry' stdout)" -eq 1 ] ||
		fail "$archive: not rejected"
done

# An entry that should be an archive, but can't be opened, or is encrypted: it
# is rejected, those around it come.
for archive in h/inner-*; do
	expect 1 "$LEAT" run read.yaml $archive
	case $archive in
	*encrypted*) said 'the entry `inner` is encrypted; name a file with its passphrase in `passphrases`' ;;
	*nine*) said "the entry \`inner\` can't be opened: it is compressed more than 8 times" ;;
	*count.zip*) said "the entry \`inner\` can't be opened: its end says a wrong offset" ;;
	*) said "the entry \`inner\` can't be opened: " ;;
	esac
	[ -z "$(find out ! -type d 2>/dev/null)" ] ||
		fail "$archive: something was written"
	sed 's/^  out:.*/  out: {use: write-file, path: "kept\/{src_path}"}/' \
		reject.yaml >keep.yaml
	for options in '' '--sandbox off'; do
		rm -rf kept
		expect 0 "$LEAT" run $options keep.yaml $archive
		[ "$(wc -l <stdout)" -eq 1 ] || fail "$archive: not rejected"
		holds_only kept/${archive#h/} 'after before'
	done
done

# A content that is damaged fails its unit if part of it has gone on, which isn't so
# where it is found before: amid the first bytes, that are looked at for an archive
# in it; and in the first block that is decompressed. With `verify: true` it is
# rejected, and those around it come; what is cut is lost.
sed 's/nested: true/&, verify: true/' keep.yaml >verify.yaml
sed 's/nested: true/verify: true/' keep.yaml >flat.yaml
sed 's/, nested: true//' keep.yaml >first.yaml
for archive in h/damaged-*; do
	expect 1 "$LEAT" run read.yaml $archive
	said 'the entry `inner`: '
	[ -z "$(find out ! -type d 2>/dev/null)" ] ||
		fail "$archive: something was written"
	sessions='verify flat'
	case $archive in
	*-late*)
		for session in keep first; do
			rm -rf kept
			expect 1 "$LEAT" run $session.yaml $archive
		done
		;;
	*-crc*)
		sessions="$sessions keep"
		expect 1 "$LEAT" run first.yaml $archive
		;;
	*) sessions="$sessions keep first" ;;
	esac
	for session in $sessions; do
		for options in '' '--sandbox off'; do
			rm -rf kept
			expect 0 "$LEAT" run $options $session.yaml $archive
			grep -Eq '^"?the entry `inner`: ' stdout &&
				[ "$(wc -l <stdout)" -eq 1 ] ||
				fail "$archive: not rejected"
			holds_only kept/${archive#h/} 'after before'
			[ "$(cat kept/*/after kept/*/before)" = "x
x" ] || fail "$archive: others are damaged"
		done
	done
done
for archive in size.tar between.tar crc.tar.gz ratio.zip cut.cpio; do
	rm -rf kept
	expect 1 "$LEAT" run verify.yaml h/bad-$archive
	[ -z "$(find kept ! -type d 2>/dev/null)" ] ||
		fail "$archive: something was written"
done

# Where contents aren't wanted an encrypted one is only if it is to be opened.
sed 's/nested: true/&, content: false/; s/out: .*/out: discard/' \
	read.yaml >list.yaml
expect 1 "$LEAT" run list.yaml h/inner-encrypted.zip
said 'the entry `inner` is encrypted; name a file with its passphrase in `passphrases`'
sed 's/nested: true, //' list.yaml >flat.yaml
expect 0 "$LEAT" run flat.yaml h/inner-encrypted.zip

# Those are fine.
for archive in h/good-*; do
	case $archive in *nested-9*) continue ;; esac
	expect 0 "$LEAT" run reject.yaml $archive || echo "($archive)"
	silent stdout
done
expect 1 "$LEAT" run reject.yaml h/good-nested-9.tar
said 'archives lie in each other more than 8 deep; a number for `nested` opens only so many'
expect 0 "$LEAT" run reject.yaml h/good-mtime.tar
said 'the time of the entry `a` is out of range: the nearest that isn'\''t is taken, for others here as well'
expect 0 "$LEAT" run read.yaml h/good-names.tar h/good-kinds.tar
names=$(find out/good-names.tar -type f -print0 | tr -cd '\0' | wc -c)
[ "$names" -eq 13 ] || fail "$names names, not 13"
find out -type l -o -type p -o -type b -o -type c >others
silent others
[ -f out/good-kinds.tar/file ] || fail 'the file is missing'
[ ! -e out/good-kinds.tar/sym ] || fail 'a link was made'

cat >modes.yaml <<'END'
leat: 1
session: modes
params: {in: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${in}"}
  entries: {use: archive-read, content: false}
  mode: {use: map, select: [entry_mode]}
  table: {use: csv-encode, header: false}
  out: stdout
links: [in -> entries -> mode -> table -> out]
END
expect 0 "$LEAT" run modes.yaml h/good-mode.tar
echo 4095 | holds stdout

# Limits that are set.
sed 's/nested: true/max-entries: 1999/' read.yaml >few.yaml
expect 1 "$LEAT" run few.yaml h/good-many.tar
said 'it has too many entries; raise `max-entries` if that is right'
sed 's/nested: true/max-entries: 2000/' read.yaml >enough.yaml
expect 0 "$LEAT" run enough.yaml h/good-many.tar
sed 's/nested: true/max-bytes: 1500B/' read.yaml >small.yaml
expect 1 "$LEAT" run small.yaml h/good-sparse.tar
said 'it holds more than 1500 bytes; raise `max-bytes` if that is right'

# What a library wants of memory is limited by the system: a dictionary that is
# larger fails its unit, and only that. Sanitizers leave no room for limits.
if [ "$LEAT_SANITIZED" != yes ]; then
	rm -rf out
	expect 1 "$LEAT" run -k read.yaml h/large-* h/good-dictionary.7z
	for size in 512m 4g; do
		said "entries: h/large-dictionary-$size.7z: the entry \`a\`: it needs more memory than there is; raise \`resources: memory\`"
	done
	holds_only out/good-dictionary.7z a
	holds_only out good-dictionary.7z
	sed 's/^operators/resources: {memory: 2GiB}\n&/' read.yaml >more.yaml
	expect 0 "$LEAT" run more.yaml h/large-dictionary-512m.7z
fi

# With `trailing: allow` what follows the end is a warning, and nothing else
# changes: what is truncated stays an error.
sed 's/nested: true/nested: true, trailing: allow/' read.yaml >trailing.yaml
mkdir g
echo one >g/one
echo two >g/two
tar -c -f w.tar -C g one two
(cd g && find . -type f | cpio -o -H newc 2>/dev/null >../w.cpio
	zip -q ../w.zip one two && 7zz a -bd ../w.7z one two >/dev/null)
for kind in tar cpio zip 7z; do
	{ cat w.$kind; echo garbage; } >long.$kind
	{ cat w.$kind w.$kind; } >twice.$kind
	for file in long.$kind twice.$kind; do
		rm -rf out
		expect 1 "$LEAT" run read.yaml $file
		said "$file: "
		[ -z "$(find out ! -type d 2>/dev/null)" ] ||
			fail "$file: something was written"
		[ $file != twice.zip ] || continue # refused: it says wrong offsets
		expect 0 "$LEAT" run trailing.yaml $file
		said "warning: entries: something follows the end of $file, which is at byte "
		said ": it isn't read"
		cat g/one g/two >both
		cat out/$file/one out/$file/two | cmp -s - both ||
			fail "$file: another content"
	done
	expect 0 "$LEAT" run trailing.yaml w.$kind
	silent stderr
	head -c $(($(wc -c <w.$kind) / 4)) w.$kind >short.$kind
	expect 1 "$LEAT" run trailing.yaml short.$kind
done
expect 1 "$LEAT" run trailing.yaml twice.zip
said 'its end says a wrong offset, size or count'
expect 1 "$LEAT" run trailing.yaml h/bad-half-end.tar
tar -c -f in.tar long.zip
expect 0 "$LEAT" run trailing.yaml in.tar
said "something follows the end of in.tar!/long.zip, which is at byte $(wc -c <w.zip): it isn't read"
head -c 20000 /dev/zero | cat w.zip - >far.zip
expect 1 "$LEAT" run trailing.yaml far.zip

# Truncated at each step, and with flipped bits: an error or the same bytes,
# never a crash.
mkdir p
seq 1 200 >p/a
seq 1 90 >p/b
cd p
tar -c -f ../t.tar a b
gzip -k ../t.tar
zip -q ../t.zip a b
7zz a -bd ../t.7z a b >/dev/null
bsdtar -c -f ../t.cpio --format=newc a b
ar rc ../t.ar a b
for format in iso9660 xar warc mtree; do
	bsdtar -c -f ../t.$format --format=$format a b
done
xz -k ../t.tar && zstd -q ../t.tar && bzip2 -k ../t.tar && lz4 -q ../t.tar ../t.tar.lz4
cd ..
for name in t.tar.bz2 t.tar.zst t.tar.lz4; do
	{ cat $name; echo garbage; } >garbage
	expect 1 "$LEAT" run read.yaml garbage
done
{ cat t.tar.bz2; echo garbage; } >garbage
expect 1 "$LEAT" run read.yaml garbage
said "byte $(wc -c <t.tar.bz2) of the bzip2 data: what follows the data"
head -c 200 t.tar.bz2 >cut
expect 1 "$LEAT" run read.yaml cut
said 'byte 200 of the bzip2 data: it ends too early'
# A window that nobody gets.
xz -c --lzma2=dict=512MiB t.tar >cut
expect 1 "$LEAT" run read.yaml cut
said 'cut: byte '
said 'of the xz data: to read it takes 5'
said 'raise `resources: memory` if you trust it'
head -c 300 t.7z >cut
expect 1 "$LEAT" run read.yaml cut
said 'cut: it is truncated'
head -c 960 t.cpio >cut
expect 1 "$LEAT" run read.yaml cut
said 'the entry `b`: its content is damaged'
sed 's/nested: true/&, formats: [tar, zip, 7z, cpio, ar, iso, xar, warc, mtree]/; s/  out: discard/  out: hash/; s/in -> entries -> out/in -> entries -> out\n  - out.digest -> none/
	s/^  bad: stdout/&\n  none: discard/' reject.yaml >hash.yaml
python3 - "$LEAT" <<'END' || fail 'truncated or damaged archives'
import os, subprocess, sys
leat, wrong = sys.argv[1], 0
quick = os.environ.get('LEAT_TEST_QUICK') or os.environ['LEAT_SANITIZED'] == 'yes'

def run(names):
    return subprocess.run([leat, 'run', '-k', 'hash.yaml'] + names,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          timeout=250)

for name in ('t.tar', 't.tar.gz', 't.tar.xz', 't.tar.zst', 't.tar.bz2',
             't.tar.lz4', 't.zip', 't.7z', 't.cpio', 't.ar', 't.iso9660',
             't.xar', 't.warc', 't.mtree'):
    whole = open(name, 'rb').read()
    # A tar file may lack the zeros behind its end mark, and cpio its padding.
    last = len(whole.rstrip(b'\0')) if name in ('t.tar', 't.cpio') else len(whole)
    # Where what is missing doesn't show: between two entries, in padding or
    # in what nobody needs.
    lenient = name in ('t.ar', 't.iso9660', 't.xar', 't.warc', 't.mtree')
    cuts = []
    for length in range(0, last, 512 if name == 't.iso9660' else
                        64 if name[-1] in 'ro' else 16):
        cuts.append('cut-%05d-%s' % (length, name))
        open(cuts[-1], 'wb').write(whole[:length])
    result = run(cuts)
    said = result.stderr.decode(errors='replace')
    failed = '%d units, %d of them failed' % (len(cuts), len(cuts))
    if result.returncode != 1 or not lenient and failed not in said:
        print('%s: status %d, not: %s' % (name, result.returncode, failed))
        print(said[-600:])
        wrong = 1
    flips = []
    for at in range(0, len(whole), max(
            7 if not quick else 61, len(whole) // 2000)):
        data = bytearray(whole)
        data[at] ^= 1 << at % 8
        flips.append('flip-%05d-%s' % (at, name))
        open(flips[-1], 'wb').write(data)
    for i in range(0, len(flips), 500):
        result = run(flips[i:i + 500])
        if result.returncode not in (0, 1):
            print('%s: status %d' % (name, result.returncode))
            print(result.stderr.decode(errors='replace')[-2000:])
            wrong = 1
    for made in cuts + flips:
        os.unlink(made)
sys.exit(wrong)
END
finish
