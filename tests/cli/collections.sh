#!/bin/sh
# SPDX-License-Identifier: MIT
# Collections of files, from `files` to outputs per file and for all: what is
# found, what isn't read, and what becomes of the others. Expected contents are
# those of cat and find.
. "$srcdir/tests/cli/lib.sh"

cat >cat.yaml <<'END'
leat: 1
session: cat
params:
  inputs: {type: inputs, args: true}
  recursive: {type: boolean, default: false}
  hidden: {type: boolean, default: false}
  ignore-case: {type: boolean, default: false}
  symlinks: {type: choice, choices: [files, follow, skip], default: files}
  empty: {type: choice, choices: [error, allow], default: error}
operators:
  in:
    use: files
    match: "${inputs}"
    exclude: ['*.skip', 'old/**']
    recursive: "${recursive}"
    hidden: "${hidden}"
    ignore-case: "${ignore-case}"
    symlinks: "${symlinks}"
    empty: "${empty}"
  out: stdout
links: [in -> out]
END

mkdir -p in/sub/deep in/old
for name in b.txt a.txt c.TXT x.skip .hidden.txt sub/e.txt sub/deep/d.txt \
	old/o.txt 'a b.txt'; do
	echo "$name" >"in/$name"
done
ln -s a.txt in/link.txt
ln -s sub in/way

# lists WANTED ARGUMENTS...: the contents are the names.
lists()
{
	wanted=$1
	shift
	expect 0 "$LEAT" run cat.yaml "$@"
	printf '%b' "$wanted" | holds stdout
}
lists 'a b.txt\na.txt\nb.txt\na.txt\n' 'in/*.txt'
lists 'a.txt\nb.txt\n' in/b.txt in/a.txt in/b.txt
lists '.hidden.txt\n' 'in/.h*'
lists '.hidden.txt\na b.txt\na.txt\nb.txt\na.txt\n' --hidden 'in/*.txt'
lists 'a b.txt\na.txt\nb.txt\nc.TXT\na.txt\n' --ignore-case 'in/*.txt'
lists 'a b.txt\na.txt\nb.txt\n' --symlinks skip 'in/*.txt'
lists 'sub/deep/d.txt\nsub/e.txt\n' --recursive in/sub
lists 'sub/deep/d.txt\nsub/e.txt\n' 'in/s*/**'
lists 'sub/deep/d.txt\nsub/e.txt\nsub/deep/d.txt\nsub/e.txt\n' \
	--symlinks follow 'in/**/[ed].txt'
lists 'sub/e.txt\n' 'in/w*/e*'
lists '' --empty allow 'in/none*' 'in/*.skip'
expect 66 "$LEAT" run cat.yaml 'in/none*'
said 'no input matches in/none*'

# Patterns that are the end of a name, or nearly: find(1) finds the same.
mkdir odd
for name in .t t xt a.t 'a*t' 'a[t' 'a?t' 'a\t' "$(printf '\303\244t')" \
	"$(printf '\344t')" at.; do
	printf '%s\n' "$name" >"odd/$name"
done
for pattern in '*' '*t' '*.t' '*xt' '*.' '*\*t' '*[?]t' '*[[]t' '*\\t' '*a*t' \
	"*$(printf '\303\244t')" '*none'; do
	LC_ALL=C find odd -type f -name "$pattern" ! -name '.*' -print0 |
		LC_ALL=C sort -z | xargs -0r cat >wanted
	expect 0 "$LEAT" run cat.yaml --empty allow "odd/$pattern"
	holds stdout <wanted
done
[ ! -s wanted ] || fail 'something is called none'

expect 66 "$LEAT" run cat.yaml 'in/su*'
said 'recursive: true'
silent stdout

in_outer()
{
	(cd outer/in && "$@")
}

# Links that lead to where they lie: find(1), started where the paths do, tells of
# a loop, and doesn't enter it.
mkdir -p ring/a/b
echo 1 >ring/1.txt
echo 2 >ring/a/2.txt
echo 3 >ring/a/b/3.txt
ln -s .. ring/a/up
ln -s . ring/self
ln -s ../../.. ring/a/b/top
ln -s a ring/twin
for way in ring ring/a ring/twin/b; do
	LC_ALL=C find -L . -path "./$way/*" -type f -name '*.txt' \
		2>loops >wanted
	[ -s wanted ] || fail 'find has found nothing'
	grep -q loop loops || fail 'find has seen no loop'
	LC_ALL=C sort wanted | xargs cat >contents
	for pattern in "$way/**" "$way/**/*.txt" "$PWD/$way/**"; do
		expect 0 "$LEAT" run cat.yaml --symlinks follow "$pattern"
		holds stdout <contents
		said 'leads to a directory that it lies in'
	done
	expect 0 "$LEAT" run cat.yaml --symlinks follow --recursive "$way"
	holds stdout <contents
done
lists '1\n2\n3\n2\n3\n' --symlinks follow --recursive 'ring/*'
said "ring/a/b/top leads to a directory that it lies in: it isn't entered, \
nor are 4 others like it; \`exclude\` can leave it out"
lists '2\n3\n' --symlinks follow 'ring/a/**'
said 'ring/a/b/top leads'
lists '3\n' 'ring/a/b/**'
silent stderr

# Above the working directory it is no other, however the path is written.
mkdir -p outer/in/x
echo o >outer/o.txt
echo 1 >outer/in/x/1.txt
ln -s ../.. outer/in/x/out
in_outer find -L .. -path '../in/x/*' -type f -exec cat '{}' + \
	2>/dev/null >contents
ln -s / outer/in/x/root
for pattern in 'x/**' '../in/x/**' "$PWD/outer/in/x/**" './x/../x/**'; do
	expect 0 in_outer "$LEAT" run ../../cat.yaml --symlinks follow \
		"$pattern"
	holds stdout <contents
	said 'x/out leads to a directory that it lies in'
done

# So outputs beside the inputs aren't found in the next run, either.
cat >ring.yaml <<'END'
leat: 1
session: ring
operators:
  in: {use: files, match: 'ring/a/**', symlinks: follow}
  out: {use: write-file, path: 'ring/out/{src_path}'}
links: [in -> out]
END
for _ in 1 2 3; do
	expect 0 "$LEAT" run ring.yaml
	holds_only ring/out '2.txt b'
	holds_only ring/out/b 3.txt
done
said 'ring/a/b/top leads'
sed "s/symlinks: follow/&, exclude: [up, top]/" ring.yaml >told.yaml
expect 0 "$LEAT" run told.yaml
grep leads stderr && fail 'what is excluded is warned of'

# What isn't a regular file is said, and the others are read.
mkfifo in/fifo
ln -s nowhere in/dangling
expect 1 "$LEAT" run -k cat.yaml in/a.txt in/fifo in/sub in/dangling \
	in/missing /dev/null in/b.txt
printf 'a.txt\nb.txt\n' | holds stdout
said 'in/fifo: it is a FIFO'
said 'in/sub: it is a directory'
said "in/dangling: it is a symbolic link to what isn't there; \`exclude\` leaves it out"
said 'in/missing: it cannot be read: No such file'
said '/dev/null: it is a device'
sed "s/\*.skip./&, dangling, fifo/" cat.yaml >without.yaml
expect 0 "$LEAT" run without.yaml 'in/*'
rm in/fifo in/dangling

# What may not be read.
chmod 0 in/b.txt in/sub
expect 1 as_nobody ./leat run -k cat.yaml 'in/[ab].txt' 'in/sub/*'
printf 'a.txt\n' | holds stdout
said 'in/b.txt: '
said 'ermission denied'
said 'in/sub/: the directory cannot be listed'
chmod 755 in/sub
chmod 644 in/b.txt

# A name that could do harm is only a name.
mkdir names
escape=$(printf '\033[31m')
for name in '-rf' '%n%s' '$(id)' "new
line" "$escape" "$(printf '\377\376')"; do
	echo "$name" >"names/$name"
done
expect 0 "$LEAT" run cat.yaml 'names/*'
LC_ALL=C sh -c 'cat names/*' | holds stdout
chmod 0 names/*
expect 1 as_nobody ./leat run -k cat.yaml 'names/*'
grep -qF "$escape" stderr && fail 'an escape sequence is shown'
chmod 644 names/*

# One output for each file, and one for all.
cat >copy.yaml <<'END'
leat: 1
session: copy
params: {inputs: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${inputs}"}
  unpack: decompress
  split: lines
  each: {use: write-file, path: "each/{src_dir}/{src_stem}.out", mode: "0600"}
  all: {use: write-file, path: new/all.out}
links: [in -> unpack -> split -> each, split -> all]
END
seq 100000 | gzip -c >in/sub/numbers.tar.gz
expect 0 "$LEAT" run copy.yaml 'in/**/*.txt' 'in/**/*.gz'
seq 100000 | holds each/sub/numbers.out
echo sub/deep/d.txt | holds each/sub/deep/d.out
echo a.txt | holds each/a.out
[ "$(stat -c %a each/a.out)" = 600 ] || fail 'the mode of an output'
holds_only each 'a b.out a.out b.out link.out old sub'
holds_only new all.out
(find in -name '*.txt' ! -name '.*' -o -name '*.gz' | LC_ALL=C sort |
	while read -r name; do
		case $name in
		*.gz) gzip -dc "$name" ;;
		*) cat "$name" ;;
		esac
	done) | holds new/all.out

# A unit that fails at its end leaves nothing in either.
rm -rf each new
head -c 100000 in/sub/numbers.tar.gz >in/cut.gz
expect 1 "$LEAT" run -k copy.yaml in/b.txt in/cut.gz in/a.txt
said 'in/cut.gz: '
holds_only each 'a.out b.out'
printf 'a.txt\nb.txt\n' | holds new/all.out

# Two units for one output.
mkdir -p in/one in/two
echo 1 >in/one/same
echo 2 >in/two/same
sed 's,{src_dir}/,,' copy.yaml >clash.yaml
rm -rf each new
expect 73 "$LEAT" run clash.yaml 'in/*/same'
said 'each/same.out would be written for in/one/same and for in/two/same'
[ ! -e new/all.out ] || fail 'an output that spans was published'
expect 0 "$LEAT" run copy.yaml 'in/*/same'
echo 2 | holds each/two/same.out

# What is held back until a unit has succeeded goes through a file without a
# name when it is long.
seq 500000 >in/long
expect 0 "$LEAT" run cat.yaml in/long in/a.txt
cat in/a.txt in/long | holds stdout
seq 500000 | gzip -c | head -c 1000000 >in/long.gz
sed 's,- out: stdout,&,; s,^links:.*,links: [in -> unpack -> out],
	s,^operators:,&\n  unpack: decompress,' cat.yaml >unpack.yaml
expect 1 "$LEAT" run -k unpack.yaml in/a.txt in/long.gz
echo a.txt | holds stdout
TMPDIR=/nonexistent
export TMPDIR
expect 1 "$LEAT" run cat.yaml in/long
said TMPDIR
silent stdout
unset TMPDIR

# A file that is changed while it is read.
sed 's,^links:.*,links: [in -> unpack -> split -> out],
	s,^operators:,&\n  unpack: decompress\n  split: lines,
	s,  out: stdout,  out: {use: write-file\, path: changed.out},' \
	cat.yaml >slow.yaml
if traced; then
	amid sh -c 'echo more >>in/long'
	expect 1 trace in/long read:signal=STOP:when=2 \
		"$LEAT" run slow.yaml in/long
	wait
	said 'changed while it was read'
	[ ! -e changed.out ] || fail 'an output of a changed input'
fi

# A list of names, besides patterns or alone.
cat >list.yaml <<'END'
leat: 1
session: list
operators: {in: {use: files, list: listed}, out: stdout}
links: [in -> out]
END
echo b >in/b.txt
printf 'in/b.txt\n\nin/a.txt' >listed
expect 0 "$LEAT" run list.yaml
cat in/a.txt in/b.txt | holds stdout
printf 'in/a.txt\0in/b.txt\n' >listed
expect 66 "$LEAT" run list.yaml
said 'listed cannot be read: it holds a NUL'
rm listed
expect 66 "$LEAT" run list.yaml
said 'No such file'
sed 's/, list: listed//' list.yaml >neither.yaml
expect 78 "$LEAT" check neither.yaml
said "neither 'match' nor 'list'"

# A head whose unit fails for somebody else: its items don't count, and those of
# the next unit come in their place.
mkdir heads
printf '1\n2\n' | gzip -c >whole.gz
head -c "$(($(wc -c <whole.gz) - 4))" whole.gz >heads/a.gz
printf '3\n4\n5\n' | gzip -c >heads/b.gz
cat >heads.yaml <<'END'
leat: 1
session: heads
operators:
  in: {use: files, match: 'heads/*'}
  unpack: decompress
  split: lines
  first: {use: head, count: 2}
  out: stdout
  all: {use: write-file, path: 'heads-out/{src_stem}.txt'}
links:
  - in -> unpack -> split -> first -> out
  - split -> all
END
expect 1 "$LEAT" run -k heads.yaml
printf '3\n4\n' | holds stdout
holds_only heads-out b.txt
# Alone, it ends before the place where the file is damaged.
sed '/all/d' heads.yaml >alone.yaml
expect 0 "$LEAT" run alone.yaml
printf '1\n2\n' | holds stdout

# A computed and a plain column side by side, and a header that waits.
printf '1 a\n2 b\n3 a\n' >mixed.txt
cat >mixed.yaml <<'END'
leat: 1
session: mixed
operators:
  in: {use: files, match: mixed.txt}
  split: lines
  parse: {use: match, pattern: '^(?<n>\d+) (?<g>\w)$', types: {n: integer}}
  sum: {use: aggregate, group: [g], compute: {s: sum(n * 2 + 1), k: count(*)}}
  table: csv-encode
  out: stdout
links: [in -> split -> parse -> sum -> table -> out]
END
expect 0 "$LEAT" run mixed.yaml
printf 'g,s,k\na,10,2\nb,5,1\n' | holds stdout
echo bad >>mixed.txt
expect 1 "$LEAT" run mixed.yaml
silent stdout

# One file has one name, whoever wrote it.
expect 0 "$LEAT" run cat.yaml in/a.txt ./in/a.txt './in/a.tx?' ././/in/a.txt
cat in/a.txt | holds stdout
finish
