#!/bin/sh
# SPDX-License-Identifier: MIT
# SIGTERM and SIGINT while a run with a store is at work: what is in flight is
# finished and remembered, the next run does the rest. The second signal gives
# up.
. "$srcdir/tests/crash/mill.sh"

traced || skip 'no strace'
env --default-signal=INT true 2>/dev/null || skip 'an old env'
files=40
mill_make $files $much_work

# begin: a run that takes its time, since each write does.
begin()
{
	rm -f trace
	(cd work && ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		exec env --default-signal=INT \
		strace -f -o ../trace -e trace=write,execve \
		-e inject=write:delay_enter=20000 \
		"$LEAT" run $options -v mill.yaml) \
		>stdout 2>stderr &
	tracer=$!
	wait_for some_written || fail 'the run does not begin'
	leat=$(sed -n '/execve/s/ .*//p' trace | tail -n 1)
}

# Whether units are on their way. Only root is shown what workers write.
some_written()
{
	[ -s trace ] && [ "$(grep -cE 'write\(.*("0 w|, 0x)' trace)" -ge 6 ]
}

# The number of units that ran, as leat -v says.
ran()
{
	sed -n 's/^mill: \([0-9]*\) units\{0,1\},.*/\1/p' "$1"
}

for signal in TERM:143 INT:130; do
	for from in 0 1; do
		for try in 1 2 3 4 5; do
			mill_start $from
			begin
			kill -"${signal%:*}" "$leat"
			wait $tracer
			status=$?
			before=$(ran stderr)
			[ "${before:-0}" -eq $files ] || break # too late
		done
		[ $status -eq ${signal#*:} ] || fail "$signal: status $status"
		mill_whole $from "SIG$signal"
		find work -name '.leat-*' >left
		[ ! -s left ] || fail "SIG$signal leaves $(cat left)"
		[ "${before:-0}" -ge 1 ] && [ "$before" -lt $files ] ||
			fail "SIG$signal: $before units before it"
		expect 0 mill_run -v
		mill_done "SIG$signal, and run again"
		after=$(ran stderr)
		todo=$files
		[ $from -eq 0 ] || todo=$(comm -13 sums.1 sums.2 | grep -c ' out/')
		# What was in flight gave all that it has to the report, too.
		[ $((before + after)) -eq $todo ] || fail \
			"SIG$signal from $from: $before units, then $after of $todo"
		mill_again "SIG$signal"
	done
done

# Two signals: it ends at once, and leaves nothing behind.
for from in 0 1; do
	mill_start $from
	begin
	kill -TERM "$leat"
	sleep 0.05
	kill -TERM "$leat" 2>/dev/null
	wait $tracer
	status=$?
	[ $status -eq 143 ] || fail "two signals: status $status"
	mill_whole $from 'two signals'
	find work -name '.leat-*' >left
	[ ! -s left ] || fail "two signals leave $(cat left)"
	mill_again 'two signals'
done
finish
