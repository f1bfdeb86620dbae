#!/bin/sh
# SPDX-License-Identifier: MIT
# What has no content isn't an empty one: directories and links in archives,
# archives without entries, entries and files that a filter drops. What should
# be there follows from what tar has packed.
. "$srcdir/tests/cli/lib.sh"

mkdir -p d/sub
echo x >d/file
: >d/empty
ln -s file d/link
tar -c -f full.tar d
tar -c -f none.tar -T /dev/null
: >plain

# session NAME LINKS: operators that a case needs.
session()
{
	cat >"$1.yaml" <<END
leat: 1
session: $1
params: {in: {type: inputs, args: true}, where: {type: sql, default: "true"}}
operators:
  in: {use: files, match: "\${in}"}
  entries: {use: archive-read, plain: pass}
  pick: {use: filter, where: "\${where}"}
  split: lines
  chunks: chunk
  pack: compress
  whole: spool
  record: {use: map, select: {line: line}}
  count: {use: aggregate, per: segment, compute: {lines: count(*)}}
  each: csv-encode
  sum: hash
  name: {use: map, select: {path: "coalesce(entry_path, src_path)", sum: "substr(sha256, 1, 8)"}}
  counted: {use: map, select: {path: "coalesce(entry_path, src_path)", lines: lines}}
  table: {use: csv-encode, header: false}
  out: stdout
  file: {use: write-file, path: "out/{src_path}"}
links:
  - $2
END
	# Only what the links name stays.
	for name in entries pick split chunks pack whole record count each sum \
		name counted table out file; do
		sed 1,/^links/d "$1.yaml" | grep -qw "$name" ||
			sed -i "/^  $name: /d" "$1.yaml"
	done
}

# makes NAME FILES: what is in out, for the archives and the plain file.
makes()
{
	rm -rf out
	expect 0 "$LEAT" run "$1.yaml" full.tar none.tar plain
	(cd out && find . -type f | sort) >names
	printf '%s\n' $2 | holds names || fail "$1"
}
three='./full.tar/d/empty ./full.tar/d/file ./plain'
session streams 'in -> entries -> file'
makes streams "$three"
session lines 'in -> entries -> split -> file'
makes lines "$three"
session chunks 'in -> entries -> chunks -> file'
makes chunks "$three"
session packed 'in -> entries -> pack -> file'
makes packed "$three"
gzip -t <out/full.tar/d/empty || fail 'an empty file is not compressed'
session spooled 'in -> entries -> chunks -> whole -> file'
makes spooled "$three"
session tables 'in -> entries -> split -> record -> each -> file'
makes tables "$three"
echo line | holds out/plain

# The digests, by sha256sum: e3b0c442 is that of nothing.
for way in 'entries -> sum' 'entries -> chunks -> sum' 'entries -> chunks -> whole -> sum'
do
	session sums "in -> $way
  - sum.digest -> name -> table -> out"
	expect 0 "$LEAT" run sums.yaml full.tar none.tar plain
	sort stdout >sums
	printf '%s\n' d/empty,e3b0c442 \
		"d/file,$(sha256sum d/file | cut -c 1-8)" plain,e3b0c442 |
		holds sums || fail "$way"
done
session counts 'in -> entries -> split -> count -> counted -> table -> out'
expect 0 "$LEAT" run counts.yaml full.tar none.tar plain
sort stdout >counts
printf '%s\n' d/empty,0 d/file,1 plain,0 | holds counts

# What a filter drops, of archives and of files.
for name in lines packed tables; do
	sed -i 's/entries -> /entries -> pick -> /
		s/^  entries:.*/&\n  pick: {use: filter, where: "${where}"}/' \
		$name.yaml
	rm -rf out
	expect 0 "$LEAT" run $name.yaml --where "entry_path <> 'd/empty'" full.tar
	(cd out && find . -type f) >names
	echo ./full.tar/d/file | holds names
done
session files 'in -> pick -> file'
rm -rf out
expect 0 "$LEAT" run files.yaml --where "src_size = 0" full.tar plain
holds_only out plain
finish
