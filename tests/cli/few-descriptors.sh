#!/bin/sh
# SPDX-License-Identifier: MIT
# A run that may open too few files says which limit to raise, wherever it finds
# that out; with some more it succeeds.
. "$srcdir/tests/cli/lib.sh"

mkdir in
for unit in 1 2 3; do
	echo $unit >in/$unit
	tar -c -f in/$unit.tar -C in $unit
done
cat >plain.yaml <<'END'
leat: 1
session: plain
operators:
  in: {use: files, match: [in/1, in/2, in/3]}
  split: lines
  out: {use: write-file, path: "out/{src_stem}"}
links: [in -> split -> out]
END
cat >sort.yaml <<'END'
leat: 1
session: sort
operators:
  in: {use: files, match: [in/1, in/2, in/3]}
  split: lines
  order: {use: sort, by: [line]}
  out: {use: write-file, path: out/sorted}
links: [in -> split -> order -> out]
END
cat >archive.yaml <<'END'
leat: 1
session: archive
operators:
  in: {use: files, match: [in/1.tar, in/2.tar, in/3.tar]}
  entries: archive-read
  out: {use: write-file, path: "out/{src_stem}"}
links: [in -> entries -> out]
END

# What can't even be loaded, or has no room for the sanitizers, has said nothing.
has_started()
{
	[ $1 -lt 99 ] && ! grep -q Sanitizer said
}

# attempt LIMIT SESSION STATE
attempt()
{
	rm -rf out .leat
	(
		[ $3 = none ] || unset LEAT_STATE
		ulimit -S -n $1 && exec timeout -s KILL 100 \
			"$LEAT" run -j 3 $2.yaml
	) >said 2>&1
	status=$?
	find . -name '.leat-*' | grep . && fail "$*: a temporary is left"
	[ $status -ne 0 ] || return 0
	has_started $status || return 1
	refused=$((refused + 1))
	grep -q 'Too many open files; raise `ulimit -n`' said ||
		fail "$*: status $status: $(cat said)"
	return 1
}

for session in plain sort archive; do # of three units at once
	for state in none kept; do
		limit=5 refused=0
		until attempt $limit $session $state || [ $limit -gt 100 ]; do
			limit=$((limit + 1))
		done
		[ $limit -le 100 ] || fail "$session $state: 100 are too few"
		[ $refused -gt 0 ] || fail "$session $state: none is too few"
		[ "$(cat out/* | sort | tr -d '\n')" = 123 ] ||
			fail "$session $state: $(cat out/*)"
	done
done
finish
