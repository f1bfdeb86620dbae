#!/bin/sh
# SPDX-License-Identifier: MIT
# The sandbox of workers: an operator that does what lines say tries to get out
# of it, one way in each file. What is refused, and how, is as the manual says.
. "$srcdir/tests/cli/lib.sh"

hostile=$(dirname "$LEAT")/tests/unit/leat-hostile
[ -x "$hostile" ] || skip "no $hostile"
unset TMPDIR

cat >try.yaml <<'END'
leat: 1
session: try
operators:
  in: {use: files, match: "tries/*"}
  split: lines
  do: hostile
  out: {use: write-file, path: "out/{src_name}"}
links: [in -> split -> do -> out]
END
cat >piped.yaml <<'END'
leat: 1
session: piped
operators:
  in: stdin
  split: lines
  do: hostile
  out: stdout
links: [in -> split -> do -> out]
END

# The levels that this kernel has, as the first line of -v says them.
mkdir tries out
echo harmless >tries/harmless
expect 0 "$hostile" run -v try.yaml
levels=$(sed -n 's/^try: sandbox: //p' stderr)
echo "levels: $levels"
[ "$(cat out/harmless)" = harmless ] || fail 'what is harmless passes'
case $levels in
*seccomp) ;;
*) skip "this kernel has no seccomp: $levels" ;;
esac

failing='read-file write-file look-around open-newly move-away remove-file
	open-mode open-mode-newly set-time dump-core gain-privileges leave-root'
ending='inet local start-program multiply trace end-parent end-thread-of-parent
	limit-parent mount-over new-namespace load-program ring type-ahead'
for try in $failing $ending temporary; do
	echo $try >tries/$try
done
echo untouched >victim
chmod 600 victim
touch -d 2020-02-02T02:02:02Z victim

# check WORDS...: a run with them: what fails, and that all else is whole.
check()
{
	rm -rf out && mkdir out && chmod 777 out
	expect 1 "$@"
	for try in $failing; do
		said "tries/$try: $try was refused: "
		[ ! -e out/$try ] || fail "$try left an output"
	done
	for try in $ending; do
		said "tries/$try: the worker did what its sandbox refuses"
		[ ! -e out/$try ] || fail "$try left an output"
	done
	[ "$(cat out/harmless out/temporary)" = "harmless
temporary" ] || fail "others were hurt: $(ls out)"
	[ "$(cat victim)" = untouched ] && [ ! -e escaped ] && [ ! -e outside ] &&
		[ "$(stat -c '%a %Y' victim)" = '600 1580608922' ] ||
		fail 'something got out'
}

check "$hostile" run -k -j 1 try.yaml
check "$hostile" run -k -j 4 try.yaml
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null &&
	chmod 777 . && chown nobody victim &&
	setpriv --reuid nobody --clear-groups test -x "$hostile"; then
	check setpriv --reuid nobody --clear-groups \
		"$hostile" run -k --state none try.yaml
	chown root victim
fi

# Without -k the first one ends the run, as any unit that fails.
expect 1 "$hostile" run try.yaml

# A crash and a worker that eats all memory fail their unit, and leave no core.
# The sanitizers need terabytes of addresses: there is no limit for those.
rm tries/*
echo harmless >tries/harmless
echo crash >tries/crash
ulimit -c unlimited 2>/dev/null
expect 1 "$hostile" run -k try.yaml
said 'tries/crash: '
[ -z "$(find . -name 'core*')" ] || fail 'a core dump'
if ! grep -q __asan_init "$hostile"; then
	echo devour >tries/devour
	expect 1 "$hostile" run -k try.yaml
	said 'tries/devour: devour was refused: Cannot allocate memory'
fi
[ -e out/harmless ] || fail 'the others go on'

# What a library writes on its own is bounded, and told of its unit, also when it
# dies: 100 MB are a few lines.
rm tries/*
for try in harmless murmur flood last-words; do echo $try >tries/$try; done
expect 1 "$hostile" run -k -j 2 try.yaml
said 'warning: do: tries/murmur: on standard error: a library | knows \x1b better'
said 'warning: do: tries/flood: on standard error: 000000'
grep -q ' \.\.\. and at least [0-9]* bytes more' stderr ||
	fail 'the flood is not said to be more'
[ "$(wc -c <stderr)" -lt 8000 ] || fail "$(wc -c <stderr) bytes are said"
said 'warning: do: tries/last-words: on standard error: this is the end'
said 'tries/last-words: the worker crashed: Aborted'
grep 'on standard error' stderr | grep -q harmless && fail 'who said that?'
for try in harmless murmur flood; do
	[ -e out/$try ] || fail "$try may say what it wants"
done

# Steps that get on for ever take too much processor time.
rm -rf tries/* out
mkdir out
echo spin >tries/spin
echo harmless >tries/harmless
sed 's/^  out:/  none: {use: filter, where: "false"}\n  out:/
	s/do -> out/do -> none -> out/
	s/^session: .*/&\nresources: {unit-time: 1s}/' try.yaml >spin.yaml
expect 1 "$hostile" run -k -j 2 spin.yaml
said 'tries/spin: the worker took more than 1 s of processor time, and was ended; raise `resources: unit-time`'
[ -e out/harmless ] && [ ! -e out/spin ] || fail "spin: $(ls out)"

# Neither may it open more than we, nor write longer files.
rm -rf tries/* out
mkdir out
echo open-many >tries/open-many
echo harmless >tries/harmless
(ulimit -S -n 100 && exec "$hostile" run -k -j 2 try.yaml) 2>stderr
said 'tries/open-many: open-many was refused: Too many open files'
[ -e out/harmless ] || fail 'the others go on'
rm tries/open-many
seq 100000 >tries/long
(ulimit -f 100 && exec "$hostile" run -k -j 2 --state none try.yaml) 2>stderr
said 'tries/long: cannot write out/long: File too large'
[ -e out/harmless ] && [ ! -e out/long ] || fail "long: $(ls out)"
rm -rf tries/*

# One that was taken over reports more units than it has, or all of them and can't
# be talked to from then on, or hands over more descriptors than anybody asks for:
# others aren't hurt.
mkdir -p out
for i in $(seq -w 40); do echo harmless >tries/$i; done
for try in report-more fall-silent; do
	echo $try >tries/00
	rm -f out/*
	expect 0 timeout 100 "$hostile" run -j 1 --state none try.yaml
	echo harmless | holds out/40
done
echo fail-well >tries/00
expect 70 timeout 100 "$hostile" run -j 1 --state none try.yaml
said 'what a worker reported of tries/00 makes no sense'
echo flood-descriptors >tries/00
(ulimit -S -n 100 && exec "$hostile" run -j 1 --state none try.yaml) 2>stderr ||
	fail 'descriptors have run out'
[ "$(ls out | wc -l)" = 41 ] || fail "made: $(ls out)"
rm -rf tries/* out

# Standard input is read in the worker, too.
echo harmless | expect 0 "$hostile" run piped.yaml
[ "$(cat stdout)" = harmless ] || fail 'standard input comes through'
echo read-file | expect 65 "$hostile" run piped.yaml
said 'read-file was refused'
echo inet | expect 71 "$hostile" run piped.yaml
said 'the worker did what its sandbox refuses'

# What held is said by the figures of the run, and kept with it.
rm tries/*
echo harmless >tries/harmless
for format in text json; do
	rm -rf kept
	expect 0 "$hostile" run --state kept --stats $format try.yaml
	grep -qE "(^sandbox: |\"sandbox\":\")$levels" stderr ||
		fail "--stats $format doesn't say the sandbox"
	expect 0 "$hostile" runs --state kept try.yaml last
	printed "sandbox: $levels"
done
rm -rf kept
expect 0 "$hostile" run --state kept --stats text --sandbox off try.yaml
said 'sandbox: off'
expect 0 "$hostile" runs --state kept try.yaml last
printed 'sandbox: off'
rm -rf kept

# off: nothing is refused.
rm tries/*
echo read-file >tries/read-file
echo inet >tries/inet
expect 0 "$hostile" run -v --sandbox off try.yaml
grep -q sandbox stderr && fail 'there is none'
expect 64 "$hostile" run --sandbox maybe try.yaml

# Units of another source are shut in, too, one by one.
cat >two.yaml <<'END'
leat: 1
session: two
operators:
  in: {use: files, match: "tries/*"}
  again: {use: files, match: "tries/*"}
  split: lines
  split2: lines
  do: hostile
  out: {use: write-file, path: "out/{src_name}"}
  out2: {use: write-file, path: "out/{src_name}.2"}
links: [in -> split -> do -> out, again -> split2 -> out2]
END
echo harmless >tries/harmless
rm -rf out
expect 1 "$hostile" run -k --sandbox on two.yaml
said 'tries/inet: '
said 'tries/read-file: read-file was refused'
said 'two: 6 units, 2 of them failed'
holds_only out 'harmless harmless.2 inet.2 read-file.2'
cmp tries/inet out/inet.2 || fail 'what is beside it'
rm tries/harmless

# A graph that can't be shared with workers isn't run outside of them.
sed -i 's/again: .*/again: {use: generate, count: 1, fields: {n: number}}/
	s/split2: .*/split2: csv-encode/; s/{src_name}.2/all/' two.yaml
expect 77 "$hostile" run two.yaml
said "do reads what nobody vouches for, and its graph can't be run in a sandbox: again is one unit"
said 'hint: see SANDBOX in leat(1); --sandbox off runs it without one'
expect 0 "$hostile" run --sandbox off two.yaml

# Without untrusted operators there is nothing to shut in, or to say.
sed 's/do: hostile/do: {use: filter, where: "true"}/' try.yaml >plain.yaml
expect 0 "$LEAT" run -v --sandbox require plain.yaml
grep -q sandbox stderr && fail 'nothing is untrusted'
expect 0 "$LEAT" run --stats text plain.yaml
grep -q sandbox stderr && fail 'nothing is untrusted, say the figures'

# What is missing: `on` says so, `require` refuses. strace plays such a kernel.
# A tracer gets in the way of LeakSanitizer.
export ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS"
rm tries/*
echo inet >tries/inet
echo read-file >tries/read-file
if strace -o trace true 2>/dev/null; then
	without()
	{
		strace -qq -f -o trace -e trace="$1" -e inject="$1:error=ENOSYS" \
			"$hostile" run -k -v --sandbox "$2" try.yaml
	}
	expect 1 without landlock_create_ruleset on
	said 'try: sandbox: seccomp'
	said 'tries/inet: the worker did what its sandbox refuses'
	said 'tries/read-file: read-file was refused: Permission denied'
	expect 71 without landlock_create_ruleset require
	said "this system hasn't all of the sandbox: seccomp"
	expect 71 without seccomp require
	expect 1 without seccomp on
	grep -q 'try: sandbox: .*seccomp' stderr && fail 'seccomp is missing'
else
	echo 'SKIP of a part: strace cannot trace here'
fi

case $levels in
landlock*) ;;
*)
	expect 71 "$hostile" run --sandbox require try.yaml
	said "this system hasn't all of the sandbox: seccomp"
	skip 'this kernel has no Landlock: temporary files elsewhere'
	;;
esac
rm tries/*
echo temporary-elsewhere >tries/temporary-elsewhere
expect 1 "$hostile" run --sandbox require try.yaml
said 'temporary-elsewhere was refused: Permission denied'
expect 0 "$hostile" run --sandbox require -v piped.yaml </dev/null
said "piped: sandbox: $levels"

# Nothing is opened by its name once the sandbox is closed.
strace -o trace true 2>/dev/null || skip 'strace cannot trace here'
rm tries/*
seq 1000 >tries/numbers
expect 0 strace -qq -ff -o after -e trace=seccomp,open,openat,openat2,execve \
	"$hostile" run try.yaml
closed=0
for trace in after.*; do
	awk '/SECCOMP_SET_MODE_FILTER/ {closed = 1; next}
		closed && /^(open|execve)/ {print; bad = 1}
		END {exit bad ? 2 : !closed}' $trace >opened
	case $? in
	0) closed=$((closed + 1)) ;;
	2) fail "after the sandbox closed: $(cat opened)" ;;
	esac
done
[ $closed -ge 2 ] || fail 'a worker and the child that tries it'
finish
