#!/bin/sh
# SPDX-License-Identifier: MIT
# The exit statuses, each by what causes it.
. "$srcdir/tests/cli/lib.sh"

cat >filter.yaml <<'END'
leat: 1
session: filter
operators: {in: stdin, unpack: decompress, split: lines, out: stdout}
links: [in -> unpack -> split -> out]
END
cat >files.yaml <<'END'
leat: 1
session: files
params:
  inputs: {type: inputs, args: true, default: "*.gz"}
  out: {type: path, default: out.txt}
operators:
  in: {use: files, match: "${inputs}"}
  unpack: decompress
  split: lines
  out: {use: write-file, path: "${out}"}
links: [in -> unpack -> split -> out]
END
echo text | gzip -n >good.gz
head -c 15 good.gz >bad.gz

echo plain | expect 0 "$LEAT" run filter.yaml
echo plain | holds stdout

# 1: a unit of a collection, whatever the reason.
expect 1 "$LEAT" run files.yaml bad.gz
said bad.gz
holds_only . 'bad.gz files.yaml filter.yaml good.gz stderr stdout'
expect 1 "$LEAT" run -k files.yaml good.gz bad.gz

# 64: the command line.
expect 64 "$LEAT" run
expect 64 "$LEAT" run files.yaml --no-such

# 65: bad data of standard input.
expect 65 "$LEAT" run filter.yaml <bad.gz
said 'truncated'

# 66: no such session, no such input.
expect 66 "$LEAT" run none.yaml
said none.yaml
expect 66 "$LEAT" run files.yaml 'none*.gz'
said none

expect 66 "$LEAT" run filter.yaml <.
said 'directory'

# 73: the output can't be created.
expect 73 "$LEAT" run files.yaml good.gz --out good.gz/out.txt
said good.gz/out.txt
mkdir -m 555 closed
expect 73 as_nobody ./leat run files.yaml good.gz --out closed/out.txt
said closed/out.txt
holds_only closed ''

# 74: reading or writing failed.
if [ -c /dev/full ]; then
	echo plain | "$LEAT" run filter.yaml >/dev/full 2>stderr
	[ $? -eq 74 ] || fail 'standard output on a full disk'
	said 'No space left'
fi
echo plain | "$LEAT" run filter.yaml >&- 2>stderr
status=$?
[ $status -eq 74 ] || fail "standard output is closed: $status"

# 77: not permitted.
cp filter.yaml secret.yaml
chmod 0 secret.yaml
expect 77 as_nobody ./leat run secret.yaml
said secret.yaml
# A session of somebody else: what it remembers needs another place.
mkdir theirs mine && chmod 777 mine
sed 's/out: stdout/out: {use: write-file, path: "${out}"}/; s/^operators/params: {out: {type: path}}\n&/' \
	filter.yaml >theirs/copy.yaml
chmod 555 theirs
unset LEAT_STATE
echo plain >plain
expect 77 as_nobody ./leat run theirs/copy.yaml --out mine/copy <plain
said "can't make "
said '--state DIR, or the variable LEAT_STATE, names another directory'
export LEAT_STATE="$PWD/mine/state"
expect 0 as_nobody ./leat run theirs/copy.yaml --out mine/copy <plain
holds_only mine 'copy state'
[ -d mine/state/filter ] || fail 'the state is elsewhere'
chmod 0 mine/state/filter
expect 77 as_nobody ./leat run theirs/copy.yaml --out mine/copy <plain
said "can't open $PWD/mine/state/filter: Permission denied"
chmod 700 mine/state/filter
chmod 755 theirs
export LEAT_STATE=none

# 78: the session is wrong.
sed 's/lines/lnies/' filter.yaml >wrong.yaml
expect 78 "$LEAT" run wrong.yaml </dev/null
said "did you mean 'lines'?"
finish
