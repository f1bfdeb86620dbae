#!/bin/sh
# SPDX-License-Identifier: MIT
# The power fails: what the disk may hold then, worked out from the calls of a
# run, has no part of an output, and the next run makes all of it.
. "$srcdir/tests/crash/mill.sh"

traced || skip 'no strace'
command -v python3 >/dev/null || skip 'no python3'
step=12
[ -z "$soak" ] || step=1
mill_make 5
calls=openat,openat2,mkdir,mkdirat,write,pwrite64,ftruncate,fsync,fdatasync
calls=$calls,rename,renameat,renameat2,unlink,unlinkat,link,linkat,rmdir,writev

# record FROM: a run, as a trace.
record()
{
	mill_start $1
	(cd work && ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		exec strace -f -y -xx -s 100000000 -o ../trace -e trace=$calls \
		"$LEAT" run $options mill.yaml) || fail 'the run'
	mill_done undisturbed
}

# states FROM STEP [IGNORED]: what the disk may hold, in states.
states()
{
	rm -rf states
	mkdir states
	python3 "$srcdir/tests/crash/power.py" trace start.$1 $2 \
		"${LEAT_SEED-1}" states ${3+"$3"} || fail 'power.py'
}

# The disk is found as a state says.
restore()
{
	rm -rf work
	mv "states/$1" work
	cp -a start.$from/in work/in
}

all=0
for from in 0 1; do
	record $from
	states $from $step
	restore end
	mill_done 'the power fails when all is done'
	for state in $(ls states); do
		restore $state
		mill_whole $from "from $from, state $state"
		mill_again "from $from, state $state"
		all=$((all + 1))
	done
	# Without syncs, it would be found that parts are to be seen, and that
	# what was done is lost.
	states $from 1 '/\.leat-[^/]*$'
	for state in $(ls states); do
		restore $state
		mill_whole $from "control"
	done >found
	rm -f "$failed"
	grep -q 'partial outputs' found ||
		fail 'that temporaries are not synced is not found'
	states $from 1000000 '/work[/](out|report)'
	restore end
	mill_done control >found
	rm -f "$failed"
	[ -s found ] || fail 'that directories are not synced is not found'
done
echo "$all states of the disk"
[ $all -gt 20 ] || fail 'too few states'
finish
