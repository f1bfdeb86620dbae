#!/bin/sh
# SPDX-License-Identifier: MIT
# hash against sha256sum: digests of whole contents, whoever reads them. The
# digests of XXH3 were made by xxHash's own program.
. "$srcdir/tests/cli/lib.sh"

mkdir -p in/sub
awk 'BEGIN { for (i = 0; i < 60000; i++) print "line", i, i * i }' >in/a.txt
printf 'no line feed' >in/b.txt
: >in/empty.txt
head -c 300000 /dev/zero >in/sub/zeros.txt
(cd in && find . -type f | sort | sed 's,^\./,,' | xargs sha256sum |
	awk '{ print $1 "," $2 }') >sums

# As a sink, and with contents passing to a reader that takes all, or some.
cat >sums.yaml <<'END2'
leat: 1
session: sums
params: {algorithm: {type: choice, choices: [sha256, xxh3], default: sha256}}
operators:
  in: {use: files, match: "in/**/*.txt"}
  sum: {use: hash, algorithm: "${algorithm}"}
  show: {use: map, select: [sha256, src_path]}
  table: {use: csv-encode, header: false}
  out: {use: write-file, path: out.csv}
links:
  - in -> sum
  - sum.digest -> show -> table -> out
END2
expect 0 "$LEAT" run sums.yaml
holds out.csv <sums

cat >through.yaml <<'END2'
leat: 1
session: through
operators:
  in: {use: files, match: "in/**/*.txt"}
  sum: hash
  split: lines
  some: {use: head, count: 3, per: unit}
  copy: {use: write-file, path: "copy/{src_path}"}
  show: {use: map, select: [sha256, src_path]}
  table: {use: csv-encode, header: false}
  out: {use: write-file, path: out.csv}
links:
  - in -> sum -> split -> some -> copy
  - sum.digest -> show -> table -> out
END2
rm out.csv
expect 0 "$LEAT" run through.yaml
holds out.csv <sums
head -n 3 in/a.txt | holds copy/a.txt
sed -e '/^  some:/d' -e 's/-> some ->/->/' through.yaml >all.yaml
rm out.csv
expect 0 "$LEAT" run all.yaml
holds out.csv <sums
holds copy/a.txt <in/a.txt
sed -e 's/per: unit/per: graph/' -e 's/-> some -> copy/-> some -> none/' \
	-e 's/^  copy:.*/  none: discard/' through.yaml >early.yaml
rm out.csv
expect 0 "$LEAT" run early.yaml
holds out.csv <sums
sed -e '/^  split:/d' -e '/^  some:/d' -e 's/-> split -> some ->/->/' \
	through.yaml >streams.yaml
rm -r out.csv copy
expect 0 "$LEAT" run streams.yaml
holds out.csv <sums
diff -r in copy || fail 'the contents that pass are changed'

# Whoever takes the digests may have enough of them.
sed '/^  split:/d
	s/^  some:.*/  some: {use: head, count: 1}/
	s/sum.digest ->/sum.digest -> some ->/
	s/-> split -> some ->/->/' through.yaml >one.yaml
rm -r out.csv copy
expect 0 "$LEAT" run one.yaml
head -n 1 sums | holds out.csv
diff -r in copy || fail 'the contents that pass are changed'

# Digests first, then lines: the reader waits amid the stream.
cat >gathered.yaml <<'END2'
leat: 1
session: gathered
operators:
  in: {use: files, match: "in/**/*.txt"}
  sum: hash
  split: lines
  parse: {use: match, pattern: '(?<text>line 1\d*5) ', else: drop}
  show: {use: map, select: {text: sha256}}
  both: gather
  table: {use: csv-encode, header: false}
  out: {use: write-file, path: out.csv}
links:
  - in -> sum -> split -> parse
  - sum.digest -> show -> both
  - parse -> both
  - both -> table -> out
END2
expect 0 "$LEAT" run gathered.yaml
{
	sed -n '1s/,.*//p' sums
	grep -oE '^line 1[0-9]*5 ' in/a.txt | sed 's/ $//'
	sed -n '2,$s/,.*//p' sums
} | holds out.csv

# XXH3 with 128 bits: of nothing, and of one byte.
mkdir x
: >x/0
printf a >x/1
cat >xxh3.yaml <<'END2'
leat: 1
session: xxh3
operators:
  in: {use: files, match: "x/*"}
  sum: {use: hash, algorithm: xxh3}
  table: csv-encode
  out: stdout
links: [in -> sum, sum.digest -> table -> out]
END2
expect 0 "$LEAT" run xxh3.yaml
printf '%s\n' xxh3 99aa06d3014798d86001c324468d497f \
	a96faf705af16834e6c632b61e964e1f | holds stdout

# Bytes: each file that is written, with its digest.
cat >bytes.yaml <<'END2'
leat: 1
session: bytes
operators:
  in: {use: files, match: "in/**/*.txt"}
  split: lines
  parse: {use: match, pattern: '(?<n>\d+)$', else: drop}
  table: csv-encode
  sum: hash
  each: {use: write-file, path: "csv/{src_path}"}
  show: {use: map, select: [sha256, src_path]}
  plain: {use: csv-encode, header: false}
  out: {use: write-file, path: out.csv}
links:
  - sum.digest -> show -> plain -> out
  - in -> split -> parse -> table -> sum -> each
END2
expect 0 "$LEAT" run bytes.yaml
(cd csv && find . -type f | sort | sed 's,^\./,,' | xargs sha256sum |
	awk '{ print $1 "," $2 }') | holds out.csv
{
	echo n
	grep -oE '[0-9]+$' in/a.txt
} | holds csv/a.txt
# The same without anybody who reads them.
sed -e '/^  each:/d' -e 's/ -> each//' bytes.yaml >unread.yaml
mv out.csv wanted
expect 0 "$LEAT" run unread.yaml
holds out.csv <wanted

# What fails gives no digest, wherever that is seen.
mkdir gz
gzip -nc in/a.txt >gz/a.gz
head -c 20000 gz/a.gz >gz/b.gz
gzip -nc in/b.txt >gz/c.gz
for session in sums through; do
	sed -e 's,in/\*\*/\*.txt,gz/*.gz,' -e 's/^  sum:/  unpack: decompress\n&/' \
		-e 's/- in -> sum/- in -> unpack -> sum/' \
		-e '/^  some:/d' -e 's/-> some ->/->/' $session.yaml >gz.yaml
	rm out.csv
	expect 1 "$LEAT" run -k gz.yaml
	said gz/b.gz
	said truncated
	sed -n '1,2s/\.txt/.gz/p' sums | sed 's/,b/,c/' | holds out.csv
done

# Standard input that doesn't end.
cat >stdin.yaml <<'END2'
leat: 1
session: stdin
operators: {in: stdin, sum: hash, table: csv-encode, out: stdout}
links: [in -> sum, sum.digest -> table -> out]
END2
(printf 'le' && sleep 0.2 && printf 'at\n') |
	expect 0 "$LEAT" run stdin.yaml
printf 'sha256\n%s\n' "$(echo leat | sha256sum | cut -d ' ' -f 1)" |
	holds stdout
finish
