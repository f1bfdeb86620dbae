#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs that do only what changed, where that is easily got wrong. What is wanted
# comes from cat, head and stat over all the inputs as they are.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

# ran UNITS UP-TO-DATE SESSION [OPTION]...: so many units ran.
ran()
{
	wanted="$3: $1 units"
	[ "$1" -eq 1 ] && wanted="$3: 1 unit"
	current=$2
	name=$3
	shift 3
	expect 0 "$LEAT" run -v "$@" "$name.yaml"
	if [ "$current" -gt 0 ]; then
		said "$wanted, $current up to date, "
	else
		said_all_ran "$wanted"
	fi
}

mkdir in more
for name in a b c; do seq 5 | sed "s/^/$name /" >in/$name.log; done

# ---- One file, found twice ----------------------------------------------------

cat >twice.yaml <<'END'
leat: 1
session: twice
operators:
  in: {use: files, match: "in/*.log"}
  again: {use: files, match: "in/b.log"}
  both: gather
  split: lines
  out: {use: write-file, path: twice.txt}
links: [in -> both -> split -> out, again -> both]
END
ran 4 0 twice
cat in/*.log in/b.log | holds twice.txt
ran 0 4 twice
echo 'b more' >>in/b.log
ran 2 2 twice
cat in/*.log in/b.log | holds twice.txt
expect 0 "$LEAT" why twice.yaml in/b.log
printed 'in/b.log: up to date'

cat >named.yaml <<END
leat: 1
session: named
operators:
  in: {use: files, match: ["in/*.log", "$PWD/in/a.log"]}
  split: lines
  out: {use: write-file, path: named.txt}
links: [in -> split -> out]
END
ran 4 0 named
cat in/a.log in/*.log | holds named.txt
ran 0 4 named

# ---- What other sources bring -------------------------------------------------

cat >limited.yaml <<'END'
leat: 1
session: limited
operators:
  in: {use: files, match: "in/*.log"}
  split: lines
  cut: {use: head, count: 1, per: unit}
  out: {use: write-file, path: "limited/{src_name}"}
  limit: {use: files, match: limit}
  number: lines
links: [in -> split -> cut -> out, limit -> number -> cut@count]
END
for count in 3 2; do
	echo $count >limit
	ran 4 0 limited
	head -n $count in/a.log | holds limited/a.log
done
ran 0 4 limited

# What it was, and what it is; one more input needs the same one again.
xxh=$(command -v xxh128sum)
digest()
{
	if [ -n "$xxh" ]; then "$xxh" | cut -d ' ' -f 1; else echo; fi
}
was=$(echo 2 | digest)
is=$(echo 1 | digest)
echo 1 >limit
expect 0 "$LEAT" why limited.yaml in/a.log
printed 'in/a.log: a side input changed: limit'
printed "    side input limit//limit: was content $was"
printed "in run 2, is content $is"
ran 4 0 limited
# A number can't ask for the times of inputs.
touch -d '2001-02-03 04:05:06 UTC' limit
ran 0 4 limited
seq 5 | sed 's/^/d /' >in/d.log
ran 2 3 limited
echo 'd 1' | holds limited/d.log
rm in/d.log
ran 0 4 limited --prune

# In the order of the links, whatever comes from the store.
cat >order.yaml <<'END'
leat: 1
session: order
operators:
  first: {use: files, match: "in/[bc].log"}
  second: {use: files, match: "in/*.log"}
  third: {use: files, match: "in/a.log"}
  both: gather
  all: gather
  split: lines
  out: {use: write-file, path: order.txt}
links:
  - first -> both
  - second -> both
  - third -> all
  - both -> all -> split -> out
END
wanted()
{
	cat in/a.log in/b.log in/c.log in/*.log
}
ran 6 0 order
wanted | holds order.txt
for log in a c b; do
	echo more >>in/$log.log
	ran 2 4 order
	wanted | holds order.txt
	sed '$d' in/$log.log >kept && mv kept in/$log.log
	ran 2 4 order
	wanted | holds order.txt
done

cat >numbers.yaml <<'END'
leat: 1
session: numbers
operators:
  in: {use: generate, count: 3, fields: {n: number}}
  table: csv-encode
  out: {use: write-file, path: numbers.csv}
links: [in -> table -> out]
END
ran 1 0 numbers
ran 0 1 numbers
sed 's/count: 3/count: 4/' numbers.yaml >changed && mv changed numbers.yaml
ran 1 0 numbers
printf '%s\n' n 0 1 2 3 | holds numbers.csv

# ---- Attributes --------------------------------------------------------------

cat >times.yaml <<'END'
leat: 1
session: times
operators:
  in: {use: files, match: "in/*.log"}
  split: lines
  time: {use: map, select: {t: SRC_MTIME}}
  table: {use: csv-encode, header: false}
  out: {use: write-file, path: "times/{src_name}"}
links: [in -> split -> time -> table -> out]
END
ran 3 0 times
touch -d '2001-02-03 04:05:06 UTC' in/a.log
expect 0 "$LEAT" plan times.yaml
printed '1: its attributes changed'
ran 1 2 times
for i in 1 2 3 4 5; do echo 2001-02-03T04:05:06Z; done | holds times/a.log

# ---- Outputs that change hands ----------------------------------------------------

cat >sizes.yaml <<'END'
leat: 1
session: sizes
operators:
  in: {use: files, match: "more/*"}
  out: {use: write-file, path: "sizes/{src_size}"}
links: [in -> out]
END
printf 1 >more/a
printf 22 >more/b
ran 2 0 sizes
printf 33 >more/a
printf 4 >more/b
ran 2 0 sizes
printf 4 | holds sizes/1
printf 33 | holds sizes/2

cat >hands.yaml <<'END'
leat: 1
session: hands
operators:
  in: {use: files, match: "more/*"}
  split: lines
  out: {use: write-file, path: "hands/{src_name}"}
links: [in -> split -> out]
END
printf '1\n' >more/a
printf '2\n' >more/b
sed 's/{src_name}/a/' hands.yaml >all-hands.yaml
cp hands.yaml each-hands.yaml
for form in each all each all; do
	cp $form-hands.yaml hands.yaml
	expect 0 "$LEAT" run -v hands.yaml
	said 'hands: 2 units'
	if [ $form = each ]; then
		holds hands/a <more/a
	else
		printf '1\n2\n' | holds hands/a
	fi
done

# ---- An operator had enough ---------------------------------------------------

cat >few.yaml <<'END'
leat: 1
session: few
operators:
  in: {use: files, match: "in/*.log"}
  split: lines
  few: {use: head, count: 12}
  out: {use: write-file, path: few.txt}
links: [in -> split -> few -> out]
END
sleep 0.1 # what was written just now and isn't read is not known
expect 0 "$LEAT" run few.yaml
echo edited >few.txt
ran 1 2 few # the last one isn't kept: it was left amid
cat in/*.log | head -n 12 | holds few.txt
printf 'a 1\n' >in/a.log
ran 2 1 few
cat in/*.log | head -n 12 | holds few.txt

# Times that somebody has set, far ahead, are no reason to read it all again, nor
# to have what wasn't read among those that run.
touch -d '2099-01-01' in/*.log
sleep 0.1
expect 0 "$LEAT" run few.yaml
expect 0 "$LEAT" run -v few.yaml
said 'few: 0 units, 3 up to date'
if traced; then
	ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" strace -f -o trace \
		-e trace=open,openat "$LEAT" run few.yaml || fail 'traced'
	grep 'in/[a-z]*\.log' trace && fail 'what is up to date was read'
fi
# The same length, and the same time again.
printf 'a 9\n' >in/a.log
touch -d '2099-01-01' in/*.log
expect 0 "$LEAT" run few.yaml
cat in/*.log | head -n 12 | holds few.txt
touch in/*.log

# ---- What isn't run is looked at once ---------------------------------------------

cat >facts.yaml <<'END'
leat: 1
session: facts
operators:
  in: {use: files, match: "in/*.log"}
  split: lines
  few: {use: head, count: 1000000}
  ask: {use: map, select: "src_name, src_size, src_mtime, src_mode, src_uid, src_gid"}
  table: {use: csv-encode, header: false}
  out: {use: write-file, path: facts.txt}
links: [in -> split -> few -> ask -> table -> out]
END
touch -d '2001-02-03 04:05:06 UTC' in/*.log
chmod 640 in/a.log
sleep 0.1 # a time as young as the look at it isn't remembered
ran 3 0 facts
echo more >>in/b.log
touch -d '2001-02-03 04:05:06 UTC' in/b.log
ran 1 2 facts
for file in in/*.log; do # 420 and 416: 0644 and 0640
	mode=420
	[ $file != in/a.log ] || mode=416
	sed "s/.*/$(basename $file),$(stat -c "%s,2001-02-03T04:05:06Z,$mode,%u,%g" \
		$file)/" $file
done | holds facts.txt
if traced; then
	echo more >>in/b.log
	ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		strace -f -o trace -e trace=%file,clone,clone3,fork,vfork \
		"$LEAT" run -j 4 facts.yaml
	[ "$(grep -c 'a\.log"' trace)" -eq 1 ] ||
		fail "a.log, which isn't run, isn't looked at once"
	grep -E 'clone3?\(|v?fork\(' trace &&
		fail 'there is a process for one unit'
fi
chmod 644 in/a.log

# ---- Little memory -------------------------------------------------------------

mkdir large
for i in 1 2 3; do seq -f "%g is a line of the file $i" 1 20000 >large/$i; done
cat >small.yaml <<'END'
leat: 1
session: small
resources: {memory: 1MiB}
operators:
  in: {use: files, match: "large/*"}
  split: lines
  out: {use: write-file, path: small.txt}
  again: {use: write-file, path: small-again.txt}
links: [in -> split -> out, split -> again]
END
ran 3 0 small
echo end >>large/2
ran 1 2 small
cat large/* | holds small.txt
cat large/* | holds small-again.txt

# ---- Secrets -------------------------------------------------------------------

cat >secret.yaml <<'END'
leat: 1
session: secret
params: {token: {type: text, secret: true}}
operators:
  in: {use: files, match: "in/*.log"}
  split: lines
  some: {use: match, pattern: "^${token}", else: drop}
  out: {use: write-file, path: secret.txt}
links: [in -> split -> some -> out]
END
ran 3 0 secret -p 'token=hush-hush "b\n'
grep -raq 'hush' .leat/secret && fail 'a secret in a pattern is in the run store'
expect 0 "$LEAT" plan --detailed-exitcode -p 'token=hush-hush "b\n' secret.yaml
expect 2 "$LEAT" plan --detailed-exitcode -p token=other secret.yaml

# ---- A run that fails amid units -------------------------------------------------

mkdir deep
cp -r in deep
cat >same.yaml <<'END'
leat: 1
session: same
operators:
  in: {use: files, match: ["in/*.log", "deep/in/*.log"]}
  split: lines
  order: {use: sort, by: line, per: unit}
  out: {use: write-file, path: "same/{src_name}"}
links: [in -> split -> order -> out]
END
expect 73 "$LEAT" run -k same.yaml
said 'would be written for '

# ---- The zero of IEEE 754 that is negative ----------------------------------------

# It is what was read, also where that is remembered.
mkdir zero
echo -0.0 >zero/a.log
echo 1.5 >zero/b.log
cat >zero.yaml <<'END'
leat: 1
session: zero
operators:
  in: {use: files, match: "zero/*.log"}
  split: lines
  parse: {use: match, pattern: '(?<x>.+)', types: {x: real}}
  sum: {use: aggregate, compute: {f: first(x), m: min(x), l: last(x)}}
  table: {use: csv-encode, header: false}
  out: {use: write-file, path: zero.csv}
links: [in -> split -> parse -> sum -> table -> out]
END
ran 2 0 zero
echo -0.0,-0.0,1.5 | holds zero.csv
echo 2.5 >zero/b.log
ran 1 1 zero
echo -0.0,-0.0,2.5 | holds zero.csv

# ---- A run that is killed ---------------------------------------------------------

# Killed at any write, also between the units and what spans them: the next run
# makes what is missing.
traced || skip 'no strace'
cat >sum.yaml <<'END'
leat: 1
session: sum
operators:
  in: {use: files, match: "in/*.log"}
  split: lines
  out: {use: write-file, path: sum.txt}
links: [in -> split -> out]
END
expect 0 "$LEAT" run sum.yaml
for call in pwrite64 fdatasync renameat; do
	k=1
	while :; do
		echo "$call $k" >>in/b.log
		ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" strace -f -o trace \
			--inject="$call:signal=KILL:when=$k" \
			"$LEAT" run sum.yaml >/dev/null 2>&1
		killed=$?
		expect 0 "$LEAT" run sum.yaml
		cat in/*.log | holds sum.txt
		[ $killed -ne 0 ] || break
		k=$((k + 1))
	done
	[ $k -gt 1 ] || fail "no $call to be killed at"
done

# What it takes from the last output is what that was when it was looked at: here
# somebody writes into it before it is opened, or while it is read, most likely.
# A unit of this size is kept nowhere else.
mkdir wide
seq 1 400000 >wide/a.log
echo b >wide/b.log
sed 's,in/,wide/,; s/sum/wide/' sum.yaml >wide.yaml
expect 0 "$LEAT" run wide.yaml
sleep 0.1
for call in openat pread64; do
	expect 0 "$LEAT" run wide.yaml # its stamp is old now
	echo taken >>wide/b.log
	{
		sleep 0.5
		printf x | dd of=wide.txt conv=notrunc 2>/dev/null
	} &
	trace wide.txt $call:delay_enter=1000000:when=1 "$LEAT" run wide.yaml \
		>stdout 2>stderr
	wait
	expect 0 "$LEAT" run wide.yaml
	cat wide/*.log >wanted
	cmp wide.txt wanted || fail "$call: something else got into the output"
done

# Units are noted 256 at a time. Of two such parts the second one is lost, and
# what was changed there is as it was before.
mkdir many
for i in $(seq 100 357); do echo $i >many/$i.log; done
sed 's,in/,many/,; s/sum/many/' sum.yaml >many.yaml
expect 0 "$LEAT" run many.yaml
k=1
while :; do
	for i in $(seq 100 355) 357; do echo $k >>many/$i.log; done
	ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" strace -f -o trace \
		--inject="fdatasync:signal=KILL:when=$k" \
		"$LEAT" run many.yaml >/dev/null 2>&1
	killed=$?
	echo 357 >many/357.log
	expect 0 "$LEAT" run many.yaml
	cat many/*.log | holds many.txt
	[ $killed -ne 0 ] || break
	k=$((k + 1))
done
[ $k -gt 2 ] || fail 'no write to be killed at'

finish
