#!/bin/sh
# SPDX-License-Identifier: MIT
# Directories beneath the root of outputs become symbolic links for moments, all
# the while that runs are at work: whatever they do then, nothing is made,
# changed or removed where the links lead.
. "$srcdir/tests/cli/lib.sh"

command -v python3 >/dev/null || skip 'no python3'
cat >swap.py <<'END_OF_SWAP'
"""usage: swap.py OUTSIDE DIRECTORY...: until it is killed"""
import ctypes
import os
import sys
import time

EXCHANGE, HERE = 2, -100  # RENAME_EXCHANGE and AT_FDCWD of Linux
libc = ctypes.CDLL(None, use_errno=True)


def exchange(one, other):
    return libc.renameat2(HERE, os.fsencode(one), HERE, os.fsencode(other),
                          EXCHANGE) == 0


os.makedirs("away", exist_ok=True)
if os.path.lexists("away/link"):
    os.remove("away/link")
os.symlink(os.path.abspath(sys.argv[1]), "away/link")
open("away/ready", "w").close()
turn = 0
while True:
    for directory in sys.argv[2:]:
        turn += 1
        if not exchange("away/link", directory):
            continue
        time.sleep(turn % 5 * 1e-4)
        # Whatever leat has made of it meanwhile, it is to come back.
        while not exchange("away/link", directory):
            time.sleep(1e-4)
        time.sleep(turn % 7 * 3e-4)
END_OF_SWAP

# The directories that links lead to have the names that are wanted there, and the
# same content.
mkdir -p outside src/in none
for d in 0 1 2 3 4 5 6 7 8 9; do
	mkdir -p outside/e outside/$d/e src/in/$d/e src/in/$d/empty
	for f in 0 1 2 3; do
		echo canary >src/in/$d/f$f
		echo canary >src/in/$d/e/f$f
		echo canary >outside/e/f$f
		echo canary >outside/$d/e/f$f
		echo canary >outside/f$f
	done
	ln -s f0 src/in/$d/link
done
for a in 0 1 2 3 4 5 6 7 8 9; do
	tar -c -f src/t$a.tar --sort=name -C src/in .
done
cat >files.yaml <<'EOF'
leat: 1
session: files
params:
  in: {type: directory, default: src/in}
operators:
  in: {use: files, match: "${in}/**", empty: allow}
  out: {use: write-file, path: "root/{src_path}"}
links: [in -> out]
EOF
cat >trees.yaml <<'EOF'
leat: 1
session: trees
operators:
  in: {use: files, match: "src/*.tar"}
  entries: archive-read
  tree: {use: extract, directory: "root/{src_stem}", links: inside}
links: [in -> entries -> tree]
EOF
# look: all that is outside; a directory tells by its time that it was changed,
# and what was replaced has another number.
look()
{
	find outside -printf '%p %y %m %i %s %T@ %C@\n' | sort
}
look >before

# The files that were made, and are there.
count_made()
{
	find root -name 'f[0-9]' | wc -l
}

# swap_once COMMAND...: while the directories $directories are swapped.
swap_once()
{
	(cd root && exec python3 ../swap.py ../outside $directories) &
	swapper=$!
	until [ -e root/away/ready ]; do
		kill -0 $swapper || skip 'names can not be exchanged'
	done
	"$@" >stdout 2>stderr
	status=$?
	kill $swapper
	wait $swapper 2>/dev/null
	case $status in
	0 | 1) ;;
	*)
		fail "$*: status $status"
		cat stderr
		;;
	esac
	look >after
	holds after <before || fail "$*: something was done outside"
}

# swap SESSION DIRECTORY...: runs it while these are swapped, until a link
# was met, and files were made.
swap()
{
	session=$1
	shift
	directories=$*
	met= made=
	for turn in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		rm -rf root away .leat
		mkdir root
		[ $((turn % 2)) -eq 1 ] || (cd root && mkdir -p "$@")
		swap_once "$LEAT" run -k -j $((turn % 3 + 1)) $session.yaml
		grep -q 'a symbolic link on its way leads out' stderr && met=yes
		[ "$(count_made)" -eq 0 ] || made=yes
		[ $turn -ge 6 ] && [ "$met$made" = yesyes ] && break
	done
	[ "$met" ] || fail "$session: no run met a link"
	[ "$made" ] || fail "$session: no run made a file"
}

# prune DIRECTORY...: removes what is stale while these are swapped, until a link
# was met, and files were removed.
prune()
{
	directories=$*
	met= removed=
	for turn in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		rm -rf root away .leat
		expect 0 "$LEAT" run files.yaml
		[ "$(count_made)" -eq 80 ] || fail 'not all was made'
		swap_once "$LEAT" run --prune files.yaml --in none
		grep -q 'stays: a directory on its way is a symbolic link now' \
			stderr && met=yes
		[ "$(count_made)" -eq 80 ] || removed=yes
		[ $turn -ge 6 ] && [ "$met$removed" = yesyes ] && break
	done
	[ "$met" ] || fail 'no removal met a link'
	[ "$removed" ] || fail 'nothing was removed'
}

unset LEAT_STATE
swap files 0 1 1/e 2/e 9
prune 0 1 1/e 2/e 3 4/e 5 6 7 7/e 8 9/e 9
swap trees t0 t1/0 t1/1/e t2/2 t4 t5/9/e
finish
