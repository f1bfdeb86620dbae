#!/bin/sh
# SPDX-License-Identifier: MIT
# filter behind files: of a file that it drops nothing is written, by whatever
# comes behind it. Which files are kept is checked with find.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

mkdir -p in/a
seq 1000 >in/a/large
seq 2000 >in/larger
seq 10 >in/small
: >in/empty
(cd in && find . -type f -size +1k | sed 's|^\./||' | LC_ALL=C sort) >large
(cd in && find . -type f ! -size +1k | sed 's|^\./||' | LC_ALL=C sort) >small

# session NAME WHERE OPERATORS CHAIN [LINK]: writes NAME.yaml
session()
{
	cat >"$1.yaml" <<-END
		leat: 1
		session: $1
		params: {where: {type: sql, default: "$2"}}
		operators:
		  in: {use: files, match: "in/**/*"}
		  pick: {use: filter, where: "\${where}"}
		  out: {use: write-file, path: "$1/{src_path}.out"}
		$3
		links:
		  - in -> pick -> $4 -> out
		${5-}
	END
}

# made NAME LIST: the run of NAME has made just the files of LIST
made()
{
	(cd "$1" && find . -type f | sed 's|^\./||; s|\.out$||' | LC_ALL=C sort) |
		diff "$2" - >difference ||
		fail "$1 ($jobs): $(cat difference)"
}

large='src_size > 1024'
session pack "$large" '  pack: compress' pack
session table "$large" "  split: lines
  parse: {use: match, pattern: '(?<n>.*)'}
  table: csv-encode" 'split -> parse -> table'
session count "$large" '  split: lines
  count: {use: aggregate, per: unit, compute: {lines: count(*)}}
  show: {use: text-encode, template: "{lines}"}' 'split -> count -> show'
session tar "$large" '  tar: archive-write' tar
session copy "$large" '  split: lines' split
session whole "$large" '  pack: compress
  whole: spool' 'pack -> whole'
for jobs in 1 2; do
	for name in pack table count tar copy whole; do
		rm -rf $name .leat/$name
		expect 0 "$LEAT" run -j $jobs $name.yaml
		made $name large
		# The others, also that which is empty.
		rm -rf $name .leat/$name
		expect 0 "$LEAT" run -j $jobs $name.yaml --where "NOT ($large)"
		made $name small
		[ "$name" = count ] || continue
		echo 0 | holds count/empty.out
	done
done

# What was dropped is up to date, too, until it grows.
expect 0 "$LEAT" run -v pack.yaml
said 'pack: 4 units'
expect 0 "$LEAT" run -v pack.yaml
said 'pack: 0 units, 4 up to date'
seq 1000 >in/small
expect 0 "$LEAT" run -v --prune pack.yaml
said 'pack: 1 unit, 3 up to date'
gzip -dc pack/small.out | cmp - in/small || fail 'a file that has grown'
seq 10 >in/small
expect 0 "$LEAT" run -v pack.yaml
said ' 3 up to date, 1 stale output, '
expect 0 "$LEAT" run -v --prune pack.yaml
said ' up to date, 1 stale output removed, '
made pack large
rm in/a/large in/larger
expect 0 "$LEAT" run -v --prune pack.yaml
said ' up to date, 2 stale outputs removed, '
expect 0 "$LEAT" run -v --prune pack.yaml
grep stale stderr && fail 'what was removed is stale'
seq 2000 >in/larger
seq 1000 >in/a/large
expect 0 "$LEAT" run pack.yaml
made pack large

# Nor does it stay where another graph runs before or behind.
graph()
{
	cat <<-END
		  $1:
		    operators:
		      in: {use: files, match: "in/**/*"}
		      pick: {use: filter, where: "$2"}
		      pack: compress
		      out: {use: write-file, path: "out/$1/{src_path}.out"}
		    links: [in -> pick -> pack -> out]
	END
}
graph some '${where}' >some
graph every true >every
for order in 'some every' 'every some'; do
	rm -rf out .leat/two
	{
		echo 'leat: 1'
		echo 'session: two'
		echo 'params: {where: {type: sql, default: "true"}}'
		echo 'graphs:'
		cat $order
	} >two.yaml
	expect 0 "$LEAT" run two.yaml
	expect 0 "$LEAT" run --prune -v two.yaml --where "$large"
	said ' 2 stale outputs removed, '
	made out/some large
	LC_ALL=C sort large small >all
	made out/every all
done

# Digests of what is kept only; and a gather of both has them all.
session sums "$large" "  sum: hash
  show: {use: map, select: [src_path]}
  lines: {use: text-encode, template: \"{src_path}\"}
  list: {use: write-file, path: sums.txt}" 'sum' '  - sum.digest -> show -> lines -> list'
expect 0 "$LEAT" run sums.yaml
holds sums.txt <large
made sums large
session both "$large" "  rest: {use: filter, where: \"$large IS NOT TRUE\"}
  both: gather
  first: compress" 'both -> first' '  - in -> rest -> both'
expect 0 "$LEAT" run both.yaml
LC_ALL=C sort large small >all
made both all
gzip -dc both/empty.out | cmp - /dev/null || fail 'the empty file'
sed 's/ IS NOT TRUE/ AND false/' both.yaml >none.yaml
rm -r both
expect 0 "$LEAT" run --state none none.yaml
made both large

# What can't be decided goes to rejected, and not to both.
session odd "abs(-9223372036854775807 - (src_name = 'small')) > 0" \
	'  pack: compress
  other: compress
  bad: {use: write-file, path: "bad/{src_path}.out"}' pack '  - pick.rejected -> other -> bad'
expect 0 "$LEAT" run odd.yaml
made odd /dev/stdin <<-END
	a/large
	empty
	larger
END
(cd bad && ls) >names
echo small.out | holds names
finish
