#!/bin/sh
# SPDX-License-Identifier: MIT
# Outputs that are published by the run store: killed at each system call, with
# each call failing once, and the order of the calls. Whatever happens, each
# output is whole, the store knows what is true, and the next run finishes.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$srcdir/tests/cli/lib.sh"

publish=$(dirname "$LEAT")/tests/crash/publish
traced || skip 'no strace'
step=1
[ -z "${LEAT_TEST_QUICK-}" ] || step=7

# start_over: generation 1 is published.
start_over()
{
	rm -rf out .leat
	mkdir out
	expect 0 "$publish" 1
}

# A run of generation 2 with a fault of strace's.
inject()
{
	ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		strace -f -qq -o trace -e trace="$1" -e inject="$1:$2" \
		"$publish" 2 >stdout 2>stderr
}

# How often a run makes a call.
count()
{
	start_over
	ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		strace -f -qq -o trace -e trace="$1" "$publish" 2
	grep -c "$1(" trace
}

# look HOW WHEN: after the fault, and once more after a run that has none.
look()
{
	expect 0 "$publish" check $1 || fail "$2: $(cat stdout)"
	[ -z "$(ls -A out | grep '^\.leat')" ] ||
		fail "$2: temporaries: $(ls -A out)"
	expect 0 "$publish" 2 || fail "$2: the next run"
	expect 0 "$publish" check exact || fail "$2: $(cat stdout)"
	cmp -s out/0-0 undisturbed || fail "$2: not of generation 2"
}

start_over
expect 0 "$publish" 2
cp out/0-0 undisturbed

# The order of the calls, and that breaking it would be found.
ordered()
{
	rm -rf out .leat
	mkdir out
	ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		strace -f -y -s 9000 -o trace "$publish" 1 "$@" 2>stderr
	LC_ALL=C awk -f "$srcdir/tests/crash/protocol.awk" trace >stdout
}
expect 0 ordered
for fault in no-sync rename-first no-directory-sync; do
	ordered $fault && fail "the checker doesn't find $fault"
done

# Killed at each call.
for call in write pwrite64 fsync fdatasync renameat ftruncate; do
	calls=$(count $call)
	[ "$calls" -gt 0 ] || fail "no $call"
	k=1
	while [ $k -le "$calls" ]; do
		start_over
		inject $call signal=KILL:when=$k
		[ $? -eq 137 ] || fail "not killed: $call $k"
		look exact "killed at $call $k"
		k=$((k + step))
	done
done

# That the directory is noted matters: else a temporary would be left.
start_over
strace -f -qq -o trace -e trace=fsync -e inject=fsync:signal=KILL:when=5 \
	"$publish" 2 no-note >/dev/null 2>&1
expect 0 "$publish" check
ls -A out | grep -q '^\.leat' || fail 'a rig that finds no temporaries'

# Each call fails once: an error, not a crash.
for fault in write:ENOSPC pwrite64:ENOSPC pwrite64:EIO fsync:EIO \
	fdatasync:EIO renameat:EIO openat:EMFILE ftruncate:EIO; do
	call=${fault%:*}
	calls=$(count $call)
	k=1
	while [ $k -le "$calls" ]; do
		start_over
		inject $call error=${fault#*:}:when=$k
		status=$?
		grep -q INJECTED trace || fail "no fault: $fault $k"
		[ $status -lt 100 ] || [ $call = openat ] ||
			fail "$fault $k: exit status $status"
		[ $status -eq 0 ] || [ -s stderr ] ||
			[ $call = openat ] || fail "$fault $k: no message"
		look '' "$fault $k"
		k=$((k + step))
	done
done

# The run that recovers is killed itself: at each call, of a run that was killed
# between two renames.
for call in renameat fsync pwrite64 unlinkat; do
	k=1
	while :; do
		start_over
		inject renameat signal=KILL:when=3
		ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" strace -f -qq \
			-o trace -e trace=$call \
			-e inject=$call:signal=KILL:when=$k \
			"$publish" check >/dev/null 2>&1
		[ $? -eq 137 ] || break
		look exact "recovery killed at $call $k"
		k=$((k + step))
	done
	[ $k -gt 1 ] || [ $call = unlinkat ] || fail "recovery has no $call"
done
finish
