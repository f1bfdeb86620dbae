# SPDX-License-Identifier: MIT
# What the tests of the whole program share; each begins with
#
#	. "$srcdir/tests/cli/lib.sh"
#
# and then is in an empty directory that is removed at the end. $LEAT is the
# program, $srcdir the top of the sources.
set -u

: "${LEAT:?is the program to test}" "${srcdir:?is the top of the sources}"

# Only tests of what is remembered want that.
export LEAT_STATE=none

# A report of the sanitizers must not look like a status of leat.
export ASAN_OPTIONS="exitcode=99${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export LSAN_OPTIONS="exitcode=99${LSAN_OPTIONS:+:$LSAN_OPTIONS}"
export UBSAN_OPTIONS="exitcode=99${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"

directory=$(mktemp -d) || exit 99
chmod 755 "$directory"
cd "$directory" || exit 99
failed=$directory.failed # exists if something did, also behind a pipe
trap 'cd / && rm -rf "$directory" "$failed"' EXIT
trap 'exit 99' HUP INT TERM

fail()
{
	echo "FAIL: $*"
	: >"$failed"
}

# skip WHY: the rest of the test can't be made here.
skip()
{
	[ ! -e "$failed" ] || exit 1
	echo "SKIP: $*"
	exit 77
}

# expect STATUS COMMAND...: runs it, with what it prints in the files stdout
# and stderr; it must exit with STATUS.
expect()
{
	wanted_status=$1
	shift
	"$@" >stdout 2>stderr
	status=$?
	[ $status -eq "$wanted_status" ] && return
	fail "exit status $status, not $wanted_status: $*"
	sed 's/^/	/' stderr | head -n 20
	return 1
}

# Part of what was said on standard error.
said()
{
	grep -qF -e "$1" stderr && return
	fail "standard error doesn't say: $1"
	sed 's/^/	/' stderr | head -n 20
}

# That as many units ran as it says, such as "copy: 4 units", all of them well,
# and none was up to date.
said_all_ran()
{
	grep -qE -e "$1, [0-9.]+ s" stderr && return
	fail "standard error doesn't say that all ran: $1"
	sed 's/^/	/' stderr | head -n 20
}

printed()
{
	grep -qF -e "$1" stdout && return
	fail "standard output doesn't say: $1"
	sed 's/^/	/' stdout | head -n 20
}

# The file $1 is empty.
silent()
{
	[ ! -s "$1" ] && return
	fail "$1 is not empty:"
	sed 's/^/	/' "$1" | head -n 20
}

# The file $1 holds what standard input does.
holds()
{
	difference=$(diff - "$1" 2>&1) && return
	fail "$1 is not as wanted:"
	echo "$difference" | sed 's/^/	/' | head -n 20
}

# The directory $1 holds the names $2 and nothing else: no temporaries.
holds_only()
{
	found=$(ls -A "$1" | tr '\n' ' ')
	[ "$found" = "${2:+$2 }" ] || fail "$1 holds: $found"
}

# Runs a command as somebody without rights; leat must be called as ./leat.
as_nobody()
{
	if [ ! -f leat ]; then
		cp "$LEAT" leat && chmod 755 leat
	fi
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
	else
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	fi
}

# Whether trace works here.
traced()
{
	command -v strace >/dev/null && strace -f -o trace true 2>/dev/null
}

# trace FILE FAULT COMMAND...: runs it with the fault, as strace's --inject
# writes it, in calls that touch FILE (any, when empty). The fault must happen.
trace()
{
	file=$1
	fault=$2
	shift 2
	ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" strace -f -o trace \
		${file:+-P "$PWD/$file" -P "$file"} --inject="$fault" "$@"
	traced_status=$?
	grep -qE 'INJECTED|DELAYED|stopped by SIGSTOP' trace ||
		echo "FAIL: no fault: $fault" >&2
	return $traced_status
}

# Where the fault is signal=STOP: waits for it to stop what is traced; lets that go
# on; and does both in the background, and between them COMMAND, when that is going
# to be traced.
wait_for_stop()
{
	wait_for grep -qs 'stopped by SIGSTOP' trace || fail 'nothing stops'
}
go_on()
{
	kill -CONT "$(sed -n '/stopped by SIGSTOP/s/ .*//p' trace)"
}
amid()
{
	rm -f trace
	(wait_for_stop && "$@" && go_on) &
}

# Waits up to a minute or so for a command to succeed.
wait_for()
{
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 1000 ] || return 1
		sleep 0.05
	done
}

# gone PROCESS: it is no more, but perhaps for whoever asks what became of it.
gone()
{
	[ ! -e "/proc/$1" ] || grep -q '^State:.[ZX]' "/proc/$1/status" 2>/dev/null
}

# heard PROCESS: the signals that it got are behind it, or it is gone. Two of a
# kind are one before that.
heard()
{
	gone "$1" || ! grep -q '^\(Shd\|Sig\)Pnd:.*[1-9a-f]' "/proc/$1/status"
}

# The last line of every test.
finish()
{
	[ ! -e "$failed" ] || exit 1
	exit 0
}
