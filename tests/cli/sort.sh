#!/bin/sh
# SPDX-License-Identifier: MIT
# sort of more than fits in memory: the same bytes as in memory and as GNU sort
# gives, nothing left of the temporary file, and what its errors lead to.
. "$srcdir/tests/cli/lib.sh"

mkdir in tmp
TMPDIR=$PWD/tmp
export TMPDIR
for part in 1 2 3; do
	awk -v seed=$part 'BEGIN { srand(seed); for (i = 0; i < 70000; i++) {
		pad = substr("................................................" \
			"................................................",
			1, rand() * 90)
		printf "%d w%d %s%s\n", rand() * 1000000, rand() * 50, pad,
			seed i
	} }' >in/$part.txt
done
cat in/*.txt >all

session()
{
	cat <<END2
leat: 1
session: sorted
resources: {memory: $1}
operators:
  in: {use: files, match: "${3-in/*.txt}"}
  unpack: decompress
  split: lines
  order: {use: sort, $2}
  out: {use: write-file, path: "${4-out.txt}"}
links: [in -> unpack -> split -> order -> out]
END2
}

# compare NAME: the small budget gives what the file NAME has.
compare()
{
	rm -f out.txt
	expect 0 "$LEAT" run small.yaml
	cmp out.txt "$1" || fail "not as $1: $(grep 'order:' small.yaml)"
	holds_only tmp ''
}

LC_ALL=C sort all >wanted
session 4MiB 'per: graph' >small.yaml
compare wanted
session 8MiB 'per: graph' >small.yaml
compare wanted
# One unit that is larger than all of the memory.
session 4MiB 'per: graph' all >small.yaml
compare wanted
# What is equal keeps its order, also behind merges of merges.
session 4MiB "by: \"substr(line, instr(line, ' ') + 1, 3)\"" >small.yaml
cut -d ' ' -f 2 all | awk '{ print substr($0 " ", 1, 3) }' | paste - all |
	LC_ALL=C sort -s -t "$(printf '\t')" -k1,1 | cut -f 2- >wanted
compare wanted
# Numbers, the other way round.
LC_ALL=C sort -s -k1,1nr all >wanted
session 4MiB 'by: "CAST(line AS INTEGER) desc"' >small.yaml
compare wanted
# Each unit by itself.
rm -rf out
session 4MiB 'per: unit' 'in/*.txt' 'out/{src_name}' >each.yaml
expect 0 "$LEAT" run each.yaml
for part in 1 2 3; do
	LC_ALL=C sort in/$part.txt | cmp - out/$part.txt || fail "unit $part"
done
holds_only tmp ''

# Records with values of all types, some of them null, as in memory.
cat >records.yaml <<'END2'
leat: 1
session: records
resources: {memory: 4MiB}
operators:
  in: {use: files, match: "in/*.txt"}
  split: lines
  parse: {use: match, pattern: '^(?<n>\d+) w(?<w>\d+) (?<pad>\S+)$', types: {n: integer, w: integer}}
  more:
    use: map
    select:
      word: "CASE WHEN w % 5 = 0 THEN NULL ELSE 'w' || w END"
      n: "CASE WHEN n % 7 = 0 THEN NULL ELSE n END"
      real: n / 7.0
      pad: pad
      raw: CAST(substr(pad, 1, 5) AS BLOB)
  order: {use: sort, by: [word, n desc, length(pad)]}
  table: csv-encode
  out: {use: write-file, path: out.csv}
links: [in -> split -> parse -> more -> order -> table -> out]
END2
sed -e 's/4MiB/1GiB/' -e 's/out.csv/wanted.csv/' records.yaml >memory.yaml
expect 0 "$LEAT" run memory.yaml
expect 0 "$LEAT" run records.yaml
cmp out.csv wanted.csv || fail 'records are not sorted as in memory'
[ "$(wc -l <out.csv)" -eq 210001 ] || fail 'records are lost'
holds_only tmp ''

# A unit that fails behind most of it takes nothing else along.
mkdir gz
for part in 1 2 3; do
	cat in/*.txt in/$part.txt | gzip -1nc >gz/$part.gz
done
printf x | dd of=gz/2.gz bs=1 seek=$(($(wc -c <gz/2.gz) - 8)) conv=notrunc \
	2>dd
cat in/*.txt in/1.txt in/*.txt in/3.txt | LC_ALL=C sort >wanted
session 4MiB 'per: graph' 'gz/*.gz' >gz.yaml
expect 1 "$LEAT" run -k gz.yaml
said gz/2.gz
cmp out.txt wanted || fail 'a failed unit changes the others'
holds_only tmp ''

# Nowhere to put it.
session 4MiB 'per: graph' >small.yaml
rm out.txt
TMPDIR=$PWD/missing expect 74 "$LEAT" run small.yaml
said "order: can't keep items in a temporary file in $PWD/missing: No such file"
said '; TMPDIR may name another directory'
expect 74 sh -c 'ulimit -f 2000; exec "$@"' sh "$LEAT" run small.yaml
said 'File too large'
if unshare -rm sh -c "mount -t tmpfs -o size=4m tmpfs tmp" 2>dd; then
	expect 74 unshare -rm sh -c '
		mount -t tmpfs -o size=4m tmpfs tmp
		"$@" || exit' sh "$LEAT" run small.yaml
	said 'order: '
	said 'No space left'
else
	echo 'no mount: no disk is full'
fi
holds_only tmp ''

# Each call fails once.
if traced; then
	for fault in write:error=ENOSPC:when=2 write:error=EIO:when=9 \
		pread64:error=EIO:when=20 pread64:error=EIO:when=40 \
		pread64:retval=0:when=30 ftruncate:error=EIO; do
		case $fault in
		ftruncate*) session=gz.yaml ;;
		*) session=small.yaml ;;
		esac
		expect 74 trace '' $fault "$LEAT" run -k $session
		said 'order: '
		said 'temporary file'
	done
	expect 0 trace '' pread64:error=EINTR:when=3 "$LEAT" run small.yaml
	LC_ALL=C sort all | cmp - out.txt || fail 'an interrupted read'
	rm out.txt
else
	echo 'no strace: no call fails'
fi
[ ! -e out.txt ] || fail 'an output in spite of errors'
holds_only tmp ''
finish
