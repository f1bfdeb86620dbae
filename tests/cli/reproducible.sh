#!/bin/sh
# SPDX-License-Identifier: MIT
# What differs from run to run, in sessions that allow it: one instant for the
# whole run, in UTC, and random numbers.
. "$srcdir/tests/cli/lib.sh"

cat >now.yaml <<'END'
leat: 1
session: now
reproducible: false
operators:
  in:
    use: generate
    count: 3
    fields:
      day: date('now')
      time: time()
      at: CURRENT_TIMESTAMP
      seconds: unixepoch('now')
  table: {use: csv-encode, header: false}
  out: stdout
links: [in -> table -> out]
END
# What date says of the last second of 2000.
TZ=Asia/Tokyo SOURCE_DATE_EPOCH=978307199 expect 0 "$LEAT" run now.yaml
for i in 1 2 3; do
	echo '2000-12-31,23:59:59,2000-12-31 23:59:59,978307199'
done | holds stdout
before=$(date +%s)
expect 0 "$LEAT" run now.yaml
after=$(date +%s)
sed 's/.*,//' stdout >seconds
[ "$(sort -u seconds | grep -c .)" = 1 ] || fail 'more than one instant'
[ "$(head -n 1 seconds)" -ge "$before" ] && [ "$(head -n 1 seconds)" -le "$after" ] ||
	fail "not the time of the run: $(cat stdout)"
SOURCE_DATE_EPOCH=soon expect 78 "$LEAT" check now.yaml
said "SOURCE_DATE_EPOCH: error: 'soon' is not a number of seconds"

# Random numbers: 64 bits don't repeat by chance.
cat >random.yaml <<'END'
leat: 1
session: random
reproducible: false
operators:
  in: {use: generate, count: 100, fields: {n: random(), b: hex(randomblob(8))}}
  table: {use: csv-encode, header: false}
  out: stdout
links: [in -> table -> out]
END
"$LEAT" run random.yaml >first || fail 'random numbers'
"$LEAT" run random.yaml >second || fail 'random numbers'
[ "$(cat first second | sort -u | grep -c '^-*[0-9]*,[0-9A-F]*$')" = 200 ] ||
	fail 'random numbers repeat'

# today and yesterday, once for all params.
cat >dates.yaml <<'END'
leat: 1
session: dates
params:
  day: {type: date, default: today}
  before: {type: date, default: yesterday, max: today}
operators:
  in: {use: generate, count: 1, fields: {day: "${day}", before: "${before}"}}
  table: {use: csv-encode, header: false}
  out: stdout
links: [in -> table -> out]
END
# 2024-03-01T00:00:00Z
SOURCE_DATE_EPOCH=1709251200 expect 0 "$LEAT" run dates.yaml
echo 2024-03-01,2024-02-29 | holds stdout
SOURCE_DATE_EPOCH=1709251200 expect 0 "$LEAT" run dates.yaml --day yesterday \
	--before today
echo 2024-02-29,2024-03-01 | holds stdout
SOURCE_DATE_EPOCH=1709251200 expect 64 "$LEAT" run dates.yaml --before 2024-03-02
said '2024-03-02 is too large: the most is 2024-03-01'
finish
