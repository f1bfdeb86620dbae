#!/bin/sh
# SPDX-License-Identifier: MIT
# Text that is broken or meant to harm, and inputs that are no files.
. "$srcdir/tests/cli/lib.sh"

cat >copy.yaml <<'END'
leat: 1
session: copy
params: {inputs: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${inputs}"}
  split: lines
  out: {use: write-file, path: "out/{src_name}"}
links: [in -> split -> out]
END
sed 's/  split: lines/  split: {use: lines, max: 200MiB}/
	s/^leat: 1/&\
resources: {memory: 512MiB}/' copy.yaml >long.yaml
sed 's/links: .*/links: [in -> split -> out, split.rejected -> more]/
	s/^links/  more: {use: write-file, path: rejected}\
links/' copy.yaml >rejected.yaml
sed 's/  split: lines/  split: {use: lines, too-long: cut}/' copy.yaml >cut.yaml
sed 's/  split: lines/  split: {use: lines, too-long: fail}/' copy.yaml >fail.yaml
cat >table.yaml <<'END'
leat: 1
session: table
params: {inputs: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${inputs}"}
  split: lines
  parse: {use: match, pattern: '^(?<first>\S+) (?<second>.*)$'}
  table: csv-encode
  out: {use: write-file, path: "out/{src_name}"}
links: [in -> split -> parse -> table -> out]
END
sed 's/links: .*/links: [in -> split -> parse -> table -> out, parse.rejected -> bad]/
	s/^links/  bad: {use: write-file, path: rejected}\
links/' table.yaml >table-rejected.yaml

# A line of 100 MiB: the lines around it are there, it is not; memory is not
# taken for it.
size=104857600
[ -z "${LEAT_TEST_QUICK-}" ] || size=10485760
{
	echo before
	head -c $size /dev/zero | tr '\0' x
	echo
	echo after
} >long
expect 1 "$LEAT" run copy.yaml long
said long
said 'lines'
holds_only out ''
expect 0 "$LEAT" run long.yaml long
cmp long out/long || fail 'the long line with a larger limit'
rm -rf out
expect 0 "$LEAT" run rejected.yaml long
printf 'before\nafter\n' | holds out/long
expect 1 "$LEAT" run fail.yaml long
expect 0 "$LEAT" run cut.yaml long
{
	echo before
	head -c 1048576 /dev/zero | tr '\0' x
	echo
	echo after
} | cmp - out/long || fail 'the long line, cut'
rm -rf out long rejected

# NUL and bytes that are not UTF-8 pass where nothing asks for text.
printf 'a\0b\n\377\376\n\n\r\n\r\r\nlast\0' >odd
expect 0 "$LEAT" run copy.yaml odd
printf 'a\0b\n\377\376\n\n\n\r\nlast\0\n' | cmp - out/odd ||
	fail 'odd bytes in lines'

# A field is text: UTF-8 without NUL.
printf 'good one\nbad \377\nnul a\0b\ncafe \303\251\n' >fields
expect 1 "$LEAT" run table.yaml fields
said fields
said second
expect 0 "$LEAT" run table-rejected.yaml fields
printf 'first,second\ngood,one\ncafe,\303\251\n' | holds out/fields
printf 'bad \377\nnul a\0b\n' | cmp - rejected || fail 'rejected lines'

# CSV that a spreadsheet reads back.
printf 'q "a", b\nr x\ty\n' >quotes
expect 0 "$LEAT" run table.yaml quotes
printf 'first,second\nq,"""a"", b"\nr,x\ty\n' | holds out/quotes

# Nothing: no lines, no header is missing.
: >empty
rm -rf out
expect 0 "$LEAT" run table.yaml empty
echo first,second | holds out/empty
expect 0 "$LEAT" run copy.yaml empty
: | holds out/empty
printf '\n' >newline
expect 0 "$LEAT" run copy.yaml newline
printf '\n' | holds out/newline

# Not files.
rm -rf out
mkfifo fifo
mkdir folder
ln -s none dangling
for name in fifo folder dangling /dev/zero /dev/null; do
	echo good >good
	expect 1 timeout 10 "$LEAT" run -k copy.yaml good $name
	said "${name#/dev/}"
	holds_only out good
	rm -rf out
done
if command -v python3 >/dev/null; then
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
	expect 1 "$LEAT" run copy.yaml socket
	said socket
fi

# Unreadable, as somebody else.
echo secret >secret
chmod 0 secret
mkdir -m 777 public
sed 's,out/{,public/{,' copy.yaml >public.yaml
chmod 644 good
expect 1 as_nobody ./leat run -k public.yaml good secret
said secret
said 'ermission'
holds_only public good
rm public/good

# A name that would do harm elsewhere is shown escaped.
mkdir names
name=$(printf 'names/-rf %%n \033[31m$(id)\n"x')
head -c 12 /dev/urandom | tr '\n' ' ' >"$name"
: | gzip -n | head -c 10 >"$name"
sed 's/split: lines/unpack: decompress\n  split: lines/
	s/in -> split/in -> unpack -> split/' copy.yaml >unpack.yaml
expect 1 "$LEAT" run unpack.yaml "$name"
said '\x1b[31m$(id)\n'
grep -q "$(printf '\033')" stderr && fail 'an escape sequence reaches the terminal'
printf 'text\n' >"$name"
expect 0 "$LEAT" run copy.yaml names/*
[ "$(ls -A out | wc -l)" -eq 2 ] # a name of two lines
rm -rf out names

# Inputs that vanish, fail or change while leat runs.
traced || {
	echo 'no strace: nothing vanishes'
	finish
}
echo one >one
echo two >two
expect 1 trace one openat:error=ENOENT "$LEAT" run -k copy.yaml one two
said one
said 'No such file'
holds_only out two
rm -rf out
expect 1 trace one read:error=EIO "$LEAT" run -k copy.yaml one two
said 'nput/output error'
holds_only out two
rm -rf out
expect 0 trace one read:error=EINTR:when=1 "$LEAT" run copy.yaml one
echo one | holds out/one
rm -rf out
head -c 3000000 /dev/zero | tr '\0' '\n' >growing
amid sh -c 'echo more >>growing'
expect 1 trace growing read:signal=STOP:when=1 \
	"$LEAT" run -j 1 -k copy.yaml growing two
wait
said growing
said changed
holds_only out two

# The name of a file is bytes. A template keeps them; where SQL or a record
# takes the name for text, what isn't UTF-8 is rejected.
mkdir names
name=$(printf 'a\377b')
echo 1 >"names/$name.txt"
echo 2 >names/good.txt
cat >name.yaml <<'END'
leat: 1
session: name
params: {where: {type: sql, default: "true"}}
operators:
  in: {use: files, match: "names/*.txt"}
  split: lines
  some: {use: filter, where: "${where}"}
  out: {use: write-file, path: "named/{src_stem}.out"}
links: [in -> split -> some -> out]
END
expect 0 "$LEAT" run name.yaml
echo 1 | holds "named/$name.out"
echo 2 | holds named/good.out
rm -r named
expect 1 "$LEAT" run -k name.yaml --where "src_name > ''"
said 'names/a\xffb.txt: '
said 'src_name is not UTF-8'
[ -f named/good.out ] || fail 'the good name was not done'
[ "$(ls named | grep -c .)" = 1 ] || fail 'a name that is no text passed'
for select in '{name: src_name, line: line}' "{name: upper(src_name)}" \
	'"src_path, line"'; do
	cat >record.yaml <<-END
	leat: 1
	session: record
	operators:
	  in: {use: files, match: "names/*.txt"}
	  split: lines
	  some: {use: map, select: $select}
	  table: csv-encode
	  out: stdout
	  text: {use: write-file, path: bad.out}
	links: [in -> split -> some -> table -> out, some.rejected -> text]
	END
	expect 0 "$LEAT" run record.yaml
	echo 1 | holds bad.out
	grep -qai good.txt stdout || fail "$select: the good one is missing"
	! grep -q 1 stdout || fail "$select: the bad one passed"
done
finish
