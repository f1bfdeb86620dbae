#!/bin/sh
# SPDX-License-Identifier: MIT
# leat get: outputs by their address, only while they are what leat made.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE

mkdir logs
for name in a b; do seq 50 | sed "s/^/$name/" >logs/$name.log; done
printf 'c\n%s' "$(head -c 200000 /dev/zero | tr '\0' x)" >logs/c.log
cat >copy.yaml <<'END2'
leat: 1
session: copy
params: {some: {type: text}}
operators:
  in: {use: files, match: "logs/*.log"}
  out: {use: write-file, path: "out/{src_stem}.txt"}
  split: lines
  all: {use: write-file, path: all.txt}
links: [in -> out, in -> split -> all]
END2

# Nothing was made yet, and looking makes nothing.
expect 64 "$LEAT" get copy.yaml all
said "no file is remembered as 'all'"
expect 0 "$LEAT" get --list copy.yaml
silent stdout
[ ! -e .leat ] || fail 'looking made a state directory'

expect 0 "$LEAT" run copy.yaml --some x
awk '{ print }' logs/*.log >wanted_all
# What there is, with its content.
list()
{
	find . -type f ! -name 'std*' ! -name before -exec cksum {} + | sort
}
list >before

# By path, by operator, by graph and operator, by unit, by run.
for address in all copy/all all.txt ./out/../all.txt "$PWD/all.txt" 1:all \
	last:all; do
	expect 0 "$LEAT" get copy.yaml "$address"
	holds stdout <wanted_all
	silent stderr
done
for name in a b c; do
	expect 0 "$LEAT" get copy.yaml out --unit logs/$name.log
	holds stdout <logs/$name.log
	expect 0 "$LEAT" get copy.yaml out/$name.txt
	holds stdout <logs/$name.log
done
(cd out && expect 0 "$LEAT" get ../copy.yaml a.txt && mv stdout ..)
holds stdout <logs/a.log
rm -f out/stdout out/stderr
expect 0 "$LEAT" get -C logs ../copy.yaml out --unit a.log
holds stdout <logs/a.log

expect 0 "$LEAT" get --list copy.yaml
tab=$(printf '\t')
holds stdout <<END2
copy/all${tab}1${tab}all.txt${tab}
copy/out${tab}1${tab}out/a.txt${tab}logs/a.log
copy/out${tab}1${tab}out/b.txt${tab}logs/b.log
copy/out${tab}1${tab}out/c.txt${tab}logs/c.log
END2
expect 0 "$LEAT" get --list copy.yaml out/b.txt
[ "$(cut -f 4 stdout)" = logs/b.log ] || fail 'a list of one'
list | holds before

# What doesn't name one file.
expect 64 "$LEAT" get copy.yaml out
said "'out' stands for 3 files"
silent stdout
expect 64 "$LEAT" get copy.yaml out --unit logs/no.log
said "no file of the unit 'logs/no.log' is remembered as 'out'"
expect 64 "$LEAT" get copy.yaml out.in
expect 64 "$LEAT" get copy.yaml oth/all
expect 64 "$LEAT" get copy.yaml
expect 64 "$LEAT" get copy.yaml all out
expect 66 "$LEAT" get no.yaml all

# Another run made it.
sleep 0.1
echo more >>logs/a.log
expect 0 "$LEAT" run copy.yaml --some x
expect 0 "$LEAT" get copy.yaml 2:out/a.txt
holds stdout <logs/a.log
expect 0 "$LEAT" get copy.yaml 1:out/b.txt
expect 64 "$LEAT" get copy.yaml 1:out/a.txt
said 'out/a.txt was made by run 2, not by run 1'
silent stdout

# Changed behind leat's back, also where size and time are the same; missing;
# something else.
touch -r out/b.txt stamp
sed 's/^b1$/b2/' out/b.txt >changed && cat changed >out/b.txt
touch -r stamp out/b.txt
expect 65 "$LEAT" get copy.yaml out/b.txt
said 'out/b.txt: was changed, and not by leat'
silent stdout
rm out/b.txt
expect 66 "$LEAT" get copy.yaml out/b.txt
said 'out/b.txt: No such file'
mkdir out/b.txt
expect 65 "$LEAT" get copy.yaml out/b.txt
said 'is a directory'
rmdir out/b.txt
expect 0 "$LEAT" run copy.yaml --some x
expect 0 "$LEAT" get copy.yaml out/b.txt
holds stdout <logs/b.log

if [ -c /dev/full ]; then
	"$LEAT" get copy.yaml all >/dev/full 2>stderr
	[ $? -eq 74 ] || fail 'a full disk is no error'
fi
finish
