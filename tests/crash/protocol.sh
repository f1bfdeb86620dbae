#!/bin/sh
# SPDX-License-Identifier: MIT
# The order of the system calls by which outputs are published, of all the runs
# that some tests make, the examples' among them.
. "$srcdir/tests/crash/mill.sh"

traced || skip 'no strace'
leat=$LEAT
calls=openat,openat2,mkdir,mkdirat,write,pwrite64,writev,ftruncate,fsync,fdatasync
calls=$calls,rename,renameat,renameat2,unlink,unlinkat
traces=$PWD/traces
mkdir traces

# What the tests call: leat, traced, with a state of its own where it has none.
cat >traced-leat <<END
#!/bin/sh
[ "\$1" = run ] || exec "$leat" "\$@"
if [ "\${LEAT_STATE-}" = none ]; then
	LEAT_STATE=$traces/\$\$.state
	export LEAT_STATE
fi
ASAN_OPTIONS="detect_leaks=0:\${ASAN_OPTIONS-}"
export ASAN_OPTIONS
exec strace -f -y -s 9000 -o "$traces/\$\$" -e trace=$calls "$leat" "\$@"
END
chmod +x traced-leat
LEAT=$PWD/traced-leat

ordered()
{
	awk -f "$srcdir/tests/crash/protocol.awk" "$@"
}

# check WHAT RENAMES: the traces that there are; so many must have renames.
check()
{
	with=0
	for trace in traces/*; do
		[ -f "$trace" ] || continue
		expect 0 ordered "$trace" || fail "$1: $(head -n 5 stdout)"
		grep -q '^[^"]*rename.*\.leat-' "$trace" && with=$((with + 1))
	done
	echo "$1: $with runs publish"
	[ $with -ge "$2" ] || fail "$1: too few runs publish anything"
	cat traces/* 2>/dev/null | grep -o 'examples/[a-z/-]*\.yaml' >>sessions
	rm -rf traces/*
}

mill_make 20
cp "$(grep -l 'rename.*\.leat-' traces/* | head -n 1)" good
check mill 1

# A trace that was changed is found to be wrong.
wrong()
{
	sed "$1" good >wrong
	cmp -s good wrong && fail "the control changes nothing: $1"
	ordered wrong >found && fail "not found: $2"
	grep -q "$2" found || fail "not found: $2, but $(head -n 5 found)"
}
expect 0 ordered -v some=1 good
wrong '/fsync(.*\/\.leat-/d' 'but not synced'
# Many outputs are synced at once; one less is found.
one='fsync([0-9]*<[^>]*\/\.leat-'
wrong "0,/$one/{/$one/d}" 'but not synced'
wrong '/fdatasync(.*store\.db-wal/d' 'before it is committed'
wrong '/pwrite64(.*store\.db-wal/s/\.leat-[-0-9a-f]*//g' 'before it is committed'
wrong '/fsync([0-9]*<[^>]*\/out\/1>/d' "isn't synced"
wrong '/fsync([0-9]*<[^>]*\/work>/d' "isn't synced"
wrong 's/O_EXCL|//' "isn't opened for itself alone"
wrong 's/"\.leat-[^"]*", O_RDWR|O_CREAT/"new", O_RDWR|O_CREAT/' 'is written in its place'
wrong 's/\(renameat(.*\), [0-9]*<[^>]*>/\1, 9<\/elsewhere>/' 'another directory'
ordered -v some=1 /dev/null >found && fail 'not found: nothing is renamed'

for test in incremental examples archive-examples; do
	"$srcdir/tests/cli/$test.sh" >said 2>&1 ||
		fail "$test.sh: $(head -n 20 said)"
	check $test 1
done
for example in $(cd "$srcdir" && grep -lE 'write-file|extract' examples/*/*.yaml); do
	grep -qF "$example" sessions || fail "no test runs $example"
done
finish
