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

# The default is a job for each processor.
[ "$(nproc)" -gt 1 ] || skip 'one processor: only one unit runs at a time'

# at_work: a run that is a job of make and has taken the one token that is there.
at_work()
{
	in_time with_token env MAKEFLAGS=" -j9 --jobserver-auth=$auth" \
		"$LEAT" run -k long.yaml
	tokens 0 'at work'
}
with_token()
{
	dd bs=9 count=1 iflag=nonblock <&3 >/dev/null 2>&1
	printf + >&3
	from_nothing "$@"
}
back()
{
	tokens 1 "$1"
	dd bs=9 count=1 iflag=nonblock <&3 >/dev/null 2>&1
}

# One signal, two, and workers that are killed.
auth=3,3
at_work
kill -TERM $run
wait_for heard $run
release $workers
ended 143
back 'SIGTERM'

at_work
kill -TERM $run
wait_for heard $run
kill -TERM $run
ended 143
back 'two signals'

at_work
kill -KILL $workers
ended 0
back 'killed workers'
right_outputs

# A retried unit doesn't wait for a token that somebody else has got meanwhile:
# neither when the worker without one is killed nor when the one with it is.
for which in 1 2; do
	at_work
	victim=$(echo $workers | cut -d ' ' -f $which)
	kill -KILL $victim
	for process in gone:$victim asleep:$zygote asleep:$run; do
		wait_for ${process%:*} ${process#*:}
	done
	# Whatever is there is somebody else's now.
	dd bs=9 count=1 iflag=nonblock <&3 >grabbed 2>/dev/null
	release $workers
	ended 0
	right_outputs
	cat grabbed >&3
	back "worker $which is killed"
done
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
		s/^session: .*/session: $job\nresources: {jobs: 2}/" \
		long.yaml >long-$job.yaml
done
# Whether the three workers of the two jobs that make has tokens for are at work.
all_work()
{
	jobs= workers=
	for job in $(children $run); do
		zygote=$(children $job)
		[ -z "$zygote" ] || jobs="$jobs $job" \
			workers="$workers $(children $zygote)"
	done
	[ "$(echo $jobs | wc -w)" -eq 2 ] &&
		[ "$(echo $workers | wc -w)" -eq 3 ] && all_at_units
}
all_at_units()
{
	for worker in $workers; do
		at $worker '[1-4]' || return
	done
}
both_begun()
{
	rm -rf out-* state-*
	env -u MAKEFLAGS -u MFLAGS --default-signal=INT \
		make -s -k -j3 LEAT="$LEAT" both >stdout 2>stderr &
	run=$!
	until all_work; do
		kill -0 $run || return
	done
	hold $workers && all_at_units && return
	kill -KILL $run $jobs
	for job in $jobs; do wait_for gone $job; done
	return 1
}
# stopped SIGNAL: make, once both got that.
stopped()
{
	in_time both_begun
	kill -$1 $jobs
	for job in $jobs; do wait_for heard $job; done
	release $workers
	ended 2
	[ "$(grep -cE '^make.*: .*(Terminated|Interrupt|Killed)' stderr)" -eq 2 ] ||
		fail "SIG$1: make says: $(cat stderr)"
}
for signal in TERM INT; do
	stopped $signal
	grep INTERNAL stderr && fail "SIG$signal: a token is lost"
done
# The control: who is killed can't give anything back.
stopped KILL
said 'INTERNAL: Exiting with 2 jobserver tokens'
finish
