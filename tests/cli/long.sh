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

# begin OPTION...: a run with two workers; $run, $zygote and $worker are it, the
# zygote, and the worker that has the unit 1.
begin()
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

