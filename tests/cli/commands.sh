#!/bin/sh
# SPDX-License-Identifier: MIT
# Command lines that are wrong: what is said, and what to do. Other scripts have
# those of params (params.sh) and of the options of run (usage.sh).
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

mkdir in
echo one >in/a.txt
cat >copy.yaml <<'END'
leat: 1
session: copy
params:
  names: {type: inputs, args: true, default: "in/*.txt"}
  word: {type: text, default: w}
operators:
  in: {use: files, match: "${names}"}
  out: {use: write-file, path: "out/{src_name}"}
links: [in -> out]
END
cat >filter.yaml <<'END'
leat: 1
session: filter
params: {names: {type: inputs, args: true, default: "*"}}
operators: {in: stdin, split: lines, out: stdout}
links: [in -> split -> out]
END

# complains MESSAGE HINT WORD...: a usage error; no HINT: -.
complains()
{
	message=$1
	hint=$2
	shift 2
	expect 64 "$LEAT" "$@" </dev/null
	said "error: $message"
	[ "$hint" = - ] || said "hint: $hint"
}

complains 'there is no verb fly, and no program leat-fly in the PATH' \
	'see `leat help`' fly
complains 'there is no option --fly before the verb' 'see `leat help`' --fly
complains '--help takes no value' 'see `leat help run`' run --help=yes copy.yaml
complains 'there is no verb, session file or operator fly' - help fly
complains 'there is one topic too many: lines' - help run lines
complains 'nothing is named that is to be accepted' 'see `leat help accept`' \
	accept copy.yaml
complains "nothing is known of 'fly'" \
	'name an input, an output, an operator or a graph' accept copy.yaml fly
complains 'no session file is given' 'see `leat help check`' check
complains 'no name is given' '`leat list` lists the operators' explain
complains '--keep needs a number of runs, from 1' 'see `leat help gc`' \
	gc --keep none copy.yaml
complains '--older needs a duration, such as 30d or 12h' 'see `leat help gc`' \
	gc --older long copy.yaml
complains '--rebuild does nothing else at once' 'see `leat help gc`' \
	gc --rebuild --keep 3 copy.yaml
complains '`leat gc` takes one session, not filter.yaml as well' \
	'see `leat help gc`' gc copy.yaml filter.yaml
complains 'one thing is got at a time, not b as well' 'see `leat help get`' \
	get copy.yaml a b
complains 'no address is given' '`leat get FILE --list` lists what there is' \
	get copy.yaml
complains 'two runs are compared, not 3 as well' 'see `leat help runs`' \
	runs copy.yaml 1 2 3
complains 'there is one operator too many: match' - schema lines match
complains 'nothing is asked for' 'see `leat help why`' why copy.yaml
complains '--lock takes fail, wait or wait=DURATION, such as wait=30s' \
	'see `leat help run`' run --lock never copy.yaml
complains '--verify and --prune exclude each other' \
	'a run that verifies removes nothing' run --verify --prune copy.yaml
complains 'there is nothing to compare with' \
	'only sessions that write files, with a state, are remembered' \
	run --verify --state none copy.yaml
complains "standard input can't give names for \`-\` and be what the operator in reads" \
	- run filter.yaml -
complains '- can stand only once' - run copy.yaml - -

# A directory that isn't there.
expect 66 "$LEAT" -C absent list
said "error: can't work in absent: No such file or directory"
expect 66 "$LEAT" run -C absent copy.yaml
said "error: can't work in absent: No such file or directory"

# Names that come by standard input.
printf 'in/a.txt\nin/\000\n' >names
expect 64 "$LEAT" run copy.yaml - <names
said 'standard input: line 2 is no name: it holds a NUL or more than 4095 bytes'
expect 74 "$LEAT" run copy.yaml - <in
said "can't read standard input: Is a directory"

# Standard output that can't be written.
if [ -c /dev/full ]; then
	"$LEAT" list >/dev/full 2>stderr
	[ $? -eq 74 ] || fail 'the status of a full disk'
	said "leat: error: can't write standard output: No space left on device"
fi

# What a program that the PATH has can't do is said.
mkdir bin
mkdir bin/leat-dir
PATH=$PWD/bin:$PATH expect 77 "$LEAT" dir
said "can't run leat-dir: Permission denied"

# A stale output that was changed stays.
expect 0 "$LEAT" run copy.yaml
rm in/a.txt
echo mine >out/a.txt
echo two >in/b.txt
expect 0 "$LEAT" run --prune copy.yaml
said "warning: the stale output $PWD/out/a.txt stays: it was changed, and not by leat"

# ---- What is said of units that failed, and of sessions that never ran ----------

mkdir units
cd units || exit 99
cat >parse.yaml <<'END'
leat: 1
session: parse
operators:
  in: {use: files, match: "in/*.txt"}
  split: lines
  ok: {use: match, pattern: '^\d+$'}
  out: {use: write-file, path: "out/{src_name}"}
links: [in -> split -> ok -> out]
END
cat >pipe.yaml <<'END'
leat: 1
session: pipe
operators: {in: stdin, split: lines, out: {use: write-file, path: all.txt}}
links: [in -> split -> out]
END
mkdir in
echo x >in/a.txt
echo 1 >in/b.txt
echo 2 >in/c.txt
expect 1 "$LEAT" run -k parse.yaml
expect 0 "$LEAT" plan -v parse.yaml
printed '1: it failed the last time'
expect 1 "$LEAT" accept parse.yaml in/a.txt
said "in/a.txt can't be accepted: it failed, so its outputs aren't known"
expect 0 "$LEAT" plan pipe.yaml
printed 'pipe: runs, since it is not known before it runs'
expect 1 "$LEAT" accept pipe.yaml pipe
said "pipe can't be accepted: it never ran to its end, so its outputs aren't known"
expect 0 "$LEAT" gc -n --keep 1 parse.yaml
printed 'would forget 0 runs, 0 partial results, 0 bytes'

complains "parse.yaml takes no arguments, but there is x" \
	'a param with `args: true` takes them' run parse.yaml x
complains '--word needs a value' \
	'a value that begins with a dash is joined: --NAME=-VALUE' \
	run ../copy.yaml --word -x
complains 'there is no operator fly' '`leat list` lists them' explain fly
complains 'match has no property fly' '`leat explain OPERATOR` lists them' \
	explain match.fly
complains 'there is no operator fly' '`leat list` lists them' schema fly
complains 'there is no run 77' '`leat runs FILE` lists them' \
	runs parse.yaml 77
complains "'out' stands for 2 files" \
	'name one by --unit, or by its path; --list lists them' \
	get parse.yaml out
complains 'out/b.txt was made by run 1, not by run 9' \
	'only what is there now can be had' get parse.yaml 9:out/b.txt
rm out/b.txt
expect 66 "$LEAT" get parse.yaml out/b.txt
said 'hint: a run makes it again'

# The unit is named once, and what is escaped stays so; figures are the last line.
mkdir -p "$directory/odd/in"
cd "$directory/odd" || exit 99
sed 's/parse$/odd/' ../units/parse.yaml >odd.yaml
printf 'x\\y\n' >'in/d\e.txt'
expect 1 "$LEAT" run -k --stats json odd.yaml
said '1 unit, 1 of them failed'
tail -n 1 stderr | grep -q '^{' || fail 'figures are not the last line'
why="at byte 0: the line doesn't match the pattern: x\\\\y"
expect 0 "$LEAT" plan odd.yaml
grep -qxF "    in/d\\\\e.txt: $why" stdout || fail "plan: $(cat stdout)"
expect 0 "$LEAT" why odd.yaml 'in/d\e.txt'
printf '%s\n' "in/d\\\\e.txt: it failed the last time: $why" | holds stdout
expect 0 "$LEAT" runs odd.yaml last
grep -qxF "failed      odd/in/d\\\\e.txt: $why" stdout ||
	fail "runs: $(tail -n 1 stdout)"
finish
