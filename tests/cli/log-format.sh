#!/bin/sh
# SPDX-License-Identifier: MIT
# Messages for programs: read by Python's parser of JSON, and by a strict one of
# logfmt, whose values in quotes are strings of JSON.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

cat >read.py <<'END'
import json, re, sys

PAIR = re.compile(r'([a-z]+)=("(?:[^"\\]|\\.)*"|[^\s"=\\]+)')

def logfmt(line):
    found, at = {}, 0
    while at < len(line):
        pair = PAIR.match(line, at)
        assert pair and pair[1] not in found, line
        value = pair[2]
        found[pair[1]] = json.loads(value) if value[0] == '"' else value
        at = pair.end()
        assert at == len(line) or line[at] == " ", line
        at += 1
    return found

def read(format, path):
    for line in open(path, encoding="utf-8"):
        assert line.endswith("\n"), line
        if format == "json":
            entry = json.loads(line)
            assert isinstance(entry, dict), line
            # Numbers are numbers there.
            for key in ("run", "line", "column"):
                assert isinstance(entry.get(key, 1), int), line
            yield {key: str(value) for key, value in entry.items()}
        else:
            yield logfmt(line[:-1])

ORDER = ("level session run graph operator unit file line column message hint"
         " note").split()
for entry in read(sys.argv[1], sys.argv[2]):
    assert [key for key in ORDER if key in entry] == list(entry), entry
    assert entry["level"] in ("error", "warning", "info") and entry["message"]
    print("|".join(f"{key}={json.dumps(value)[1:-1]}"
                   for key, value in entry.items()))
END

# As lines KEY=VALUE|..., what was said by `leat OPTION...` in each format.
says()
{
	wanted=$1
	shift
	cat >wanted
	for format in json logfmt; do
		expect "$wanted" "$LEAT" "$@" --log-format $format
		mv stderr said
		python3 read.py $format said >read || fail "$format: $(cat said)"
		sed 's/, [0-9.]* s$//' read | holds wanted ||
			fail "that is: $format, $*"
	done
}

mkdir logs
printf '1 a\nx\n' >'logs/a b.log'
printf 'y "=\\\n' >"$(printf 'logs/c\nd.log')"
printf 'z\n' >"$(printf 'logs/\377.log')"
printf '2 b\n' >logs/fine.log
cat >parse.yaml <<'END'
leat: 1
session: parse
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  parse: {use: match, pattern: '^\d (?<word>\w)$'}
  table: csv-encode
  out: {use: write-file, path: "out/{src_stem}.csv"}
links: [in -> split -> parse -> table -> out]
END

# Units that fail, by name: those that are said only once, and the summary.
said_by_units()
{
	cat <<END
level=error|session=parse$1|graph=parse|operator=parse|unit=logs/a b.log|file=parse.yaml|line=6|column=3|message=at byte 4: the line doesn't match the pattern: x
level=error|session=parse$1|graph=parse|operator=parse|unit=logs/c\\nd.log|file=parse.yaml|line=6|column=3|message=at byte 0: the line doesn't match the pattern: y \\"=\\\\\\\\
level=error|session=parse$1|graph=parse|operator=parse|unit=logs/\\\\xff.log|file=parse.yaml|line=6|column=3|message=at byte 0: the line doesn't match the pattern: z
level=info|session=parse|message=4 units, 3 of them failed
END
}
said_by_units '' | says 1 run -k --state none parse.yaml

# With the number of the run.
expect 1 "$LEAT" run -k parse.yaml
expect 1 "$LEAT" run -k parse.yaml --log-format json
[ "$(grep -c '"run": 2' stderr)" -eq 3 ] || fail 'which run it is'
"$LEAT" runs show 2 parse.yaml >/dev/null 2>&1 ||
	"$LEAT" runs parse.yaml | grep -q '^ *2' || fail 'there is no run 2'

# In workers it is the same: more units, so that there are some.
seq 200000 | sed 's/.*/3 c/' >logs/long.log
cp logs/long.log logs/more.log
sed '$d' <<END >wanted.first
$(said_by_units '')
END
for format in json logfmt; do
	expect 1 "$LEAT" run -k -j 2 --state none --log-format $format parse.yaml
	python3 read.py $format stderr | sed '$d' | holds wanted.first ||
		fail "that is: workers, $format"
done
rm logs/long.log logs/more.log

# A session that is wrong, and a command line.
sed 's/csv-encode/csv-encoed/' parse.yaml >wrong.yaml
says 78 run wrong.yaml <<'END'
level=error|file=wrong.yaml|line=7|column=10|message=there is no operator 'csv-encoed'|hint=did you mean 'csv-encode'?
END
says 66 run absent.yaml <<'END'
level=error|file=absent.yaml|message=cannot read the session: No such file or directory
END
says 64 run parse.yaml --progress bar <<'END'
level=error|session=parse|message=a bar is for people, not for --log-format|hint=--progress plain makes messages of it
END
says 64 run parse.yaml --stats text <<'END'
level=error|session=parse|message=a table is for people, not for --log-format|hint=--stats json can be told apart
END

# How far it is.
rm logs/*.log
mkfifo pipe
cat >slow.yaml <<'END'
leat: 1
session: slow
operators: {in: stdin, split: lines, out: {use: write-file, path: all.txt}}
links: [in -> split -> out]
END
: >stderr
"$LEAT" run --log-format json --heartbeat 10ms --state none slow.yaml \
	<pipe 2>stderr &
exec 3>pipe
echo one >&3
wait_for grep -q message stderr || fail 'no heartbeat'
exec 3>&-
wait $!
python3 read.py json stderr | sed 's/, .*//; 1q' >read
echo 'level=info|session=slow|graph=slow|message=0 units' | holds read

# As text it is what it was.
echo 'no' >logs/no.log
expect 1 "$LEAT" run --state none --log-format text parse.yaml
said "parse.yaml:6:3: error: parse: logs/no.log: at byte 0: the line doesn't match the pattern: no"
finish
