#!/bin/sh
# SPDX-License-Identifier: MIT
# How far a run is: on a terminal, which python's pty module makes, as a bar of
# which nothing remains; elsewhere in lines, for those who want them.
. "$srcdir/tests/cli/lib.sh"

# A run that takes long: terabytes of zeros.
cat >long.yaml <<'END2'
leat: 1
session: long
state: none
resources: {jobs: 1}
operators:
  in: {use: files, match: [big, other]}
  sum: hash
  out: discard
links: [in -> sum, sum.digest -> out]
END2
truncate -s 2T big 2>/dev/null || truncate -s 200G big ||
	skip 'no large sparse files here'
: >other
sed 's/discard/stdout/; s/sum: hash/sum: chunk/; s/sum\.digest/sum/' \
	long.yaml >filter.yaml

# The terminal TERM COLUMNS SCRIPT WORD...: starts leat there and follows the
# SCRIPT: `wait N` for N redraws, `usr2`, `sleep S`, `stop`, where that is told, or
# `end`. Prints what was shown at most in a line, and what is on the screen in the
# end.
cat >terminal.py <<'END2'
import fcntl, os, pty, re, select, signal, struct, sys, termios, time

term, columns, script, words = sys.argv[1], int(sys.argv[2]), sys.argv[3], \
    sys.argv[4:]
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = term
    signal.signal(signal.SIGINT, signal.SIG_DFL) # the shell's & ignores it
    fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
    os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
    os.execv(words[0], words)

seen = b""

def read(seconds):
    global seen
    ready, _, _ = select.select([terminal], [], [], seconds)
    if not ready:
        return
    try:
        more = os.read(terminal, 65536)
    except OSError:
        more = b""
    if not more:
        raise EOFError
    seen += more

def wait_for(done):
    end = time.monotonic() + 60
    while not done():
        read(0.2)
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
            sys.exit("the terminal shows only %r" % seen)

def follow(verb, rest):
    if verb == "wait":
        wait_for(lambda: seen.count(b"%") >= int(rest[0]))
    elif verb == "usr2":
        os.kill(pid, signal.SIGUSR2)
        wait_for(lambda: re.search(rb"long: .*units", seen))
    elif verb == "sleep":
        end = time.monotonic() + float(rest[0])
        while time.monotonic() < end:
            read(0.1)
    elif verb in ("stop", "end"):
        os.kill(pid, signal.SIGINT) # before the second it is behind the first
        wait_for(heard if verb == "end" else lambda: b"interrupted;" in seen)
        os.kill(pid, signal.SIGINT)

def heard():
    try:
        with open("/proc/%d/status" % pid) as status:
            return not re.search("^(Shd|Sig)Pnd:.*[1-9a-f]", status.read(), re.M)
    except EnvironmentError:
        return True

begun = time.monotonic()
try:
    for order in script.split(","):
        verb, *rest = order.split()
        follow(verb, rest)
    while True:
        read(60)
except EOFError:
    pass
_, status = os.waitpid(pid, 0)
seconds = time.monotonic() - begun

lines, column = [[]], 0
for letter in seen.decode():
    if letter == "\r":
        column = 0
    elif letter == "\n":
        lines.append([])
        column = 0
    else:
        assert letter.isprintable(), "controls: %r" % letter
        lines[-1][column:column + 1] = letter
        column += 1
print("signal", os.WTERMSIG(status) if os.WIFSIGNALED(status) else "none")
drawn = re.findall(rb"\r([^\r\n]*%[^\r\n]*)(?=\r)", seen)
print("widest", max(map(len, drawn), default=0))
print("percents", seen.count(b"%"))
print("too many" if seen.count(b"%") > 2 + 6 * seconds else "not too many")
print("screen:")
for line in lines:
    text = "".join(line).rstrip()
    if text and not text.startswith("long: 0 units, "): # how it ended
        print(text)
END2
on_terminal()
{
	python3 terminal.py "$@" >shown || fail "terminal: $*"
}
remains()
{
	sed '1,/^screen:/d' shown >remained
	holds remained
}

# A bar, drawn five times a second, of which nothing remains. Whoever presses
# Ctrl-C is told, once, what comes of it.
stopped='long: interrupted; units in flight are finished, a second signal gives them up'
on_terminal xterm 80 'wait 3,stop' "$LEAT" run long.yaml
grep -qx 'signal 2' shown || fail 'it dies of the signal'
echo "$stopped" | remains
on_terminal xterm 20 'wait 2,stop' "$LEAT" run long.yaml
[ "$(sed -n 's/^widest //p' shown)" -le 19 ] || fail '20 columns'
echo "$stopped" | remains
on_terminal dumb 80 'wait 2,stop' "$LEAT" run --progress bar long.yaml
echo "$stopped" | remains
on_terminal xterm 80 'wait 2,sleep 1,stop' "$LEAT" run long.yaml
grep -qx 'not too many' shown || fail "drawn too often: $(grep percents shown)"

# What is said meanwhile stands on lines of its own.
on_terminal xterm 80 'wait 2,usr2,wait 6,stop' "$LEAT" run long.yaml
sed "1,/^screen:/d; /^long: interrupted/d" shown >remained
[ "$(wc -l <remained)" -eq 1 ] &&
	grep -Eq '^long: [0-9]+%, 0 of 2 units(, |$)' remained ||
	fail 'SIGUSR2 gives one line beside the bar'

# None in the first second, none where nobody sees it or wants it, and none
# where what is shown may be on the same terminal.
rm big
: >big
on_terminal xterm 80 'sleep 0.1' "$LEAT" run -q long.yaml
grep -qx 'percents 0' shown || fail 'a short run needs no bar'
truncate -s 200G big
# barless TERM WORD...
barless()
{
	barless_shown=$1-$2
	on=$1
	shift
	python3 terminal.py "$on" 80 'sleep 1.5,end' "$LEAT" run "$@" \
		>"$barless_shown" &
}
barless dumb long.yaml
barless xterm --progress=none long.yaml
barless xterm -q long.yaml
barless xterm filter.yaml
wait
for how in dumb-long.yaml xterm---progress=none xterm--q xterm-filter.yaml; do
	grep -qx 'percents 0' "$how" || fail "no bar: $how"
done

# ---- Off a terminal ---------------------------------------------------------
# background WORD...: starts it; its messages go to the file said.
background()
{
	: >said
	"$LEAT" run "$@" >/dev/null 2>said &
	pid=$!
}
stop()
{
	kill -KILL $pid
	wait $pid 2>/dev/null
}
reading()
{
	grep -q '^SigCgt:.*[89a-f]..$' /proc/$pid/status # it knows SIGUSR2
}
lines()
{
	[ "$(grep -c '^long: [0-9]*%, 0 of 2 units' said)" -ge "$1" ]
}

# Whether it takes SIGUSR2, whose bit that is, and won't die of it.
hears()
{
	[ $(($(sed -n 's/^SigCgt:\t/0x/p' /proc/$pid/status) & 0x800)) -ne 0 ]
}

background long.yaml
wait_for reading
sleep 1.5
wait_for hears || fail 'SIGUSR2 is not caught'
[ ! -s said ] || fail 'nothing is said off a terminal'
kill -USR2 $pid
wait_for lines 1 || fail 'SIGUSR2 gives a line'
sleep 0.3
lines 2 && fail 'SIGUSR2 gives one line'
stop
background --heartbeat 200ms long.yaml
wait_for lines 3 || fail 'lines by --heartbeat'
stop
background --progress plain --heartbeat 100ms long.yaml
wait_for lines 2 || fail 'plain lines'
stop
background --progress none --heartbeat 100ms long.yaml
sleep 0.5
stop
! lines 1 || fail 'none is none'
# In workers, too, it moves within units: bytes, the rate, and the time left.
truncate -s 20G big other
sed '/^resources/d' long.yaml >shared.yaml
background -j 2 --heartbeat 200ms shared.yaml
moved()
{
	grep -Eq '^long: [1-9][0-9]*%, 0 of 2 units, [0-9.]+ [KMGT]iB/s, [0-9:]+ left$' said
}
wait_for moved || fail "in workers: $(tail -n 3 said)"
children=$(cat /proc/$pid/task/$pid/children 2>/dev/null)
[ -n "$children" ] || [ ! -e /proc/$$/task/$$/children ] || fail 'no workers'
stop
expect 64 "$LEAT" run --heartbeat often long.yaml
said 'takes a duration such as 30s'
expect 64 "$LEAT" run --progress much long.yaml

finish
