#!/bin/sh
# SPDX-License-Identifier: MIT
# leat check over several files.
. "$srcdir/tests/cli/lib.sh"

cat >good.yaml <<'END'
leat: 1
session: good
params: {count: {type: integer, max: 5}, out: {type: directory, required: false}}
operators: {in: {use: generate, count: "${count}"}, out: discard}
links: [in -> out]
END
sed 's/discard/discrad/' good.yaml >bad.yaml

expect 0 "$LEAT" check good.yaml
silent stdout
silent stderr
expect 0 "$LEAT" check good.yaml good.yaml --count 3 --out x
silent stderr
expect 78 "$LEAT" check bad.yaml
silent stdout
said 'bad.yaml:4:'
said 'did you mean'
said discard
expect 78 "$LEAT" check good.yaml --count 5 bad.yaml good.yaml
expect 64 "$LEAT" check good.yaml --count 6
said 6
expect 64 "$LEAT" check good.yaml --cuont 5
said "did you mean '--count'?"
expect 64 "$LEAT" check
expect 66 "$LEAT" check none.yaml
said none.yaml
expect 66 "$LEAT" check none.yaml --count 5
[ "$(grep -c error: stderr)" = 1 ] || fail 'more than one error'
expect 66 "$LEAT" check none.yaml bad.yaml
said 'bad.yaml:4:'
expect 78 "$LEAT" check . # a directory
expect 78 "$LEAT" check /dev/null
mkfifo fifo
expect 78 timeout 10 "$LEAT" check fifo
: >empty.yaml
expect 78 "$LEAT" check empty.yaml
said empty
cp good.yaml secret.yaml
chmod 0 secret.yaml
expect 77 as_nobody ./leat check secret.yaml
said secret.yaml

# As compilers write: one line each, with the hint in brackets.
expect 78 "$LEAT" check --format gcc bad.yaml none.yaml
silent stdout
holds stderr <<'END'
bad.yaml:4:58: error: there is no operator 'discrad' [did you mean 'discard'?]
none.yaml: error: cannot read the session: No such file or directory
END
# The same by options behind the files, and for people.
cp stderr lines
expect 78 "$LEAT" check bad.yaml none.yaml --format=gcc
holds stderr <lines
expect 78 "$LEAT" check bad.yaml
cp stderr text
expect 78 "$LEAT" check bad.yaml --format text
holds stderr <text
expect 64 "$LEAT" check --format xml bad.yaml
said '--format has no such value'

# For programs: one array on standard output, whatever there is to say.
expect 0 "$LEAT" check --format json good.yaml
silent stderr
echo '[]' | holds stdout
expect 78 "$LEAT" check --format json bad.yaml none.yaml good.yaml --count 6
silent stderr
holds stdout <<'END'
[
  {
    "file": "bad.yaml",
    "line": 4,
    "column": 58,
    "width": 7,
    "severity": "error",
    "message": "there is no operator 'discrad'",
    "hint": "did you mean 'discard'?",
    "notes": []
  },
  {
    "file": "none.yaml",
    "line": null,
    "column": null,
    "width": null,
    "severity": "error",
    "message": "cannot read the session: No such file or directory",
    "hint": null,
    "notes": []
  },
  {
    "file": "--count",
    "line": null,
    "column": null,
    "width": null,
    "severity": "error",
    "message": "6 is too large: the most is 5",
    "hint": null,
    "notes": []
  }
]
END
expect 64 "$LEAT" check --format json --no-such
printed 'there is no option --no-such'
# A name that isn't UTF-8 and holds what would reach the terminal.
odd=$(printf 'a\033"\377.yaml')
expect 66 "$LEAT" check --format json "$odd"
printed '"file": "a\\x1b\"\\xff.yaml"'
# More than are kept.
awk 'BEGIN { for (i = 0; i < 600; i++) print "k" i ": 1" }' >many.yaml
expect 78 "$LEAT" check --format gcc many.yaml
[ "$(wc -l <stderr)" -eq 501 ] || fail 'not 500 lines and one'
said 'leat: and 100 more'
expect 78 "$LEAT" check --format json many.yaml
printed '"message": "and 100 more"'
# A session that can't be read doesn't hide the options behind it.
expect 66 "$LEAT" check none.yaml --format json --count 5 --strict
silent stderr
printed '"file": "none.yaml"'
expect 66 "$LEAT" check none.yaml --count 5 --format json
silent stderr
expect 66 "$LEAT" check none.yaml --strict bad.yaml
said 'bad.yaml:4:58'

# Warnings are errors where that is asked for.
cat >warning.yaml <<'END'
leat: 1
session: warning
operators:
  in: {use: files, match: "*.log"}
  split: lines
  name: {use: map, select: {src_path: line}}
  table: csv-encode
  out: stdout
links: [in -> split -> name -> table -> out]
END
expect 0 "$LEAT" check --format gcc warning.yaml
said 'warning.yaml:6:29: warning: the field src_path hides'
expect 78 "$LEAT" check good.yaml warning.yaml --strict none.yaml
said 'warning.yaml:6:29: error: the field src_path hides'
expect 66 "$LEAT" check --strict none.yaml warning.yaml
expect 0 "$LEAT" check --strict good.yaml
silent stderr

# What was found out, for people.
cat >outline.yaml <<'END'
leat: 1
session: outline
params: {top: {type: integer}}
operators:
  in: {use: files, match: "*.log"}
  split: lines
  parse:
    use: match
    pattern: '(?<name_of_the_first_field>.) (?<second>.) (?<third_of_them>.)'
    types: {second: {type: integer, null-text: "-"}}
  first: {use: head, count: "${top}"}
  sum: {use: aggregate, compute: {n: count(*)}}
  table: csv-encode
  out: stdout
  all: {use: write-file, path: all.txt}
  bad: {use: write-file, path: "{src_path}.bad"}
links:
  - in -> split -> parse -> first -> sum -> table -> out
  - split -> all
rejected: bad
END
expect 0 "$LEAT" check -v outline.yaml
silent stderr
holds stdout <<'END'
outline.yaml: session outline

graph outline

operator    use         scope
in          files       unit
split       lines       unit
split.tee   tee         unit; put in: the output has several links
parse       match       unit
all         write-file  all units
first       head        all units
bad.gather  gather      unit; put in: 'rejected' takes several pins
sum         aggregate   all units
bad         write-file  unit
table       csv-encode  all units
out         stdout      all units

units can be shared out to workers

link                               carries
in.out -> split.in                 stream
split.out -> split.tee.in          line
split.rejected -> bad.gather.in:0  line
split.tee.out:0 -> parse.in        line
split.tee.out:1 -> all.in          line
parse.out -> first.in              record name_of_the_first_field text,
                                          second integer or null,
                                          third_of_them text
parse.rejected -> bad.gather.in:1  line
first.out -> sum.in                record with the same fields
bad.gather.out -> bad.in           line
sum.out -> table.in                record n integer
table.out -> out.in                bytes
END
sed 's/out: stdout/out: stduot/' outline.yaml >wrong.yaml
expect 78 "$LEAT" check -v wrong.yaml --top 5
silent stdout
said "did you mean 'stdout'?"
# And for programs, with what was found wrong.
expect 78 "$LEAT" check -v --format json bad.yaml good.yaml
silent stderr
holds stdout <<'END'
{
  "findings": [
    {
      "file": "bad.yaml",
      "line": 4,
      "column": 58,
      "width": 7,
      "severity": "error",
      "message": "there is no operator 'discrad'",
      "hint": "did you mean 'discard'?",
      "notes": []
    }
  ],
  "sessions": [
    {
      "file": "good.yaml",
      "session": "good",
      "graphs": [
        {
          "name": "good",
          "shared": false,
          "unshared": "in is one unit",
          "operators": [
            {
              "name": "in",
              "use": "generate",
              "scope": "unit",
              "file": "good.yaml",
              "line": 4,
              "inserted": null
            },
            {
              "name": "out",
              "use": "discard",
              "scope": "unit",
              "file": "good.yaml",
              "line": 4,
              "inserted": null
            }
          ],
          "links": [
            {
              "from": "in.out",
              "to": "out.in",
              "policy": "blocking",
              "type": "none",
              "fields": null
            }
          ]
        }
      ]
    }
  ]
}
END
cat >policy.yaml <<'END'
leat: 1
session: policy
operators: {in: stdin, split: lines, out: discard}
links: [in -> split, {from: split, to: out, policy: back-pressure}]
END
expect 0 "$LEAT" check -v policy.yaml
printed 'split.out -> out.in  line; policy: back-pressure'
expect 66 "$LEAT" check -v none.yaml
silent stdout

# A session is checked as a whole before it runs: nothing is made.
cat >late.yaml <<'END'
leat: 1
session: late
operators:
  in: {use: generate, count: 1}
  out: {use: write-file, path: made/file.txt}
  more: {use: discard, no-such: 1}
links: [in -> out]
END
expect 78 "$LEAT" run late.yaml
[ ! -e made ] || fail 'a wrong session made an output'
finish
