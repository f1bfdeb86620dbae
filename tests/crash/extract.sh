#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs with extract, killed at each call that makes or changes something: no
# output is partial after it, and the next run gives what tar unpacks, with its
# permissions and times, and leaves nothing else.
. "$srcdir/tests/cli/lib.sh"

traced || skip 'no strace'
unset LEAT_STATE
umask 022
mkdir -p src/a/b src/empty src/private
seq 1 5000 >src/a/numbers
echo x >src/a/b/x
echo key >src/private/key
ln -s numbers src/a/soft
ln src/a/b/x src/a/b/y
chmod 700 src/private
find src -exec touch -h -d '2001-02-03 04:05:06 UTC' {} +
tar -c -f t.tar --sort=name -C src a empty private
mkdir want && tar -x -f t.tar -C want --no-same-permissions --no-same-owner
cat >x.yaml <<'END'
leat: 1
session: x
operators:
  in: {use: files, match: t.tar}
  entries: archive-read
  tree: {use: extract, directory: out, links: inside}
links: [in -> entries -> tree]
END

list()
{
	(cd "$1" && find . -mindepth 1 -printf '%y %m %T@ %p %l\n' | sort -k 4 &&
		find . -type f -print0 | sort -z | xargs -0 -r sha256sum)
}
list want >wanted

# whole WHEN: nothing with a name is partial.
whole()
{
	[ -d out ] || return
	(cd out && find . ! -type d ! -name '.leat-*') >names
	while IFS= read -r name; do
		if [ -L "want/$name" ]; then
			[ "$(readlink "out/$name")" = "$(readlink "want/$name")" ]
		else
			cmp -s "out/$name" "want/$name"
		fi || fail "$1: $name is partial"
	done <names
}

kills=0
for call in openat mkdirat symlinkat write fsync fdatasync pwrite64 renameat \
	fchmod utimensat unlinkat; do
	for when in 1 2 3 4 5 6 7 8 9 10 12 14 17 20 25 30; do
		rm -rf out .leat
		# By the parent, in which all of it happens with -j 1 and no sandbox.
		ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" strace -f -o calls \
			-e trace=$call -e inject=$call:signal=KILL:when=$when \
			"$LEAT" run x.yaml -j 1 --sandbox off >stdout 2>stderr
		grep -q 'killed by SIGKILL' calls || break
		kills=$((kills + 1))
		whole "killed at $call $when"
		expect 0 "$LEAT" run x.yaml -j 1 || echo "($call $when)"
		list out >made
		holds made <wanted || fail "after killed at $call $when"
	done
done 2>shell
echo "$kills runs were killed"
[ $kills -ge 40 ] || fail 'too few runs were killed'
finish
