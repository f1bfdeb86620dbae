#!/bin/sh
# SPDX-License-Identifier: MIT
# What archive-read finds in archives is what bsdtar, GNU tar, unzip, 7zz, ar and
# dpkg-deb do: in those that other programs make here, and in those that this
# system has (with LEAT_SOAK set in all of them, and in the packages of apt).
. "$srcdir/tests/cli/lib.sh"

for tool in bsdtar tar zip unzip 7zz cpio zstd xz bzip2 gzip ar dpkg-deb; do
	command -v $tool >/dev/null || skip "no $tool"
done
umask 022
export TZ=UTC LC_ALL=C.UTF-8

# ---- What is packed -----------------------------------------------------------

mkdir -p 'd/sub/with space' a
seq 1 20000 >d/numbers
: >d/empty
head -c 100000 /dev/zero >d/zeros
printf 'caf\303\251\n' >"$(printf 'd/sub/caf\303\251')"
echo x >'d/sub/with space/"quoted"'
ln -s ../numbers d/sub/link
ln d/numbers d/twin
chmod 750 d/sub
chmod 4711 d/empty
name=d/sub
for i in 1 2 3 4 5 6 7 8; do name=$name/a-directory-with-a-long-name; done
mkdir -p $name && echo deep >$name/file
tar -c -f a/ustar.tar --format=ustar d
touch -d 1969-07-20T20:17:40Z d/zeros
touch -d 2040-02-29T12:00:00Z d/sub/link -h

for format in gnu posix; do
	tar -c -f a/$format.tar --format=$format d
done
tar -c -f a/sparse.tar -S d
for format in newc odc bin; do
	bsdtar -c -f a/$format.cpio --format=$format d
done
zip -q -r -y a/info.zip d
zip -q -r a/files.zip d -x d/sub/link
7zz a -bd a/seven.7z d >/dev/null
bsdtar -c -f a/bsd.7z --format=7zip d
ar rc a/deterministic.a d/numbers d/empty d/zeros
ar rcU a/full.a d/numbers d/zeros
gzip -k a/gnu.tar
xz -k a/posix.tar
zstd -q a/ustar.tar
bzip2 -k a/sparse.tar

mkdir -p deb/DEBIAN deb/usr/share/doc/leat-peer deb/usr/bin
cp -a d deb/usr/share/doc/leat-peer
printf '#!/bin/sh\n' >deb/usr/bin/peer
chmod 755 deb/usr/bin/peer
printf '%s\n' 'Package: leat-peer' 'Version: 1' 'Architecture: all' \
	'Maintainer: nobody <nobody@example.org>' 'Description: peer' \
	>deb/DEBIAN/control
for how in none gzip xz zstd; do
	dpkg-deb -Z$how --root-owner-group -b deb a/$how.deb >/dev/null ||
		skip "dpkg-deb has no $how"
done
dpkg-deb -Zxz --no-uniform-compression -b deb a/mixed.deb >/dev/null

# ---- bsdtar, ar and dpkg-deb: all that is known of entries ---------------------

count=$(ls a | wc -l)
expect 0 python3 "$srcdir/tests/archives/compare.py" "$LEAT" a
printed "$count archives, "
[ $count -ge 21 ] || fail 'archives are missing'

# It would be found if something differed.
cat >liar <<END
#!/bin/sh
"$LEAT" "\$@" | sed 's/,420,/,421,/'
END
chmod +x liar
expect 1 python3 "$srcdir/tests/archives/compare.py" "$PWD/liar" a
printed 'mode: 421, not 644'

# ---- GNU tar, unzip, 7zz: names, and contents in their order --------------------

cat >names.yaml <<'END'
leat: 1
session: names
params: {in: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${in}"}
  entries: {use: archive-read, content: false}
  show: {use: map, select: [entry_path]}
  table: {use: csv-encode, header: false, delimiter: "|"}
  out: stdout
links: [in -> entries -> show -> table -> out]
END
cat >contents.yaml <<'END'
leat: 1
session: contents
params: {in: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${in}"}
  entries: archive-read
  out: stdout
links: [in -> entries -> out]
END

# agrees ARCHIVE: the names in `names`, the contents in `contents`.
agrees()
{
	expect 0 "$LEAT" run names.yaml a/$1
	sed 's,/$,,' names >plain
	sed 's/^"\(.*\)"$/\1/; s/""/"/g' stdout | holds plain
	expect 0 "$LEAT" run contents.yaml a/$1
	cmp -s stdout contents || fail "$1: other contents"
}
for archive in gnu.tar posix.tar ustar.tar sparse.tar gnu.tar.gz posix.tar.xz; do
	tar --quoting-style=literal -tf a/$archive >names
	tar -xOf a/$archive >contents
	agrees $archive
done
unzip -Z1 a/files.zip >names
unzip -p a/files.zip >contents # of a link it would print the target
agrees files.zip
7zz l -slt -ba a/seven.7z | sed -n 's/^Path = //p' >names
7zz e -so a/seven.7z >contents 2>/dev/null
agrees seven.7z

# ---- What there is here ---------------------------------------------------------

mkdir here
count=60
[ -z "${LEAT_SOAK-}" ] || count=100000
find /usr/share /usr/lib -xdev -type f -size -4M \( -name '*.tar' -o \
	-name '*.tar.?z*' -o -name '*.tgz' -o -name '*.zip' -o -name '*.jar' -o \
	-name '*.whl' -o -name '*.cpio' -o -name '*.npz' -o -name '*.a' \) \
	2>/dev/null | LC_ALL=C sort | head -n $count >found
[ -z "${LEAT_SOAK-}" ] ||
	find /var/cache/apt/archives -name '*.deb' -size -4M >>found
n=0
while read -r file; do
	n=$((n + 1))
	cp "$file" "here/$n-${file##*/}"
done <found
expect 0 python3 "$srcdir/tests/archives/compare.py" "$LEAT" here || cat stdout
tail -n 1 stdout
finish
