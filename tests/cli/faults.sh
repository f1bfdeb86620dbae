#!/bin/sh
# SPDX-License-Identifier: MIT
# Outputs that can't be written: the old one stays, no temporary is left, the
# status says why.
. "$srcdir/tests/cli/lib.sh"

cat >report.yaml <<'END'
leat: 1
session: report
params: {inputs: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${inputs}"}
  split: lines
  out: {use: write-file, path: total/all.txt}
links: [in -> split -> out]
END
sed 's,total/all.txt,"out/{src_name}",' report.yaml >each.yaml
awk 'BEGIN { for (i = 0; i < 50000; i++) print "line", i, i * i }' >big
echo small >small

# start_over: both outputs are old.
start_over()
{
	rm -rf out total
	mkdir out total
	echo old >out/big
	echo old >total/all.txt
}

# untouched: and still are, and no temporary is left.
untouched()
{
	echo old | holds out/big
	echo old | holds total/all.txt
	holds_only out "big${1+ $1}"
	holds_only total all.txt
}

# A limit on the size of files, as a disk that is full.
limited()
{
	(ulimit -f 64 && exec "$@")
}
start_over
expect 74 limited "$LEAT" run report.yaml big
said total/all.txt
said 'too large'
untouched
expect 1 limited "$LEAT" run -k each.yaml big small
said big
untouched small

# A disk that is full.
full()
{
	unshare -rm sh -c '
		mount -t tmpfs -o size=256k tmpfs disk || exit 77
		mkdir disk/out disk/total
		echo old >disk/out/big
		echo old >disk/total/all.txt
		"$@"
		echo $? >status
		ls -A disk/out disk/total >left
		cat disk/out/big disk/total/all.txt >old' sh "$@"
}
mkdir disk
sed 's,total/all,disk/&,' report.yaml >full-report.yaml
sed 's,"out/{,"disk/out/{,' each.yaml >full-each.yaml
if full true 2>/dev/null; then
	for session in full-report full-each; do
		full "$LEAT" run $session.yaml big 2>stderr
		said 'No space left'
		case $session.$(cat status) in
		full-report.74 | full-each.1) ;;
		*) fail "full disk, $session: exit status $(cat status)" ;;
		esac
		printf 'disk/out:\nbig\n\ndisk/total:\nall.txt\n' | holds left
		printf 'old\nold\n' | holds old
	done
else
	echo 'no mount: no disk is full'
fi

# Each call that makes an output fails once.
if traced; then
	for fault in fsync:error=EIO renameat:error=EACCES; do
		wanted=74
		[ $fault = fsync:error=EIO ] || wanted=73
		start_over
		expect $wanted trace '' $fault "$LEAT" run report.yaml big
		said total/all.txt
		untouched
		start_over
		expect 1 trace '' $fault:when=1 \
			"$LEAT" run -k each.yaml big small
		said out/big
		untouched small
	done
	start_over
	# A container may refuse what is newer than its filter; all is done, and
	# remembered, without it.
	(
		unset LEAT_STATE
		calls=openat2,faccessat2,close_range,landlock_create_ruleset
		for errno in EPERM ENOSYS; do
			start_over
			rm -rf .leat
			expect 0 trace '' $calls:error=$errno \
				"$LEAT" run report.yaml big
			holds total/all.txt <big
			expect 0 trace '' $calls:error=$errno \
				"$LEAT" run report.yaml big small
			cat big small | holds total/all.txt
		done
	)
	# A directory whose name may not be on the disk gets no output.
	start_over
	rm -r out
	expect 1 trace '' fsync:error=EIO:when=1 "$LEAT" run each.yaml big
	said 'out/big: Input/output error'
	[ -z "$(ls -A out)" ] || fail 'an output in a directory that is not synced'
	# An interrupted write is not the end.
	start_over
	expect 0 trace '' write:error=EINTR:when=1 "$LEAT" run report.yaml big
	holds total/all.txt <big
	# Nor is an interrupted sync: of a file, of a directory, of the store that
	# is made first and of its directory.
	(
		unset LEAT_STATE
		for when in 1 2 3 4; do
			start_over
			rm -rf .leat
			expect 0 trace '' fsync:error=EINTR:when=$when \
				"$LEAT" run each.yaml big small
			holds out/big <big
			holds out/small <small
		done
	)
	# Writing fails at once and later.
	for when in 1 3; do
		start_over
		expect 74 trace '' write:error=ENOSPC:when=$when \
			"$LEAT" run report.yaml big
		untouched
	done
else
	echo 'no strace: no call fails'
fi

# Standard output.
sed 's,{use: write-file.*,stdout,' report.yaml >print.yaml
expect 0 "$LEAT" run print.yaml big
holds stdout <big
if [ -c /dev/full ]; then
	"$LEAT" run print.yaml big >/dev/full 2>stderr
	[ $? -eq 74 ] || fail 'standard output is full'
	said 'No space left'
fi
(
	"$LEAT" run print.yaml big 2>stderr
	echo $? >status
) | head -n 1 >first
echo 141 | holds status
silent stderr
echo 'line 0 0' | holds first

# Standard streams that are closed are not files that are opened.
start_over
"$LEAT" run report.yaml big <&- >&- 2>&- || fail 'closed standard streams'
holds total/all.txt <big
start_over
"$LEAT" run -k each.yaml none big <&- >&- 2>&-
[ $? -eq 1 ] || fail 'closed standard streams, an error'
holds out/big <big
"$LEAT" run print.yaml big >&- 2>stderr
[ $? -eq 74 ] || fail 'closed standard output'
"$LEAT" list >&- 2>stderr
[ $? -eq 74 ] || fail 'list to closed standard output'

# A directory that isn't for us to write.
start_over
chmod 555 out total
expect 73 as_nobody ./leat run report.yaml big
said total/all.txt
said 'ermission'
untouched
expect 1 as_nobody ./leat run each.yaml big
untouched
chmod 755 out total

# Targets that are no files, and directories that are files.
start_over
rm -r total
mkdir -p total/all.txt
expect 73 "$LEAT" run report.yaml small
said total/all.txt
holds_only total all.txt
rm -r total
echo file >total
expect 73 "$LEAT" run report.yaml small
echo file | holds total
rm total
ln -s /dev/null total # not followed by accident: it is a file
expect 73 "$LEAT" run report.yaml small
rm total

# What is filled in can't lead out of the directory of the output.
mkdir -p out/link elsewhere
rm -rf out/link
ln -s ../elsewhere out/link
mkdir -p in/link
echo text >in/link/file
cat >tree.yaml <<'END'
leat: 1
session: tree
operators:
  in: {use: files, match: "in/**/*"}
  split: lines
  out: {use: write-file, path: "out/{src_path}"}
links: [in -> split -> out]
END
expect 1 "$LEAT" run tree.yaml
holds_only elsewhere ''

# Missing directories are made; the umask holds; modes of old files are kept
# out of it.
rm -rf out total in/link
mkdir -p in/sub
echo deep >in/sub/file
(umask 027 && exec "$LEAT" run tree.yaml) || fail 'directories are not made'
echo deep | holds out/sub/file
[ "$(stat -c %a out/sub/file)" = 640 ] || fail 'the mode of an output'
[ "$(stat -c %a out/sub)" = 750 ] || fail 'the mode of a directory'
# A unit may have more outputs than there may be open files.
mkdir many
for i in 0 1 2 3 4 5 6 7 8 9; do
	mkdir many/$i
	seq 1 90 | sed "s,^,many/$i/," | xargs touch
done
tar -c -f many.tar --sort=name many
cat >many.yaml <<'END'
leat: 1
session: many
operators:
  in: {use: files, match: many.tar}
  entries: archive-read
  out: {use: write-file, path: "made/{src_path}"}
links: [in -> entries -> out]
END
for options in '-j 1' '-j 2' '-j 1 --sandbox off'; do
	for state in none "$PWD/many.state"; do
		rm -rf made many.state
		(ulimit -n 400 && LEAT_STATE=$state expect 0 \
			"$LEAT" run many.yaml $options)
		[ "$(find made -type f | wc -l)" -eq 900 ] ||
			fail "not all outputs of one unit: $options, $state"
	done
done

finish
