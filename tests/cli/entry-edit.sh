#!/bin/sh
# SPDX-License-Identifier: MIT
# entry-edit: names as bsdtar -s and GNU tar --transform make them of the same
# archives; and filter in front of it, which drops whole entries.
. "$srcdir/tests/cli/lib.sh"

for tool in bsdtar tar; do
	command -v $tool >/dev/null || skip "no $tool"
done

mkdir -p d/usr/share/doc d/etc
echo one >d/usr/share/doc/one.txt
echo two >d/usr/share/two.txt
: >d/etc/empty.conf
ln d/usr/share/two.txt d/etc/twin
ln -s ../usr/share/two.txt d/etc/link
(cd d && tar -c -f ../in.tar --sort=name --owner=7 --group=8 --mode=0640 \
	--mtime=@1600000000 usr etc)

# list EDIT: the entries of in.tar with the change, and where they lead.
list()
{
	cat >list.yaml <<END
leat: 1
session: list
operators:
  in: {use: files, match: in.tar}
  entries: {use: archive-read, content: false}
  edit: {use: entry-edit, $1}
  show: {use: map, select: [${2-entry_path, entry_link}]}
  table: {use: csv-encode, header: false}
  out: stdout
links: [in -> entries -> edit -> show -> table -> out]
END
	expect 0 "$LEAT" run list.yaml
}

# As the verbose lists of tar show hard links and symbolic ones.
leads()
{
	sed -e 's,/$,,' -e 's, link to ,|,' -e 's, -> ,|,' -e 's,/|,|,' \
		-e '/|/!s,$,|,' "$1" | tr '|' ,
}

list "rename: '^usr/(\\w+)/', with: 'new/\$1.d/'"
tar -tvf in.tar --transform 'flags=rh;s,^usr/\([a-z]*\)/,new/\1.d/,' \
	--show-transformed-names | awk '{ $1 = $2 = $3 = $4 = $5 = ""; print }' |
	sed 's/^ *//' >shown
leads shown | holds stdout
grep -q '^new/share.d/doc/one.txt,$' stdout || fail 'nothing was renamed'
grep -q ',new/share.d/two.txt$' stdout || grep -q ',etc/twin$' stdout ||
	fail 'what a hard link leads to was not renamed'

# Every match is replaced; $$ is a dollar, and leat's own ${ is written $${.
list "rename: 'e', with: 'E'" entry_path
sort stdout >names
bsdtar -c -f edited.tar -C d -s ,e,E,g usr etc
bsdtar -tf edited.tar | sed 's,/$,,' | sort | holds names
list "rename: '(?<a>\\w+)\\.(?<b>\\w+)', with: '\$\${b}.\$a\$\$'" entry_path
sort stdout >names
bsdtar -c -f edited.tar -C d -s ',\([a-z]*\)\.\([a-z]*\),\2.\1$,' usr etc
bsdtar -tf edited.tar | sed 's,/$,,' | sort | holds names

# The names by which entries are found follow; where they come from stays.
list "rename: '^usr/share/doc/', with: ''" \
	'src_path, src_dir, src_name, src_stem, src_ext, entry_path, entry_trail'
grep one stdout >names
echo 'in.tar/one.txt,in.tar,one.txt,one,txt,one.txt,in.tar!/usr/share/doc/one.txt' |
	holds names

# Values: null leaves what there is; a mode in octal is 4 * 64 = 256.
list "set: {entry_mode: \"'0400'\", entry_uid: entry_uid * 2, entry_gid: \"nullif(entry_gid, 8)\", entry_user: \"'me'\", entry_group: upper(entry_type), entry_mtime: \"CASE entry_type WHEN 'file' THEN '2026-01-31' WHEN 'symlink' THEN datetime(86400, 'unixepoch') END\", entry_path: \"src_stem || '/' || entry_index\"}" \
	'entry_path, entry_mode, entry_uid, entry_gid, entry_user, entry_group, entry_mtime'
grep -E '^(one|link|etc|twin)/' stdout >values
holds values <<'END'
one/3,256,14,8,me,FILE,2026-01-31T00:00:00Z
etc/5,256,14,8,me,DIRECTORY,2020-09-13T12:26:40Z
link/7,256,14,8,me,SYMLINK,1970-01-02T00:00:00Z
twin/8,256,14,8,me,HARDLINK,2020-09-13T12:26:40Z
END

# A time that is set has no nanoseconds left of the old one.
mv in.tar kept.tar
tar -c -f in.tar -C d --mtime='2020-01-01 UTC 00:00:00.123456789' \
	--format=pax etc/empty.conf usr/share/two.txt
list "set: {entry_mtime: \"CASE src_name WHEN 'two.txt' THEN '2026-01-31' END\"}" \
	'src_name, entry_mtime, entry_mtime_ns'
sort stdout >values
holds values <<'END'
empty.conf,2020-01-01T00:00:00.123456Z,789
two.txt,2026-01-31T00:00:00Z,0
END
mv kept.tar in.tar

list "set: {entry_user: \"''\"}" 'entry_user, entry_gid'
sort -u stdout >values
echo '"",8' | holds values

# Hard links lead to the new name, however that came about.
list "set: {entry_path: \"upper(src_path)\"}"
grep -i twin stdout >values
echo 'IN.TAR/ETC/TWIN,IN.TAR/USR/SHARE/TWO.TXT' >wanted
holds values <wanted

# What can't be is rejected, and its content is not there.
cat >copy.yaml <<'END'
leat: 1
session: copy
params:
  in: {type: inputs, args: true}
  rename: {type: regex, default: '^'}
  with: {type: text, default: ''}
  uid: {type: integer, default: 0}
  mode: {type: text, default: '0644'}
  time: {type: text, default: '2026-01-31'}
  where: {type: sql, default: 'true'}
operators:
  in: {use: files, match: "${in}"}
  entries: {use: archive-read, plain: pass}
  pick: {use: filter, where: "${where}"}
  edit:
    use: entry-edit
    rename: "${rename}"
    with: "${with}"
    set: {entry_uid: "${uid}", entry_mode: "${mode}", entry_mtime: "${time}"}
  out: {use: write-file, path: "out/{src_path}"}
links: [in -> entries -> pick -> edit -> out]
END
refused()
{
	wanted=$1
	shift
	expect 1 "$LEAT" run copy.yaml in.tar "$@"
	said "$wanted"
	[ ! -e out/in.tar ] || fail "written: $*"
}
refused "field entry_path of the entry \`usr\`: '/usr' is an absolute path" \
	--rename '^usr' --with /usr
refused 'leads out of its directory by `..`' --rename 'usr/share' --with ..
refused "'' is empty" --rename usr --with ''
refused 'starts with the letter of a drive' --rename '^' --with c:
refused 'has a component of more than 255 bytes' --rename one \
	--with "$(printf '%0256d' 1)"
refused 'is longer than 4095 bytes' --rename / --with "$(printf '%0200d/' 1 2 3 4 5 6 7 8 9 10 11)"
# The same values, constants, and in expressions of which the loader can't know
# that they always are.
sed 's/entry_uid: "[^"]*"/entry_uid: "${uid} + entry_index * 0"/
	s/entry_mode: "[^"]*"/entry_mode: "${mode} || substr(entry_path, 1, 0)"/
	s/entry_mtime: "[^"]*"/entry_mtime: "${time} || substr(entry_path, 1, 0)"/' \
	copy.yaml >depends.yaml
impossible()
{
	expect 64 "$LEAT" run copy.yaml in.tar $2 "$3"
	said "$2: error: entry_$1: $4"
	expect 1 "$LEAT" run depends.yaml in.tar $2 "$3"
	said "field entry_$1 of the entry \`usr\`: $4"
	[ ! -e out/in.tar ] || fail "written: $2 $3"
}
impossible uid --uid -1 "'-1' is out of range"
impossible uid --uid 4294967296 "'4294967296' is out of range"
impossible mode --mode rw "'rw' is not a mode in octal such as 0644"
impossible mode --mode 010000 "'010000' is out of range"
impossible mode --mode '' "'' is not a mode in octal such as 0644"
impossible mtime --time 31.1.2026 "'31.1.2026' is not a timestamp such as"
grep -q 'at byte' stderr && fail 'an entry that has no place has one'

# A pattern that tries too much is no reason to leave a name as it is.
long=$(printf '%040d' 0)
tar -c -f long.tar -C d --transform "s,.*,$long," etc/empty.conf
expect 1 "$LEAT" run copy.yaml long.tar --rename '^(0+)*[1-9]'
said "the entry \`$long\`: the pattern takes more than 1000000 steps"

# So is an expression that gives no name.
sed "s/set: {.*/set: {entry_path: \"substr(entry_path, 1, 0)\"}/; /    rename:/d; /    with:/d" \
	copy.yaml >nameless.yaml
expect 1 "$LEAT" run nameless.yaml in.tar
said "field entry_path of the entry \`usr\`: '' is empty"

sed 's/^links:.*/  no: {use: map, select: [entry_path, src_path, reject_field, reject_reason]}\
  table: csv-encode\
  list: stdout\
links: [in -> entries -> pick -> edit -> out, edit.rejected -> no -> table -> list]/' \
	copy.yaml >rejected.yaml
expect 0 "$LEAT" run rejected.yaml in.tar --rename '^usr/share/' --with /
holds stdout <<'END'
entry_path,src_path,reject_field,reject_reason
usr/share/doc,in.tar/usr/share/doc,entry_path,of the entry `usr/share/doc`: '/doc' is an absolute path
usr/share/doc/one.txt,in.tar/usr/share/doc/one.txt,entry_path,of the entry `usr/share/doc/one.txt`: '/doc/one.txt' is an absolute path
usr/share/two.txt,in.tar/usr/share/two.txt,entry_path,of the entry `usr/share/two.txt`: '/two.txt' is an absolute path
etc/twin,in.tar/etc/twin,entry_link,of the entry `etc/twin`: '/two.txt' is an absolute path
END
find out -type f >names
echo out/in.tar/etc/empty.conf | holds names
rm -r out

# Contents are untouched; what is not dropped by the filter is all there.
expect 0 "$LEAT" run copy.yaml in.tar --rename '^usr' --with lib
cmp d/usr/share/two.txt out/in.tar/lib/share/two.txt || fail 'the content'
cmp d/usr/share/doc/one.txt out/in.tar/lib/share/doc/one.txt || fail 'content'
rm -r out

# Files are entries, too, and so is what is no archive.
expect 0 "$LEAT" run copy.yaml d/usr/share/two.txt --rename '^' --with a/b/
cmp d/usr/share/two.txt out/a/b/two.txt || fail 'a file'
rm -r out
sed '/^  entries:/d; s/entries -> //' copy.yaml >files.yaml
expect 0 "$LEAT" run files.yaml 'd/**/*.txt' --rename '\.txt$' --with .text
(cd out && find . -type f | sort) >names
printf '%s\n' ./usr/share/doc/one.text ./usr/share/two.text | holds names

# Into archives: files with a directory in front of them, as git archive
# --prefix does; and a filter that drops directories and links.
cat >pack.yaml <<'END'
leat: 1
session: pack
operators:
  in: {use: files, match: "d/**"}
  edit:
    use: entry-edit
    rename: '^'
    with: mill-1.0/
    set: {entry_mode: "CASE WHEN src_ext = 'txt' THEN '0444' END"}
  pack: {use: archive-write, preserve: true}
  out: {use: write-file, path: mill.tar}
links: [in -> edit -> pack -> out]
END
chmod 640 d/etc/empty.conf
find d -type f -exec touch -d @1500000000 {} +
expect 0 "$LEAT" run pack.yaml
tar -tvf mill.tar --utc --full-time | grep -v -e twin -e link |
	awk '{ print $1, $4, $5, $6 }' >names
holds names <<'END'
-rw-r----- 2017-07-14 02:40:00 mill-1.0/etc/empty.conf
-r--r--r-- 2017-07-14 02:40:00 mill-1.0/usr/share/doc/one.txt
-r--r--r-- 2017-07-14 02:40:00 mill-1.0/usr/share/two.txt
END
cat >repack.yaml <<'END'
leat: 1
session: repack
params: {where: {type: sql}}
operators:
  in: {use: files, match: in.tar}
  entries: archive-read
  pick: {use: filter, where: "${where}"}
  edit: {use: entry-edit, rename: 'usr/', with: ''}
  pack: archive-write
  out: {use: write-file, path: "{src_stem}-out.tar"}
links: [in -> entries -> pick -> edit -> pack -> out]
END
expect 0 "$LEAT" run repack.yaml --where "entry_type <> 'directory'"
bsdtar -tf in-out.tar >names
printf '%s\n' etc/empty.conf etc/link etc/twin share/doc/one.txt share/two.txt |
	holds names
tar -tvf in-out.tar | grep -q 'two.txt link to etc/twin' || fail 'the hard link'
expect 0 "$LEAT" run repack.yaml --where "entry_type IN ('symlink', 'directory') AND entry_path <> 'usr'"
bsdtar -tf in-out.tar >names
printf '%s\n' etc/ etc/link share/ share/doc/ | holds names

# A filter drops whole entries: what makes a document for each segment makes
# none, also of directories.
cat >drop.yaml <<'END'
leat: 1
session: drop
params: {where: {type: sql}, content: {type: boolean, default: true}}
operators:
  in: {use: files, match: in.tar}
  entries: archive-read
  pick: {use: filter, where: "${where}"}
  split: lines
  out: {use: write-file, path: "dropped/{entry_index}"}
links: [in -> entries -> pick -> split -> out]
END
expect 0 "$LEAT" run drop.yaml --where "entry_type = 'file' AND entry_size > 0"
holds_only dropped '3 4'
rm -r dropped
expect 0 "$LEAT" run drop.yaml --where "entry_type = 'file'"
holds_only dropped '3 4 6'
rm -r dropped
expect 1 "$LEAT" run drop.yaml \
	--where "abs(-9223372036854775807 - (entry_type = 'directory')) > 0"
said 'pick: in.tar: where: '
rm -r dropped
expect 0 "$LEAT" run drop.yaml --where "entry_path = 'none'"
[ ! -e dropped ] || fail 'something was not dropped'
tar -c -f in.tar -T /dev/null
expect 0 "$LEAT" run drop.yaml --where true
[ ! -e dropped ] || fail 'an archive without entries is a file'
finish
