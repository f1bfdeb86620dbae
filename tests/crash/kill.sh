#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs that are killed at random moments. After each, all outputs are whole, and
# running again gives what is wanted; every third of those is killed as well.
# LEAT_SEED chooses other moments.
. "$srcdir/tests/crash/mill.sh"

moments=40
files=60
if [ -n "$soak" ]; then
	moments=500
	files=1000
fi
mill_make $files $much_work
mill_control

# How long an undisturbed run takes, in microseconds: the least of three.
took=1000000000
for try in 1 2 3; do
	mill_start 0
	begun=$(date +%s%N)
	expect 0 mill_run
	ended=$(date +%s%N)
	mill_done undisturbed
	[ $(((ended - begun) / 1000)) -ge $took ] ||
		took=$(((ended - begun) / 1000))
done

# killed SECONDS: whether a run was killed after so long; else it was done.
killed()
{
	(cd work && exec timeout --foreground -s KILL "$1" \
		"$LEAT" run $options mill.yaml) >stdout 2>stderr
	status=$?
	[ $status -eq 124 ] || [ $status -eq 137 ] && return
	[ $status -eq 0 ] || fail "after $1 s: exit status $status"
	return 1
}

awk -v seed="${LEAT_SEED-1}" -v count=$moments -v took=$took 'BEGIN {
	srand(seed)
	for (i = 0; i < count; i++) {
		again = i % 3 ? 0 : 1e-6 * took * rand() + 1e-6
		printf "%d %.6f %.6f\n", i % 2, 1e-6 * took * rand() + 1e-6, again
	}
}' >moments
kills=0
while read -r from after again; do
	mill_start $from
	killed $after && kills=$((kills + 1))
	mill_whole $from "killed after $after s"
	[ $again != 0.000000 ] && killed $again && kills=$((kills + 1))
	mill_whole $from "killed after $after s and $again s"
	mill_again "from $from, killed after $after s and $again s"
done <moments 2>shell # which says each time that it was killed
echo "$kills runs over $files inputs were killed"
[ $kills -ge $((moments / 4)) ] || fail 'too few runs were killed'

# A worker that is killed costs its unit another try.
workers()
{
	zygote=$(cat "/proc/$1/task/$1/children" 2>/dev/null) &&
		[ -n "$zygote" ] &&
		cat "/proc/${zygote%% *}/task/${zygote%% *}/children" 2>/dev/null
}

# Whether one of the workers of a run was killed, after so many seconds.
worker_killed()
{
	(cd work && exec "$LEAT" run $options mill.yaml) >stdout 2>stderr &
	run=$!
	while kill -0 $run 2>/dev/null; do
		worker=$(workers $run)
		[ -z "$worker" ] || break
	done
	sleep "$1"
	for worker in $worker; do
		kill -KILL "$worker" 2>/dev/null || continue
		kills=$((kills + 1))
		break
	done
	wait $run
}
moments=$((moments / 4))
kills=0
while read -r from after again; do
	[ $moments -gt 0 ] || break
	moments=$((moments - 1))
	mill_start 1
	case $options in *'-j 1'*) break ;; esac
	worker_killed $after ||
		fail "a worker killed after $after s: $? $(cat stderr)"
	mill_done "a worker killed after $after s"
	mill_again "a worker killed after $after s"
done <moments 2>shell
echo "$kills workers were killed"
case $options in
*'-j 1'*) ;;
*) [ $kills -gt 0 ] || fail 'no worker was killed' ;;
esac
finish
