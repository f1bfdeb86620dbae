#!/bin/sh
# SPDX-License-Identifier: MIT
# A check takes time in proportion to the session, and a plan, or a run that has
# nothing to do, in proportion to the inputs: ten times of it less than twenty
# times as long, in instructions or, where they can't be counted, in processor
# time. No absolute times are asserted.
. "$srcdir/tests/cli/lib.sh"

# session KIND COUNT: operators, links, params and outputs.
session()
{
	awk -v kind="$1" -v count="$2" 'BEGIN {
		print "leat: 1\nsession: linear"
		if (kind == "params") {
			print "params:"
			for (i = 0; i < count; i++)
				print "  p" i ": {type: integer, default: " i "}"
		}
		print "operators:"
		for (i = 0; i < count; i++) {
			if (kind == "filters")
				print "  o" i ": {use: filter, where: line <> ${q}" i "${q}}"
			else if (kind == "params")
				print "  o" i ": {use: head, count: \"${p" i "}\"}"
			else if (kind == "outputs") {
				print "  s" i ": {use: files, match: \"" i "\"}"
				print "  o" i ": {use: write-file, path: d/" i "}"
			} else if (kind == "diamonds") {
				print "  o" i ": gather"
				print "  a" i ": pass"
				print "  b" i ": pass"
			} else
				print "  o" i ": pass"
		}
		if (kind != "outputs")
			print "  in: stdin\n  split: lines\n  out: discard"
		print "links:"
		if (kind == "outputs") {
			for (i = 0; i < count; i++)
				print "  - s" i " -> o" i
			exit
		}
		print "  - in -> split"
		for (i = 0; i < count; i++) {
			from = i ? "o" (i - 1) : "split"
			if (kind == "diamonds") {
				print "  - " from " -> a" i " -> o" i
				print "  - " from " -> b" i " -> o" i
			} else
				print "  - " from " -> o" i
		}
		print "  - o" (count - 1) " -> out"
	}' | sed "s/\\\${q}/'/g"
}

# What a command costs: instructions, or microseconds.
if perf stat -x, -e instructions:u -o counted true 2>/dev/null &&
	grep -q '^[0-9][0-9]*,' counted; then
	cost()
	{
		perf stat -x, -e instructions:u -o counted "$@" || return
		grep '^[0-9]' counted | cut -d, -f1
	}
elif python3 -c 'import resource' 2>/dev/null; then
	cost()
	{
		python3 -c '
import resource, subprocess, sys

def spent():
    # Of a few milliseconds a kernel may guess who had them.
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime

best = None
for i in range(3):
    before = spent()
    if subprocess.call(sys.argv[1:]):
        sys.exit(1)
    took = spent() - before
    best = took if best is None else min(best, took)
print(int(best * 1e6) + 1)
' "$@"
	}
else
	skip 'neither perf nor python3'
fi

for kind in pass filters params outputs diamonds; do
	case $kind in
	pass) small=1000 ;;
	outputs) small=100 ;;
	*) small=300 ;; # a session has up to 100,000 nodes and 1 MiB
	esac
	session $kind $small >small.yaml
	session $kind ${small}0 >large.yaml
	few=$(cost "$LEAT" check small.yaml) || fail "$kind: the check fails"
	many=$(cost "$LEAT" check large.yaml) || fail "$kind: the check fails"
	echo "$kind: $small cost $few, ${small}0 cost $many"
	[ "$many" -lt $((20 * few)) ] || fail "$kind: not linear"
done

# Nor does it take memory but in proportion.
peak()
{
	python3 -c '
import resource, subprocess, sys
subprocess.check_call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}
if python3 -c 'import resource' 2>/dev/null; then
	session outputs 500 >small.yaml
	session outputs 5000 >large.yaml
	few=$(peak "$LEAT" check small.yaml) || fail 'the check fails'
	many=$(peak "$LEAT" check large.yaml) || fail 'the check fails'
	echo "outputs: 500 take $few KiB, 5000 take $many"
	[ "$many" -lt $((20 * few)) ] || fail 'memory: not linear'
fi

# ---- Inputs -------------------------------------------------------------------

# compare WHAT VERB...: what leat costs in the directory `large`, and in
# `small`.
compare()
{
	what=$1
	shift
	few=$(cd small && cost sh -c '"$@" >/dev/null' sh "$LEAT" "$@") ||
		fail "$what fails"
	many=$(cd large && cost sh -c '"$@" >/dev/null' sh "$LEAT" "$@") ||
		fail "$what fails"
	echo "$what: few cost $few, ten times as many $many"
	[ "$many" -lt $((20 * few)) ] || fail "$what: not linear"
}

# Few outputs of many inputs; and an output for each, where each takes a sync.
unset LEAT_STATE
rm -f small.yaml large.yaml
for kind in all each; do
	rm -rf small large
	count=2000 out=out.txt
	[ $kind = all ] || count=100 out='out/{src_stem}.txt'
	for size in small large; do
		mkdir -p $size/in
		(cd $size/in && seq $count | sed 's/$/.log/' | xargs touch)
		count=$((count * 10))
		cat >$size/s.yaml <<END
leat: 1
session: s
operators:
  in: {use: files, match: "in/*.log"}
  split: lines
  out: {use: write-file, path: "$out"}
links: [in -> split -> out]
END
	done
	compare "$kind: a plan of what is new" plan s.yaml
	compare "$kind: a first run" run s.yaml
	compare "$kind: nothing to do" run s.yaml
	compare "$kind: a plan of nothing" plan s.yaml
	compare "$kind: get --list" get --list s.yaml
	for size in small large; do
		mv $size/in $size/on
		sed 's,in/,on/,' $size/s.yaml >changed
		mv changed $size/s.yaml
	done
	compare "$kind: a plan of what is gone and new" plan s.yaml
done

# Contents are found again in the output, by a list of where each is.
rm -rf small large
count=2000
for size in small large; do
	mkdir -p $size/in
	(cd $size/in && seq $count | sed 's/$/.log/' | xargs touch)
	count=$((count * 10))
	cat >$size/s.yaml <<'END'
leat: 1
session: s
operators:
  in: {use: files, match: "in/*.log"}
  out: {use: write-file, path: out.txt}
links: [in -> out]
END
done
compare 'contents: a first run' run s.yaml
for size in small large; do
	echo changed >$size/in/1.log
done
compare 'contents: one has changed' run s.yaml
for size in small large; do
	find $size/in -name '*[02468].log' -delete
done
compare 'contents: half of them are gone' run s.yaml
for size in small large; do
	echo changed | holds $size/out.txt
done

# ---- Archives -----------------------------------------------------------------

# Zip files each of whose entries is damaged, and rejected.
export LEAT_STATE=none
rm -rf small large
mkdir small large
python3 - <<'END' || skip 'no python3'
import zipfile, zlib
packer = zlib.compressobj(wbits=-15)
packed = packer.compress(b'content') + packer.flush()
for size, count in ('small', 1000), ('large', 10000):
    name = size + '/a.zip'
    with zipfile.ZipFile(name, 'w', zipfile.ZIP_DEFLATED) as archive:
        for i in range(count):
            archive.writestr('e%05d' % i, b'content')
    data = open(name, 'rb').read().replace(packed, b'\xff' * len(packed))
    open(name, 'wb').write(data)
END
for size in small large; do
	cat >$size/s.yaml <<'END'
leat: 1
session: s
operators:
  in: {use: files, match: a.zip}
  entries: {use: archive-read, verify: true}
  out: discard
  name: {use: map, select: [entry_path]}
  count: {use: aggregate, compute: {count: count(*)}}
  table: {use: csv-encode, header: false}
  show: stdout
links:
  - in -> entries -> out
  - entries.rejected -> name -> count -> table -> show
END
	count=$(cd $size && "$LEAT" run s.yaml) || fail "$size: it fails"
	[ $size = small ] || count=$((count / 10))
	[ "$count" -eq 1000 ] || fail "$size: not all are rejected"
done
compare 'damaged entries' run s.yaml
finish
