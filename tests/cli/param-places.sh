#!/bin/sh
# SPDX-License-Identifier: MIT
# Params in each kind of place: with a value, as a list, and left out. What is
# left out is as if it weren't written.
. "$srcdir/tests/cli/lib.sh"

cat >places.yaml <<'END'
leat: 1
session: places
params:
  match: {type: inputs, required: false}
  exclude: {type: glob, required: false, list: true}
  recursive: {type: boolean, required: false}
  max: {type: size, required: false}
  too-long: {type: choice, choices: [cut, reject], required: false}
  pattern: {type: regex, required: false}
  where: {type: sql, required: false}
  threshold: {type: integer, required: false, unit: bytes}
  group: {type: text, list: true, required: false}
  also: {type: text, required: false}
  by: {type: sql, list: true, required: false}
  then: {type: text, required: false}
  count: {type: integer, required: false, max: 10, unit: rows}
  header: {type: boolean, required: false}
operators:
  in: {use: files, match: ["*.txt", "${match}"], exclude: "${exclude}", recursive: "${recursive}"}
  split: {use: lines, max: "${max}", too-long: "${too-long}"}
  parse: {use: match, pattern: "^(?<a>\\w+) (?<b>\\w+) (?<c>${pattern}\\d+)$", types: {c: integer}, else: drop}
  some: {use: filter, where: "${where}"}
  more: {use: filter, where: "c > ${threshold} OR ${threshold} IS NULL"}
  sums: {use: aggregate, group: [a, "${group}", "${also}"], compute: {n: count(*), s: sum(c)}}
  order: {use: sort, by: ["${by}", "${then}", n desc]}
  cut: {use: head, count: "${count}"}
  table: {use: csv-encode, header: "${header}"}
  out: stdout
links: [in -> split -> parse -> some -> more -> sums -> order -> cut -> table -> out]
END
# head and filter need theirs.
expect 78 "$LEAT" run places.yaml
said "'where' is required, but this param has no value"
printf 'x p 1\nx q 2\ny p 30\nx p 4\n' >a.txt
echo 'z p 5' >b.log
run()
{
	expect 0 "$LEAT" run places.yaml --where true "$@"
}

# By hand: x has 1 + 2 + 4 in three lines, y one with 30.
run
printf 'a,n,s\nx,3,7\ny,1,30\n' | holds stdout
run --then s --no-header
printf 'x,3,7\ny,1,30\n' | holds stdout
run --by 's desc' --no-header
printf 'y,1,30\nx,3,7\n' | holds stdout
run --by 'n < 3' --by 's' --then a --no-header
printf 'x,3,7\ny,1,30\n' | holds stdout
run --group b --then b --by a
printf 'a,b,n,s\nx,p,2,5\nx,q,1,2\ny,p,1,30\n' | holds stdout
run --group b --group c --by c --count 1
printf 'a,b,c,n,s\nx,p,1,1,1\n' | holds stdout
run --also b --by s --count '2 rows'
printf 'a,b,n,s\nx,q,1,2\nx,p,2,5\n' | holds stdout
run --threshold 3bytes --no-header
printf 'x,1,4\ny,1,30\n' | holds stdout
run --match '*.log' --then a --no-header
printf 'x,3,7\ny,1,30\nz,1,5\n' | holds stdout
run --match '*.log' --exclude 'a.*' --exclude '*.c' --header
printf 'a,n,s\nz,1,5\n' | holds stdout
run --pattern '3' --no-header
echo y,1,30 | holds stdout
expect 1 "$LEAT" run places.yaml --where true --max 5
said 'more than 5'
run --max 5 --too-long cut --by a --no-header
printf 'x,3,7\ny,1,3\n' | holds stdout

for option in --count=11 '--count=11 rows' '--count=5 lines' '--count=rows' \
	'--group=none' '--by=none' '--also=n one'; do
	expect 64 "$LEAT" run places.yaml --where true "$option"
	said "${option%%=*}: error:"
done
expect 0 "$LEAT" help places.yaml
printed 'at most 10 rows'

# All of a list that is needed was left out.
cat >all.yaml <<'END'
leat: 1
session: all
params: {x: {type: sql, required: false}}
operators:
  in: stdin
  split: lines
  some: {use: map, select: {x: "${x}", y: "${x}"}}
  table: csv-encode
  out: stdout
links: [in -> split -> some -> table -> out]
END
expect 0 "$LEAT" check all.yaml
expect 78 "$LEAT" run all.yaml </dev/null
said "'select' is required, but this param has no value"
echo a | expect 0 "$LEAT" run all.yaml --x "line || 'b'"
printf 'x,y\nab,ab\n' | holds stdout
finish
