#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the fuzz targets, in the build directory. As a test: over their corpora
# and so many inputs more, the same ones each time. With FUZZ_SECONDS: so long
# for each target, or for those of FUZZ_TARGETS, going on from the last time.
# What it finds is in tests/fuzz/found/ of the build; it becomes a test.
set -u
: "${LEAT:?is the program to test}" "${srcdir:?is the top of the sources}"
export ASAN_OPTIONS="detect_stack_use_after_return=0:allocator_may_return_null=1"

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
failed=0

# The words of session files: the keys and choices of the schema.
"$LEAT" schema | python3 -c '
import json, sys
words = set()
def walk(node):
	if isinstance(node, dict):
		words.update(node.get("properties", {}))
		words.update(v for v in node.get("enum", []) + [node.get("const")]
			if isinstance(v, str))
		node = list(node.values())
	if isinstance(node, list):
		for item in node:
			walk(item)
walk(json.load(sys.stdin))
for word in sorted(words):
	print(json.dumps(word))' >"$work/session.dict" || exit 99

# Archives: those that must be refused, and those of the corpus.
export LEAT_MODULES="${LEAT%/*}"
mkdir "$work/archives"
python3 "$srcdir/tests/archives/hostile.py" "$work/archives" || exit 99
find "$work/archives" -size +8k -exec rm {} +

# seeds TARGET: where its inputs are.
seeds()
{
	if [ "$1" = loader ]; then
		echo "$srcdir/tests/sessions"
		for directory in "$srcdir"/examples/*/; do
			echo "$directory"
		done
	fi
	[ "$1" != archive ] || echo "$work/archives"
	[ ! -d "$srcdir/tests/fuzz/corpus/$1" ] ||
		echo "$srcdir/tests/fuzz/corpus/$1"
}

# fuzz TARGET RUNS: runs it.
fuzz()
{
	mkdir -p "tests/fuzz/found"
	if [ -n "${FUZZ_SECONDS-}" ]; then
		own=tests/fuzz/grown/$1
		limit=-max_total_time=$FUZZ_SECONDS
	else
		own=$work/$1
		limit="-seed=1 -runs=$2"
	fi
	mkdir -p "$own"
	more=
	[ "$1" != loader ] || more=-dict=$work/session.dict
	# What a dictionary takes is limited by the sandbox of workers.
	[ "$1" != archive ] || more=-malloc_limit_mb=8192
	# shellcheck disable=SC2046,SC2086 # lists of words
	"tests/fuzz/fuzz-$1" $limit -timeout=5 -rss_limit_mb=1024 \
		-max_len=4096 -print_final_stats=1 $more \
		-artifact_prefix="tests/fuzz/found/$1-" \
		"$own" $(seeds "$1") >"$work/log" 2>&1
}

# A bug on purpose, which has to be found.
if fuzz control 100000; then
	echo "FAIL: control: its bug isn't found"
	failed=1
fi
grep -q heap-buffer-overflow "$work/log" || {
	echo "FAIL: control: not as it should be found:"
	tail -n 30 "$work/log"
	failed=1
}
rm -f tests/fuzz/found/control-*

while read -r target runs; do
	case " ${FUZZ_TARGETS:-$target} " in
	*" $target "*) ;;
	*) continue ;;
	esac
	if fuzz "$target" "$runs"; then
		coverage=$(sed -n 's/.*\(cov: [0-9]*\).*/\1/p' "$work/log" |
			tail -n 1)
		echo "$target: $coverage," $(sed -n \
			's/^stat::number_of_executed_units: */runs: /p;
			s/^stat::average_exec_per_sec: */per second: /p' \
			"$work/log")
	else
		echo "FAIL: $target:"
		tail -n 60 "$work/log"
		failed=1
	fi
done <<END
archive 1000
decompress 20000
expression 20000
loader 10000
pattern 20000
substitute 5000
template 20000
value 50000
END
exit $failed
