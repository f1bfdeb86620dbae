#!/bin/sh
# SPDX-License-Identifier: MIT
# Two units that would write one file, and files that are written and read: an
# error before anything is replaced, the same from nothing and later.
. "$srcdir/tests/cli/lib.sh"

mkdir -p in/one in/two
echo 1 >in/one/a.x
echo 2 >in/two/b.x

# session NAME OPERATOR... LINKS: writes NAME.yaml.
session()
{
	name=$1
	shift
	{
		printf 'leat: 1\nsession: %s\noperators:\n' "$name"
		while [ $# -gt 1 ]; do
			printf '  %s\n' "$1"
			shift
		done
		printf 'links: [%s]\n' "$1"
	} >"$name.yaml"
}

# refused NAME WHAT: by plan and by run, whether anything is remembered or not;
# nothing is made.
refused()
{
	for state in none "$PWD/state"; do
		for verb in plan run 'run -j 2' 'run -k'; do
			expect 73 env LEAT_STATE="$state" "$LEAT" $verb "$1.yaml"
			said "$2"
		done
	done
	[ ! -e out ] || fail "$1: something was made"
}

# ---- Two units, two operators ---------------------------------------------------

echo 3 >in/two/a.x
session units 'in: {use: files, match: "in/*/*"}' \
	'out: {use: write-file, path: "out/{src_name}"}' 'in -> out'
refused units 'out/a.x would be written for in/one/a.x and for in/two/a.x; put {src_path}, or {src_dir}/{src_name}, into `path`'
# Where the pattern begins behind what is different, only another one helps.
session apart 'in: {use: files, match: [in/one/a.x, "in/two/*"]}' \
	'out: {use: write-file, path: "out/{src_path}"}' 'in -> out'
refused apart 'out/a.x would be written for in/one/a.x and for in/two/a.x; let one pattern find both, so that {src_path} differs'
sed -i 's,match: [^}]*},match: "in/*/a.x"},' apart.yaml
expect 0 "$LEAT" run --state none apart.yaml
holds_only out 'one two'
rm -r out
session sinks 'in: {use: files, match: "in/*/*"}' \
	'out: {use: write-file, path: "out/{src_path}"}' \
	"again: {use: write-file, path: \"$PWD/./out/{src_path}\"}" \
	'in -> out, in -> again'
refused sinks '/out/one/a.x would be written by out for in/one/a.x and by again for in/one/a.x; let each have a `path` of its own'
session wholes 'in: {use: files, match: "in/*/*"}' \
	'out: {use: write-file, path: "out/all"}' \
	"again: {use: write-file, path: $PWD/out/all}" 'in -> out, in -> again'
refused wholes 'out/all would be written by out for all units and by again for all units'
session both 'in: {use: files, match: "in/one/*"}' \
	'out: {use: write-file, path: "out/{src_name}"}' \
	'again: {use: write-file, path: out/a.x}' 'in -> out, in -> again'
refused both 'out/a.x would be written by again for all units and by out for in/one/a.x'
session gathered 'in: {use: files, match: "in/one/*"}' \
	'more: {use: files, match: "in/two/*"}' 'all: gather' \
	'out: {use: write-file, path: "out/{src_stem}"}' \
	'in -> all -> out, more -> all'
refused gathered 'out/a would be written for in/one/a.x and for in/two/a.x'
session graphs 'in: {use: files, match: "in/one/*"}' \
	'out: {use: write-file, path: "out/{src_name}"}' 'in -> out'
{
	sed -n 1,2p graphs.yaml
	echo graphs:
	for graph in first second; do
		echo "  $graph:"
		sed '1,2d; s/^/    /' graphs.yaml
		sed -i 's/{src_name}/a.x/' graphs.yaml
	done
} >two.yaml
# Also the first one, which is right by itself, makes nothing.
refused two 'out/a.x would be written in the graph first by out for in/one/a.x and in the graph second by out for all units; let each have a `path` of its own'
expect 0 "$LEAT" runs --state state two.yaml
printed 'failed'
sed 's,: out/a.x,: out/a.x/b,; s,path: "out/a.x",path: out/a.x/b,; s/session: .*/session: below/' two.yaml >below.yaml
refused below 'out/a.x would be a file and a directory, in the graph first by out for in/one/a.x and in the graph second by out for all units'

# What a later graph finds now may be other than when its turn comes.
cat >turns.yaml <<'END'
leat: 1
session: turns
graphs:
  first:
    operators:
      in: {use: files, match: "in/one/*"}
      out: {use: write-file, path: "between/{src_name}"}
    links: [in -> out]
  second:
    operators:
      in: {use: files, match: "between/*"}
      out: {use: write-file, path: "out/{src_stem}"}
      all: {use: write-file, path: out/all}
    links: [in -> out, in -> all]
END
expect 0 "$LEAT" run --state state turns.yaml
sed -i 's,{src_name},{src_stem}.new,' turns.yaml
expect 0 "$LEAT" run --state state --prune turns.yaml
holds_only between a.new
holds_only out 'a all'
# What spans units is known all the same.
sed -i 's,out/all,out/a.x,
	s,^    links: .in -> out.$,      more: {use: write-file\, path: "out/{src_name}"}\n    links: [in -> out\, in -> more],' turns.yaml
rm -r out state
echo 1 >between/one
refused turns 'out/a.x would be written in the graph first by more for in/one/a.x and in the graph second by all for all units'
holds_only between 'a.new one'
rm -r between state

# What can't be told before is no error: here nothing is written twice.
session filtered 'in: {use: files, match: "in/*/*"}' 'some: {use: head, count: 1}' \
	'out: {use: write-file, path: "out/{src_name}"}' 'in -> some -> out'
expect 0 "$LEAT" run filtered.yaml
echo 1 | holds out/a.x
rm -r out

# ---- What is read ---------------------------------------------------------------

cp -r in kept
session itself 'in: {use: files, match: "in/*/*"}' 'split: lines' \
	'out: {use: write-file, path: "in/{src_path}"}' 'in -> split -> out'
refused itself 'in/one/a.x would be written for in/one/a.x, and is read; write to another directory or name'
session summary 'in: {use: files, match: "in/*/*"}' \
	'out: {use: write-file, path: in/two/b.x}' 'in -> out'
refused summary 'in/two/b.x would be written for all units, and is read'
diff -r in kept || fail 'an input was changed'

# found WHERE MATCH PATH WHAT: what is written there would be read next time.
found()
{
	session found "in: {use: files, $1}" \
		"out: {use: write-file, path: \"$2\"}" 'in -> out'
	refused found "$3, and be read by the next run; write to another directory, or \`exclude\` it"
}
found 'match: "in/**"' 'in/{src_path}.new' \
	'in/one/a.x.new would be written for in/one/a.x'
found 'match: "in/*/*.x"' 'in/new/{src_stem}-{src_dir}.x' \
	'in/new/a-one.x would be written for in/one/a.x'
found 'match: in, recursive: true' 'in/all' 'in/all would be written for all units'
found 'match: "in/**", ignore-case: true' 'in/ALL' 'in/ALL would be written for all units'
for where in 'match: "in/*/*", exclude: ["*.new"]' 'match: "in/**/*.x"' \
	'match: "in/*/[ab].x"'; do
	session apart "in: {use: files, $where}" \
		'out: {use: write-file, path: "in/{src_path}.new"}' 'in -> out'
	expect 0 env LEAT_STATE=none "$LEAT" plan apart.yaml
done
session dot 'in: {use: files, match: "in/*/*"}' \
	'out: {use: write-file, path: "in/{src_dir}/.{src_name}"}' 'in -> out'
expect 0 env LEAT_STATE=none "$LEAT" plan dot.yaml
diff -r in kept || fail 'an input was changed'

# A graph reads what one before it writes, but doesn't write what that reads.
cat >chain.yaml <<'END'
leat: 1
session: chain
graphs:
  first:
    operators:
      in: {use: files, match: "in/one/*"}
      out: {use: write-file, path: "mid/{src_name}"}
    links: [in -> out]
  second:
    operators:
      in: {use: files, match: "mid/*"}
      out: {use: write-file, path: "last/{src_name}"}
    links: [in -> out]
END
expect 0 env LEAT_STATE=none "$LEAT" run chain.yaml
echo 1 | holds last/a.x
sed -i 's,last/,in/one/,' chain.yaml
expect 73 env LEAT_STATE=none "$LEAT" run chain.yaml
said 'in/one/a.x would be written for mid/a.x, and is read by the graph first'
diff -r in kept || fail 'an input was changed'
rm -r mid last

# ---- Names that follow from contents --------------------------------------------

mkdir tars
(cd in/one && tar -cf ../../tars/1.tar a.x)
session entries 'in: {use: files, match: "tars/*"}' 'unpack: archive-read' \
	'out: {use: write-file, path: "out/{src_name}"}' 'in -> unpack -> out'
export LEAT_STATE="$PWD/state"
expect 0 "$LEAT" run entries.yaml
(cd in/two && tar -cf ../../tars/2.tar a.x b.x)
for state in none "$PWD/state" none; do
	expect 73 env LEAT_STATE="$state" "$LEAT" run entries.yaml
	said 'out/a.x would be written for tars/1.tar and for tars/2.tar'
	echo 1 | holds out/a.x
done
expect 73 "$LEAT" run -k -j 2 entries.yaml
echo 1 | holds out/a.x
(cd in/two && tar -cf ../../tars/2.tar b.x)
expect 0 "$LEAT" run entries.yaml
echo 2 | holds out/b.x

# ---- What a unit does to itself is its own fault ----------------------------------

# One name twice; a file where a directory is, in both orders. Nothing of it is
# there, and the other unit is.
rm -r tars out
mkdir tars
(
	cd in/two
	tar -cf ../../tars/1.tar a.x && tar -rf ../../tars/1.tar a.x
	tar -cf ../../tars/2.tar a.x
	tar -rf ../../tars/2.tar --transform 's,^,a.x/,' b.x
	tar -cf ../../tars/3.tar --transform 's,^,a.x/,' b.x
	tar -rf ../../tars/3.tar a.x
	tar -cf ../../tars/4.tar b.x
)
sed -i 's,{src_name},{src_path},' entries.yaml
for options in '-j 1' '-j 2' '--sandbox off' '--state none'; do
	rm -rf out state
	expect 1 "$LEAT" run -k $options entries.yaml
	said 'out/1.tar/a.x would be written twice for tars/1.tar; put what tells the two apart into `path`, or drop one by a `filter`'
	said 'out/2.tar/a.x would be a file and a directory, for tars/2.tar; put'
	said 'out/3.tar/a.x'
	said '4 units, 3 of them failed'
	[ "$(find out ! -type d)" = out/4.tar/b.x ] ||
		fail "$options: $(find out ! -type d)"
done

# Of two units neither is right.
mkdir -p stems/a
echo 1 >stems/a.x
echo 2 >stems/a/b.x
session stems 'in: {use: files, match: "stems/**/*.x"}' \
	'out: {use: write-file, path: "out/{src_dir}/{src_stem}"}' 'in -> out'
rm -rf out state
refused stems 'out/a would be a file and a directory, for stems/a.x and for stems/a/b.x; put {src_path}, or {src_dir}/{src_name}, into `path`'
session deeper 'in: {use: files, match: "stems/*/*.x"}' \
	'out: {use: write-file, path: "out/{src_dir}/{src_stem}"}' \
	"again: {use: write-file, path: \"$PWD/out/./a/b/c/d\"}" \
	'in -> out, in -> again'
refused deeper 'out/a/b would be a file and a directory, by again for all units and by out for stems/a/b.x; let each have a `path` of its own'
session upward 'in: {use: files, match: "stems/*/*.x"}' \
	'out: {use: write-file, path: "out/{src_path}"}' \
	'again: {use: write-file, path: "out/a"}' \
	'in -> out, in -> again'
refused upward 'out/a would be a file and a directory, by again for all units and by out for stems/a/b.x'

# What an archive holds can't take the place of what is read: the session, its
# inputs, also other ones, and what is remembered.
unset LEAT_STATE
session own 'in: {use: files, match: "tars/*"}' 'unpack: archive-read' \
	'out: {use: write-file, path: "{entry_path}"}' 'in -> unpack -> out'
cp own.yaml own.kept
mkdir -p hold/.leat/own hold/tars
echo 3 | tee hold/own.yaml hold/.leat/own/store.db hold/tars/2.tar >hold/free
# own_refuses ENTRY REASON
own_refuses()
{
	for options in '' '--state none' '--sandbox off'; do
		rm -f tars/*
		tar -cf tars/2.tar -C hold free
		cp tars/2.tar second
		tar -cf tars/1.tar -C hold "$1"
		expect 1 "$LEAT" run -k $options own.yaml
		said "tars/1.tar: $1 would $2"
		cmp own.yaml own.kept || fail 'the session was replaced'
		cmp tars/2.tar second || fail 'an input was replaced'
		echo 3 | holds free
	done
	expect 0 "$LEAT" runs own.yaml
}
own_refuses own.yaml 'be written for tars/1.tar, and is of the session; write to another directory or name'
own_refuses tars/2.tar 'be written for tars/1.tar, and is read; write to'
own_refuses .leat/own/store.db 'lie where leat keeps its state; write to another directory'

# Wherever the state is, and also where names are known before.
mkdir -p hold/kept/own
echo 3 >hold/kept/own/store.db
for kept in kept "$PWD/./kept"; do
	rm -rf tars/* out kept
	tar -cf tars/1.tar -C hold kept/own/store.db
	expect 1 "$LEAT" run --state "$kept" own.yaml
	said 'tars/1.tar: kept/own/store.db would lie where leat keeps its state'
	expect 1 env LEAT_STATE="$kept" "$LEAT" run own.yaml
	said 'tars/1.tar: kept/own/store.db would lie where leat keeps its state'
	expect 0 "$LEAT" runs --state "$kept" own.yaml
	expect 0 "$LEAT" run own.yaml # there it is but a name
	echo 3 | holds kept/own/store.db
done
rm -rf kept .leat
# kept_refuses PATH OPTIONS
kept_refuses()
{
	session keeps 'in: {use: files, match: "in/one/*"}' \
		"out: {use: write-file, path: \"$1\"}" 'in -> out'
	shift
	for verb in plan run; do
		expect 73 "$LEAT" $verb "$@" keeps.yaml
		said ' would lie where leat keeps its state; write to another directory'
	done
}
kept_refuses '.leat/keeps/{src_name}'
kept_refuses '.leat/x' --state none
kept_refuses "$PWD/kept/keeps/all" --state kept
kept_refuses 'kept/keeps/{src_stem}/x' --state "$PWD/kept"
expect 0 "$LEAT" run --state elsewhere keeps.yaml

finish
