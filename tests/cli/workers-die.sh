#!/bin/sh
# SPDX-License-Identifier: MIT
# What becomes of units whose workers die, or can't be started.
. "$srcdir/tests/cli/lib.sh"
. "$srcdir/tests/cli/long.sh"

# The sanitizers are to leave crashes alone.
export ASAN_OPTIONS="handle_segv=0:handle_sigbus=0:$ASAN_OPTIONS"

# Killed from outside: tried again.
begin "$LEAT" run -k -j 2 long.yaml
strike KILL
ended 0
right_outputs
printf 'n\n80000\n' | holds out/all.csv

# Killed twice: the unit has failed, and its worker isn't blamed for a crash.
killed()
{
	from_nothing "$@" || return
	kill -KILL $worker
	wait_for another || fail 'nobody takes its place'
	hold $second && at $second 1
}
another()
{
	second=
	for process in $(children $zygote); do
		case " $workers " in
		*" $process "*) ;;
		*) second=$process ;;
		esac
	done
	[ -n "$second" ] && at $second '[1-4]'
}
in_time killed "$LEAT" run -k -j 2 long.yaml
kill -KILL $second
release $workers
ended 1
said 'in: long/1.gz: the worker was killed twice: Killed'
right_outputs 1
printf 'n\n60000\n' | holds out/all.csv

# Crashed: fails its unit, and the others are as they should be.
for crash in ABRT:Aborted 'SEGV:Segmentation fault' 'BUS:Bus error'; do
	begin "$LEAT" run -k -j 2 long.yaml
	strike ${crash%:*}
	ended 1
	said "in: long/1.gz: the worker crashed: ${crash#*:}"
	right_outputs 1
	printf 'n\n60000\n' | holds out/all.csv
done

# Stopped for good. The others are not to be taken for stopped.
LEAT_WORKER_TIMEOUT=4
export LEAT_WORKER_TIMEOUT
begin "$LEAT" run -k -j 2 long.yaml
release ${workers#* }
ended 1
said 'in: long/1.gz: the worker got nowhere for 4 s and was ended'
right_outputs 1
unset LEAT_WORKER_TIMEOUT

# Asked to stop: what is in flight is finished, nothing that spans it is made.
begin "$LEAT" run -k -j 2 long.yaml
wait_for asleep $run
kill -TERM $run
wait_for heard $run
release $workers
ended 143
[ -e out/1.csv ] && [ -e out/2.csv ] || fail 'units in flight are not finished'
[ ! -e out/all.csv ] || fail 'a report of half of it'

# And at once.
begin "$LEAT" run -k -j 2 long.yaml
kill -TERM $run
wait_for heard $run
kill -TERM $run
ended 143
[ ! -e out/1.csv ] || fail 'the second signal is not heeded'

# Killed: nobody outlives it, no output is half made, and the next run has all.
begin "$LEAT" run -k -j 2 long.yaml
kill -KILL $run
wait $run 2>/dev/null
release $workers
for process in $zygote $workers; do
	wait_for gone $process || fail "$process outlives the run"
done
ls out/*.csv >/dev/null 2>&1 && fail 'there are outputs'
expect 0 "$LEAT" run -j 2 long.yaml
right_outputs
printf 'n\n80000\n' | holds out/all.csv

# ---- A run that verifies --------------------------------------------------------

# The same in workers, also when one of them is killed.
expect 0 "$LEAT" run --verify -j 2 long.yaml
silent stderr
in_time begun "$LEAT" run --verify -j 2 long.yaml
strike KILL
ended 0
silent stderr
right_outputs
in_time begun "$LEAT" run --verify -j 2 long.yaml
strike SEGV
ended 1
said 'the worker crashed: Segmentation fault'
right_outputs # nothing was touched

# ---- Several sources, and files for each unit behind what spans them -------------

cp long.yaml one.yaml
cat >long.yaml <<'END2'
leat: 1
session: long
operators:
  in: {use: files, match: "long/[12].gz"}
  more: {use: files, match: "long/[34].gz"}
  both: gather
  unpack: decompress
  split: lines
  ends: {use: match, pattern: '^(?<n>\d+) (a+a+a+)c|^(?<k>\d*7) ', else: drop}
  count: {use: aggregate, compute: {n: count(*)}, per: unit}
  each: csv-encode
  one: {use: write-file, path: "out/{src_stem}.csv"}
  sum: {use: aggregate, compute: {n: count(*)}}
  table: csv-encode
  all: {use: write-file, path: out/all.csv}
  rest: {use: head, count: 1000000000}
  copy: {use: write-file, path: "out/{src_stem}.txt"}
links:
  - in -> both
  - more -> both -> unpack -> split -> ends -> count -> each -> one
  - ends -> sum -> table -> all
  - split -> rest -> copy
END2
begin "$LEAT" run -k -j 2 long.yaml
strike KILL
ended 0
right_outputs
printf 'n\n80000\n' | holds out/all.csv
for unit in 1 2 3 4; do
	zcat long/$unit.gz | cmp - out/$unit.txt || fail "the copy of $unit"
done
begin "$LEAT" run -k -j 2 long.yaml
strike SEGV
ended 1
said 'in: long/1.gz: the worker crashed: Segmentation fault'
right_outputs 1
printf 'n\n60000\n' | holds out/all.csv
[ ! -e out/1.txt ] || fail 'there is a copy of 1'
zcat long/4.gz | cmp - out/4.txt || fail 'the copy of 4'
mv one.yaml long.yaml

# ---- No more processes ----------------------------------------------------------

# There is room for one worker, or for none: others do the work.
traced || skip 'strace does not work here'
mkdir small
for unit in 01 02 03 04 05 06 07 08 09 10 11 12; do
	seq -f '%.0f b' $unit 30000 >small/$unit.txt
done
sed 's/^session: .*/session: small/; s|"long/.*"|"small/*.txt"|
	s/^  unpack: .*/  unpack: pass/' long.yaml >small.yaml
for first in 2 1; do
	rm -rf out
	expect 0 trace '' clone,clone3,fork,vfork:error=EAGAIN:when=$first+ \
		"$LEAT" run -j 3 --state none small.yaml
	[ "$(ls out/*.csv | wc -l)" -eq 13 ] || fail "room for $first: $(ls out)"
	# Of 12 times 30000 numbers 3000 end in 7, less 7 four times.
	printf 'n\n35995\n' | holds out/all.csv
	[ $first -eq 2 ] && silent stderr
done
said 'one unit runs at a time: no process can be started: Resource temporarily unavailable'

# Nor can be waited for more of them: the first two are a timer and the zygote.
rm -rf out
for first in 5 4 2 1; do
	expect 0 trace '' epoll_ctl:error=ENOMEM:when=$first+ \
		timeout 60 "$LEAT" run -j 3 --state none small.yaml
	printf 'n\n35995\n' | holds out/all.csv
done
expect 1 trace '' epoll_ctl:error=ENOSPC:when=3+ \
	timeout 60 "$LEAT" run -j 3 --state none small.yaml
said 'small/01.txt: no worker can be started: No space left on device'
finish
