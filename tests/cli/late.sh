#!/bin/sh
# SPDX-License-Identifier: MIT
# Outputs that turn out not to be written when they are synced, or that can't
# take their place: late, when their units are published.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE
traced || skip 'strace does not work here'

mkdir logs
for name in a b c; do seq 3 >logs/$name.log; done
cat >each.yaml <<'END'
leat: 1
session: each
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  out: {use: write-file, path: "out/{src_stem}.txt"}
  all: {use: write-file, path: all.txt}
links: [in -> split -> out, split -> all]
END

# Each log gets a line more.
grow()
{
	for name in a b c; do echo more >>logs/$name.log; done
}

# The old output of b stays, those of a and c are new.
old_b()
{
	holds out/a.txt <logs/a.log
	sed '$d' logs/b.log >wanted
	holds out/b.txt <wanted
	holds out/c.txt <logs/c.log
	holds_only out 'a.txt b.txt c.txt'
}

# The fsync of the second output fails.
expect 0 "$LEAT" run each.yaml
cp all.txt all.before
grow
expect 1 trace '' fsync:error=EIO:when=2 "$LEAT" run -k each.yaml
said 'cannot write out/b.txt: Input/output error'
said '1 of them failed'
old_b
holds all.txt <all.before # rather than with or without a unit that failed
expect 0 "$LEAT" plan each.yaml
printed 'logs/b.log'
expect 0 "$LEAT" run -v each.yaml
said 'each: 1 unit, 2 up to date'
cat logs/*.log >wanted
holds all.txt <wanted

# The second output can't take its place.
sed '/  all:/d; s/session: each/session: slow/; s/, split -> all//' each.yaml \
	>slow.yaml
rm -rf out
expect 0 "$LEAT" run slow.yaml
grow
expect 1 trace '' renameat:error=EISDIR:when=2 "$LEAT" run -k slow.yaml
said 'cannot put out/b.txt in its place: Is a directory'
said '1 of them failed'
old_b
expect 0 "$LEAT" run slow.yaml
holds out/b.txt <logs/b.log
holds_only out 'a.txt b.txt c.txt'
expect 0 "$LEAT" plan slow.yaml
echo 'slow: nothing to do, 3 units are up to date' | holds stdout

finish
