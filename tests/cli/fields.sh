#!/bin/sh
# SPDX-License-Identifier: MIT
# What fields may say beside their type: how texts become values.
. "$srcdir/tests/cli/lib.sh"

# field DECLARATION TEXT...: each text as a value, or why it isn't one; a
# field of one optional group.
field()
{
	declaration=$1
	shift
	cat >field.yaml <<-END
	leat: 1
	session: field
	operators:
	  in: stdin
	  split: lines
	  parse: {use: match, pattern: '^<(?<x>[^>]*)?', types: {x: {$declaration}}}
	  table: {use: csv-encode, header: false}
	  out: stdout
	links: [in -> split -> parse -> table -> out]
	END
	for text; do
		printf '<%s\n' "$text" | "$LEAT" run field.yaml 2>stderr || {
			echo "status $?"
			sed -n "1s/.*field x //p" stderr
		}
	done >stdout
}

# What date(1) says of the same times.
utc()
{
	for time; do
		TZ=UTC date -d "$time" +%Y-%m-%dT%H:%M:%SZ
	done
}

field 'type: timestamp, format: "%Y-%m-%d %H:%M", zone: "+05:30"' \
	'2024-02-29 01:02' '2000-01-01 23:59'
utc '2024-02-29 01:02 +0530' '2000-01-01 23:59 +0530' | holds stdout
field 'type: timestamp, format: "%d/%b/%Y %T %z"' '29/Feb/2024 23:59:59 -0800' \
	'01/Jan/1970 00:00:00 Z' '31/Dec/1999 12:00:00 +01:00'
utc '2024-02-29 23:59:59 -0800' '1970-01-01 00:00:00 Z' \
	'1999-12-31 12:00:00 +0100' | holds stdout
field 'type: timestamp, format: "%a %b %e %I:%M:%S %p %Y", zone: UTC' \
	'Sun Dec  3 12:00:01 AM 2023' 'Sun Dec 3 12:30:00 PM 2023' \
	'Mon Dec 4 11:59:59 PM 2023'
utc '2023-12-03 00:00:01 Z' '2023-12-03 12:30:00 Z' '2023-12-04 23:59:59 Z' |
	holds stdout
field 'type: timestamp, format: "%F %T,%f", zone: "-03:00"' '2024-01-01 22:00:00,25'
echo 2024-01-02T01:00:00.25Z | holds stdout
field 'type: timestamp, zone: "+01:00"' 2024-01-01T00:00:00 \
	'2024-01-01 00:00:00.5' 2024-01-01T00:00:00Z 2024-01-01T00:00:00-02:00
printf '%s\n' 2023-12-31T23:00:00Z 2023-12-31T23:00:00.5Z 2024-01-01T00:00:00Z \
	2024-01-01T02:00:00Z | holds stdout
field 'type: timestamp, format: unix-ms' 1700000000123 -1
printf '%s.123Z\n1969-12-31T23:59:59.999Z\n' \
	"$(utc @1700000000 | tr -d Z)" | holds stdout

# No such time, or not of the format.
field 'type: timestamp, format: "%Y-%m-%d", zone: UTC' 2023-02-29 2023-2-1 \
	'2023-02-01 ' 23-02-01 0000-01-01
[ "$(grep -c "is not a timestamp of the field's format" stdout)" = 5 ] ||
	fail "wrong times: $(cat stdout)"
field 'type: timestamp, format: "%F %I %p", zone: UTC' '2023-01-01 13 PM' \
	'2023-01-01 00 AM'
[ "$(grep -c 'status 65' stdout)" = 2 ] || fail "wrong hours: $(cat stdout)"

field 'type: timestamp, format: unix-ms' 1.5 ''
[ "$(grep -c 'is not a number of milliseconds since 1970' stdout)" = 2 ] ||
	fail "wrong milliseconds: $(cat stdout)"
field 'type: timestamp, format: unix-ms' 253402300800000 9223372036854775807
[ "$(grep -c 'is beyond the range of timestamps' stdout)" = 2 ] ||
	fail "wrong milliseconds: $(cat stdout)"

# A decimal comma, and no point.
field 'type: real, decimal: ","' 1,5 -0,25 3 1,5e3
printf '1.5\n-0.25\n3.0\n1500.0\n' | holds stdout
field 'type: real, decimal: ","' 1.5 1,5,0 , ''
[ "$(grep -c 'is not a real number with a decimal comma' stdout)" = 4 ] ||
	fail "wrong reals: $(cat stdout)"

# What stands in for null.
field 'type: integer, null-text: "-", default: 7' - 5
printf '7\n5\n' | holds stdout
field 'type: timestamp, format: clf, null-text: "", default: "2000-01-01T00:00:00+01:00"' ''
echo 1999-12-31T23:00:00Z | holds stdout
field 'type: text, null-text: none, default: "a b"' none x
printf 'a b\nx\n' | holds stdout

# A group that took no part.
cat >optional.yaml <<'END'
leat: 1
session: optional
operators:
  in: stdin
  split: lines
  parse:
    use: match
    pattern: ^(?<a>\d+)(?<b> \d+)?(?:;(?<c>\d+))?
    types: {b: {type: text, default: " 0"}, c: {type: integer, nullable: false}}
  sums: {use: map, select: {s: "a || b || '/' || c"}}
  table: {use: csv-encode, header: false}
  out: stdout
  wrong: {use: csv-encode, header: false}
  why: {use: map, select: {x: "reject_field || ' ' || reject_reason"}}
  bad: {use: write-file, path: bad.csv}
links: [in -> split -> parse -> sums -> table -> out, parse.rejected -> why -> wrong -> bad]
END
printf '1 2;3\n4;5\n6 7\n' | expect 0 "$LEAT" run optional.yaml
printf '1 2/3\n4 0/5\n' | holds stdout
grep -q "c '' has no value" bad.csv || fail "rejected: $(cat bad.csv)"

# Each of the keys is part of what a result is made of.
unset LEAT_STATE
echo '<02-03-2024' >day.in
for keys in 'format: "%d-%m-%Y", zone: UTC' 'format: "%m-%d-%Y", zone: UTC' \
	'format: "%m-%d-%Y", zone: "+01:00"' \
	'format: "%m-%d-%Y", zone: "+01:00", default: 2000-01-01T00:00:00Z' \
	'format: "%m-%d-%Y", zone: "+01:00", nullable: false'; do
	cat >day.yaml <<-END
	leat: 1
	session: day
	operators:
	  in: {use: files, match: "*.in"}
	  split: lines
	  parse: {use: match, pattern: '^<(?<x>[^>]*)', types: {x: {type: timestamp, $keys}}}
	  table: {use: csv-encode, header: false}
	  out: {use: write-file, path: "{src_stem}.out"}
	links: [in -> split -> parse -> table -> out]
	END
	expect 0 "$LEAT" run -v day.yaml
	said ' 1 unit'
	cat day.out
done >days
utc '2024-03-02 Z' '2024-02-03 Z' '2024-02-02 23:00 Z' '2024-02-02 23:00 Z' \
	'2024-02-02 23:00 Z' | holds days
finish
