#!/bin/sh
# SPDX-License-Identifier: MIT
# What a run says of the inputs and outputs that it can't use. The messages are
# compared whole, so that nobody changes one unseen.
. "$srcdir/tests/cli/lib.sh"

# Runs the operators $1, one a line, with the links $2; $3 is the status. What
# comes on standard input is the first operator's if that is `stdin`.
try()
{
	{
		printf 'leat: 1\nsession: try\noperators:\n'
		echo "$1" | sed 's|^[[:space:]]*|  |'
		echo "links: [$2]"
	} >try.yaml
	expect "$3" "$LEAT" run try.yaml
}

# ---- Values --------------------------------------------------------------------
# value TYPE TEXT WHY
value()
{
	printf '%s\n' "$2" >line
	try "in: stdin
		split: lines
		parse: {use: match, pattern: '(?<v>.*)', types: {v: $1}}
		out: discard" 'in -> split -> parse -> out' 65 <line
	said "field v '$2' $3: $2"
}

value integer x 'is not an integer'
value integer 9223372036854775808 'is beyond the integers of 64 bits'
value real 1,5 'is not a real number'
value boolean yes 'is neither true nor false'
value timestamp noon 'is not a timestamp such as 2000-10-10T20:55:36Z'
value '{type: timestamp, format: clf}' noon \
	'is not a timestamp such as 10/Oct/2000:13:55:36 -0700'
value '{type: timestamp, format: unix}' 1.x \
	'is not a number of seconds since 1970 with up to 6 digits of a fraction'
value '{type: timestamp, format: unix}' 253402300800 \
	'is not in the years 1 to 9999'
value duration 90 'is not a duration such as 1h30min'
value json '{' 'is not one valid JSON value'

head -c 2000 /dev/zero | tr '\0' '[' >deep
try 'in: stdin
	split: lines
	parse: {use: match, pattern: "(?<v>.*)", types: {v: json}}
	out: discard' 'in -> split -> parse -> out' 65 <deep
said 'is JSON that nests too deep'

# ---- Lines ---------------------------------------------------------------------
echo 0123456789 >line
try 'in: stdin
	split: {use: lines, max: 5}
	out: discard' 'in -> split -> out' 65 <line
said 'the line has 10 bytes, more than 5'
try 'in: stdin
	split: {use: lines, max: 5, too-long: fail}
	out: discard' 'in -> split -> out' 65 <line
said 'a line is longer than 5 bytes; raise `max`, or say `too-long: cut`'
try 'in: stdin
	split: lines
	parse: {use: match, pattern: x}
	out: discard' 'in -> split -> parse -> out' 65 <line
said "the line doesn't match the pattern"
printf '%064db\n' 0 >zeros
try "in: stdin
	split: lines
	parse: {use: match, pattern: '^(0+)+$'}
	out: discard" 'in -> split -> parse -> out' 65 <zeros
said 'at byte 0: the pattern takes more than 1000000 steps on this line; repeats within repeats, as in (a+)+, are the usual cause'
# limits <option> <why>: a limit that the pattern itself makes low
limits()
{
	try "in: stdin
		split: lines
		parse: {use: match, pattern: '(*NO_JIT)(*$1)^(0|1)*[23]'}
		out: discard" 'in -> split -> parse -> out' 65 <zeros
	said "$2 on this line"
}

limits LIMIT_DEPTH=1 'the pattern goes back and forth more than 10000 deep'
limits LIMIT_HEAP=0 'the pattern takes too much memory'
printf '9223372036854775807\n1\n' >numbers
try "in: stdin
	split: lines
	parse: {use: match, pattern: '(?<n>.*)', types: {n: integer}}
	add: {use: aggregate, compute: {total: sum(n)}}
	out: discard" 'in -> split -> parse -> add -> out' 65 <numbers
said 'total is beyond the integers of 64 bits; CAST its argument to REAL'

# ---- Compressed contents -------------------------------------------------------
# gunzip FILE PROPERTIES WHY
gunzip()
{
	try "in: stdin
		unpack: {use: decompress$2}
		split: lines
		out: discard" 'in -> unpack -> split -> out' 65 <"$1"
	said "$3"
}

seq 1000 | gzip -n >whole.gz
head -c 1000 whole.gz >cut.gz
gunzip cut.gz '' 'it ends too early; the file is truncated: get the whole of it'
{ cat whole.gz; echo more; } >more.gz
gunzip more.gz '' \
	'what follows the data is something else; cut the file off here, or get it again'
{ printf '\037\213\007'; tail -c +4 whole.gz; } >method.gz
gunzip method.gz '' 'byte 2 of the gzip data: the compression method is unknown; gzip has only deflate; get the file again, or say `format: none` if it is plain'
gunzip line ', format: gzip' 'say `format: auto` if some inputs are not'
: >empty
gunzip empty ', format: gzip' 'the content is empty; get the file again, or say `format: auto` if it may be empty'
{ head -c 10 whole.gz; printf '\377\377\377\377'; tail -c +15 whole.gz; } >broken.gz
gunzip broken.gz '' 'it is damaged here or shortly before; get the file again'

# ---- Finding files -------------------------------------------------------------
# find_files PROPERTIES STATUS WHY
find_files()
{
	try "in: {use: files, $1}
		out: discard" 'in -> out' "$2"
	said "$3"
}

mkdir folder
mkfifo fifo
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
find_files 'match: "*.none"' 66 \
	'no input matches *.none; `empty: allow` permits that'
find_files 'match: "fold*"' 66 \
	'no input matches fold*, only directories do: end it in `/**`, or set `recursive: true`'
find_files 'match: "fodler/sub/*.txt"' 66 \
	'no input matches fodler/sub/*.txt, whose directory is missing; `empty: allow` permits that'
: >list
find_files 'list: list' 66 \
	'no input matches: the list is empty; `empty: allow` permits that'
find_files 'list: none' 66 'the list none cannot be read: No such file'
printf 'a\0b\n' >nul
find_files 'list: nul' 66 \
	'the list nul cannot be read: it holds a NUL; paths stand one a line'
find_files 'match: folder' 1 \
	'folder: it is a directory; to read what is in it, end it in `/**` or set `recursive: true`'
find_files 'match: socket' 1 \
	'it is a socket; only regular files are read, what flows comes by way of `stdin`'
patterns=$(seq -f '"%0.f-0123456789012345678901234567890123456789*"' -s ', ' 50)
find_files "match: [$patterns]" 66 ' and so on; `empty: allow`'

# ---- Outputs -------------------------------------------------------------------
# write PATH WHY
write()
{
	try "in: {use: files, match: line}
		out: {use: write-file, path: \"$1\"}" 'in -> out' "$3"
	said "$2"
}

write fifo 'it exists and is not a regular file' 73
# As /dev/stdout is, where a shell has put a file there, or closed it.
ln -s /proc/self/fd/1 standard
write standard 'it exists and is not a regular file' 73
"$LEAT" run try.yaml 2>stderr >&-
[ $? -eq 73 ] || fail 'what would be standard output: not status 73'
[ -L standard ] || fail 'a link to standard output was replaced'
mkdir twice
echo 1 >twice/a.x
echo 2 >twice/a.y
try 'in: {use: files, match: "twice/*"}
	out: {use: write-file, path: "out/{src_stem}"}' 'in -> out' 73
said 'out/a would be written for twice/a.x and for twice/a.y; put {src_path}, or {src_dir}/{src_name}, into `path`'
mkdir -p deep-in/sub out2
echo 1 >deep-in/sub/a
ln -s / out2/sub
try 'in: {use: files, match: "deep-in/**"}
	out: {use: write-file, path: "out2/{src_dir}/{src_name}"}' 'in -> out' 1
said 'a symbolic link on its way leads out of its directory'
try 'in: {use: files, match: line}
	out: stdout' 'in -> out' 0
"$LEAT" run try.yaml 2>stderr >/dev/full
[ $? -eq 74 ] || fail "a full standard output: not status 74"
said 'cannot write to standard output: No space left on device'
head -c 3000000 /dev/zero >large
TMPDIR=$PWD/none
export TMPDIR
try 'in: {use: files, match: large}
	out: stdout' 'in -> out' 1
said 'cannot hold back what it yields in a temporary file: '
unset TMPDIR
mkdir closed
try 'in: {use: files, match: "closed/*", empty: allow}
	out: discard' 'in -> out' 0
chmod 0 closed
expect 1 as_nobody ./leat run try.yaml
said 'the directory cannot be listed: Permission denied'
finish
