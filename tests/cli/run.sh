#!/bin/sh
# SPDX-License-Identifier: MIT
# leat run: what it says and where, executable sessions, statistics.
. "$srcdir/tests/cli/lib.sh"

cat >copy.yaml <<'END'
leat: 1
session: copy
params: {inputs: {type: inputs, args: true, default: "in/*.txt"}}
operators:
  in: {use: files, match: "${inputs}"}
  split: lines
  out: {use: write-file, path: "out/{src_name}"}
links: [in -> split -> out]
END
mkdir in
printf 'one\ntwo\n' >in/a.txt
printf 'three' >in/b.txt

# Silent on success off a terminal, unless told to talk.
expect 0 "$LEAT" run copy.yaml
silent stdout
silent stderr
printf 'one\ntwo\n' | holds out/a.txt
printf 'three\n' | holds out/b.txt
holds_only out 'a.txt b.txt'
expect 0 "$LEAT" run -v copy.yaml
silent stdout
said 'copy: 2 units, '
expect 0 "$LEAT" run copy.yaml -q
silent stderr

# A terminal gets a line.
if script -qec true /dev/null >/dev/null 2>&1; then
	script -qec "'$LEAT' run copy.yaml" /dev/null >terminal </dev/null
	grep -q 'copy: 2 units' terminal || fail 'nothing said on a terminal'
	script -qec "'$LEAT' run -q copy.yaml" /dev/null >terminal </dev/null
	silent terminal
fi

# Names are relative to the session, on the command line to where one is.
mkdir elsewhere
cp in/a.txt elsewhere/c.txt
(cd elsewhere && "$LEAT" run ../copy.yaml c.txt) || fail 'relative names'
holds_only out 'a.txt b.txt c.txt'
# A link to it stands in its place.
ln -s ../copy.yaml elsewhere/linked.yaml
expect 0 "$LEAT" run elsewhere/linked.yaml elsewhere/c.txt
holds_only elsewhere/out c.txt

# A session can be executed.
mkdir bin
ln -s "$LEAT" bin/leat
cat >count <<'END'
#!/usr/bin/env -S leat run
leat: 1
session: count
params: {inputs: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${inputs}"}
  split: lines
  count: {use: aggregate, compute: {lines: count(*)}}
  table: csv-encode
  out: stdout
links: [in -> split -> count -> table -> out]
END
chmod +x count
PATH=$PWD/bin:$PATH expect 0 ./count in/*.txt
printf 'lines\n3\n' | holds stdout
PATH=$PWD/bin:$PATH expect 0 ./count --help
printed 'usage: leat run ./count'

# Standard input is read only where it is asked for.
echo left >input
{
	"$LEAT" run ./count in/a.txt >stdout
	read -r line
	[ "$line" = left ] || fail 'standard input was read'
} <input

# Statistics: the numbers add up, and standard output stays clean.
expect 0 "$LEAT" run --stats json count in/a.txt in/b.txt
printf 'lines\n3\n' | holds stdout
[ "$(wc -l <stderr)" -eq 1 ] || fail 'JSON in more than one line'
if command -v python3 >/dev/null; then
	python3 - stderr <<'END' || fail 'statistics in JSON'
import json, sys
root = json.load(open(sys.argv[1]))
assert root["session"] == "count"
(graph,) = root["graphs"]
assert (graph["units"], graph["units_failed"]) == (2, 0), graph
named = {operator["name"]: operator for operator in graph["operators"]}
assert named["in"]["items_out"] == 2, named["in"]
assert named["in"]["use"] == "files"
assert named["count"]["items_out"] == 1, named["count"]
assert named["table"]["items_in"] == 1, named["table"]
for operator in graph["operators"]:
    assert operator["runs"] > 0, operator
    assert operator["busy_ns"] >= 0, operator
ends = [(link["from"], link["to"]) for link in graph["links"]]
assert ("in.out", "split.in") in ends, ends
assert all(link["peak_items"] > 0 for link in graph["links"])
END
fi
expect 0 "$LEAT" run --stats text count in/a.txt
said 'operator'
said 'in.out -> split.in'
expect 0 "$LEAT" run --stats=text -k count in/a.txt

# Not every file: the others are published, the report is not.
printf 'ok\n' | gzip -n >good.gz
head -c 20 good.gz >in/bad.gz
cp good.gz in/good.gz
sed 's/split: lines/unpack: decompress\n  split: lines/
	s/in -> split/in -> unpack -> split/' copy.yaml >unpack.yaml
sed 's/split: lines/unpack: decompress\n  split: lines/
	s/in -> split/in -> unpack -> split/' count >report.yaml
rm -rf out
expect 1 "$LEAT" run unpack.yaml in/bad.gz in/good.gz
said in/bad.gz
holds_only out ''
expect 1 "$LEAT" run -k unpack.yaml in/bad.gz in/good.gz
said in/bad.gz
said '2 units, 1 of them failed'
holds_only out good.gz
expect 1 "$LEAT" run report.yaml in/good.gz in/bad.gz
grep -q '[0-9]' stdout && fail 'a report of a part'
finish
