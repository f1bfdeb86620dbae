#!/bin/sh
# SPDX-License-Identifier: MIT
# Links that set live properties. What is expected comes from awk and head.
. "$srcdir/tests/cli/lib.sh"

mkdir in
for i in 1 2 3; do
	awk -v i=$i 'BEGIN {
		for (n = 1; n <= 40000 * i; n++)
			print (n * 7919 + i) % 10007
	}' >in/$i.txt
done

# By unit: in each file the numbers above its mean. The mean is known only at
# the end of the file, which is far longer than a link.
cat >unit.yaml <<'END'
leat: 1
session: unit
operators:
  in: {use: files, match: "in/*.txt"}
  split: lines
  parse: {use: match, pattern: '^(?<n>\d+)$', types: {n: integer}}
  mean: {use: aggregate, per: unit, compute: {mean: avg(n)}}
  condition: {use: map, select: {where: "'n > ' || mean"}}
  above: filter
  table: csv-encode
  out: {use: write-file, path: "unit/{src_name}"}
links:
  - in -> split -> parse -> above -> table -> out
  - parse -> mean -> condition -> above@where
END
expect 0 "$LEAT" run unit.yaml --stats text
said 'condition.out -> above@where'
for i in 1 2 3; do
	mean=$(awk '{ sum += $1 } END { printf "%.17g", sum / NR }' in/$i.txt)
	awk -v mean="$mean" 'BEGIN { print "n" } $1 > mean' in/$i.txt |
		holds unit/$i.txt
done
expect 0 "$LEAT" check -v unit.yaml
printed 'condition.out -> above@where'

# Once: all numbers above the mean of those in other files.
sed 's/^  in: .*/&\
  other: {use: files, match: "other\/*.txt"}\
  lines: lines\
  numbers: {use: match, pattern: "^(?<n>[0-9]+)$", types: {n: integer}}/
s/per: unit, //
s/- parse ->/- other -> lines -> numbers ->/
s/unit/once/' unit.yaml >once.yaml
mkdir other
seq 9000 9200 >other/1.txt
seq 9200 2 9800 >other/2.txt
mean=$(cat other/*.txt | awk '{ sum += $1 } END { print sum / NR }')
expect 0 "$LEAT" run once.yaml
for i in 1 2 3; do
	awk -v mean="$mean" 'BEGIN { print "n" } $1 > mean' in/$i.txt |
		holds once/$i.txt
done

# A line is a value as well, and the session may have one for want of another.
cat >head.yaml <<'END'
leat: 1
session: head
params: {count: {type: integer, required: false}}
operators:
  in: {use: files, match: "in/*.txt"}
  split: lines
  cut: {use: head, count: "${count}"}
  out: {use: write-file, path: head.txt}
  limit: {use: files, match: limit}
  number: lines
links:
  - in -> split -> cut -> out
  - limit -> number -> cut@count
END
for count in 0 5 100 45000; do
	echo $count >limit
	expect 0 "$LEAT" run head.yaml --count 0
	cat in/*.txt | head -n $count | holds head.txt
done
: >limit
expect 0 "$LEAT" run head.yaml --count 7
head -n 7 in/1.txt | holds head.txt

# What a value has changed is done again, though its input is the same.
sed 's|head.txt|"each/{src_name}"|; s/use: head,/& per: unit,/
	s/session: head/session: each/' head.yaml >each.yaml
for count in 3 5; do
	echo $count >limit
	expect 0 "$LEAT" run each.yaml
	for i in 1 2 3; do
		head -n $count in/$i.txt | holds each/$i.txt
	done
done
: >limit

# refused MESSAGE OPTION...: the run fails so, and publishes nothing.
refused()
{
	message=$1
	shift
	rm -rf head.txt unit once
	expect 1 "$LEAT" run "$@"
	said "$message"
	[ ! -e head.txt ] || fail "published in spite of: $message"
}

# What can't be used, or isn't there, fails the units that need it.
refused 'cut: in/1.txt: count, by the link in line 13: no value came, and the' \
	head.yaml
said 'head.yaml:7:3: error: '
printf 'many\n' >limit
refused "'many' is not a valid integer: expected digits" head.yaml
printf -- '-1\n' >limit
refused '-1 is too small: the least is 0' head.yaml --count 7
printf '3\n4\n' >limit
refused 'a second value came' head.yaml --count 7
printf '3\0\n' >limit
refused "the value isn't text" head.yaml --count 7
rm limit
refused "limit: it cannot be read: No such file" head.yaml --count 7

# With -k all units fail, each for itself.
sed 's|head.txt|"by-unit/{src_name}"|' head.yaml >by-unit.yaml
expect 1 "$LEAT" run by-unit.yaml -k --count 7
said "cut: in/1.txt: count, by the link in line 13: the value isn't known: its"
said "cut: in/3.txt: count, by the link in line 13: the value isn't known: its"
holds_only by-unit ''

# Null is no value: the mean of nothing.
rm other/*
printf 'x\n' >other/1.txt
sed 's/types: {n: integer}/&, else: drop/' once.yaml >null.yaml
refused 'where, by the link in line 17: no value came' null.yaml
holds_only once ''

# A condition that doesn't fit the fields: only the unit that needs it fails.
sed "s/'n > ' || mean/CASE WHEN mean < 5000 THEN 'm > 0' ELSE 'n > 0' END/" \
	unit.yaml >wrong.yaml
seq 6000 6100 >in/1.txt
seq 1000 1100 >in/2.txt
seq 7000 7100 >in/3.txt
expect 1 "$LEAT" run -k wrong.yaml
said 'above: in/2.txt: where, by the link in line 14: no field or attribute m'
holds_only unit '1.txt 3.txt'

# A unit that fails where its value is made fails as a whole.
seq 6000 6100 >in/2.txt
sed 's/  mean: .*/  numbers: {use: match, pattern: "^(?<n>[67][0-9]+)$", types: {n: integer}}\
&/
s/- parse -> mean/- split -> numbers -> mean/' unit.yaml >failed.yaml
echo 5 >>in/3.txt
rm -rf unit
expect 1 "$LEAT" run -k failed.yaml
said 'numbers: in/3.txt: '
holds_only unit '1.txt 2.txt'

# What has no units is refused as a whole: here, what comes of a sort.
cat >sorted.yaml <<'END'
leat: 1
session: sorted
operators:
  in: {use: files, match: "in/*.txt"}
  split: lines
  order: {use: sort, by: line}
  cut: head
  out: stdout
  limit: {use: files, match: limit}
  number: lines
links:
  - in -> split -> order -> cut -> out
  - limit -> number -> cut@count
END
echo 3 >limit
expect 0 "$LEAT" run sorted.yaml
sort in/*.txt | head -n 3 | holds stdout
echo none >limit
expect 65 "$LEAT" run sorted.yaml
silent stdout
said "'none' is not a valid integer"

# Standard input brings the value, or the data.
sed 's/limit: .*/limit: stdin/' head.yaml >stdin.yaml
echo 4 | expect 0 "$LEAT" run stdin.yaml
head -n 4 in/1.txt | holds head.txt

# A value from behind a sort, for what comes from there: both span the units.
cat >behind.yaml <<'END'
leat: 1
session: behind
operators:
  in: {use: files, match: "in/*.txt"}
  split: lines
  parse: {use: match, pattern: '^(?<n>\d+)$', types: {n: integer}}
  order: {use: sort, by: n}
  mean: {use: aggregate, compute: {mean: avg(n)}}
  condition: {use: map, select: {where: "'n > ' || mean"}}
  above: filter
  table: {use: csv-encode, header: false}
  out: stdout
links:
  - in -> split -> parse -> order -> above -> table -> out
  - order -> mean -> condition -> above@where
END
mean=$(cat in/*.txt | awk '{ sum += $1 } END { print sum / NR }')
expect 0 "$LEAT" run behind.yaml
sort -n in/*.txt | awk -v mean="$mean" '$1 > mean' | holds stdout
finish
