#!/bin/sh
# SPDX-License-Identifier: MIT
# The corpus of sessions: what is good is silent, what is bad says exactly what
# stands beside it.
. "$srcdir/tests/cli/lib.sh"
here=$PWD
cd "$srcdir/tests/sessions" || exit 99

for session in good-*.yaml; do
	"$LEAT" check --strict "$session" >"$here/out" 2>"$here/err"
	status=$?
	[ $status -eq 0 ] || fail "$session: exit status $status"
	cat "$here/out" "$here/err" >"$here/said"
	silent "$here/said"
done

for session in bad-*.yaml; do
	"$LEAT" check "$session" >"$here/out" 2>"$here/err"
	status=$?
	[ $status -eq 78 ] || fail "$session: exit status $status"
	silent "$here/out"
	diff "${session%.yaml}.txt" "$here/err" >"$here/difference" && continue
	fail "$session: other messages:"
	sed 's/^/	/' "$here/difference"
done

# No text without its session.
for text in bad-*.txt; do
	[ -f "${text%.txt}.yaml" ] || fail "$text has no session"
done
finish
