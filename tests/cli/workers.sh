#!/bin/sh
# SPDX-License-Identifier: MIT
# Units that run in workers: whatever their number, a run leaves the same files,
# says the same and ends the same.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

# 40 logs, enough for workers to be started, packed as well; some are damaged.
mkdir logs packed
awk 'BEGIN {
	srand(7)
	for (i = 0; i < 40; i++) {
		name = sprintf("logs/f%03d.log", i)
		printf "" >name
		for (j = int(rand() * 12000); j > 0; j--)
			printf "%d %d word%d\n", j % 7, rand() * 1000, rand() * 3000 >name
		close(name)
	}
}'
echo 'no number' >>logs/f015.log
for log in logs/*; do
	gzip -nc "$log" >"packed/${log#logs/}.gz"
done
for bad in 007 020; do
	head -c 9000 packed/f$bad.log.gz >cut && mv cut packed/f$bad.log.gz
done

cat >copy.yaml <<'END2'
leat: 1
session: copy
operators:
  in: {use: files, match: "logs/*.log"}
  out: {use: write-file, path: "out/{src_stem}.txt"}
links: [in -> out]
END2
cat >one-file.yaml <<'END2'
leat: 1
session: one-file
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  out: {use: write-file, path: out/all.txt}
links: [in -> split -> out]
END2
cat >report.yaml <<'END2'
leat: 1
session: report
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  parse: {use: match, pattern: '^(?<k>\d+) (?<n>\d+) (?<text>.*)$', types: {k: integer, n: integer}}
  bad: {use: write-file, path: out/bad.txt}
  sum: {use: aggregate, group: [k], compute: {n: count(*), last: last(text), most: max(text), mean: avg(n)}}
  table: csv-encode
  out: {use: write-file, path: out/report.csv}
links: [in -> split -> parse -> sum -> table -> out, parse.rejected -> bad]
END2
cat >failing.yaml <<'END2'
leat: 1
session: failing
operators:
  in: {use: files, match: "packed/*.gz"}
  unpack: decompress
  split: lines
  each: {use: write-file, path: "out/{src_stem}.txt"}
  parse: {use: match, pattern: '^(?<k>\d+) (?<n>\d+) (?<text>.*)$', types: {k: integer, n: integer}}
  order: {use: sort, by: [n, text]}
  table: csv-encode
  pack: compress
  out: {use: write-file, path: out/all.csv.gz}
links: [in -> unpack -> split -> parse -> order -> table -> pack -> out, split -> each]
END2
cat >skip.yaml <<'END2'
leat: 1
session: skip
on-error: skip
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  parse: {use: match, pattern: '^(?<k>\d+) (?<n>\d+) (?<text>.*)$', types: {k: integer, n: integer}}
  some: {use: filter, where: k < 3}
  table: csv-encode
  pack: compress
  out: {use: write-file, path: out/some.csv.gz}
links: [in -> split -> parse -> some -> table -> pack -> out]
END2
cat >first.yaml <<'END2'
leat: 1
session: first
operators:
  in: {use: files, match: "packed/*.gz"}
  unpack: decompress
  split: lines
  first: {use: head, count: 50000}
  out: {use: write-file, path: out/first.txt}
links: [in -> unpack -> split -> first -> out]
END2
cat >clash.yaml <<'END2'
leat: 1
session: clash
operators:
  in: {use: files, match: ["logs/*.log", "packed/f01*.gz"]}
  out: {use: write-file, path: "out/{src_stem}"}
links: [in -> out]
END2

# What a run left and said, but for the time it took.
told()
{
	echo "status $?"
	sed 's/, [0-9.]* s$//' said
	[ -d out ] && (cd out && find . -type f | LC_ALL=C sort | xargs cksum)
}

# same SESSION OPTION...: runs with 1, 2 and 5 jobs.
same()
{
	session=$1
	shift
	for jobs in 1 2 5; do
		rm -rf out .leat
		"$LEAT" run -v -j $jobs "$@" "$session.yaml" >said 2>&1
		told >"told.$jobs"
		ls -a out 2>/dev/null | grep '^\.leat-' && fail 'temporaries'
		mv told.$jobs "$session.$jobs"
	done
	for jobs in 2 5; do
		cmp "$session.1" "$session.$jobs" ||
			fail "$session $* differs with $jobs jobs"
	done
}

for session in copy one-file report failing skip first clash; do
	same $session -k
done
same failing
same report --state none
grep -q 'status 0' copy.2 || fail 'copy fails'
grep -q '1 of them failed' failing.2 || fail 'nothing fails'

# What is counted is the same, too.
counts()
{
	"$LEAT" run -q -k -j $1 --state none --stats json failing.yaml 2>&1 |
		grep '^{' | tr '{' '\n' | grep '"items_in"' |
		sed 's/"runs":[0-9]*,//; s/"busy_ns":.*//'
}
counts 1 >counts.1
counts 2 >counts.2
grep -q '"bytes_in":[1-9]' counts.1 || fail 'nothing is counted'
cmp counts.1 counts.2 || fail 'the counts differ'

# Workers were there: a process for each, and the zygote.
if command -v strace >/dev/null; then
	rm -rf out
	ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
		strace -f -qq -e trace=fork,vfork,clone,clone3 -o calls \
		"$LEAT" run -q -j 3 --state none copy.yaml
	forks=$(grep -c 'clone.*= [0-9]' calls)
	[ "$forks" -eq 4 ] || fail "$forks processes were started, not 4"
fi

finish
