#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples with archives, against bsdtar, sha256sum, grep and dpkg-deb.
. "$srcdir/tests/cli/lib.sh"

for tool in bsdtar zip 7zz tar gzip zstd; do
	command -v $tool >/dev/null || skip "no $tool"
done

# What is packed, in three ways, one within the other.
mkdir -p tree/a 'tree/a/with space' tree/packed
echo 'gate = open' >tree/a/mill.conf
printf 'text\0gate = bin\n\377gate = latin\nthe gate = last' >tree/a/mixed
printf 'gate = gr\303\274n\n' >'tree/a/with space/mill.txt'
echo 'gate = 1' >'tree/a/back\slash'
echo 'gate = 2' >'tree/a/line
feed'
seq 1 30000 >tree/a/numbers
gzip -c tree/a/mill.conf >tree/a/mill.conf.gz
(cd tree && tar -czf packed/one.tar.gz a && ln -s one.tar.gz packed/link &&
	zip -qry packed/two.zip packed/one.tar.gz a/mill.conf packed/link &&
	7zz a -bd packed/three.7z packed/two.zip a/numbers >/dev/null)

# ---- sums: what sha256sum says of what bsdtar unpacks ---------------------------
sums=$srcdir/examples/sums/sums.yaml
expect 0 "$LEAT" check --strict "$sums"
for archive in tree/packed/*.*; do
	rm -rf unpacked && mkdir unpacked
	bsdtar -xf $archive -C unpacked
	(cd unpacked && find . -type f -print0 | sed -z 's,^\./,,' |
		xargs -0 sha256sum | sort) >wanted
	expect 0 "$LEAT" run "$sums" $archive
	cp stdout list
	sort list >sorted
	holds sorted <wanted
	(cd unpacked && sha256sum --quiet -c ../list) || fail "$archive: -c"
done
expect 0 "$LEAT" run "$sums" tree/packed/three.7z --nested true
(cd unpacked && rm -r ./* && bsdtar -xf ../tree/packed/one.tar.gz &&
	bsdtar -xf ../tree/packed/two.zip a/mill.conf &&
	bsdtar -xf ../tree/packed/three.7z a/numbers &&
	sha256sum --quiet -c ../stdout) || fail 'nested sums'
[ "$(wc -l <stdout)" -eq 9 ] || fail "nested: $(wc -l <stdout) sums"
echo changed >>unpacked/a/mill.conf
(cd unpacked && sha256sum --quiet -c ../stdout >../found 2>/dev/null) &&
	fail 'sha256sum -c finds no difference'
grep -q '^a/mill.conf: FAILED' found || fail "found: $(cat found)"

expect 64 "$LEAT" run "$sums"
said 'hint: give --archives VALUE (or just VALUE)'
expect 1 "$LEAT" run "$sums" tree/a/numbers
said 'it is no archive'
expect 1 "$LEAT" run "$sums" tree/packed/none.zip
said 'tree/packed/none.zip: it cannot be read: No such file'
expect 78 "$LEAT" run "$sums" tree/packed/two.zip --nested yes
said "'yes' doesn't say how deep"
head -c 2000 tree/packed/one.tar.gz >cut.tar.gz
expect 1 "$LEAT" run "$sums" cut.tar.gz
said 'cut.tar.gz: the entry `a/numbers`: byte 2000 of the gzip data: it ends too early'
sed "s/(entry_path/(entry_pth/" "$sums" >wrong.yaml
expect 78 "$LEAT" check wrong.yaml
said 'did you mean entry_path?'

# ---- search-in-archives: what grep finds in what bsdtar unpacks ------------------
search=$srcdir/examples/search-in-archives/search-in-archives.yaml
expect 0 "$LEAT" check --strict "$search"
# found WAY DIRECTORY: what grep says of the files of a directory.
found()
{
	(cd "$2" && find . -type f ! -path './packed/*' -print0 |
		sed -z 's,^\./,,' | xargs -0 grep -aH 'gate =' |
		LC_ALL=C grep -v -a -P '\xff|\x00' |
		sed -e "s,^,$1," -e 's/\([^:]*\):/\1: /')
}
unpack()
{
	rm -rf "$2" && mkdir "$2" && bsdtar -xf "$1" -C "$2"
}
unpack tree/packed/one.tar.gz one
unpack tree/packed/two.zip two
rm -r one/a/mill.conf.gz tree/a/line* one/a/line* tree/packed/link
mv tree/a/mill.conf.gz .
{
	found '' tree
	found packed/one.tar.gz!/ one
	found packed/two.zip!/ two
	found packed/two.zip!/packed/one.tar.gz!/ one
	found packed/three.7z!/packed/two.zip!/ two
	found packed/three.7z!/packed/two.zip!/packed/one.tar.gz!/ one
	# The line feed in a name makes two lines of one, and grep doesn't
	# look into what is compressed.
	for way in packed/one.tar.gz packed/two.zip!/packed/one.tar.gz \
		packed/three.7z!/packed/two.zip!/packed/one.tar.gz; do
		printf '%s!/a/line\nfeed: gate = 2\n' $way
		echo "$way!/a/mill.conf.gz: gate = open"
	done
} | sort >wanted
expect 0 "$LEAT" run "$search" --tree tree --pattern 'gate ='
sort stdout >sorted
holds sorted <wanted
[ "$(wc -l <wanted)" -gt 20 ] || fail 'little was found'

# What is damaged is named; with -k the rest is searched.
cp cut.tar.gz tree
expect 1 "$LEAT" run -k "$search" --tree tree --pattern 'gate ='
said 'tree/cut.tar.gz: the entry `a/numbers`: byte 2000 of the gzip data: it ends too early'
sort stdout >sorted
holds sorted <wanted
expect 66 "$LEAT" run "$search" --tree teer --pattern 'gate ='
said 'no input matches teer/**/*, whose directory is missing'

# ---- repack: the same entries, whatever tar made of them -------------------------
repack=$srcdir/examples/repack/repack.yaml
expect 0 "$LEAT" check --strict "$repack"
mkdir -p work/tool/.git work/tool/bin work/tool/doc releases/2026
echo '#!/bin/sh' >work/tool/bin/run
chmod 755 work/tool/bin/run
cp work/tool/bin/run work/tool/bin/run~
ln -s run work/tool/bin/link
echo text >work/tool/doc/text
ln work/tool/doc/text work/tool/doc/twin
: >work/tool/.git/config
tar -C work --sort=name -czf releases/2026/tool-1.0.tar.gz ./tool
touch -d 2001-02-03 work/tool/doc/text work/tool/bin/run
(cd work && find tool | sort -r | tar -czf ../releases/again.tar.gz \
	--format=ustar --owner=7 --mode=u=rwX --no-recursion -T -)
expect 0 env SOURCE_DATE_EPOCH=946684800 "$LEAT" run "$repack" \
	--archives releases --out packed
holds_only packed '2026 again.tar.zst'
holds_only packed/2026 tool-1.0.tar.zst
cmp packed/again.tar.zst packed/2026/tool-1.0.tar.zst ||
	fail 'the same entries make other archives'
zstd -dc packed/again.tar.zst | tar -tv --utc --full-time >stdout
sed 's/  */ /g' stdout >names
holds names <<'END'
drwxr-xr-x 0/0 0 2000-01-01 00:00:00 tool/
drwxr-xr-x 0/0 0 2000-01-01 00:00:00 tool/bin/
lrwxrwxrwx 0/0 0 2000-01-01 00:00:00 tool/bin/link -> run
-rwxr-xr-x 0/0 10 2000-01-01 00:00:00 tool/bin/run
drwxr-xr-x 0/0 0 2000-01-01 00:00:00 tool/doc/
-rw-r--r-- 0/0 5 2000-01-01 00:00:00 tool/doc/text
hrw-r--r-- 0/0 0 2000-01-01 00:00:00 tool/doc/twin link to tool/doc/text
END
rm -r work/tool/.git work/tool/bin/run~
unpack packed/again.tar.zst unpacked
diff -r work unpacked || fail 'repack changes contents'
expect 0 "$LEAT" run "$repack" --archives releases --out some \
	--keep "entry_path LIKE '%/doc/%'"
bsdtar -tf some/again.tar.zst >names
printf '%s\n' tool/doc/text tool/doc/twin | holds names
expect 1 "$LEAT" run "$repack" --archives releases --out none \
	--keep "entry_path NOT LIKE '%/text'"
said "the hard link \`tool/doc/twin\` leads to \`tool/doc/text\`, which isn't in the archive"
cp cut.tar.gz releases
expect 1 "$LEAT" run -k "$repack" --archives releases --out kept
said 'releases/cut.tar.gz: '
(cd kept && find . -type f | sort) >names
printf '%s\n' ./2026/tool-1.0.tar.zst ./again.tar.zst | holds names

# ---- deb-audit: what dpkg-deb says of the packages -------------------------------
command -v dpkg-deb >/dev/null || skip 'no dpkg-deb'
audit=$srcdir/examples/deb-audit/deb-audit.yaml
expect 0 "$LEAT" check --strict "$audit"
make_debs=$srcdir/examples/deb-audit/make-debs
expect 0 "$make_debs" debs
expect 0 "$make_debs" again
diff -r debs again || fail 'make-debs makes other packages the second time'
expect 64 "$make_debs"
expect 0 "$LEAT" run "$audit" --out audit debs/*.deb
silent stderr
holds_only audit 'files.csv packages.csv'
{
	echo package,version,architecture,maintainer,installed_kib
	for deb in debs/*.deb; do
		dpkg-deb -f "$deb" Package Version Architecture Maintainer \
			Installed-Size | sed 's/^[^:]*: //' | paste -sd,
	done
} | holds audit/packages.csv
# d rwxr-xr-x root/root size date time ./name -> link
{
	for deb in debs/*.deb; do
		dpkg-deb -c "$deb" | sed -E -e 's, link to ,|,' -e 's, -> ,|,' \
			-e 's,^(.)(\S+) (\w+)/(\w+) +(\w+) (\S+) (\S+) (.*),\1|\2|\3|\4|\5|\6T\7:00Z|\8|,' \
			-e 's,\|\./,|,; s,/\|,|,; s,\|\|$,|.|,' |
			awk -F '|' -v OFS=, -v deb="${deb#debs/}" '
			BEGIN {
				type["-"] = "file"
				type["d"] = "directory"
				type["l"] = "symlink"
				type["h"] = "hardlink"
				mode["rwxr-xr-x"] = "0755"
				mode["rw-r--r--"] = "0644"
				mode["rwxrwxrwx"] = "0777"
				mode["rwx------"] = "0700"
			}
			{ print deb, $7, type[$1], mode[$2], $3, $4, $5, $6, $8 }'
	done
} >wanted
sed 1d audit/files.csv | holds wanted
[ "$(wc -l <wanted)" -eq 28 ] || fail 'other files'

# One more package: what is known of the others stays.
cp audit/files.csv wanted
LEAT_STATE=$PWD/state # not beside the examples
cp "$audit" own.yaml
expect 0 "$LEAT" run own.yaml --out audit debs/leat-[dm]*.deb
expect 0 "$LEAT" plan own.yaml --out audit debs/*.deb
printed '1 of 3 units run, 2 come from the store'
expect 0 "$LEAT" run own.yaml --out audit debs/*.deb
holds audit/files.csv <wanted

# Packages that are none.
echo nothing >debs/none.deb
expect 1 "$LEAT" run own.yaml --out audit debs/*.deb
said 'debs/none.deb: it is no archive'
holds audit/files.csv <wanted
# ---- zip-to-tree: what bsdtar unpacks ---------------------------------------------

unpack=$srcdir/examples/zip-to-tree/zip-to-tree.yaml
expect 0 "$LEAT" check --strict "$unpack"
expect 0 "$LEAT" run "$unpack" --out trees tree/packed/two.zip \
	tree/packed/one.tar.gz
for archive in two.zip one.tar.gz; do
	rm -rf want && mkdir want
	bsdtar -x -f tree/packed/$archive -C want
	[ $archive != two.zip ] || rm want/packed/link # refused by default
	diff -r want trees/${archive%%.*} || fail "zip-to-tree: $archive"
done
holds trees/refused.csv <<'END'
src_path,entry_path,reject_reason
two.zip/packed/link,packed/link,the entry `packed/link` is a symbolic link; `links: inside` makes those that are harmless
END
expect 0 "$LEAT" run "$unpack" --out trees --links inside tree/packed/two.zip
[ "$(readlink trees/two/packed/link)" = one.tar.gz ] || fail 'no link'

finish
