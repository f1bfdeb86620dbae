#!/bin/sh
# SPDX-License-Identifier: MIT
# Processes of a run that can't talk to each other any more: its units fail, and
# say why; nobody waits for ever.
. "$srcdir/tests/cli/lib.sh"

traced || skip 'no strace'
mkdir in
for unit in 1 2 3; do
	echo $unit >$unit
	tar -c -f in/$unit.tar $unit
done
cat >deaf.yaml <<'END2'
leat: 1
session: deaf
operators:
  in: {use: files, match: "in/*.tar"}
  entries: archive-read
  out: {use: write-file, path: "out/{src_stem}"}
links: [in -> entries -> out]
END2

# with FAULT STATUS: the run ends so, in time.
with()
{
	rm -rf out
	expect $2 trace '' $1 timeout -s KILL 100 \
		"$LEAT" run -k -j 2 deaf.yaml
	[ ! -e out ] || ! ls -A out | grep '^\.leat-' ||
		fail "$1: a temporary is left"
}

lost()
{
	with $1 1
	said "in: in/1.tar: $2"
}

# unheard FAULT ERROR: whoever finds it first says what was to be done then.
unheard()
{
	with $1 1
	found='(the worker was lost|no worker can be started)'
	grep -qE "in: in/1.tar: $found: ($2|${gone#*: })\$" stderr ||
		fail "$1: $(cat stderr)"
}
gone='no worker can be started: what starts them has ended'
memory='Cannot allocate memory'
for errno in "ENOMEM:$memory" EBADF:'Bad file descriptor' \
	ENOSYS:'Function not implemented'; do
	for when in 1 2 4; do
		unheard recvmsg:error=${errno%%:*}:when=$when+ "${errno#*:}"
	done
done
lost sendmsg:error=ENOMEM "no worker can be started: $memory"
lost sendmsg:error=ENOMEM:when=2+ "no worker can be told of it: $memory"
unheard sendmsg:error=ENOMEM:when=3+ "$memory"
lost poll:error=ENOMEM "$gone"
lost signalfd4:error=EMFILE "$gone"
# Not to know who has something to say costs time only.
with epoll_wait:error=ENOMEM 0
for unit in 1 2 3; do
	echo $unit | holds out/$unit
done

# Whoever can't open what it needs has enough memory.
files='Too many open files; raise `ulimit -n`, or run fewer with -j'
lost pipe2:error=EMFILE "the worker was lost: $files"
lost socketpair:error=EMFILE:when=2+ "no worker can be started: $files"
# What is to be in a sandbox isn't run without.
with socketpair:error=EMFILE:when=1 77
said 'warning: no process can be started: Too many open files; raise `ulimit -n`'
said "its graph can't be run in a sandbox: no worker can be started"
with epoll_create1:error=EMFILE 77
said "its graph can't be run in a sandbox: no worker can be started: Too many open files; raise \`ulimit -n\`"

finish
