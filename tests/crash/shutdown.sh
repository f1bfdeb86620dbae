#!/bin/sh
# SPDX-License-Identifier: MIT
# Power loss on a real file system: a run on an ext4 in a file, or on what
# LEAT_FILE_SYSTEM says, is at work when the file system is shut down without
# writing its log; then it is mounted again. What is there is whole, and the next
# run has all. The control loses a file that nobody has synced.
. "$srcdir/tests/crash/mill.sh"
kind=${LEAT_FILE_SYSTEM:-ext4}

[ "$(id -u)" -eq 0 ] || skip 'only root can mount'
command -v python3 >/dev/null || skip 'no python3'
command -v mkfs.$kind >/dev/null || skip "no mkfs.$kind"
mill_make 40 $much_work
mkdir work
truncate -s 300M disk # the least that an xfs may have
mkfs.$kind -q disk && mount -t $kind -o loop disk work 2>/dev/null ||
	skip "no $kind in a file can be mounted here"
trap 'umount -l "$directory/work"; cd / && rm -rf "$directory" "$failed"' EXIT

# FS_IOC_SHUTDOWN with FS_SHUTDOWN_FLAGS_NOLOGFLUSH, see the kernel's fs.h.
power_off()
{
	python3 -c '
import fcntl, os, struct
fcntl.ioctl(os.open("work", os.O_RDONLY), 0x8004587D, struct.pack("I", 2))' \
		2>/dev/null
}
power_on()
{
	umount work && mount -o loop disk work || fail 'it cannot be mounted again'
}

echo old >work/control
sync -f work/control
echo new >work/control.new
mv work/control.new work/control
power_off || skip 'this kernel has no such ioctl'
power_on
echo old | holds work/control

# at_start FROM: the file system is as mill_start leaves it.
at_start()
{
	find work -mindepth 1 -maxdepth 1 ! -name lost+found \
		-exec rm -rf {} +
	cp -a start.$1/. work/
	sync -f work/mill.yaml
}

# What was published stays, though how the run ended may be forgotten.
options='-j 2'
for from in 0 1; do
	at_start $from
	expect 0 mill_run
	power_off
	power_on
	mill_done "power off behind a run from $from"
	(cd work && "$LEAT" runs mill.yaml) >runs || fail 'runs'
	grep -qE '^ *[0-9]+ .*(killed|done)' runs || {
		fail "runs after a run from $from:"
		cat runs
	}
	mill_again "power off behind a run from $from"
done

# At times that cover a run, which takes longer on a busy machine.
trials=12
[ -z "$soak" ] || trials=300
cut=0
for from in 0 1; do
	options='-j 1'
	[ $from -eq 0 ] || options='-j 2'
	trial=0
	while [ $trial -lt $((trials / 2)) ]; do
		at_start $from
		mill_run >/dev/null 2>&1 &
		run=$!
		sleep $(((trial * 7 + 2) % 60))e-3
		kill -0 $run 2>/dev/null && cut=$((cut + 1))
		power_off
		wait $run
		power_on
		mill_whole $from "power off in trial $trial from $from"
		mill_again "power off in trial $trial from $from"
		trial=$((trial + 1))
	done
done
echo "$cut of $trials runs were cut"
[ $cut -gt 0 ] || fail 'no run was at work'
finish
