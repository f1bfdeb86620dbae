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

# Several sources: gathered, in a report of their own each, one in front of the
# other behind what spans units, and one that nobody reads to its end.
cat >two.yaml <<'END2'
leat: 1
session: two
operators:
  plain: {use: files, match: "logs/*.log"}
  packed: {use: files, match: "packed/*.gz"}
  unpack: decompress
  lines: lines
  more: lines
  both: gather
  parse: {use: match, pattern: '^(?<k>\d+) (?<n>\d+) (?<text>.*)$', types: {k: integer, n: integer}}
  sum: {use: aggregate, group: [k], compute: {n: count(*), last: last(text), mean: avg(n)}}
  all: gather
  each: {use: write-file, path: "out/{src_name}.txt"}
  copy: {use: write-file, path: "out/all.txt"}
  table: csv-encode
  report: {use: write-file, path: out/report.csv}
  rest: {use: write-file, path: out/rest.txt}
links:
  - plain -> lines -> both
  - packed -> unpack -> more -> both
  - both -> each
  - both -> parse -> sum -> table -> report
  - both -> copy
  - parse.rejected -> all
  - lines -> all
  - all -> rest
END2
cat >apart.yaml <<'END2'
leat: 1
session: apart
operators:
  plain: {use: files, match: "logs/*.log"}
  packed: {use: files, match: "packed/*.gz"}
  again: {use: files, match: "logs/f00*.log"}
  split: lines
  first: {use: head, count: 50000}
  begin: {use: write-file, path: out/first.txt}
  unpack: decompress
  each: {use: write-file, path: "out/{src_stem}.txt"}
  count: lines
  number: {use: aggregate, compute: {n: count(*)}}
  table: csv-encode
  file: {use: write-file, path: out/n.csv}
links:
  - plain -> split -> first -> begin
  - packed -> unpack -> each
  - again -> count -> number -> table -> file
END2
cat >each.yaml <<'END2'
leat: 1
session: each
operators:
  in: {use: files, match: "logs/*.log"}
  split: lines
  some: {use: head, count: 200000}
  out: {use: write-file, path: "out/{src_stem}.txt"}
links: [in -> split -> some -> out]
END2
cat >behind.yaml <<'END2'
leat: 1
session: behind
operators:
  plain: {use: files, match: "logs/*.log"}
  packed: {use: files, match: "packed/*.gz"}
  unpack: decompress
  lines: lines
  more: lines
  a: {use: match, pattern: '^(?<k>\d+) (?<n>\d+)', types: {k: integer, n: integer}, else: drop}
  b: {use: match, pattern: '^(?<k>\d+) (?<n>\d+)', types: {k: integer, n: integer}, else: drop}
  sum: {use: aggregate, group: [k], compute: {n: sum(n)}}
  same: {use: map, select: {k: k, n: "coalesce(n, 0)"}}
  all: gather
  table: csv-encode
  file: {use: write-file, path: out/all.csv}
links:
  - packed -> unpack -> more -> b -> all
  - plain -> lines -> a -> all
  - a -> sum -> same -> all
  - all -> table -> file
END2

# Each of the sources comes before the other one: they run at the same time, here,
# and can't where something spans their units.
cat >crossed.yaml <<'END2'
leat: 1
session: crossed
operators:
  plain: {use: files, match: "logs/*.log"}
  packed: {use: files, match: "packed/*.gz"}
  one: gather
  two: gather
  first: {use: write-file, path: "out/one/{src_name}"}
  second: {use: write-file, path: "out/two/{src_name}"}
links:
  - plain -> one
  - packed -> one -> first
  - packed -> two
  - plain -> two -> second
END2
sed 's/^session: .*/session: stuck/; s/{src_name}/all/' crossed.yaml >stuck.yaml
expect 0 "$LEAT" check -v crossed.yaml
printed 'cannot be shared out to workers: each of its sources would have to wait for another'
expect 0 "$LEAT" run -j 2 crossed.yaml
for half in one two; do
	for directory in logs packed; do
		for name in "$directory"/*; do
			cmp "$name" "out/$half/${name#*/}" || fail "$half $name"
		done
	done
done
expect 78 "$LEAT" run -j 2 stuck.yaml
said 'the graph is stuck: each of its sources waits for another; let all that gathers them do it in one order'
rm -r out .leat

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

for session in copy one-file report failing skip first clash two apart behind each; do
	"$LEAT" check -v $session.yaml | grep -q '^units can be shared out' ||
		fail "$session isn't shared"
	same $session -k
done
for session in failing two apart; do
	same $session
done
same report --state none
grep -q 'status 0' copy.2 || fail 'copy fails'
grep -q '1 of them failed' failing.2 || fail 'nothing fails'

# What is counted is the same, too.
counts()
{
	"$LEAT" run -q -k -j $2 --state none --stats json $1.yaml 2>&1 |
		grep '^{' | tr '{' '\n' | grep '"items_in"' |
		sed 's/"runs":[0-9]*,//; s/"busy_ns":.*//'
}
for session in failing two; do
	counts $session 1 >counts.1
	counts $session 2 >counts.2
	grep -q '"bytes_in":[1-9]' counts.1 || fail 'nothing is counted'
	cmp counts.1 counts.2 || fail "the counts of $session differ"
done

# Workers were there: a process for each, and the zygote. What -j says isn't cut
# to 32 bits, which would be 1.
sed 's/^session: .*/session: limited/' copy.yaml >limited.yaml
echo 'resources: {jobs: 3}' >>limited.yaml
if command -v strace >/dev/null; then
	for session in copy behind limited; do
		jobs=3
		[ $session = limited ] && jobs=4294967297
		rm -rf out
		ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
			strace -f -qq -e trace=fork,vfork,clone,clone3 \
			-o calls "$LEAT" run -k -q -j $jobs --state none \
			$session.yaml 2>said
		forks=$(grep -c 'clone.*= [0-9]' calls)
		[ "$forks" -eq 4 ] ||
			fail "$forks processes were started, not 4: $session"
	done
fi

finish
