#!/bin/sh
# SPDX-License-Identifier: MIT
# Signals: what is in flight is finished, then leat dies of the signal.
. "$srcdir/tests/cli/lib.sh"

cat >filter.yaml <<'END'
leat: 1
session: filter
operators: {in: stdin, split: lines, out: stdout}
links: [in -> split -> out]
END
cat >collect.yaml <<'END'
leat: 1
session: collect
operators: {in: stdin, split: lines, out: {use: write-file, path: all.txt}}
links: [in -> split -> out]
END
cat >endless.yaml <<'END'
leat: 1
session: endless
operators:
  in: {use: generate, count: 1000000000000, fields: {n: number}}
  count: {use: aggregate, compute: {items: count(*)}}
  table: csv-encode
  out: {use: write-file, path: count.csv}
links: [in -> count -> table -> out]
END

# A line that is written into a pipe comes out at once.
mkfifo pipe
"$LEAT" run filter.yaml <pipe >stdout 2>stderr &
leat=$!
exec 3>pipe
echo first >&3
wait_for grep -q first stdout || fail 'a line is held back'

# SIGTERM ends the source though the pipe is open.
kill -TERM $leat
wait $leat
status=$?
[ $status -eq 143 ] || fail "SIGTERM: exit status $status"
echo first | holds stdout
exec 3>&-

# SIGINT while an output is on its way: standard input ends, and the output is
# finished. A shell starts background jobs with SIGINT ignored, so another
# program starts it.
start()
{
	if command -v python3 >/dev/null; then
		python3 -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$@" <pipe 2>stderr &
	else
		"$@" <pipe 2>stderr &
	fi
	leat=$!
	exec 3>pipe
}

# Whether there is a temporary.
temporary()
{
	[ -n "$(find . -name '.leat-*')" ]
}

echo old >all.txt
start "$LEAT" run collect.yaml
echo second >&3
wait_for temporary || fail 'no temporary to be seen'
holds all.txt <<'END'
old
END
kill -INT $leat
wait $leat
status=$?
[ $status -eq 130 ] || fail "SIGINT: exit status $status"
exec 3>&-
temporary && fail 'SIGINT leaves a temporary'
echo second | holds all.txt

# It is remembered as what it was: not as one that has done all.
expect 0 "$LEAT" run -v --state state collect.yaml </dev/null
expect 0 "$LEAT" runs --state state collect.yaml
[ "$(sed -n '2s/^1 *\([a-z]*\) .*/\1/p' stdout)" = done ] || fail 'done'
start "$LEAT" run -v --state state collect.yaml
echo third >&3
wait_for temporary || fail 'no temporary to be seen'
kill -TERM $leat
wait $leat
exec 3>&-
said 'collect: 1 unit, interrupted, '
expect 0 "$LEAT" runs --state state collect.yaml
[ "$(sed -n '2s/^2 *\([a-z]*\) .*/\1/p' stdout)" = interrupted ] ||
	fail "the state of a run that was interrupted: $(cat stdout)"

# Before all of a source that has an end is read, there is no result.
start "$LEAT" run endless.yaml
sleep 0.3
kill -TERM $leat
wait $leat
status=$?
exec 3>&-
[ $status -eq 143 ] || fail "endless: exit status $status"
temporary && fail 'SIGTERM leaves a temporary'
[ ! -e count.csv ] || fail 'a result of a part of the input'

# The second signal gives up at once, whatever is in flight.
echo old >all.txt
start "$LEAT" run collect.yaml
echo third >&3
wait_for temporary
kill -TERM $leat
kill -TERM $leat 2>/dev/null # it may be gone
wait $leat
status=$?
[ $status -eq 143 ] || fail "two signals: exit status $status"
exec 3>&-
temporary && fail 'two signals leave a temporary'

# What nohup ignores stays ignored.
(trap '' HUP; exec "$LEAT" run filter.yaml) <pipe >stdout 2>stderr &
leat=$!
exec 3>pipe
echo one >&3
wait_for grep -qx one stdout
kill -HUP $leat
echo two >&3
wait_for grep -qx two stdout || fail 'SIGHUP is not ignored'
exec 3>&-
wait $leat || fail 'SIGHUP ends leat'

# A reader that has gone: leat dies of SIGPIPE, without a word.
yes line | head -n 1000000 >many
{
	"$LEAT" run filter.yaml <many 2>stderr
	echo $? >status
} | head -n 1 >first
echo 141 | holds status
silent stderr

# Nobody reads standard output: the first signal waits for the reader, the
# second ends the run, and leaves nothing behind.
cat >blocked.yaml <<'END'
leat: 1
session: blocked
operators:
  in: {use: files, match: long.txt}
  split: lines
  out: stdout
  copy: {use: write-file, path: blocked/copy.txt}
links:
  - in -> split -> out
  - split -> copy
END
seq 200000 >long.txt
mkfifo unread
(exec "$LEAT" run blocked.yaml >unread 2>stderr) &
blocked=$!
exec 9<unread
head -c 2 <&9 >first # more than it has room for is on its way
kill -TERM $blocked
wait_for heard $blocked
sleep 0.3
gone $blocked && fail 'it did not wait for the reader'
kill -TERM $blocked
wait_for gone $blocked || kill -KILL $blocked
wait $blocked
status=$?
exec 9<&-
[ $status -eq 143 ] || fail "exit status $status, not 143, after two signals"
[ ! -e blocked ] || holds_only blocked ''
finish
