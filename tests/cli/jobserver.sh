#!/bin/sh
# SPDX-License-Identifier: MIT
# Jobs of GNU make: how many workers there are, and that no token of its
# jobserver is lost.
. "$srcdir/tests/cli/lib.sh"
. "$srcdir/tests/cli/long.sh"

mkdir logs
for log in $(seq 40); do
	seq $log 8000 >logs/$log.log
done
cat >copy.yaml <<'END'
leat: 1
session: copy
operators:
  in: {use: files, match: "logs/*.log"}
  out: {use: write-file, path: "out/{src_stem}.txt"}
links: [in -> out]
END

# ---- A job of make ------------------------------------------------------------

if command -v make >/dev/null; then
	printf 'report:\n\t+"$$LEAT" run -q --state none copy.yaml\n' >Makefile
	for jobs in 1 3; do
		rm -rf out
		env -u MAKEFLAGS -u MFLAGS make -s -j$jobs report ||
			fail "make -j$jobs fails"
		[ "$(ls out | wc -l)" -eq 40 ] || fail 'make: no outputs'
	done
fi

# tokens N: so many are there.
tokens()
{
	found=$(dd bs=9 count=1 iflag=nonblock <&3 2>/dev/null)
	printf %s "$found" >&3
	[ ${#found} -eq $1 ] || fail "$2: ${#found} tokens, not $1"
}

# as_job COMMAND...: as a job of a make with the tokens in the pipe.
as_job()
{
	MAKEFLAGS=" -j9 --jobserver-auth=$auth" "$@"
}

mkfifo tokens
exec 3<>tokens
for auth in "fifo:$PWD/tokens" 3,3; do
	rm -rf out
	as_job "$LEAT" run -q --state none copy.yaml || fail 'a job of make'
	tokens 0 "$auth"
	printf + >&3
	as_job "$LEAT" run -q --state none copy.yaml || fail 'a job of make'
	tokens 1 "$auth"
	if command -v strace >/dev/null && [ "$(nproc)" -gt 1 ]; then
		as_job env ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
			strace -f -qq -e trace=fork,vfork,clone,clone3 \
			-o calls "$LEAT" run -q --state none copy.yaml
		forks=$(grep -c 'clone.*= [0-9]' calls)
		[ "$forks" -eq 3 ] || fail "$auth: $forks processes, not 3"
		tokens 1 "$auth"
		dd bs=1 count=1 <&3 >/dev/null 2>&1
		as_job env ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
			strace -f -qq -e trace=fork,vfork,clone,clone3 \
			-o calls "$LEAT" run -q --state none copy.yaml
		forks=$(grep -c 'clone.*= [0-9]' calls)
		[ "$forks" -eq 2 ] || fail "$auth: $forks processes, not 2"
	else
		dd bs=1 count=1 <&3 >/dev/null 2>&1
	fi
done

# ---- Tokens after a signal --------------------------------------------------------

# at_work: a run that is a job of make, with two tokens to take.
at_work()
{
	rm -rf out .leat
	printf ++ >&3
	MAKEFLAGS=" -j9 --jobserver-auth=$auth" \
		"$LEAT" run -k long.yaml >stdout 2>stderr &
	run=$!
	wait_for taken_some || fail "$auth: no token is taken"
}
taken_some()
{
	left=$(dd bs=9 count=1 iflag=nonblock <&3 2>/dev/null)
	printf %s "$left" >&3
	[ ${#left} -lt 2 ]
}
back()
{
	tokens 2 "$1"
	dd bs=9 count=1 iflag=nonblock <&3 >/dev/null 2>&1
}

auth=3,3
if [ "$(nproc)" -gt 1 ]; then
	# One signal, two, and a worker that is killed.
	at_work
	kill -TERM $run
	ended 143
	back 'SIGTERM'

	at_work
	kill -TERM $run
	sleep 0.1
	kill -TERM $run
	ended 143
	back 'two signals'

	at_work
	kill -KILL $(children $(children $run))
	ended 0
	back 'killed workers'
	right_outputs
else
	echo 'SKIP of a part: one processor'
fi

# A retried unit doesn't wait for a token that somebody else has got meanwhile:
# neither when the worker without one is killed nor when the one with it is.
if [ "$(nproc)" -gt 1 ]; then
	for which in 1 2; do
		rm -rf out .leat
		printf + >&3
		MAKEFLAGS=" -j9 --jobserver-auth=$auth" \
			"$LEAT" run long.yaml >stdout 2>stderr &
		run=$!
		both()
		{
			workers=$(children $(children $run))
			[ "$(echo $workers | wc -w)" -eq 2 ]
		}
		wait_for both || fail 'no two workers'
		sleep 0.1
		kill -KILL $(echo $workers | cut -d ' ' -f $which)
		sleep 0.1
		# Whatever is there is somebody else's now.
		dd bs=9 count=1 iflag=nonblock <&3 >grabbed 2>/dev/null
		ended 0
		right_outputs
		cat grabbed >&3
		tokens 1 "worker $which is killed"
		dd bs=9 count=1 iflag=nonblock <&3 >/dev/null 2>&1
	done
fi
exec 3>&-

# ---- A make that is stopped ---------------------------------------------------------

# It counts the tokens when it ends, and says so if any is missing.
command -v make >/dev/null || skip 'no make'
cat >Makefile <<'END'
both: one two
one two:
	+exec "$(LEAT)" run -k --state state-$@ long-$@.yaml
END
for job in one two; do
	sed "s|path: \"out/|path: \"out-$job/|; s|path: out/|path: out-$job/|
		s/^session: .*/session: $job/" long.yaml >long-$job.yaml
done
# Whether both are at work.
both_work()
{
	jobs=
	for job in $(children $make); do
		[ -n "$(children $job)" ] && jobs="$jobs $job"
	done
	[ "$(echo $jobs | wc -w)" -eq 2 ]
}
# stopped SIGNAL: make, once both got that.
stopped()
{
	rm -rf out-* state-*
	env -u MAKEFLAGS -u MFLAGS --default-signal=INT \
		make -s -k -j3 LEAT="$LEAT" both >stdout 2>stderr &
	make=$!
	wait_for both_work || fail 'make: no two jobs'
	sleep 0.2
	kill -$1 $jobs
	wait $make
	status=$?
	[ $status -eq 2 ] || fail "SIG$1: make exits with $status"
	[ "$(grep -cE '^make.*: .*(Terminated|Interrupt|Killed)' stderr)" -eq 2 ] ||
		fail "SIG$1: make says: $(cat stderr)"
}
for signal in TERM INT; do
	stopped $signal
	grep INTERNAL stderr && fail "SIG$signal: a token is lost"
done
# The control: who is killed can't give anything back.
stopped KILL
[ "$(nproc)" -eq 1 ] || said 'INTERNAL: Exiting with 2 jobserver tokens'
finish
