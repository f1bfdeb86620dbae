#!/bin/sh
# SPDX-License-Identifier: MIT
# plan, why, run -n, --prune, --lock, --state: what is said of what would run,
# and that nothing changes by it.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

mkdir logs
for name in a b c; do seq 5 >logs/$name.log; done
cat >copy.yaml <<'END'
leat: 1
session: copy
params: {suffix: {type: text, default: txt}}
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  some: {use: match, pattern: '[1-3]', else: drop}
  out: {use: write-file, path: "out/{src_stem}.${suffix}"}
links: [in -> split -> some -> out]
END
sed 's/^session: .*/session: all/; s/{src_stem}/all/' copy.yaml >all.yaml

# What there is, with its times.
list()
{
	find . -newermt 1970-01-01 ! -name stdout ! -name stderr ! -name 'list-*' \
		-printf '%p %T@ %C@ %s\n' | grep -v '^\. ' | sort
}

list >list-before
expect 0 "$LEAT" plan copy.yaml
holds stdout <<'END'
copy: runs, since units changed; 3 of 3 units run, 0 come from the store
  3: new
    logs/a.log
    logs/b.log
    logs/c.log
END
silent stderr
list | holds list-before
expect 0 "$LEAT" run -n copy.yaml
printed '3: new'
list | holds list-before
expect 2 "$LEAT" plan --detailed-exitcode copy.yaml

expect 0 "$LEAT" run copy.yaml
expect 0 "$LEAT" run all.yaml
# What was written just now is not trusted by its stamps; later it is.
sleep 0.1
expect 0 "$LEAT" run copy.yaml
expect 0 "$LEAT" run all.yaml
list >list-before
expect 0 "$LEAT" plan --detailed-exitcode copy.yaml
echo 'copy: nothing to do, 3 units are up to date' | holds stdout
expect 0 "$LEAT" why copy.yaml out/a.txt
echo 'logs/a.log: up to date' | holds stdout
list | holds list-before

# An input, an output and a property change.
echo 3 >>logs/a.log
rm out/b.txt
mv logs/c.log logs/d.log
expect 0 "$LEAT" plan copy.yaml
holds stdout <<'END'
copy: runs, since units changed; 3 of 3 units run, 0 come from the store
  1: an output is missing
    logs/b.log: out/b.txt
  1: its input changed
    logs/a.log
  1: new
    logs/d.log
  1: stale
    logs/c.log: is no input any more, its outputs are stale; --prune removes them
END
expect 0 "$LEAT" plan all.yaml
printed '2 of 3 units run, 1 comes from the store'
expect 0 "$LEAT" plan --json all.yaml
python3 - stdout <<'END' || fail 'the JSON of plan'
import json, sys
plan = json.load(open(sys.argv[1]))
graph = plan["graphs"][0]
assert plan["session"] == graph["graph"] == "all" and graph["runs"] is True
does = {unit["unit"]: unit["does"] for unit in graph["units"]}
assert does == {"logs/a.log": "run", "logs/b.log": "from-store",
                "logs/d.log": "run"}, does
END
expect 0 "$LEAT" why copy.yaml logs/a.log
digest()
{
	xxh128sum "$1" 2>/dev/null | cut -d ' ' -f 1
}
printed 'logs/a.log: its input changed'
printed "    content: was $(seq 5 >five; digest five)"
printed " in run 1, is $(digest logs/a.log)"
expect 0 "$LEAT" why copy.yaml "$PWD/out/b.txt"
printed 'logs/b.log: an output is missing: out/b.txt'
printed "    out/b.txt: was $(seq 3 >three; digest three)"
printed ' in run 1, is not there'
mkdir out/b.txt
expect 0 "$LEAT" why copy.yaml out/b.txt
printed ' in run 1, is a directory'
rmdir out/b.txt
mkfifo out/b.txt
expect 0 "$LEAT" why copy.yaml out/b.txt
printed ' in run 1, is no regular file'
rm out/b.txt
expect 0 "$LEAT" why copy.yaml logs/c.log
printed 'logs/c.log: is no input any more, its outputs are stale'
expect 0 "$LEAT" why copy.yaml out/c.txt
printed 'logs/c.log: is no input any more, its outputs are stale'
expect 64 "$LEAT" why copy.yaml logs/none
said "nothing is known of 'logs/none'"

expect 0 "$LEAT" run -v copy.yaml
said '1 stale output,'
sed "s/1-3/1-4/" copy.yaml >changed && mv changed copy.yaml
expect 0 "$LEAT" why copy.yaml logs/b.log
holds stdout <<'END'
logs/b.log: the session changed
    some.pattern: was "[1-3]" in run 2, is "[1-4]"
END
cp copy.yaml kept.yaml
sed 's/some: {/some: {on-error: skip, /; s/1-4/1-3/' kept.yaml >copy.yaml
expect 0 "$LEAT" why copy.yaml logs/b.log
holds stdout <<'END'
logs/b.log: the session changed
    some: was match, per segment, on-error fail in run 2, is match, per segment, on-error skip
END
mv kept.yaml copy.yaml

# ---- Stale outputs ------------------------------------------------------------

expect 0 "$LEAT" run -v --prune copy.yaml
holds_only out 'a.txt all.txt b.txt d.txt'
expect 0 "$LEAT" run -v copy.yaml
grep -q stale stderr && fail 'still stale'
rm logs/d.log
echo mine >>out/d.txt
expect 0 "$LEAT" run -v --prune copy.yaml
said 'out/d.txt stays: it was changed, and not by leat'
[ -f out/d.txt ] || fail 'a file that was changed is removed'

# A unit takes over the output of one that is gone: it is not stale.
mkdir more
mv logs/b.log more/b.log
sed 's,logs/\*.log,*/*.log,' copy.yaml >changed && mv changed copy.yaml
rm out/d.txt
expect 0 "$LEAT" run -v --prune copy.yaml
seq 4 | holds out/b.txt

# Two units with one output, the second of which comes later.
cp more/b.log logs/b.log
for verb in plan run 'run -n'; do
	expect 73 "$LEAT" $verb copy.yaml
	said 'out/b.txt would be written for logs/b.log and for more/b.log; put {src_path}, or {src_dir}/{src_name}, into `path`'
done
seq 4 | holds out/b.txt
expect 73 env LEAT_STATE=none "$LEAT" run copy.yaml
said 'out/b.txt would be written for logs/b.log and for more/b.log'
rm logs/b.log

# ---- What works within units, and in workers -------------------------------------

# way WHY LINKS OPERATOR...: plan and check say why units aren't shared out.
way()
{
	why=$1
	links=$2
	shift 2
	{
		printf 'leat: 1\nsession: way\nreproducible: false\noperators:\n'
		printf '  %s\n' 'in: {use: files, match: "more/*"}' "$@"
		printf 'links: [%s]\n' "$links"
	} >way.yaml
	expect 0 "$LEAT" plan way.yaml
	printed "  one process, since $why"
	expect 0 "$LEAT" plan --json way.yaml
	printed "\"unshared\": \"$why\""
	printed '"shared": false'
	expect 0 "$LEAT" check -v way.yaml
	printed "units cannot be shared out to workers: $why"
	expect 0 "$LEAT" check -v --format json way.yaml
	printed "\"unshared\": \"$why\""
}

out='out: {use: write-file, path: way.txt}'
way 'other is one unit' 'in -> split -> out, other -> rest' 'split: lines' \
	'other: {use: generate, count: 2}' 'rest: discard' "$out"
way 'each of its sources would have to wait for another' \
	'in -> one -> out, other -> one, other -> two -> more, in -> two' \
	'one: gather' 'two: gather' 'other: {use: files, match: "copy.*"}' \
	'out: {use: write-file, path: "1/{src_name}"}' \
	'more: {use: write-file, path: "2/{src_name}"}'
way 'out takes whole contents of all units' 'in -> out' "$out"
way 'the link split -> out may drop items' \
	'in -> split, {from: split, to: out, policy: leaky-producer}' \
	'split: lines' 'out: {use: write-file, path: "way/{src_name}"}'
way 'the link number -> some sets a property' \
	'in -> split -> some -> out, split -> number -> some@where' \
	'split: lines' 'number: {use: match, pattern: "(?<w>n)", else: drop}' \
	'some: filter' 'out: discard'
expect 0 "$LEAT" plan -v all.yaml
printed '  within a unit: in, split'
printed '  over all units: out'
printed '  units can be shared out to workers'
expect 0 "$LEAT" plan --json all.yaml
python3 - stdout <<'END' || fail 'the JSON of plan: operators'
import json, sys
graph = json.load(open(sys.argv[1]))["graphs"][0]
assert graph["within"] == ["in", "split", "some"], graph
assert graph["spans"] == ["out"] and graph["shared"] is True, graph
END

# ---- Graphs that read what others write --------------------------------------------

mkdir first
echo 1 >first/a
echo 2 >first/b
cat >chain.yaml <<'END'
leat: 1
session: chain
graphs:
  first:
    operators:
      in: {use: files, match: "first/*"}
      out: {use: write-file, path: "mid/{src_name}"}
    links: [in -> out]
  second:
    operators:
      in: {use: files, match: "mid/*", exclude: [x]}
      split: lines
      out: {use: write-file, path: "all.chain"}
    links: [in -> split -> out]
  third:
    operators:
      in: {use: files, match: "all.chain"}
      out: {use: write-file, path: "last/{src_name}"}
    links: [in -> out]
END
# planned: the plan is what stands on standard input, but for how it works.
planned()
{
	expect 0 "$LEAT" plan chain.yaml
	silent stderr
	grep -v '^  over' stdout >plan
	holds plan
}
planned <<'END'
first: runs, since units changed; 2 of 2 units run, 0 come from the store
  2: new
    first/a
    first/b
second: runs, since it depends on what another graph writes: first; 0 of 0 units run, 0 come from the store
  2: not there yet, they will be written by first
    mid/a
    mid/b
third: runs, since it depends on what another graph writes: second; 1 of 1 unit run, 0 come from the store
  1: it depends on what another graph writes
    all.chain: second
END
expect 2 "$LEAT" plan --detailed-exitcode chain.yaml
expect 0 "$LEAT" run chain.yaml
sleep 0.1
expect 0 "$LEAT" run chain.yaml
planned <<'END'
first: nothing to do, 2 units are up to date
second: nothing to do, 2 units are up to date
third: nothing to do, 1 unit is up to date
END
echo 3 >>first/a
echo 4 >first/c
echo 5 >first/x
planned <<'END'
first: runs, since units changed; 3 of 4 units run, 0 come from the store
  1: its input changed
    first/a
  2: new
    first/c
    first/x
second: runs, since it depends on what another graph writes: first; 1 of 2 units run, 1 comes from the store
  1: it depends on what another graph writes
    mid/a: first
  1: not there yet, it will be written by first
    mid/c
third: runs, since it depends on what another graph writes: second; 1 of 1 unit run, 0 come from the store
  1: it depends on what another graph writes
    all.chain: second
END
expect 0 "$LEAT" why chain.yaml second/out
grep -q '^second: ' stdout && ! grep -Eq '^(first|third): ' stdout ||
	fail 'GRAPH/OP is not the operator of that graph'
expect 64 "$LEAT" why chain.yaml fourth/out
# A unit as runs shows it.
expect 0 "$LEAT" runs chain.yaml last
printed 'first/first/b'
expect 0 "$LEAT" why chain.yaml first/first/b
echo 'first/b: up to date' | holds stdout
expect 64 "$LEAT" why chain.yaml second/first/b
expect 0 "$LEAT" why chain.yaml mid/c
printed 'mid/c: not there yet, it will be written by first'
expect 0 "$LEAT" run -v chain.yaml
cat first/a first/b first/c | holds last/all.chain
rm -r first mid
expect 66 "$LEAT" plan chain.yaml
said 'no input matches first/*'

# ---- Units in quarantine -----------------------------------------------------------

mkdir rest
echo '?' >rest/a
echo b >rest/b
cat >rest.yaml <<'END'
leat: 1
session: rest
operators:
  in: {use: files, match: "rest/*"}
  split: lines
  some: {use: match, pattern: '^\w', on-error: quarantine}
  out: {use: write-file, path: "resting/{src_name}"}
links: [in -> split -> some -> out]
END
expect 1 "$LEAT" run rest.yaml
expect 0 "$LEAT" plan rest.yaml
holds stdout <<'END'
rest: nothing to do, 1 unit is up to date
  1: in quarantine
    rest/a: at byte 0: the line doesn't match the pattern: ?
END
expect 0 "$LEAT" why rest.yaml rest/a
printed 'rest/a: in quarantine: '
expect 0 "$LEAT" plan --json rest.yaml
printed '"reason": "in quarantine"'

# ---- Another run ----------------------------------------------------------------

mkfifo gate
cat >slow.yaml <<'END'
leat: 1
session: slow
operators:
  in: stdin
  out: {use: write-file, path: slow.txt}
links: [in -> out]
END
"$LEAT" run slow.yaml <gate >/dev/null 2>&1 &
other=$!
exec 3>gate
wait_for test -s .leat/slow/lock
expect 75 "$LEAT" run slow.yaml </dev/null
said "process $other"
expect 75 "$LEAT" run --lock wait=50ms slow.yaml </dev/null
expect 0 "$LEAT" plan slow.yaml
expect 64 "$LEAT" run --lock soon slow.yaml </dev/null
said '--lock takes fail, wait or wait=DURATION'
(sleep 0.2; echo first >&3) &
exec 3>&-
echo second >second
expect 0 "$LEAT" run --lock wait slow.yaml <second
holds slow.txt <second
wait

# ---- Two files with one name; inputs that vanish -----------------------------------

sed 's/suffix/ending/' copy.yaml >same.yaml
for verb in plan why run; do
	[ $verb = why ] && set -- logs/a.log || set --
	expect 78 "$LEAT" $verb same.yaml "$@"
	said "two files have the session name 'copy'"
done
cat >given.yaml <<'END'
leat: 1
session: given
params: {logs: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${logs}"}
  out: {use: write-file, path: "given/{src_name}"}
links: [in -> out]
END
cp logs/a.log logs/z.log
expect 0 "$LEAT" run given.yaml logs/a.log logs/z.log
printf 'logs/a.log\nlogs/z.log\n' >names
expect 0 "$LEAT" run -v given.yaml - <names
said ' 2 up to date'
rm logs/z.log
expect 0 "$LEAT" plan given.yaml logs/a.log logs/z.log
printed "    logs/z.log: it isn't there any more"
expect 0 "$LEAT" why given.yaml logs/z.log logs/a.log logs/z.log
printed ' in run 1, is not there'
expect 1 "$LEAT" run -k given.yaml logs/a.log logs/z.log
[ -f given/z.log ] || fail 'the output of a unit that fails is gone'
expect 0 "$LEAT" why given.yaml logs/z.log logs/a.log logs/z.log
printed 'logs/z.log: '
expect 0 "$LEAT" run --prune given.yaml logs/a.log
holds_only given 'a.log'
# What is there, but not named, is stale too.
seq 5 >logs/z.log
expect 0 "$LEAT" run given.yaml logs/a.log logs/z.log
expect 0 "$LEAT" plan given.yaml logs/a.log
printed 'logs/z.log: is no input any more, its outputs are stale'
expect 0 "$LEAT" run --prune given.yaml logs/a.log
holds_only given 'a.log'
rm logs/z.log

# A tree that has other names: attributes that paths follow from.
mkdir -p deep/er
cp logs/a.log deep/er/a
sed 's,"${logs}","deep/*/*",; s/given/moved/' given.yaml |
	sed '/^params/d; s/moved.{src_name}/moved\/{src_path}/' >moved.yaml
expect 0 "$LEAT" run moved.yaml
sed -i 's,deep/\*/\*,deep/er/*,' moved.yaml
expect 0 "$LEAT" why moved.yaml deep/er/a
printed '    attributes: was er/a in run 1, is a'

# ---- Much that is stale ----------------------------------------------------------

mkdir many
for name in $(seq 101 113); do echo $name >many/$name; done
cat >many.yaml <<'END'
leat: 1
session: many
operators:
  in: {use: files, match: "many/*"}
  out: {use: write-file, path: "copies/{src_name}"}
links: [in -> out]
END
expect 0 "$LEAT" run many.yaml
rm many/10* many/110 many/111
expect 0 "$LEAT" plan many.yaml
{
	echo 'many: nothing to do, 2 units are up to date'
	echo '  11: stale'
	seq 101 110 | sed 's,.*,    many/&: is no input any more\, its outputs are stale; --prune removes them,'
	echo '    and 1 more'
} | holds stdout
expect 0 "$LEAT" plan -v many.yaml
printed 'many/111: is no input any more'

# What may not be read.
mkdir -m 777 theirs
cp many.yaml theirs
mkdir theirs/many
echo 1 >theirs/many/1
expect 0 as_nobody ./leat run theirs/many.yaml
chmod 0 theirs/many/1
expect 0 as_nobody ./leat why theirs/many.yaml theirs/many/1
printed ' in run 1, is not readable'
rm -r theirs

# ---- The output of all units -----------------------------------------------------

# What of it is the reason is named, so that nothing of it reaches the terminal as
# it is; where the session or units have changed, it isn't the reason.
mkdir -p whole
seq 3 >whole/a
cat >whole.yaml <<'END'
leat: 1
session: whole
params: {out: {type: path}}
operators:
  in: {use: files, match: "whole/*"}
  out: {use: write-file, path: "${out}"}
links: [in -> out]
END
name=$(printf 'red\033[31m')
for change in 'echo 4 >>whole/a' 'sed -i s/file,/file,\ mode:\ "0600",/ whole.yaml'; do
	expect 0 "$LEAT" run whole.yaml --out "$name"
	rm "$name"
	expect 0 "$LEAT" plan whole.yaml --out "$name"
	printed 'whole: runs, since an output is missing: red\x1b[31m; '
	eval "$change"
	expect 0 "$LEAT" plan whole.yaml --out "$name"
	grep -q '^whole: runs, since [a-z ]* changed; 1 of 1 unit ' stdout ||
		fail "the output is the reason: $(head -n 1 stdout)"
	expect 0 "$LEAT" why whole.yaml whole --out "$name"
	grep -q '^whole: [a-z ]* changed$' stdout ||
		fail "the output is the reason: $(head -n 1 stdout)"
done

# ---- Elsewhere -------------------------------------------------------------------

expect 0 "$LEAT" run --state "$PWD/elsewhere" all.yaml
[ -f elsewhere/all/store.db ] || fail 'no state in the directory of --state'
expect 0 env LEAT_STATE=elsewhere "$LEAT" plan all.yaml
printed 'nothing to do'

finish
