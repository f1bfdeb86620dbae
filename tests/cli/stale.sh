#!/bin/sh
# SPDX-License-Identifier: MIT
# Outputs that nothing makes any more: found later whatever came between, and
# removed on request; never what leat didn't write, or what was changed since.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

mkdir in
for name in a b c; do echo $name >in/$name.log; done
write()
{
	cat >made.yaml <<END
leat: 1
session: made
operators:
  in: {use: files, match: "in/*.log"}
  split: lines
  some: {use: match, pattern: '^\w'}
  out: {use: write-file, path: "$1"}
links: [in -> split -> some -> out]
END
}

# stale NUMBER: so many are reported by a run that has nothing to do.
stale()
{
	expect "${2:-0}" "$LEAT" run -k -v made.yaml
	if [ "$1" -gt 0 ]; then
		said " $1 stale output"
	else
		grep -q stale stderr && fail "something is stale: $(cat stderr)"
	fi
}

# ---- Another path --------------------------------------------------------------

write 'out/{src_stem}.1'
stale 0
write 'out/{src_stem}.2'
expect 0 "$LEAT" run -v made.yaml
said '3 stale outputs'
stale 3
expect 0 "$LEAT" plan made.yaml
printed 'out/a.1: was written for in/a.log before, and is stale; --prune removes it'
expect 0 "$LEAT" plan --json made.yaml
python3 - stdout <<'END' || fail 'the JSON of plan'
import json, sys
stale = json.load(open(sys.argv[1]))["graphs"][0]["stale"]
assert stale[0] == {"output": "out/a.1", "unit": "in/a.log", "gone": False}, stale
assert len(stale) == 3, stale
END
expect 0 "$LEAT" why made.yaml out/a.1
printed 'out/a.1: was written for in/a.log before, and is stale; --prune removes it'
# One is gone, one is changed, one is written again.
rm out/a.1
echo mine >>out/b.1
write 'out/{src_stem}.3'
sed -i 's/"in.*log"/["in\/*.log", "in\/x"]/' made.yaml
echo x >in/x
expect 0 "$LEAT" run made.yaml
stale 5
expect 0 "$LEAT" run --prune made.yaml
said 'out/b.1 stays: it was changed, and not by leat'
holds_only out 'a.3 b.1 b.3 c.3 x.3'
stale 1
rm out/b.1
stale 0

# Back to a name that was used before: it isn't stale any more.
rm in/x
write 'out/{src_stem}.4'
expect 0 "$LEAT" run --prune made.yaml
holds_only out 'a.4 b.4 c.4'
write 'out/{src_stem}.5'
expect 0 "$LEAT" run made.yaml
write 'out/{src_stem}.4'
expect 0 "$LEAT" run -v made.yaml
said ' 3 stale outputs'
expect 0 "$LEAT" run --prune made.yaml
holds_only out 'a.4 b.4 c.4'

# ---- From one for each to one for all, and back ----------------------------------

write 'out/all'
expect 0 "$LEAT" run -v made.yaml
said ' 3 stale outputs'
write 'out/whole'
expect 0 "$LEAT" run -v made.yaml
said ' 4 stale outputs'
expect 0 "$LEAT" run --prune made.yaml
holds_only out 'whole'
write 'out/{src_stem}.6'
expect 0 "$LEAT" run --prune made.yaml
holds_only out 'a.6 b.6 c.6'

# ---- Units that are brought ------------------------------------------------------

cat >brought.yaml <<'END'
leat: 1
session: brought
operators:
  in: {use: files, match: "in/*.log"}
  split: lines
  cut: {use: head, count: 2}
  out: {use: write-file, path: "brought/{src_stem}"}
links: [in -> split -> cut -> out]
END
expect 0 "$LEAT" run brought.yaml
holds_only brought 'a b'
sed -i 's/{src_stem}/all/' brought.yaml
expect 0 "$LEAT" run -v brought.yaml
said ' 2 stale outputs'
expect 0 "$LEAT" run --prune brought.yaml
holds_only brought 'all'
rm -r brought

# From one for all to one for each of no units.
sed -i 's/, match: "in.*"}/, match: "in\/[ab].log", empty: allow}/' brought.yaml
expect 0 "$LEAT" run brought.yaml
sed -i 's/\[ab\]/[xy]/; /cut:/d; s/ -> cut//; s/all"/{src_name}"/' brought.yaml
expect 0 "$LEAT" run -v brought.yaml
said ' 1 stale output'
expect 0 "$LEAT" run -v brought.yaml
expect 0 "$LEAT" run --prune brought.yaml
holds_only brought ''
expect 0 "$LEAT" plan --detailed-exitcode brought.yaml
rm -r brought

# ---- Units that fail -------------------------------------------------------------

echo '?' >in/b.log
stale 0 1
stale 0 1
holds_only out 'a.6 b.6 c.6'
# Its input goes: what it made before it failed is stale.
rm in/b.log
stale 1
expect 0 "$LEAT" plan made.yaml
printed 'in/b.log: is no input any more, its outputs are stale; --prune removes them'
expect 0 "$LEAT" run --prune made.yaml
holds_only out 'a.6 c.6'
# It fails, then makes something else.
echo '?' >in/c.log
expect 1 "$LEAT" run -k made.yaml
write 'out/{src_stem}.7'
expect 1 "$LEAT" run -k -v made.yaml
said ' 1 stale output'
echo c >in/c.log
expect 0 "$LEAT" run -v made.yaml
said ' 2 stale outputs'
expect 0 "$LEAT" run --prune made.yaml
holds_only out 'a.7 c.7'
# Others that go meanwhile are removed, but for what a unit that failed is to make:
# its input may only have another name.
for name in d e f; do echo $name >in/$name.log; done
mkdir in/sub
expect 0 "$LEAT" run made.yaml
rm in/d.log
mv in/e.log in/sub
echo '?' >in/sub/f.log
rm in/f.log
sed -i 's,in/\*,in/**/*,' made.yaml
expect 1 "$LEAT" run -v made.yaml # the first one that fails ends it
said ' 2 stale outputs'
expect 1 "$LEAT" run --prune -v made.yaml
said ' 1 stale output'
holds_only out 'a.7 c.7 e.7 f.7'
echo f >in/sub/f.log
expect 0 "$LEAT" run --prune -v made.yaml
grep -q stale stderr && fail "something is stale: $(cat stderr)"
holds_only out 'a.7 c.7 e.7 f.7'
rm -r in/sub
sed -i 's,in/\*\*/\*,in/*,' made.yaml
expect 0 "$LEAT" run --prune made.yaml
holds_only out 'a.7 c.7'
# In quarantine it rests with what it had made.
sed -i "s/some: {use: match/&, on-error: quarantine/" made.yaml
expect 0 "$LEAT" run made.yaml
echo '?' >in/c.log
expect 1 "$LEAT" run made.yaml
rm out/c.7
expect 0 "$LEAT" run -v made.yaml
said ' 1 in quarantine'
expect 0 "$LEAT" plan made.yaml
printed 'nothing to do'
echo c >in/c.log
rm -r out

# Where names follow from contents nobody knows what a unit that failed is to make:
# all stays.
cat >archives.yaml <<'END'
leat: 1
session: archives
operators:
  in: {use: files, match: "tars/*.tar", empty: allow}
  unpack: archive-read
  out: {use: write-file, path: "entries/{entry_path}"}
links: [in -> unpack -> out]
END
mkdir tars
for name in a c; do tar -cf tars/$name.tar -C in $name.log; done
expect 0 "$LEAT" run archives.yaml
rm tars/a.tar
echo nothing >tars/b.tar
expect 1 "$LEAT" run -k --prune -v archives.yaml
said ' 1 stale output'
holds_only entries 'a.log c.log'
rm tars/b.tar
expect 0 "$LEAT" run --prune archives.yaml
holds_only entries 'c.log'
rm -r tars entries

# ---- What another graph makes ----------------------------------------------------

cat >graphs.yaml <<'END'
leat: 1
session: graphs
graphs:
  first:
    operators:
      in: {use: files, match: "in/*.log"}
      out: {use: write-file, path: "out/{src_stem}.first"}
    links: [in -> out]
  second:
    operators:
      in: {use: files, match: "in/*.log"}
      out: {use: write-file, path: "out/{src_stem}.second"}
    links: [in -> out]
END
expect 0 "$LEAT" run graphs.yaml
sed -i 's/first"/third"/; s/second"/first"/' graphs.yaml
expect 0 "$LEAT" run graphs.yaml
expect 0 "$LEAT" run --prune -v graphs.yaml
holds_only out 'a.first a.third c.first c.third'
holds out/c.first <in/c.log


# What a later graph is to make stays until it has, also if it never comes to that.
cat >later.yaml <<'END'
leat: 1
session: later
graphs:
  first:
    operators:
      in: {use: files, match: "in/*.log"}
      split: lines
      some: {use: match, pattern: '^\w'}
      out: {use: write-file, path: "later/{src_stem}"}
    links: [in -> split -> some -> out]
  second:
    operators:
      in: {use: files, match: "in/a.log"}
      out: {use: write-file, path: "later/more"}
    links: [in -> out]
END
echo d >in/d.log
expect 0 "$LEAT" run later.yaml
sed -i 's,later/{src_stem},&.1,; s,later/more,later/a,' later.yaml
echo '?' >in/c.log
expect 1 "$LEAT" run -k --prune -v later.yaml
said ' 1 stale output' # c failed: what it had made is its own
holds_only later 'a a.1 c d.1 more'
echo c >in/c.log
expect 0 "$LEAT" run --prune -v later.yaml
holds_only later 'a a.1 c.1 d.1'
holds later/a <in/a.log
rm -r later in/d.log

# ---- Several sources ------------------------------------------------------------

# What tells their units apart is no part of the names of files.
mkdir one two
echo 1 >one/a
echo 2 >two/b
cat >sources.yaml <<'END2'
leat: 1
session: sources
operators:
  one: {use: files, match: "one/*"}
  two: {use: files, match: "two/*", empty: allow}
  all: gather
  out: {use: write-file, path: "sources/{src_name}"}
links: [one -> all -> out, two -> all]
END2
expect 0 "$LEAT" run sources.yaml
rm two/b
expect 0 "$LEAT" plan sources.yaml
grep -qx '    two/b: is no input any more, its outputs are stale; --prune removes them' \
	stdout || fail "stale: $(cat stdout)"
expect 0 "$LEAT" run --prune sources.yaml
holds_only sources a

# ---- A graph that is gone --------------------------------------------------------

sed -i 's/  second:/  other:/' graphs.yaml
expect 0 "$LEAT" run --prune -v graphs.yaml
holds_only out 'a.first a.third c.first c.third'
sed -n '1,/^ *links/p' graphs.yaml | sed 's/{src_stem}.third/all/' >first.yaml
cp first.yaml graphs.yaml
expect 0 "$LEAT" run -v graphs.yaml
said ' 4 stale outputs'
expect 0 "$LEAT" plan graphs.yaml
printed "other: the session doesn't have this graph any more, its outputs are stale; --prune removes them"
printed '    out/a.first'
expect 0 "$LEAT" plan --json graphs.yaml
python3 - stdout <<'END' || fail 'the JSON of plan'
import json, sys
gone = json.load(open(sys.argv[1]))["forgotten"]
assert [g["graph"] for g in gone] == ["other"], gone
assert [s["output"] for s in gone[0]["stale"]] == ["out/a.first", "out/c.first"]
END
echo mine >>out/c.first
expect 0 "$LEAT" run --prune graphs.yaml
said 'c.first stays: it was changed, and not by leat'
holds_only out 'all c.first'

# ---- Directories that are links now ----------------------------------------------
# What a link leads to is as it was when leat wrote it, and yet it is of others.

# deep NAMES: units in two directories, written beneath a root that is a link.
deep()
{
	rm -rf in outside root real .leat
	mkdir -p in/d/e in/f real
	for name in d/e/x d/y f/z; do echo $name >in/$name; done
	ln -s real root
	cat >deep.yaml <<'END'
leat: 1
session: deep
operators:
  in: {use: files, match: "in/**", empty: allow}
  out: {use: write-file, path: "root/{src_path}"}
links: [in -> out]
END
	expect 0 "$LEAT" run deep.yaml
	holds_only real 'd f'
}
deep
mv real/d outside
ln -s ../outside real/d
rm in/d/e/x in/d/y in/f/z
expect 0 "$LEAT" plan --json deep.yaml
printed '"root/d/y"'
expect 0 "$LEAT" run --prune -v deep.yaml
said 'root/d/e/x stays: a directory on its way is a symbolic link now'
said 'root/d/y stays: a directory on its way is a symbolic link now'
said ' 2 stale outputs'
holds outside/e/x <<'END'
d/e/x
END
holds outside/y <<'END'
d/y
END
holds_only real/f ''
# It is back, but a file is a link.
rm real/d
mv outside real/d
mv real/d/y outside
ln -s ../../outside real/d/y
expect 0 "$LEAT" run --prune deep.yaml
said 'root/d/y stays: it was changed, and not by leat'
holds outside <<'END'
d/y
END
holds_only real/d 'e y'
holds_only real/d/e ''
rm real/d/y
expect 0 "$LEAT" run -v deep.yaml
grep -q stale stderr && fail "something is stale: $(cat stderr)"

rm -rf in outside root real .leat

# ---- A run that is interrupted ---------------------------------------------------

# Units that weren't run any more may be those that take outputs over.
if traced; then
	rm -rf in later && mkdir in
	for name in a b c; do echo $name >in/$name.log; done
	cat >stopped.yaml <<'END'
leat: 1
session: stopped
operators:
  in: {use: files, match: "in/*.log"}
  out: {use: write-file, path: "later/{src_stem}"}
links: [in -> out]
END
	expect 0 "$LEAT" run stopped.yaml
	rm in/a.log
	for name in b c; do echo more >>in/$name.log; done
	stop()
	{
		kill -TERM "$(sed -n '/stopped by SIGSTOP/s/ .*//p' trace)"
	}
	amid stop
	expect 143 trace in/b.log openat:signal=STOP:when=1 \
		"$LEAT" run -j 1 --prune stopped.yaml
	wait
	holds_only later 'a b c'
	expect 0 "$LEAT" run --prune stopped.yaml
	holds_only later 'b c'
fi
rm -rf in later .leat

# ---- A source that is called so --------------------------------------------------

# What is made for its units isn't taken for what is stale.
mkdir in other
for name in a b; do
	echo $name >in/$name.log
	echo $name >other/$name.txt
done
cat >called.yaml <<'END'
leat: 1
session: called
operators:
  stale: {use: files, match: "in/*.log"}
  other: {use: files, match: "other/*.txt"}
  both: gather
  split: lines
  out: {use: write-file, path: "called/{src_name}"}
links: [stale -> both -> split -> out, other -> both]
END
expect 0 "$LEAT" run called.yaml
expect 0 "$LEAT" get --list called.yaml
printed called/a.log
expect 0 "$LEAT" run --verify called.yaml
rm in/a.log
expect 0 "$LEAT" run --prune called.yaml
holds_only called 'a.txt b.log b.txt'
rm -rf in other called .leat

finish
