#!/bin/sh
# SPDX-License-Identifier: MIT
# Ten runs of one session are started at once.
. "$srcdir/tests/crash/mill.sh"

traced || skip 'no strace'
mill_make 12
all='1 2 3 4 5 6 7 8 9 10'
rounds=3
[ -z "$soak" ] || rounds=100

# start NUMBER COMMAND...: in the background; what becomes of it is in files.
start()
{
	number=$1
	shift
	(
		cd work || exit 99
		"$@" mill.yaml >/dev/null 2>../said.$number
		echo $? >../status.$number
	) &
}

# How many have an exit status.
count()
{
	cat status.* | grep -cx "$1"
}

# One holds the lock while the others come, since its syncs take their time.
slowly()
{
	ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		strace -f -o ../trace -e trace=fsync \
		-e inject=fsync:delay_enter=50000 "$@"
}

held()
{
	[ -s work/.leat/mill/lock ]
}

for from in 0 1; do
	mill_start $from
	rm -f work/.leat/mill/lock status.*
	start 0 slowly "$LEAT" run $options
	wait_for held || fail 'the first does not begin'
	# The file has its second line's end once it is written.
	wait_for grep -q 'since .*Z$' work/.leat/mill/lock
	holder=$(sed 's/process \([0-9]*\) .*/\1/' work/.leat/mill/lock)
	since=$(sed 's/.* since //' work/.leat/mill/lock)
	for number in 1 2 3 4 5 6 7 8 9; do
		start $number "$LEAT" run $options
	done
	wait
	[ "$(cat status.0)" -eq 0 ] || fail "the first: $(cat status.0)"
	[ "$(count 75)" -eq 9 ] || fail "not nine refused: $(cat status.*)"
	grep -q DELAYED trace || fail 'the first is not slow'
	for number in 1 2 3 4 5 6 7 8 9; do
		grep -q "is being run by process $holder since $since" \
			said.$number ||
			fail "the holder is not named: $(cat said.$number)"
	done
	grep -q "^$holder " trace || fail "process $holder is another"
	mill_done 'nine more were started'
	mill_again 'nine more were started'
done

# At the same moment: whoever comes first, or after the first has ended, works.
round=1
while [ $round -le $rounds ]; do
	from=$((round % 2))
	mill_start $from
	rm -f status.*
	for number in $all; do
		start $number "$LEAT" run $options
	done
	wait
	[ $(($(count 0) + $(count 75))) -eq 10 ] && [ "$(count 0)" -ge 1 ] ||
		fail "ten at once: $(cat status.*) $(cat said.*)"
	mill_done 'ten at once'
	mill_again 'ten at once'
	round=$((round + 1))
done

# All wait for each other: the work is done once.
mill_start 1
rm -f status.*
for number in $all; do
	start $number "$LEAT" run $options -v --lock wait
done
wait
[ "$(count 0)" -eq 10 ] || fail "ten that wait: $(cat status.*) $(cat said.*)"
mill_done 'ten that wait'
[ "$(cat said.* | grep -c 'mill: 4 units, 8 up to date')" -eq 1 ] ||
	fail "the work was not done once: $(cat said.*)"
[ "$(cat said.* | grep -c 'mill: 0 units, 12 up to date')" -eq 9 ] ||
	fail "the work was done again: $(cat said.*)"
finish
