#!/bin/sh
# SPDX-License-Identifier: MIT
# Bytes made into streams and back, and streams that several operators read.
# Expected values come from the tools that made the inputs.
. "$srcdir/tests/cli/lib.sh"

awk 'BEGIN { for (i = 0; i < 60000; i++) print "line", i, i * i }' >big
gzip -c big >big.gz
printf 'one\ntwo\n' >small
: >empty

# What csv-encode gives is read again.
cat >again.yaml <<'END'
leat: 1
session: again
params: {in: {type: inputs, args: true}, memory: {type: size, default: 64MiB}}
resources: {memory: "${memory}"}
operators:
  in: {use: files, match: "${in}"}
  split: lines
  parse: {use: match, pattern: '(?<word>\S+)'}
  table: csv-encode
  same: pass
  again: lines
  out: {use: write-file, path: "out/{src_name}"}
links: [in -> split -> parse -> table -> same -> again -> out]
END
expect 0 "$LEAT" run again.yaml small big empty
(echo word && cat small) | holds out/small
(echo word && cut -d' ' -f1 big) | holds out/big
echo word | holds out/empty
expect 0 "$LEAT" check -v again.yaml
printed "put in: 'again' takes stream"

# Streams that several operators read: regular files, what is unpacked, pipes.
cat >tee.yaml <<'END'
leat: 1
session: tee
params: {in: {type: inputs, args: true}, memory: {type: size, default: 64MiB}}
resources: {memory: "${memory}"}
operators:
  in: {use: files, match: "${in}"}
  unpack: decompress
  split: lines
  cut: {use: head, count: 2, per: unit}
  raw: {use: write-file, path: "raw/{src_name}"}
  copy: {use: write-file, path: "copy/{src_name}"}
  lines: {use: write-file, path: "lines/{src_name}"}
  nothing: discard
links:
  - in -> raw
  - in -> unpack -> split -> cut -> lines
  - unpack -> copy
  - unpack -> nothing
END
for memory in 64MiB 1MiB; do
	rm -rf raw copy lines
	expect 0 "$LEAT" run tee.yaml big big.gz small empty --memory $memory
	for file in big big.gz small empty; do
		cmp raw/$file $file || fail "raw $file"
		gzip -dcf $file | holds copy/$file
		gzip -dcf $file | head -n 2 | holds lines/$file
	done
done
sed 's/in: {use: files.*/in: stdin/; s/{src_name}/out/; /params/d
	s/${memory}/1MiB/' tee.yaml >pipe.yaml
(cat big && sleep 0.2 && cat big) | expect 0 "$LEAT" run pipe.yaml
cat big big | holds raw/out
cat big big | holds copy/out
head -n 2 big | holds lines/out

# One that fails is said once, in the name of who made it.
head -c 50000 big.gz >cut.gz
expect 1 "$LEAT" run tee.yaml cut.gz
[ "$(grep -c ' error: ' stderr)" -eq 1 ] || fail "errors: $(cat stderr)"
said 'error: unpack: cut.gz'

# Streams made into bytes and held, whatever the budget.
cat >whole.yaml <<'END'
leat: 1
session: whole
resources: {memory: 1MiB}
operators:
  in: stdin
  pieces: chunk
  whole: spool
  out: stdout
links: [in -> pieces -> whole -> out]
END
cat big big big | "$LEAT" run --stats json whole.yaml 2>stderr >copy-of-big
cat big big big | holds copy-of-big
peak=$(sed 's/.*"peak_memory_bytes":\([0-9]*\).*/\1/' stderr)
[ "$peak" -le 1048576 ] || fail "peak of $peak bytes"
printf '' | expect 0 "$LEAT" run whole.yaml
silent stdout

# A content with a hole is none.
cat >hole.yaml <<'END'
leat: 1
session: hole
reproducible: false
operators:
  in: {use: files, match: big}
  split: lines
  parse: {use: match, pattern: '(?<word>\S+)'}
  table: csv-encode
  both: gather
  again: lines
  out: discard
links:
  - in -> split -> parse -> table -> both
  - {from: table, to: both, policy: leaky-producer, capacity: 1}
  - both -> again -> out
END
expect 1 "$LEAT" run hole.yaml
said 'error: again.spool: big: '
said ' chunks of it were dropped by a leaky link'

# What can't be held: the error names operator and unit, nothing is left.
mkdir tmp
fails()
{
	said "$1"
	said 'again.spool: big: '
	holds_only tmp ''
	[ ! -e out/big ] || fail 'an output in spite of the error'
	rm -rf out
}
rm -rf out
export TMPDIR="$PWD/tmp"
limited()
{
	(ulimit -f 4 && exec "$@")
}
expect 1 limited "$LEAT" run again.yaml --memory 1MiB big
fails "it can't be held in a temporary file: File too large"
TMPDIR=/nonexistent expect 1 "$LEAT" run again.yaml --memory 1MiB big
fails 'No such file'
if traced; then
	for when in 1 2; do
		expect 1 trace '' write:error=ENOSPC:when=$when \
			"$LEAT" run again.yaml --memory 1MiB big
		fails "it can't be held in a temporary file: No space left"
	done
	ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		strace -f -o trace -e trace=pread64 \
		"$LEAT" run again.yaml --memory 1MiB big
	rm -r out
	expect 1 trace '' pread64:error=EIO:when="$(grep -c pread64 trace)" \
		"$LEAT" run again.yaml --memory 1MiB big
	fails "it can't be read back from a temporary file: Input/output"
else
	echo 'no strace: no call fails'
fi
finish
