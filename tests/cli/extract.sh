#!/bin/sh
# SPDX-License-Identifier: MIT
# extract: what GNU tar and bsdtar unpack is there as they unpack it, and what
# nobody should unpack is refused. tests/archives/hostile.py makes that.
. "$srcdir/tests/cli/lib.sh"

for tool in bsdtar tar zip; do
	command -v $tool >/dev/null || skip "no $tool"
done
umask 022

cat >x.yaml <<'END'
leat: 1
session: x
params:
  in: {type: inputs, args: true}
  links: {type: text, default: refuse}
  collisions: {type: text, default: fail}
  portable: {type: boolean, default: false}
  times: {type: boolean, default: true}
operators:
  in: {use: files, match: "${in}"}
  entries: archive-read
  tree: {use: extract, directory: "root/out/{src_stem}", links: "${links}",
    collisions: "${collisions}", portable-names: "${portable}",
    times: "${times}"}
links: [in -> entries -> tree]
END
sed 's/^links: .*/links:\n  - in -> entries -> tree\n  - tree.rejected -> why -> table -> bad/
	s/^  tree:/  why: {use: map, select: [entry_path, reject_reason]}\n  table: {use: csv-encode, header: false}\n  bad: stdout\n&/' \
	x.yaml >rejected.yaml

# list DIRECTORY: all that is in it, with modes, times, sizes, targets, sums.
list()
{
	(cd "$1" && find . -mindepth 1 ! -type d -printf '%y %m %T@ %s %p %l\n' |
		sort -k 5 && find . -mindepth 1 -type d -printf '%y %m %T@ %p\n' |
		sort -k 4 && find . -type f -print0 | sort -z |
		xargs -0 -r sha256sum)
}

# ---- As others unpack it ---------------------------------------------------------

mkdir -p src/a/b/c src/empty src/private 'src/with space'
seq 1 30000 >src/a/numbers
: >src/a/b/nothing
head -c 300000 /dev/urandom >src/a/b/c/noise
echo '#!/bin/sh' >src/run
echo secret >src/private/key
printf 'x' >"src/with space/$(printf 'caf\303\251\n\377')"
truncate -s 5000000 src/holes
echo end >>src/holes
ln src/a/numbers src/a/b/hard
ln -s numbers src/a/soft
ln -s ../b src/a/b/up
ln -s a/b src/to-directory
ln -s . src/a/here
chmod 755 src/run
chmod 600 src/private/key
chmod 700 src/private
chmod 4755 src/a/numbers
# Timestamps have microseconds.
find src -exec touch -h -d '2003-03-03 03:03:03.123456 UTC' {} +
touch -d '2001-02-03 04:05:06.789012 UTC' src/a/numbers src/run
touch -h -d '2002-02-02 UTC' src/a/soft
touch -d '1999-12-31 UTC' src/empty src/a/b src/a
for format in gnu posix; do
	tar -c -f $format.tar --format=$format --sort=name -C src .
done
tar -c -S -f sparse.tar --format=posix --sort=name -C src .
# What is in a directory may come before it.
tar -c -f children.tar --no-recursion -C src a/b/c/noise private/key a/b/c a/b \
	a/numbers private a
gzip -k posix.tar && mv posix.tar.gz packed.tar.gz
(cd src && zip -q -y -X ../info.zip a a/b a/numbers a/b/nothing empty run)

for name in gnu.tar posix.tar sparse.tar children.tar packed.tar.gz info.zip; do
	rm -rf root want
	mkdir want
	case $name in
	*.zip) bsdtar -x -o --no-same-permissions -f $name -C want ;;
	*) tar -x -f $name -C want --no-same-permissions --no-same-owner ;;
	esac
	list want >wanted
	for options in '-j 1' '-j 2' '-j 5' '--sandbox off -j 1'; do
		rm -rf root
		expect 0 "$LEAT" run x.yaml $name --links inside $options
		silent stderr
		list root/out/${name%%.*} >made
		holds made <wanted || fail "$name, $options"
		holds_only root out
	done
done
[ "$(wc -l <wanted)" -gt 3 ] || fail 'nothing is compared'
# What is sparse stays so, here and where the archive doesn't say it.
if [ "$(du -k src/holes | cut -f 1)" -lt 1000 ]; then
	for name in sparse gnu; do
		expect 0 "$LEAT" run x.yaml $name.tar --links inside
		[ "$(du -k root/out/$name/holes | cut -f 1)" -lt 1000 ] ||
			fail "$name: the holes were filled"
	done
fi

# Without times, files are as old as the run.
rm -rf root
touch started
expect 0 "$LEAT" run x.yaml gnu.tar --links inside --no-times
find root/out/gnu ! -newer started >old
silent old

# Lines and encoders may be in between; an empty file is one.
sed 's/^links: .*/links: [in -> entries -> split -> tree]/; s/^  tree:/  split: lines\n&/' \
	x.yaml >lines.yaml
printf 'no line feed' >src/run
tar -c -f text.tar -C src run a/numbers a/b/nothing empty
expect 0 "$LEAT" run lines.yaml text.tar
(cd root/out/text && find . | sort) | tr '\n' ' ' >made
echo '. ./a ./a/b ./a/b/nothing ./a/numbers ./empty ./run ' | tr -d '\n' | holds made
echo 'no line feed' | holds root/out/text/run

# Archives in archives are directories.
mkdir inner && cp text.tar inner/t.tar && tar -c -f outer.tar inner
sed 's/entries: archive-read/entries: {use: archive-read, nested: true}/' \
	x.yaml >nested.yaml
expect 0 "$LEAT" run nested.yaml outer.tar
cmp src/a/numbers root/out/outer/inner/t.tar/a/numbers || fail nested
holds_only root/out/outer/inner t.tar

# So they are where the inner one comes by an archive-read of its own, and also
# where entry-edit has given the outer one another name.
cat >twice.yaml <<'END'
leat: 1
session: twice
params: {in: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${in}"}
  name: {use: entry-edit, rename: outer, with: a/longer.name}
  outer: archive-read
  pick: {use: filter, where: "entry_path LIKE '%.tar'"}
  inner: archive-read
  tree: {use: extract, directory: "root/out/{src_stem}"}
links:
  - in -> name -> outer -> pick -> inner -> tree
END
sed 's/in -> name -> outer/in -> outer/; /^  name:/d' twice.yaml >plain.yaml
for session in twice plain; do
	rm -rf root/out
	expect 0 "$LEAT" run $session.yaml outer.tar
	cmp src/a/numbers root/out/outer/inner/t.tar/a/numbers || fail $session
	holds_only root/out/outer inner
done
sed 's/inner -> tree/inner -> show -> table -> out/
	s/^  tree:.*/  show: {use: map, select: [entry_trail]}\n  table: csv-encode\n  out: stdout/
	s/inner: .*/inner: {use: archive-read, content: false}/' plain.yaml >trail.yaml
expect 0 "$LEAT" run trail.yaml outer.tar
grep -qxF 'outer.tar!/inner/t.tar!/a/numbers' stdout ||
	fail 'a trail through two archive-read'

# Unless it is to be flat: then names of both are in one directory.
rm -rf root/out
sed 's/directory:/flat: true, &/' nested.yaml >flat.yaml
expect 0 "$LEAT" run flat.yaml outer.tar
cmp src/a/numbers root/out/outer/a/numbers || fail flat
holds_only root/out/outer 'a empty inner run'
cp outer.tar twice.tar && tar -r -f twice.tar -C src run
expect 1 "$LEAT" run flat.yaml twice.tar
said 'has a name that came before; see `collisions`'

# Names that entry-edit has changed count.
sed 's/^links: .*/links: [in -> entries -> edit -> tree]/
	s/^  tree:/  edit: {use: entry-edit, rename: "^a\/", with: "b\/"}\n&/' \
	x.yaml >edit.yaml
expect 0 "$LEAT" run edit.yaml text.tar
cmp src/a/numbers root/out/text/b/numbers || fail 'a name that was changed'

# ---- What nobody should unpack ---------------------------------------------------

mkdir h
python3 "$srcdir/tests/archives/hostile.py" h || fail 'the generator fails'
rm -f h/bad-* # other tests read those

# reason ARCHIVE: part of what is said of the entry that is refused.
reason()
{
	case $1 in
	sym-absolute) echo 'is a symbolic link that is an absolute path' ;;
	sym-out) echo 'is a symbolic link that leads out of the directory' ;;
	sym-up | sym-down-up) echo 'is a symbolic link that goes down and up again' ;;
	sym-nothing) echo 'is a symbolic link that leads to nothing that the archive has' ;;
	sym-through-file) echo 'is a symbolic link that leads through what isn'\''t a directory' ;;
	sym-empty) echo 'is a link to nothing' ;;
	sym-self | chain*) echo 'is a symbolic link that leads to or through another link' ;;
	written-through) echo 'lies beneath `l`, which isn'\''t a directory of the archive' ;;
	written-out) echo 'lies beneath `victim`, which isn'\''t' ;;
	hard-out | hard-absolute) echo 'is a hard link to a name that nobody should use' ;;
	hard-*) echo 'is a hard link to what isn'\''t a regular entry before it' ;;
	char | block | fifo) echo 'is a device, a FIFO or a socket' ;;
	twice* | file-directory | directory-file | implied)
		echo 'has a name that came before; see `collisions`' ;;
	beneath-file) echo 'lies beneath `f`, which isn'\''t a directory' ;;
	state) echo 'has a component .leat, where leat keeps its state' ;;
	root) echo 'has the name of the directory itself' ;;
	*) echo "no case for $1" ;;
	esac
}

# What is outside of the directory must stay as it is.
mkdir outside && echo canary >outside/f && echo canary >root/f
find outside root/f -printf '%p %m %T@ %i\n' >before
for archive in h/unpacked-*; do
	name=${archive#h/unpacked-}
	name=${name%.tar}
	rm -rf root/out
	expect 1 "$LEAT" run x.yaml $archive --links inside || echo "($name)"
	said "the entry \`"
	said "$(reason $name)"
	[ -z "$(find root/out ! -type d 2>/dev/null)" ] ||
		fail "$name: something was written"
	# The entry alone goes to `rejected`; the others are there.
	expect 0 "$LEAT" run rejected.yaml $archive --links inside || echo "($name)"
	case $name in
	written-out) wanted=2 ;;
	*) wanted=1 ;;
	esac
	[ "$(wc -l <stdout)" -eq $wanted ] || fail "$name: $(cat stdout)"
	printed "$(reason $name)"
	find root/out -name '.leat*' 2>/dev/null | grep . && fail "$name: a temporary is left"
	# By default no link is made, whatever it is.
	case $name in
	sym-* | chain-forward)
		expect 1 "$LEAT" run x.yaml $archive
		said 'is a symbolic link; `links: inside` makes those that are harmless'
		;;
	hard-[!s]* | hard-self)
		expect 1 "$LEAT" run x.yaml $archive
		said 'is a hard link; `links: inside` copies what it leads to'
		;;
	esac
done
for archive in h/rejected-*; do # archive-read has refused those
	expect 1 "$LEAT" run x.yaml $archive --links inside
done
for archive in h/inner-*.tar; do
	expect 0 "$LEAT" run x.yaml $archive
done
find outside root/f -printf '%p %m %T@ %i\n' | holds before
[ "$(ls h/unpacked-* | wc -l)" -eq 31 ] || fail 'archives are missing'

expect 1 "$LEAT" run x.yaml h/good-kinds.tar
said 'is a device, a FIFO or a socket'

# A hard link may have a content of its own in a tar file.
python3 - <<'END'
import io, tarfile
tar = tarfile.open('linked.tar', 'w', format=tarfile.PAX_FORMAT)
for name, kind, data in (('a', tarfile.REGTYPE, b'one'),
                         ('b', tarfile.LNKTYPE, b'three')):
    entry = tarfile.TarInfo(name)
    entry.type, entry.size, entry.linkname = kind, len(data), 'a'
    entry.pax_headers = {'comment': 'pax'}
    tar.fileobj.write(entry.tobuf(tarfile.PAX_FORMAT))
    tar.fileobj.write(data.ljust(512, b'\0'))
tar.fileobj.write(bytes(1024))
END
expect 1 "$LEAT" run x.yaml linked.tar --links inside
said 'is a hard link with a content of its own'
sed 's/entries: archive-read/entries: {use: archive-read, plain: pass}/' \
	x.yaml >plain.yaml
expect 1 "$LEAT" run plain.yaml src/a/numbers
said 'the entry `` is none of an archive'

# Strange names are files as others are.
rm -rf root/out want && mkdir want
expect 0 "$LEAT" run x.yaml h/good-names.tar
bsdtar -x -f h/good-names.tar -C want
diff -r want root/out/good-names || fail 'strange names'

# ---- Policies ----------------------------------------------------------------------

printf 1 >one && printf 22 >two
tar -c -f twice.tar one
tar -r -f twice.tar --transform 's/two/one/' two
tar -r -f twice.tar --transform 's/two/one/' two
expect 0 "$LEAT" run x.yaml twice.tar --collisions skip
printf 1 | holds root/out/twice/one
holds_only root/out/twice one
expect 0 "$LEAT" run x.yaml twice.tar --collisions rename
printf 22 | holds root/out/twice/one.3
holds_only root/out/twice 'one one.2 one.3'
expect 1 "$LEAT" run x.yaml h/unpacked-beneath-file.tar --collisions rename

for archive in h/alike-*; do
	expect 0 "$LEAT" run x.yaml $archive
	said 'warning: tree: the entry `'
	said 'has a name that differs only in case or Unicode form from `'
	said '; others here may as well'
	rm -rf root/out
	expect 1 "$LEAT" run x.yaml $archive --portable
	said 'has a name that differs only in case or Unicode form from `'
	[ -z "$(find root/out ! -type d 2>/dev/null)" ] ||
		fail "$archive: something was written"
done
expect 0 "$LEAT" run x.yaml gnu.tar --links inside --portable

# A time that no file can have.
expect 0 "$LEAT" run x.yaml h/good-mtime.tar
said 'has a time that files can'\''t have, and gets the nearest'
[ "$(stat -c %Y root/out/good-mtime/a)" -eq 4294967295 ] ||
	fail "the time is $(stat -c %y root/out/good-mtime/a)"

# on-error: skip makes the others.
sed 's/^session: x/&\non-error: skip/' x.yaml >skip.yaml
expect 0 "$LEAT" run skip.yaml h/unpacked-chain.tar --links inside
holds_only root/out/unpacked-chain 'a f'

# Paths that are too long with the directory.
long=$(printf '%0200d' 0)
sed "s,root/out,$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long/$long," \
	x.yaml >long.yaml
python3 - <<'END'
import tarfile
with tarfile.open('deep.tar', 'w') as tar:
    tar.addfile(tarfile.TarInfo('/'.join(['n' * 250] * 4)))
END
expect 1 "$LEAT" run long.yaml deep.tar
said 'has, with the directory, a path of more than 4095 bytes'

# ---- What is there already --------------------------------------------------------

rm -rf root/out && mkdir -p root/out/text
ln -s ../../../outside root/out/text/a
expect 1 "$LEAT" run x.yaml text.tar
said 'a symbolic link on its way leads out of its directory'
holds_only outside f
rm root/out/text/a
mkdir root/out/text/run
expect 1 "$LEAT" run x.yaml text.tar
said 'cannot create root/out/text/run: it is a directory; remove that first, or write to another path'
rmdir root/out/text/run
echo old >root/out/text/run
expect 0 "$LEAT" run x.yaml text.tar
printf 'no line feed' | holds root/out/text/run

# What was a file is a directory in the next version, and is a file again: what
# the former run has made stays, and it is said what to do.
(
	unset LEAT_STATE
	in_way='something else is where a directory is needed; remove that first, or write to another path'
	mkdir -p file tree/x
	echo file >file/x
	echo tree >tree/x/y
	tar -c -f turned.tar -C file x
	expect 0 "$LEAT" run x.yaml turned.tar
	for entry in x x/y; do
		tar -c -f turned.tar -C tree $entry
		expect 1 "$LEAT" run x.yaml turned.tar --prune
		said "turned.tar: cannot create root/out/turned/$entry: $in_way"
		echo file | holds root/out/turned/x
	done
	rm root/out/turned/x
	expect 0 "$LEAT" run x.yaml turned.tar
	echo tree | holds root/out/turned/x/y
	tar -c -f turned.tar -C file x
	expect 1 "$LEAT" run x.yaml turned.tar
	said 'turned.tar: cannot create root/out/turned/x: it is a directory; '
	echo tree | holds root/out/turned/x/y
	rm -r root/out/turned/x
	expect 0 "$LEAT" run x.yaml turned.tar
	echo file | holds root/out/turned/x
)

# Two archives may fill one directory, but not write one file.
sed 's,root/out/{src_stem},root/both,' x.yaml >both.yaml
tar -c -f first.tar -C src empty run
tar -c -f second.tar -C src empty a/numbers
expect 0 "$LEAT" run both.yaml first.tar second.tar
holds_only root/both 'a empty run'
expect 73 "$LEAT" run both.yaml text.tar second.tar
said 'into `directory`'

# ---- What is remembered -------------------------------------------------------------

unset LEAT_STATE
rm -rf root/out
tar -c -f v.tar --sort=name -C src a empty to-directory run
ran()
{
	wanted=$1
	shift
	expect 0 "$LEAT" run -v x.yaml v.tar --links inside "$@"
	said "x: $wanted, "
}
ran '1 unit'
ran '0 units, 1 up to date'
expect 0 "$LEAT" run --verify x.yaml v.tar --links inside
for change in 'rm root/out/v/a/numbers' 'rm root/out/v/a/soft' \
	'rmdir root/out/v/empty' 'echo x >root/out/v/run' \
	'ln -sfn empty root/out/v/to-directory'; do
	eval "$change"
	ran '1 unit'
	ran '0 units, 1 up to date'
	list root/out/v >made
	(cd src && tar -c --sort=name a empty to-directory run) >same.tar
	rm -rf want && mkdir want && tar -x -f same.tar -C want \
		--no-same-permissions --no-same-owner
	list want | holds made || fail "after $change"
done
# A file takes the place of a link to a directory, which stays, and back.
sed 's/^session: x/session: swap/' x.yaml >swap.yaml
mkdir swap swap/d
echo kept >swap/d/f
for kind in link file link; do
	rm -f swap/x
	if [ $kind = link ]; then
		ln -s d swap/x
	else
		echo file >swap/x
	fi
	tar -c -f swap.tar -C swap d x
	expect 0 "$LEAT" run swap.yaml swap.tar --links inside
	rm -rf want && mkdir want && tar -x -f swap.tar -C want
	(cd want && find . ! -type d -printf '%P %y %l\n' | sort) >wanted
	(cd root/out/swap && find d x ! -type d -printf '%p %y %l\n' | sort) |
		holds wanted || fail "a $kind in the place of another"
	echo kept | holds root/out/swap/d/f
done

# A directory that comes twice, and in two archives.
tar -c -f first.tar -C src empty run empty
sed -i 's/^session: .*/session: both/' both.yaml
expect 0 "$LEAT" run both.yaml first.tar second.tar
expect 0 "$LEAT" run --verify both.yaml first.tar second.tar
# With fewer entries: what has vanished is stale.
tar -c -f v.tar --sort=name -C src a/numbers run
ran '1 unit, 11 stale outputs' # a itself, too, isn't in it
expect 0 "$LEAT" plan x.yaml v.tar --links inside
printed 'root/out/v/empty: was written for v.tar before, and is stale; --prune removes it'
echo mine >root/out/v/a/b/mine
ran '0 units, 1 up to date' --prune
(cd root/out/v && find . | sort) | tr '\n' ' ' >made
printf '. ./a ./a/b ./a/b/mine ./a/numbers ./run ' | holds made
# A failed unit leaves what was there.
cp h/unpacked-chain.tar v.tar
expect 1 "$LEAT" run x.yaml v.tar --links inside
(cd root/out/v && find . | sort) | tr '\n' ' ' | holds made

# ---- Nothing is touched outside, also while directories move -----------------------

if traced; then
	export LEAT_STATE=none
	rm -rf root
	# Workers can't be dumped, so that only root is told what their
	# descriptors are; they set times of what was opened for them.
	handed='^[0-9]+ +utimensat\([0-9]+, NULL, '
	[ "$(id -u)" -ne 0 ] || handed='^$'
	for archive in gnu.tar h/unpacked-*.tar; do
		ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" strace -f -y -o calls \
			-e trace=openat,openat2,mkdirat,mkdir,symlinkat,symlink,renameat,rename,linkat,link,fchmodat,fchmod,chmod,fchownat,fchown,utimensat,unlinkat,unlink,rmdir,mknodat \
			"$LEAT" run x.yaml $archive --links inside 2>stderr
		# What is made, changed or opened to be written is in root, which
		# is made, has no name, or is a device.
		grep -E '^[0-9]+ +((mkdir|symlink|rename|link|f?chmod|f?chown|utimens|unlink|rmdir|mknod)[a-z0-9]*\(|open.*(O_CREAT|O_WRONLY|O_RDWR))' calls |
			grep -vE ' = -1 |O_TMPFILE|"/dev/' |
			grep -vE "$handed" |
			grep -vE "mkdir(at)?\((AT_FDCWD<[^>]*>, )?\"root(/out)?\"" |
			grep -vE "^[0-9]+ +[a-z0-9]+\((\"[^\"]*\", )?[0-9]+<$PWD/root(/[^>]*)?>" >others
		silent others
	done
	grep -q openat calls || fail 'no trace'
	# A directory whose time can't be set fails its unit late.
	unset LEAT_STATE
	tar -c -f empties.tar -C src empty
	expect 1 trace '' utimensat:error=EIO "$LEAT" run x.yaml empties.tar
	said 'cannot set the permissions and the time of '
	expect 0 "$LEAT" run x.yaml empties.tar
	[ "$(stat -c %Y root/out/empties/empty)" -eq 946598400 ] ||
		fail 'the next run does not set the time'
else
	echo 'no strace'
fi
finish
