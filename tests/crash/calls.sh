#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs that are killed, or made to fail, at each of the system calls by which
# they change something. Without LEAT_SOAK only every so many of them.
. "$srcdir/tests/crash/mill.sh"

traced || skip 'no strace'
step=17
[ -z "$soak" ] || step=1
mill_make 5 $much_work
mill_control

# strike CALLS HOW: runs it with a fault in those calls.
strike()
{
	mill_start $from
	(cd work && ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		exec strace -f -qq -o ../trace -e trace="$1" \
		-e inject="$1:$2" "$LEAT" run $options mill.yaml) \
		>stdout 2>stderr
}

# first CALLS: the number of the first such call once the session is read; what
# the loader of programs does before is not ours.
first()
{
	mill_start $from
	(cd work && ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		exec strace -f -qq -o ../trace -e trace="$1",openat \
		"$LEAT" run $options mill.yaml) >stdout 2>stderr
	awk -v call="($1)" '
		BEGIN { gsub(/,/, "|", call) }
		/mill\.yaml/ { exit }
		$2 ~ "^" call "\\(" { count++ }
		END { print count + 1 }' trace
}

# ---- Killed ---------------------------------------------------------------------

kill_at()
{
	k=$(first $1)
	k=$((k + offset % step))
	strikes=0
	while strike $1 signal=KILL:when=$k
		status=$?
		grep -q 'killed by SIGKILL' trace; do
		mill_whole $from "killed at $1 $k"
		# One worker may be killed for each unit, without harm.
		case $status in
		137) ;;
		0) mill_done "from $from, a worker killed at $1 $k" ;;
		*) said 'in/' ;;
		esac
		mill_again "from $from, killed at $1 $k"
		k=$((k + step))
		strikes=$((strikes + 1))
	done
	mill_done "not killed at $1 $k"
	offset=$((offset + 5))
	all=$((all + strikes))
	[ -z "$soak" ] || echo "from $from, $1: killed $strikes times"
}

all=0
offset=0
for from in 0 1; do
	for calls in write pwrite64 fsync fdatasync rename,renameat,renameat2 \
		unlink,unlinkat openat mkdir,mkdirat ftruncate; do
		kill_at $calls
	done
done 2>shell # which says each time that it was killed
echo "killed $all times"
[ $all -gt 15 ] || fail 'too few kills'

# ---- Failing ---------------------------------------------------------------------

# The message says what failed and why, unless it is what failed; SQLite has its own words.
why='No space|nput/output|oo many open|database or disk is full|disk I/O error'
why="$why|unable to open database file|readonly database|is damaged"
explained()
{
	! grep -q '^[0-9]* *write(2, .*INJECTED' trace || return
	[ "$(sort stderr | grep error: | uniq -d)" = '' ] ||
		fail "$1: said twice: $(cat stderr)"
	grep -qE 'out|report|store\.db|\.leat|in/|mill\.yaml' stderr &&
		grep -qE "$why" stderr &&
		return
	fail "$1: the message doesn't say what failed:"
	sed 's/^/	/' stderr
}

fail_at()
{
	calls=${1%:*}
	k=$(first $calls)
	k=$((k + offset % step))
	strikes=0
	while strike $calls error=${1#*:}:when=$k
		status=$?
		grep -q INJECTED trace; do
		what="from $from, $1 $k"
		mill_whole $from "$what"
		[ -z "$soak" ] || sed "s/^/$what: $status: /" stderr
		case $status in
		0)
			mill_done "$what, no harm"
			grep error: stderr && fail "$what: status 0"
			;;
		1 | 6? | 7[1-8]) explained "$what" ;;
		*) fail "$what: exit status $status" ;;
		esac
		mill_again "$what"
		k=$((k + step))
		strikes=$((strikes + 1))
	done
	offset=$((offset + 5))
	all=$((all + strikes))
}

all=0
for from in 0 1; do
	for fault in write:ENOSPC write:EIO pwrite64:ENOSPC pwrite64:EIO \
		fsync:EIO fsync:ENOSPC fdatasync:EIO \
		rename,renameat,renameat2:EIO rename,renameat,renameat2:ENOSPC \
		unlink,unlinkat:EIO openat:EMFILE openat:EIO openat:ENOSPC \
		openat2:EMFILE openat2:EIO mkdir,mkdirat:ENOSPC \
		ftruncate:EIO read:EIO pread64:EIO; do
		fail_at $fault
	done
done
echo "failed $all times"
[ $all -gt 30 ] || fail 'too few faults'

# What is pruned is forgotten, or the run fails.
mill_start 1
expect 0 mill_run
rm work/in/1/0001.log
mv work start.prune
from=prune
LEAT_RUN_OPTIONS="${LEAT_RUN_OPTIONS-} --prune"
options=$LEAT_RUN_OPTIONS
k=$(first pwrite64)
failures=0
while strike pwrite64 error=EIO:when=$k+
	status=$?
	grep -q INJECTED trace; do
	[ $status -ne 0 ] || ! grep error: stderr ||
		fail "--prune, pwrite64 from $k on: status 0"
	[ $status -eq 0 ] || failures=$((failures + 1))
	expect 0 mill_run || fail "--prune, pwrite64 from $k on, and run again"
	[ ! -e work/out/1/0001.txt ] || fail 'nothing is pruned'
	k=$((k + step / 3 + 1))
done
[ $failures -gt 2 ] || fail 'pruning never fails'
finish
