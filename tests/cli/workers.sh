#!/bin/sh
# SPDX-License-Identifier: MIT
# Units that run in workers: whatever their number, a run leaves the same files,
# says the same and ends the same. And what becomes of units whose workers die.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

# 40 logs, enough for workers to be started, packed as well; some are damaged.
mkdir logs packed
awk 'BEGIN {
	srand(7)
	for (i = 0; i < 40; i++) {
		name = sprintf("logs/f%03d.log", i)
		printf "" >name
		for (j = int(rand() * 12000); j > 0; j--)
			printf "%d %d word%d\n", j % 7, rand() * 1000, rand() * 3000 >name
		close(name)
	}
}'
echo 'no number' >>logs/f015.log
for log in logs/*; do
	gzip -nc "$log" >"packed/${log#logs/}.gz"
done
for bad in 007 020; do
	head -c 9000 packed/f$bad.log.gz >cut && mv cut packed/f$bad.log.gz
done

cat >copy.yaml <<'END2'
leat: 1
session: copy
operators:
  in: {use: files, match: "logs/*.log"}
  out: {use: write-file, path: "out/{src_stem}.txt"}
links: [in -> out]
END2
cat >one-file.yaml <<'END2'
leat: 1
session: one-file
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  out: {use: write-file, path: out/all.txt}
links: [in -> split -> out]
END2
cat >report.yaml <<'END2'
leat: 1
session: report
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  parse: {use: match, pattern: '^(?<k>\d+) (?<n>\d+) (?<text>.*)$', types: {k: integer, n: integer}}
  bad: {use: write-file, path: out/bad.txt}
  sum: {use: aggregate, group: [k], compute: {n: count(*), last: last(text), most: max(text), mean: avg(n)}}
  table: csv-encode
  out: {use: write-file, path: out/report.csv}
links: [in -> split -> parse -> sum -> table -> out, parse.rejected -> bad]
END2
cat >failing.yaml <<'END2'
leat: 1
session: failing
operators:
  in: {use: files, match: "packed/*.gz"}
  unpack: decompress
  split: lines
  each: {use: write-file, path: "out/{src_stem}.txt"}
  parse: {use: match, pattern: '^(?<k>\d+) (?<n>\d+) (?<text>.*)$', types: {k: integer, n: integer}}
  order: {use: sort, by: [n, text]}
  table: csv-encode
  pack: compress
  out: {use: write-file, path: out/all.csv.gz}
links: [in -> unpack -> split -> parse -> order -> table -> pack -> out, split -> each]
END2
cat >skip.yaml <<'END2'
leat: 1
session: skip
on-error: skip
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  parse: {use: match, pattern: '^(?<k>\d+) (?<n>\d+) (?<text>.*)$', types: {k: integer, n: integer}}
  some: {use: filter, where: k < 3}
  table: csv-encode
  pack: compress
  out: {use: write-file, path: out/some.csv.gz}
links: [in -> split -> parse -> some -> table -> pack -> out]
END2
cat >first.yaml <<'END2'
leat: 1
session: first
operators:
  in: {use: files, match: "packed/*.gz"}
  unpack: decompress
  split: lines
  first: {use: head, count: 50000}
  out: {use: write-file, path: out/first.txt}
links: [in -> unpack -> split -> first -> out]
END2
cat >clash.yaml <<'END2'
leat: 1
session: clash
operators:
  in: {use: files, match: ["logs/*.log", "packed/f01*.gz"]}
  out: {use: write-file, path: "out/{src_stem}"}
links: [in -> out]
END2

# What a run left and said, but for the time it took.
told()
{
	echo "status $?"
	sed 's/, [0-9.]* s$//' said
	[ -d out ] && (cd out && find . -type f | LC_ALL=C sort | xargs cksum)
}

# same SESSION OPTION...: runs with 1, 2 and 5 jobs.
same()
{
	session=$1
	shift
	for jobs in 1 2 5; do
		rm -rf out .leat
		"$LEAT" run -v -j $jobs "$@" "$session.yaml" >said 2>&1
		told >"told.$jobs"
		ls -a out 2>/dev/null | grep '^\.leat-' && fail 'temporaries'
		mv told.$jobs "$session.$jobs"
	done
	for jobs in 2 5; do
		cmp "$session.1" "$session.$jobs" ||
			fail "$session $* differs with $jobs jobs"
	done
}

for session in copy one-file report failing skip first clash; do
	same $session -k
done
same failing
same report --state none
grep -q 'status 0' copy.2 || fail 'copy fails'
grep -q '1 of them failed' failing.2 || fail 'nothing fails'

# What is counted is the same, too.
counts()
{
	"$LEAT" run -q -k -j $1 --state none --stats json failing.yaml 2>&1 |
		grep '^{' | tr '{' '\n' | grep '"items_in"' |
		sed 's/"runs":[0-9]*,//; s/"busy_ns":.*//'
}
counts 1 >counts.1
counts 2 >counts.2
grep -q '"bytes_in":[1-9]' counts.1 || fail 'nothing is counted'
cmp counts.1 counts.2 || fail 'the counts differ'

# Workers were there: a process for each, and the zygote.
if command -v strace >/dev/null; then
	rm -rf out
	ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		strace -f -qq -e trace=fork,vfork,clone,clone3 -o calls \
		"$LEAT" run -q -j 3 --state none copy.yaml
	forks=$(grep -c 'clone.*= [0-9]' calls)
	[ "$forks" -eq 4 ] || fail "$forks processes were started, not 4"
fi

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
exec 3>&-

# ---- Workers that die ---------------------------------------------------------

# Units that take a second or so each.
mkdir long
seq 1 100000 | sed 's/$/ aaaaaaaaaaaaaaaaaaaaaaaaaaaaab/' | gzip -1nc >member
for unit in 1 2 3 4; do
	for copy in 1 2 3; do
		cat member
	done >long/$unit.gz
done
cat >long.yaml <<'END2'
leat: 1
session: long
operators:
  in: {use: files, match: "long/*.gz"}
  unpack: decompress
  split: lines
  ends: {use: match, pattern: '^(?<n>\d+) (a+a+a+)c|^(?<k>\d*7) ', else: drop}
  count: {use: aggregate, compute: {n: count(*)}, per: unit}
  each: csv-encode
  one: {use: write-file, path: "out/{src_stem}.csv"}
  sum: {use: aggregate, compute: {n: count(*)}}
  table: csv-encode
  all: {use: write-file, path: out/all.csv}
links:
  - in -> unpack -> split -> ends -> count -> each -> one
  - ends -> sum -> table -> all
END2
# Of each 100000 numbers 10000 end in 7.
right_outputs()
{
	for unit in 1 2 3 4; do
		[ -e out/$unit.csv ] || [ "$unit" = "${1:-}" ] || fail "no $unit"
		[ ! -e out/$unit.csv ] || [ "$unit" != "${1:-}" ] ||
			fail "there is an output of $unit"
		[ ! -e out/$unit.csv ] ||
			printf 'n\n30000\n' | holds out/$unit.csv
	done
	ls -A out | grep '^\.leat-' && fail 'a temporary is left'
	:
}

children()
{
	cat "/proc/$1/task/$1/children" 2>/dev/null
}

# start OPTION...: a run with two workers; $run, $zygote and $worker are it, the
# zygote, and the worker that has the unit 1.
start()
{
	rm -rf out .leat
	"$LEAT" run -k -j 2 "$@" long.yaml >stdout 2>stderr &
	run=$! workers=
	while [ "$(echo $workers | wc -w)" -lt 2 ]; do
		kill -0 $run 2>/dev/null || break
		zygote=$(children $run)
		workers=$([ -z "$zygote" ] || children $zygote)
	done
	worker=${workers%% *}
	[ -n "$worker" ] || fail 'no worker'
	sleep 0.1
}

# ended STATUS
ended()
{
	wait $run
	status=$?
	[ $status -eq $1 ] || {
		fail "exit status $status, not $1"
		cat stderr
	}
}

if [ -z "$(children $$)" ]; then
	: # not while we have no child; but is it there?
	[ -e /proc/$$/task/$$/children ] || skip 'no /proc/PID/task/PID/children'
fi

# Killed from outside: tried again.
start
kill -KILL $worker
ended 0
right_outputs
printf 'n\n120000\n' | holds out/all.csv

# Crashed: fails its unit, and the others are as they should be.
start
kill -ABRT $worker
ended 1
said 'in: long/1.gz: the worker crashed: Aborted'
right_outputs 1
printf 'n\n90000\n' | holds out/all.csv

# Stopped for good.
LEAT_WORKER_TIMEOUT=1
export LEAT_WORKER_TIMEOUT
start
kill -STOP $worker
ended 1
said 'in: long/1.gz: the worker got nowhere for 1 s and was ended'
right_outputs 1
unset LEAT_WORKER_TIMEOUT

# Asked to stop: what is in flight is finished, nothing that spans it is made.
start
kill -TERM $run
ended 143
[ -e out/1.csv ] && [ -e out/2.csv ] || fail 'units in flight are not finished'
[ ! -e out/all.csv ] || fail 'a report of half of it'

# And at once.
start
kill -TERM $run
sleep 0.3
kill -TERM $run
ended 143
[ ! -e out/1.csv ] || fail 'the second signal is not heeded'

# Killed: nobody outlives it, no output is half made, and the next run has all.
start
kill -KILL $run
wait $run 2>/dev/null
for wait in 1 2 3 4 5 6 7 8 9 10; do
	kill -0 $zygote 2>/dev/null || break
	sleep 0.2
done
for process in $zygote $workers; do
	grep -q '^State:.Z' /proc/$process/status 2>/dev/null ||
		! kill -0 $process 2>/dev/null || fail "$process outlives the run"
done
ls out/*.csv >/dev/null 2>&1 && fail 'there are outputs'
expect 0 "$LEAT" run -j 2 long.yaml
right_outputs
printf 'n\n120000\n' | holds out/all.csv
finish
