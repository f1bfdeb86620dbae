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

# Units that fail late are listed like others: in the summary, for JUnit and
# for Prometheus.
grow
expect 1 trace '' renameat:error=EISDIR:when=2..3 "$LEAT" run -k \
	--junit tests.xml --metrics-file metrics slow.yaml
said 'slow: 3 units, 2 of them failed'
for name in b c; do
	said "leat: error: logs/$name.log: cannot put out/$name.txt in its place: Is a directory"
	said "  failed: logs/$name.log: cannot put out/$name.txt in its place: Is a directory"
done
python3 - <<'END' || fail 'JUnit'
import xml.etree.ElementTree as xml
suite = xml.parse("tests.xml").getroot().find("testsuite")
assert (suite.get("tests"), suite.get("failures")) == ("3", "2"), suite.attrib
assert {case.get("name"): [failure.get("message") for failure in case]
        for case in suite} == {
    "logs/a.log": [],
    **{f"logs/{name}.log": [f"logs/{name}.log: cannot put out/{name}.txt in "
                            "its place: Is a directory"] for name in "bc"}}
END
grep -qF 'leat_units{session="slow",state="failed"} 2' metrics ||
	fail "metrics: $(grep leat_units metrics)"
grep -qF 'leat_units{session="slow",state="done"} 1' metrics ||
	fail "metrics: $(grep leat_units metrics)"

# Without -k the run ends there: the units behind aren't published, and say so.
# They are more than are published at once.
seq 270 | while read -r n; do cp logs/a.log logs/m$n.log; done
expect 0 "$LEAT" run slow.yaml
for log in logs/*; do echo more >>"$log"; done
expect 1 trace '' renameat:error=EISDIR:when=2 "$LEAT" run -j 1 slow.yaml
said '  failed: logs/b.log: cannot put out/b.txt in its place: Is a directory'
said ": one before it can't be published"
expect 0 "$LEAT" run slow.yaml
for log in logs/*; do holds "out/$(basename "$log" .log).txt" <"$log"; done

# What spans all units is no unit: an exit status of its own.
rm -r logs/m* out
expect 0 "$LEAT" run each.yaml
grow
cp all.txt all.before
expect 73 trace all.txt renameat:error=EISDIR "$LEAT" run each.yaml
said 'leat: error: cannot put all.txt in its place: Is a directory'
holds all.txt <all.before
expect 0 "$LEAT" run each.yaml
cat logs/*.log | holds all.txt

# Of many outputs that are synced at the same time, those whose sync fails are
# named, by whichever thread; theirs are the old ones, and all others are new.
# The call that fails is the second of each thread: that of the directory, where
# the thread that comes to it had one output; its name is in place then.
rm -rf out logs
mkdir logs
for name in $(seq 100 139); do seq 3 >logs/$name.log; done
expect 0 "$LEAT" run slow.yaml
for log in logs/*.log; do echo more >>$log; done
expect 1 trace '' fsync:error=EIO:when=2 "$LEAT" run -k slow.yaml
failed_outputs=0
for log in logs/*.log; do
	text=out/$(basename $log .log).txt
	if grep -q "cannot write $text: Input/output error" stderr; then
		failed_outputs=$((failed_outputs + 1))
		sed '$d' $log >wanted
	else
		cp $log wanted
	fi
	holds $text <wanted
done
[ $failed_outputs -gt 0 ] || fail 'no sync fails'
unsynced=$(grep -c '^leat: error: .*: cannot sync the directory of ' stderr)
said "$((failed_outputs + unsynced)) of them failed"
expect 0 "$LEAT" run -v slow.yaml
for log in logs/*.log; do holds out/$(basename $log .log).txt <$log; done
holds_only out "$(cd logs && ls | sed 's/log$/txt/' | tr '\n' ' ' | sed 's/ $//')"

finish
