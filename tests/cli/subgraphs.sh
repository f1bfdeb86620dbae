#!/bin/sh
# SPDX-License-Identifier: MIT
# Subgraphs: used, included, shipped; and the limits that keep them in bounds.
. "$srcdir/tests/cli/lib.sh"

# ---- The same as written out -------------------------------------------------

# same NAME: the session NAME.yaml yields what flat.yaml does from the input.
same()
{
	expect 0 "$LEAT" check --strict "$1.yaml"
	silent stderr
	"$LEAT" run "$1.yaml" <input >out 2>stderr || fail "$1: status $?"
	cmp -s out flat.out || fail "$1 isn't the same as written out"
}

printf '%s\n' 'a 1' 'b x' 'c 3' '' 'd 40' 'e 5' >input
cat >flat.yaml <<'END'
leat: 1
session: flat
operators:
  in: stdin
  split: lines
  parse: {use: match, pattern: '^(?<word>\w) (?<n>\d+)$', types: {n: integer}}
  some: {use: filter, where: n > 2}
  cut: {use: head, count: 2}
  csv: csv-encode
  tail: match
  bad: {use: match, pattern: '(?<word>.*)'}
  badcsv: {use: csv-encode, header: false}
  both: gather
  out: stdout
links:
  - in -> split -> parse -> some -> cut -> csv -> both -> out
  - parse.rejected -> bad -> badcsv -> both
END
sed -i '/tail: match/d' flat.yaml
expect 0 "$LEAT" check --strict flat.yaml
"$LEAT" run flat.yaml <input >flat.out
# By hand: c and d are over 2 and the first two; b and the empty line are not
# of the form.
holds flat.out <<'END'
word,n
c,3
d,40
b x
""
END

# Nested, with params of several types, a requested pin and a live property.
cat >nested.yaml <<'END'
leat: 1
session: nested
params: {least: {type: integer, default: 2}, form: {type: regex, default: '^(?<word>\w) (?<n>\d+)$'}}
subgraphs:
  words:
    params: {form: {type: regex}}
    operators:
      split: lines
      parse: {use: match, pattern: "${form}", types: {n: integer}}
    links: [split -> parse]
    pins: {in: split.in, out: parse.out, wrong: parse.rejected}
  first:
    params: {where: {type: sql}, form: {type: regex}}
    operators:
      words: {use: words, form: "${form}"}
      some: {use: filter, where: "${where}"}
      cut: {use: head, count: 100}
    links: [words -> some -> cut]
    pins: {in: words.in, out: cut.out, rejected: words.wrong}
    live: {limit: cut.count}
  table:
    operators: {csv: csv-encode, bad: {use: match, pattern: '(?<word>.*)'}, badcsv: {use: csv-encode, header: false}, both: gather}
    links: [csv -> both, bad -> badcsv -> both]
    pins: {in: csv.in, rejected: bad.in, out: both.out, more: both.in}
operators:
  in: stdin
  first: {use: first, where: "n > ${least}", form: "${form}", limit: 2}
  table: table
  out: stdout
links:
  - in -> first -> table -> out
  - first.rejected -> table.rejected
END
same nested
"$LEAT" run --stats json nested.yaml <input 2>stats >/dev/null
for name in first/words/parse first/cut table/both; do
	grep -qF "\"$name\"" stats || fail "no $name in the figures"
done

# A failure names the operator by its path, and both places.
sed '/first.rejected/d' nested.yaml >fails.yaml
expect 78 "$LEAT" check fails.yaml
said "fails.yaml:28:3: error: no link reaches the input 'rejected' of 'table'"
sed 's/ rejected: bad.in,//; s/bad: {.*header: false}, //
	s/, bad -> badcsv -> both//; s/limit: 2/limit: 9/; /first.rejected/d' nested.yaml >fails.yaml
expect 65 "$LEAT" run fails.yaml <input
cat >wanted <<'END'
fails.yaml:9:7: error: first/words/parse: standard input: at byte 4: the line doesn't match the pattern: b x
         parse: {use: match, pattern: "${form}", types: {n: integer}}
         ^~~~~
fails.yaml:15:7: note: used here as 'words'
fails.yaml:27:3: note: used here as 'first'
END
head -n 5 stderr | cmp -s - wanted || { fail 'other places'; cat stderr; }

# Params of each type, passed on twice. By hand: of the five lines those whose n
# is in the list and less than 2 n; an item of glob and path is no pattern.
mkdir types live
cat >types/pass.yaml <<'END'
leat: 1
session: pass
params:
  ins: {type: inputs, default: ["a.txt", "b*.txt"]}
  codes: {type: integer, list: true, default: [1, 3]}
  where: {type: sql, default: "n < 100"}
  opt: {type: text, required: false}
  n: {type: integer, default: 5}
  flag: {type: boolean, default: "true"}
  size: {type: size, default: 2KiB}
  kind: {type: choice, choices: [reject, cut, fail], default: cut}
  glob: {type: glob, default: "c*.txt"}
  file: {type: path, default: "c[1].txt"}
  paths: {type: path, list: true, default: ["c[1].txt", "a.txt"]}
  when: {type: timestamp, default: 2020-01-01T00:00:00Z}
  dur: {type: duration, default: 1h}
  day: {type: date, default: 2020-02-03}
  re: {type: regex, default: '\w'}
  word: {type: text, default: 'x.'}
  out: {type: path, default: out}
subgraphs:
  inner:
    params:
      ins: {type: inputs}
      codes: {type: integer, list: true}
      where: {type: sql}
      more: {type: sql, default: "1"}
      opt: {type: text, default: fallback}
      none: {type: text, required: false}
      flag: {type: boolean}
      size: {type: size}
      kind: {type: choice, choices: [reject, cut, fail]}
      re: {type: regex}
      when: {type: timestamp}
      dur: {type: duration}
      day: {type: date}
      out: {type: path}
    operators:
      files: {use: files, match: "${ins}", recursive: "${flag}"}
      split: {use: lines, max: "${size}", too-long: "${kind}"}
      parse: {use: match, pattern: '^(?<word>${re}) (?<n>\d+)', types: {n: integer}, else: drop}
      some: {use: filter, where: "n IN (${codes}) AND (${where}) AND ${more}"}
      add: {use: map, select: {word: word, n: n, opt: "${opt}", none: "${none}", w: "${when}", d: "${dur}", day: "${day}"}}
      csv: csv-encode
      file: {use: write-file, path: "${out}-{src_stem}.csv"}
    links: [files -> split -> parse -> some -> add -> csv -> file]
  outer:
    params:
      ins: {type: inputs}
      codes: {type: integer, list: true}
      where: {type: sql}
      n: {type: integer}
      opt: {type: text, required: false}
      rest: {type: text, default: rest}
      flag: {type: boolean}
      size: {type: size}
      kind: {type: choice, choices: [reject, cut, fail]}
      re: {type: regex}
      when: {type: timestamp}
      dur: {type: duration}
      day: {type: date}
      out: {type: path}
    operators:
      inner: {use: inner, ins: "${ins}", codes: ["${codes}", "${n}", 9], where: "${where} AND n <> ${n}", more: "n < ${n} + ${n}", opt: "${opt}", flag: "${flag}", size: "${size}", kind: "${kind}", re: "(?:${re})", when: "${when}", dur: "${dur}", day: "${day}", out: "${out}/x"}
operators:
  one: {use: outer, ins: ["${ins}", "${glob}"], codes: "${codes}", where: "${where}", n: "${n}", opt: "${opt}", flag: "${flag}", size: "${size}", kind: "${kind}", re: "${re}", when: "${when}", dur: "${dur}", day: "${day}", out: "${out}/1"}
  two: {use: outer, ins: "${paths}", codes: [1, 9], where: "n > 0", n: 7, flag: false, size: 1KiB, kind: fail, re: "${word}|[^x]", when: "${when}", dur: 90s, day: 2021-01-01, out: two}
END
printf 'x 1\ny 2\n' >types/a.txt
printf 'z 3\n' >types/b.txt
printf 'q 9\n' >'types/c[1].txt'
expect 0 "$LEAT" check --strict types/pass.yaml
expect 0 "$LEAT" run types/pass.yaml
cat types/out/1/x-a.csv types/out/1/x-b.csv 'types/out/1/x-c[1].csv' \
	types/two/x-a.csv 'types/two/x-c[1].csv' | grep -v '^word' >out
[ "$(cat types/*/*.csv types/*/*/*.csv | grep -c '^word,n,opt,w,d,day$')" -eq 5 ] ||
	fail 'other fields'
holds out <<'END'
x,1,fallback,2020-01-01T00:00:00Z,3600000000,2020-02-03
z,3,fallback,2020-01-01T00:00:00Z,3600000000,2020-02-03
q,9,fallback,2020-01-01T00:00:00Z,3600000000,2020-02-03
q,9,fallback,2020-01-01T00:00:00Z,90000000,2021-01-01
END
expect 0 "$LEAT" run types/pass.yaml --opt given
grep -q '^q,9,given,' 'types/out/1/x-c[1].csv' || fail 'opt was not passed'
expect 64 "$LEAT" check types/pass.yaml --kind nope
said "--kind: error: 'nope' is not one of: reject, cut, fail"
[ "$(grep -c error stderr)" -eq 1 ] || fail 'an error has an echo'

# Live properties through two uses: by values, and by a link.
cat >live/live.yaml <<'END'
leat: 1
session: live
subgraphs:
  inner:
    operators: {f: filter, cut: {use: head, count: 100}}
    links: [f -> cut]
    pins: {in: f.in, out: cut.out}
    live: {where: f.where, limit: cut.count}
  outer:
    operators: {i: inner}
    pins: {in: i.in, out: i.out}
    live: {cond: i.where, most: i.limit}
operators:
  in: stdin
  split: lines
  parse: {use: match, pattern: '(?<n>\d+)', types: {n: integer}}
  a: {use: outer, cond: n > 3}
  csv: csv-encode
  limits: {use: files, match: limits.txt}
  ls: lines
  lp: {use: match, pattern: '(?<count>\d+)', types: {count: integer}}
  out: stdout
links: [in -> split -> parse -> a -> csv -> out, limits -> ls -> lp -> a@most]
END
echo 2 >live/limits.txt
expect 0 "$LEAT" check --strict live/live.yaml
seq 9 | "$LEAT" run live/live.yaml >out 2>stderr || fail "live: $?"
printf 'n\n4\n5\n' | holds out
sed 's/, cond: n > 3//' live/live.yaml >live/none.yaml
expect 78 "$LEAT" check live/none.yaml
said "live/none.yaml:5:17: error: 'filter' needs the property 'where'"
said "live/none.yaml:17:3: note: used here as 'a'"
sed 's/cond: n > 3/cond: n > 3, most: 1/; s/, limits.*]/]/
	/ limits:/d; / ls:/d; / lp:/d' live/live.yaml >live/value.yaml
seq 9 | "$LEAT" run live/value.yaml >out 2>stderr || fail "value: $?"
printf 'n\n4\n' | holds out

# What is rejected inside: by `rejected` of the subgraph, what neither links nor
# pins name; by that of the graph, the rest.
cat >rejected.yaml <<'END'
leat: 1
session: rejected
subgraphs:
  parse:
    operators:
      split: {use: lines, max: 3}
      digit: {use: match, pattern: '^(?<n>[0-9]+)$'}
      csv: {use: csv-encode, header: false}
      bad: {use: write-file, path: inside.txt}
    links: [split -> digit -> csv]
    rejected: bad
    pins: {in: split.in, out: csv.out, odd: digit.rejected}
operators:
  in: stdin
  parse: parse
  out: stdout
  bad: {use: write-file, path: outside.txt}
links: [in -> parse -> out]
rejected: bad
END
expect 0 "$LEAT" check --strict rejected.yaml
printf '1\nlong line\nx\n22\n' | "$LEAT" run rejected.yaml >out 2>stderr ||
	{ fail "rejected: $?"; cat stderr; }
printf '1\n22\n' | holds out
echo lon | holds inside.txt # a line too long is rejected by its first bytes
echo x | holds outside.txt

# Both places, as compilers write and for programs.
cat >note.yaml <<'END'
leat: 1
session: note
subgraphs:
  a: {operators: {o: {use: lines, max: 0}}, pins: {in: o.in, out: o.out}}
operators: {in: stdin, first: a, out: discard}
links: [in -> first -> out]
END
expect 78 "$LEAT" check --format gcc note.yaml
holds stderr <<'END'
note.yaml:4:40: error: 0 is too small: the least is 1
note.yaml:5:24: note: used here as 'first'
END
expect 78 "$LEAT" check --format json note.yaml
holds stdout <<'END'
[
  {
    "file": "note.yaml",
    "line": 4,
    "column": 40,
    "width": 1,
    "severity": "error",
    "message": "0 is too small: the least is 1",
    "hint": null,
    "notes": [
      {
        "file": "note.yaml",
        "line": 5,
        "column": 24,
        "width": 5,
        "message": "used here as 'first'"
      }
    ]
  }
]
END

# ---- Shipped ----------------------------------------------------------------

cat >web.yaml <<'END'
leat: 1
session: web
operators: {in: stdin, log: web-log, csv: csv-encode, out: stdout}
links: [in -> log -> csv -> out]
END
# The first two are the examples of Apache's manual (mod_log_config).
cat >web.log <<'END'
127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326
127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"
::1 - - [10/Oct/2000:13:55:36 +0000] "-" 408 - "-" "-"
::1 - john doe [10/Oct/2000:13:55:36 +0000] "\x16\x03\x01" 400 226 "-" "a \"b\" c"
END
cat >web.csv <<'END'
host,user,at,method,target,protocol,status,bytes,referer,agent
127.0.0.1,frank,2000-10-10T20:55:36Z,GET,/apache_pb.gif,HTTP/1.0,200,2326,,
127.0.0.1,frank,2000-10-10T20:55:36Z,GET,/apache_pb.gif,HTTP/1.0,200,2326,http://www.example.com/start.html,Mozilla/4.08 [en] (Win98; I ;Nav)
::1,,2000-10-10T13:55:36Z,,,,408,,,
::1,john doe,2000-10-10T13:55:36Z,,,,400,226,,"a \""b\"" c"
END
expect 0 "$LEAT" check --strict web.yaml
for reader in 'cat' 'gzip -c'; do
	$reader <web.log | "$LEAT" run web.yaml >out 2>stderr || fail "web: $?"
	holds out <web.csv
done
expect 78 env LEAT_DATA=/nonexistent "$LEAT" check web.yaml
said "there is no operator 'web-log'"
sed 's/web-log/web-lug/' web.yaml >misspelt.yaml
expect 78 "$LEAT" check misspelt.yaml
said "did you mean 'web-log'?"

# It is installed where leat looks for it.
build=$(dirname "$LEAT")
if [ -f "$build/Makefile" ]; then
	make -C "$build" install-dist_pkgdataDATA DESTDIR="$PWD/root" \
		>make.log 2>&1 || fail "make install: $(tail -n 3 make.log)"
	installed=$(find root -name web-log.yaml)
	cmp -s "$installed" "$srcdir/subgraphs/web-log.yaml" ||
		fail 'web-log is not installed'
	sed 's/^operators/include: [web-log.yaml, none.yaml]\n&/' web.yaml >two.yaml
	expect 78 env -u LEAT_DATA "$LEAT" check two.yaml
	said "looked for none.yaml, $(dirname "${installed#root}")/none.yaml"
fi

# ---- Included ---------------------------------------------------------------

mkdir -p beside/deep one two
define()
{
	cat <<END
leat: 1
$2
subgraphs:
  $1:
    operators: {split: lines, cut: {use: head, count: $3}}
    links: [split -> cut]
    pins: {in: split.in, out: cut.out}
END
}
define cut '' 1 >beside/cut.yaml
define cut '' 2 >one/cut.yaml
define cut '' 3 >two/cut.yaml
include()
{
	cat <<END
leat: 1
session: include
include: [$1]
operators: {in: stdin, cut: cut, csv: {use: match, pattern: '(?<line>.*)'}, t: csv-encode, out: stdout}
links: [in -> cut -> csv -> t -> out]
END
}
# lines SESSION: how many it lets through.
lines()
{
	seq 9 | "$LEAT" run "$1" 2>stderr | tail -n +2 | wc -l
}
include cut.yaml >beside/session.yaml
export LEAT_PATH="$PWD/none::$PWD/one:$PWD/two"
[ "$(lines beside/session.yaml)" = 1 ] || fail 'not the file beside'
mv beside/cut.yaml beside/deep
[ "$(lines beside/session.yaml)" = 2 ] || fail 'not the first of LEAT_PATH'
rm one/cut.yaml
[ "$(lines beside/session.yaml)" = 3 ] || fail 'not the second of LEAT_PATH'
[ "$(LEAT_PATH= LEAT_DATA=$PWD/two lines beside/session.yaml)" = 3 ] ||
	fail 'not in the data directory'
include deep/cut.yaml >beside/session.yaml
[ "$(lines beside/session.yaml)" = 1 ] || fail 'not in a folder'
include "$PWD/two/cut.yaml" >beside/session.yaml
[ "$(lines beside/session.yaml)" = 3 ] || fail 'not by its full path'
include nowhere.yaml >beside/session.yaml
expect 78 "$LEAT" check beside/session.yaml
said "beside/session.yaml:3:11: error: there is no file 'nowhere.yaml' to include"
said "looked for beside/nowhere.yaml, $PWD/none/nowhere.yaml, $PWD/one/nowhere.yaml, $PWD/two/nowhere.yaml, $LEAT_DATA/nowhere.yaml"
unset LEAT_PATH

# Each file once: a diamond, by another name too, and a circle.
define cut 'include: [b.yaml, c.yaml]' 1 >beside/a.yaml
define b 'include: [c.yaml, a.yaml, session.yaml]' 1 >beside/b.yaml
define c 'include: [./deep/../a.yaml]' 1 >beside/c.yaml
ln -s c.yaml beside/link.yaml
include 'a.yaml, b.yaml, link.yaml' >beside/session.yaml
expect 0 "$LEAT" check --strict beside/session.yaml

# Includes are as deep as 16, and files as many as 1000.
for i in $(seq 1 17); do
	echo "{leat: 1, include: [d$((i + 1)).yaml]}" >d$i.yaml
done
echo '{leat: 1}' >d17.yaml
include 'd2.yaml, two/cut.yaml' >deep.yaml
expect 0 "$LEAT" check deep.yaml
include 'd1.yaml, two/cut.yaml' >deep.yaml
expect 78 "$LEAT" check deep.yaml
said "d16.yaml:1:21: error: files include each other deeper than 16 here"
mkdir many
for i in $(seq 1 1000); do echo '{leat: 1}' >many/$i.yaml; done
include "$(seq -s, 1 999 | sed 's/,/.yaml, /g').yaml" >many/session.yaml
cp two/cut.yaml many/1.yaml
expect 0 "$LEAT" check many/session.yaml
include "$(seq -s, 1 1000 | sed 's/,/.yaml, /g').yaml, ../two/cut.yaml" \
	>many/session.yaml
expect 78 "$LEAT" check many/session.yaml
said "error: more than 1000 files are included"

# A name that hides another.
define pass '' 1 >beside/lib.yaml
cat >hide.yaml <<'END'
leat: 1
session: hide
include: [two/cut.yaml, beside/lib.yaml]
subgraphs:
  cut: {operators: {split: decompress}, pins: {in: split.in, out: split.out}}
  lines: {operators: {split: decompress, cut: cut}, links: [split -> cut], pins: {in: split.in, out: cut.out}}
  web-log: {operators: {split: decompress}, pins: {in: split.in, out: split.out}}
operators: {in: stdin, log: web-log, pass: pass, out: discard}
links: [in -> log -> out]
END
sed -i 's/ pass: pass,//' hide.yaml
expect 0 "$LEAT" check hide.yaml
said "hide.yaml:5:3: warning: 'cut' hides the subgraph of two/cut.yaml of that name"
said "hide.yaml:6:3: warning: 'lines' hides the operator of that name"
said "hide.yaml:7:3: warning: 'web-log' hides the subgraph that comes with leat of that name"
said "beside/lib.yaml:4:3: warning: 'pass' hides the operator of that name"
said "hint: call it otherwise"
expect 78 "$LEAT" check --strict hide.yaml

# Those that come with leat are files by themselves.
mkdir shipped
define odd '' 1 >shipped/even.yaml
define some 'include: [even.yaml]' 1 >shipped/some.yaml
sed 's/web-log/even/' web.yaml >even.yaml
expect 78 env LEAT_DATA="$PWD/shipped" "$LEAT" check even.yaml
said "shipped/even.yaml: error: this doesn't define the subgraph 'even'"
sed 's/web-log/some/' web.yaml >some.yaml
expect 78 env LEAT_DATA="$PWD/shipped" "$LEAT" check some.yaml
said "shipped/some.yaml:2:1: error: a file that comes with leat includes nothing"

# Paths are relative to the file that they are written in.
mkdir -p paths/lib
echo one >paths/lib/one.txt
echo two >paths/two.txt
cat >paths/lib/read.yaml <<'END'
leat: 1
subgraphs:
  read:
    params: {from: {type: path, default: one.txt}}
    operators: {read: {use: files, match: "${from}"}, copy: {use: write-file, path: "${from}.out"}}
    links: [read -> copy]
END
cat >paths/session.yaml <<'END'
leat: 1
session: paths
include: [lib/read.yaml]
operators: {one: read, two: {use: read, from: two.txt}}
END
expect 0 "$LEAT" check paths/session.yaml
expect 0 "$LEAT" run paths/session.yaml
echo one | holds paths/lib/one.txt.out
echo two | holds paths/two.txt.out

# ---- Limits -----------------------------------------------------------------

# nest DEPTH: subgraphs used within each other, then how often the innermost
# is used.
nest()
{
	printf 'leat: 1\nsession: nest\nsubgraphs:\n'
	for i in $(seq 2 "$1"); do
		echo "  s$i: {operators: {o: s$((i - 1))}, pins: {in: o.in, out: o.out}}"
	done
	echo '  s1: {operators: {o: lines}, pins: {in: o.in, out: o.out}}'
	printf 'operators: {in: stdin, o: s%s, out: discard}\nlinks: [in -> o -> out]\n' "$1"
}
nest 64 >nest.yaml
expect 0 "$LEAT" check --strict nest.yaml
expect 0 "$LEAT" run nest.yaml
nest 65 >nest.yaml
expect 78 "$LEAT" check nest.yaml
said "error: subgraphs are nested deeper than 64 here"

# uses TIMES TIMES TIMES: operators that come from subgraphs.
uses()
{
	printf 'leat: 1\nsession: uses\nsubgraphs:\n'
	echo '  a: {operators: {'
	for i in $(seq "$3"); do echo "  o$i: pass,"; done
	echo '  }, links: ['
	for i in $(seq 2 "$3"); do echo "  o$((i - 1)) -> o$i,"; done
	echo "  ], pins: {in: o1.in, out: o$3.out}}"
	echo '  b: {operators: {'
	for i in $(seq "$2"); do echo "  o$i: a,"; done
	echo '  }, links: ['
	for i in $(seq 2 "$2"); do echo "  o$((i - 1)) -> o$i,"; done
	echo "  ], pins: {in: o1.in, out: o$2.out}}"
	echo 'operators: {in: stdin, out: discard, '
	for i in $(seq "$1"); do echo "  o$i: b,"; done
	echo '}'
	echo 'links: [in -> o1, '
	for i in $(seq 2 "$1"); do echo "  o$((i - 1)) -> o$i,"; done
	echo "  o$1 -> out]"
}
uses 1 250 100 >uses.yaml
expect 0 "$LEAT" check uses.yaml
uses 1 251 100 >uses.yaml
expect 78 "$LEAT" check uses.yaml
said "with 'o1' there are more than 25000 operators"
finish
