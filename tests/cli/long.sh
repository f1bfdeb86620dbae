# SPDX-License-Identifier: MIT
# What tests of workers that are disturbed share, behind lib.sh: four units that
# take half a second or so each, two workers that are at them, and what is right.
unset LEAT_STATE

mkdir long
seq 1 100000 | sed 's/$/ aaaaaaaaaaaaaaaaaaaaaaaaaaaaab/' | gzip -1nc >member
for unit in 1 2 3 4; do
	for copy in 1 2; do
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
			printf 'n\n20000\n' | holds out/$unit.csv
	done
	ls -A out | grep '^\.leat-' && fail 'a temporary is left'
	:
}

children()
{
	[ -z "${1:-}" ] || cat "/proc/$1/task/$1/children" 2>/dev/null
}

# asleep PROCESS: it has done what there was to do.
asleep()
{
	grep -q '^State:.S' "/proc/$1/status" 2>/dev/null
}

# hold PROCESS...: nothing moves them from where they are but SIGKILL and release.
hold()
{
	kill -STOP "$@" 2>/dev/null
	for held in "$@"; do wait_for is_held $held || return; done
}
is_held()
{
	gone $1 || grep -q '^State:.T' "/proc/$1/status" 2>/dev/null
}
release()
{
	kill -CONT "$@" 2>/dev/null
}

# at PROCESS UNIT: the process, a worker, has it open. Only root is told.
at()
{
	ls -l "/proc/$1/fd" 2>/dev/null | grep -q "/long/$2\.gz\$" ||
		{ [ "$(id -u)" -ne 0 ] && kill -0 $1 2>/dev/null; }
}

# begin COMMAND...: from nothing, starts it, a run with two workers, and holds
# these when they are at the units 1 and 2. $run, $zygote, $workers and $worker
# are it, the zygote, the two, and the one at the unit 1.
begin()
{
	in_time from_nothing "$@"
}
from_nothing()
{
	rm -rf out .leat
	begun "$@"
}
# Whoever comes too late tries it again, with another run.
in_time()
{
	for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		"$@" && return
		kill -KILL $run
		wait $run
		release $workers
	done 2>/dev/null
	fail "too late, again and again: $*"
}
begun()
{
	"$@" >stdout 2>stderr &
	run=$! workers= worker=
	until [ "$(echo $workers | wc -w)" -eq 2 ] &&
		at ${workers% *} '[1-4]' && at ${workers#* } '[1-4]'; do
		kill -0 $run || return
		zygote=$(children $run)
		workers=$(echo $([ -z "$zygote" ] || children $zygote))
	done
	worker=${workers% *}
	hold $workers && at $worker 1 && at ${workers#* } 2
}

# strike SIGNAL: the worker gets it, and then all go on.
strike()
{
	kill -$1 $worker
	release $workers
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

