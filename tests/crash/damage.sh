#!/bin/sh
# SPDX-License-Identifier: MIT
# What happens behind leat's back: inputs that change while they are read,
# directories that become links, a store that can't be written or is damaged.
. "$srcdir/tests/crash/mill.sh"

step=997
[ -z "$soak" ] || step=7
mill_make 5

# ---- Inputs and directories --------------------------------------------------------

# read_half FILE: a run that is stopped when it has read the file but doesn't know
# that this is all. It is read before to be compared, up to the end, which takes
# two calls.
read_half()
{
	rm -f trace
	(cd work && ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		exec strace -f -o ../trace -P "$1" -e trace=openat,read \
		-e inject=read:signal=STOP:when=3 \
		"$LEAT" run $options -k mill.yaml) \
		>stdout 2>stderr &
	tracer=$!
	wait_for_stop
}

if traced; then
	# An input grows, shrinks, or is written to.
	for change in 'echo more >>in' ': >in' 'touch in'; do
		mill_start 1
		read_half in/3/0003.log
		(cd work/in/3 &&
			eval "$(echo "$change" | sed 's/\<in\>/0003.log/g')")
		go_on
		wait $tracer
		status=$?
		[ $status -eq 1 ] || fail "$change: exit status $status"
		said 'in/3/0003.log'
		mill_sums work >seen
		grep -qxF "$(grep 3/0003 sums.1)" seen ||
			fail "$change: the output of a changed input"
		cp -a in.2/3/0003.log work/in/3/0003.log
		mill_again "$change"
	done

	# Another file takes its name: what was opened is read to its end, and
	# the next run finds the other one.
	mill_start 1
	read_half in/3/0003.log
	echo '1 other' >work/new && mv work/new work/in/3/0003.log
	go_on
	wait $tracer
	status=$?
	[ $status -eq 0 ] || fail "replaced: exit status $status"
	mill_done replaced
	expect 0 mill_run
	holds work/out/3/0003.txt <work/in/3/0003.log
	cp -a in.2/3/0003.log work/in/3/0003.log
	mill_again replaced

	# A directory of outputs becomes a link to elsewhere.
	for call in openat openat2 fsync renameat; do
		mill_start 1
		rm -rf trace elsewhere
		mkdir elsewhere
		(cd work && ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
			exec strace -f -o ../trace -e trace=$call -P out/3 \
			-P "$PWD/out/3" \
			-e inject=$call:delay_enter=300000:when=1+ "$LEAT" run \
			$options -k mill.yaml) >stdout 2>stderr &
		tracer=$!
		wait_for grep -qs -e "$call(" -e '+++ exited' trace
		mv work/out/3 work/out/gone && ln -s ../../elsewhere work/out/3
		wait $tracer
		[ -z "$(ls -A elsewhere)" ] ||
			fail "$call: written through a link: $(ls -A elsewhere)"
		# While it is a link, the unit can't be done.
		expect 1 mill_run -k
		said out/3
		[ -z "$(ls -A elsewhere)" ] ||
			fail "$call: written through a link: $(ls -A elsewhere)"
		rm work/out/3
		mv work/out/gone work/out/3
		mill_again "$call: no link any more"
	done
else
	echo 'no strace: nothing changes while it is read'
fi

# ---- A store that can't be written -------------------------------------------------

# A file system that is full, or can't be written, for the state alone.
mounted()
{
	unshare -rm sh -c '
		mount -t tmpfs -o size="$1" tmpfs state || exit 77
		[ ! -d kept ] || cp -a kept/. state/
		[ "$2" = rw ] || mount -o remount,ro state || exit 77
		shift 2
		"$@"' sh "$@"
}
mkdir state
if mounted 64k rw true 2>/dev/null &&
	mounted 64k ro true 2>/dev/null; then
	mill_start 1
	mv work/.leat kept
	expect 73 mounted 4m ro "$LEAT" run --state state work/mill.yaml
	said state
	mill_sums work | holds sums.1
	rm -r kept
	mill_start 0
	expect 74 mounted 16k rw "$LEAT" run --state state work/mill.yaml
	said state/mill
	mill_whole 0 'a full state'
	[ -z "$(find work -name '.leat-*')" ] || fail 'temporaries are left'
	mill_again 'a full state'
else
	echo 'no mount: no state is full'
fi

# ---- A store that is damaged ---------------------------------------------------------

# flip FILE OFFSET: one bit of it.
flip()
{
	byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	[ $((byte % 2)) -eq 0 ] && byte=$((byte + 1)) || byte=$((byte - 1))
	printf "\\$(printf %03o $byte)" |
		dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# Old outputs, with new inputs: whatever bit of the log is wrong, the outcome is
# right: what that held is as if it had never been.
store=.leat/mill/store.db
size=$(stat -c %s start.1/$store-wal)
offset=$((${LEAT_SEED-1} % step))
while [ $offset -lt "$size" ]; do
	mill_start 1
	flip work/$store-wal $offset
	expect 0 mill_run || fail "bit of byte $offset of the log flipped"
	mill_done "bit of byte $offset of the log flipped"
	offset=$((offset + step * 3))
done

# Whatever bit of the store itself is wrong, the outcome is right, or leat says
# that the store is damaged and how to go on.
expect 0 "$LEAT" gc start.1/mill.yaml # which leaves nothing in the log
[ ! -e start.1/$store-wal ] || fail 'the log is there'
refused=0
size=$(stat -c %s start.1/$store)
offset=$((${LEAT_SEED-1} % step))
while [ $offset -lt "$size" ]; do
	mill_start 1
	flip work/$store $offset
	cmp -s work/$store start.1/$store && fail 'nothing is flipped'
	mill_run >stdout 2>stderr
	status=$?
	case $status in
	0) mill_done "bit of byte $offset flipped, not seen" ;;
	65 | 74)
		refused=$((refused + 1))
		said 'store.db'
		said 'leat gc --rebuild'
		mill_sums work | holds sums.1
		expect 0 "$LEAT" gc --rebuild work/mill.yaml
		mill_sums work | holds sums.1
		mill_again "rebuilt: byte $offset"
		;;
	*)
		fail "byte $offset: exit status $status"
		sed 's/^/	/' stderr
		;;
	esac
	offset=$((offset + step))
done
echo "$refused of $((size / step)) flipped bits were found"
[ $refused -gt 5 ] || fail 'too few bits matter'

# Cut short, empty, or something else.
for damage in 'truncate -s 5000' 'truncate -s 0' 'cp mill.yaml'; do
	mill_start 1
	(cd work && $damage .leat/mill/store.db)
	mill_run >stdout 2>stderr
	status=$?
	if [ $status -eq 0 ]; then
		[ "$damage" = 'truncate -s 0' ] || fail "$damage: not seen"
	else
		said 'leat gc --rebuild'
		mill_sums work | holds sums.1
		expect 0 "$LEAT" gc --rebuild work/mill.yaml
	fi
	mill_again "$damage"
done

# A disk that can't be read is no damage: it says so, and not to start anew.
traced || skip 'strace does not work here'
unreadable()
{
	(cd work && ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		exec strace -f -o ../trace -P "$PWD/$store" \
		--inject=pread64:error=EIO:when=$1+ \
		"$LEAT" "$2" mill.yaml) >stdout 2>stderr
	status=$?
	grep -q INJECTED trace
}
seen=0
for verb in plan run; do
	k=1
	mill_start 1
	while unreadable $k $verb; do
		[ $status -eq 74 ] || fail "$verb, read $k: status $status"
		said 'Input/output error'
		grep -q rebuild stderr && fail "$verb, read $k: $(cat stderr)"
		mill_whole 1 "$verb, read $k"
		seen=$((seen + 1))
		k=$((k + 1))
		mill_start 1
	done
done
[ $seen -gt 10 ] || fail "only $seen reads failed"
mill_again 'it can be read again'
finish
