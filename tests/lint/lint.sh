#!/bin/sh
# SPDX-License-Identifier: MIT
# lint.sh PART FLAGS...: what compilers don't say of the sources, in a build
# directory. FLAGS are what they are compiled with; $srcdir and $CC are as in the
# Makefile. PART is
#
#	headers   each compiles alone, and may be included twice
#	cppcheck  it says nothing but what suppressions.txt has
#	tidy      clang-tidy says nothing, by .clang-tidy
#	analyzer  nor does clang's analyzer, which takes minutes, of src
#
# Each has a control: a mistake that must be found.
set -u
part=$1
shift
export LC_ALL=C

# Not from the analyzer: that no NULL goes where none may is what the sanitizers
# see in all tests, while it can't tell what holds between two fields; memcpy_s
# is nowhere; a struct's fields stand in the order of what they mean; and in the
# second file of a run it doesn't know va_start any more.
analyzer='-*,clang-analyzer-*,
-clang-analyzer-core.NonNullParamChecker,
-clang-analyzer-optin.performance.Padding,
-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,
-clang-analyzer-valist.Uninitialized'

# sources NAME DIRECTORY...: the files of that name.
sources()
{
	name=$1
	shift
	find "$@" -name "$name" | sort
}

# check_headers FLAGS...: the files on standard input
check_headers()
{
	bad=0
	while read -r header; do
		printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
			$CC "$@" -Werror -fsyntax-only -x c - || {
			echo "$header doesn't compile alone"
			bad=1
		}
	done
	return $bad
}

check_cppcheck()
{
	cppcheck --quiet --std=c11 --error-exitcode=1 \
		--enable=warning,performance,portability,style \
		--library=posix,gnu,sqlite3,zlib \
		--library="$srcdir/tests/lint/cppcheck.cfg" \
		--suppressions-list="$srcdir/tests/lint/suppressions.txt" \
		-D__linux__ -D_GNU_SOURCE -DHAVE_ISAL=1 -I"$srcdir/src" "$@"
}

# check_tidy OPTION: the files on standard input, by all processors. What it
# counts of headers that aren't ours is left out.
check_tidy()
{
	xargs -n 8 -P "$(nproc)" clang-tidy -p . --quiet "$1" 2>lint-$part.log &&
		return
	grep -v '^[0-9]* warnings* generated' lint-$part.log
	return 1
}

# must_find COMMAND...: with a file that has a mistake on standard input.
must_find()
{
	echo lint-control.c | "$@" >/dev/null && {
		echo "lint $part doesn't find the control"
		exit 1
	}
}

printf '%s\n' "$@" -Wconversion -Wsign-conversion >compile_flags.txt
cat >lint-control.c <<'END'
int control(const int *numbers, long wanted);
int control(const int *numbers, long wanted)
{
	int *none = 0, count = wanted;

	return *none + numbers[count];
}
END

case $part in
headers)
	echo 'struct text *control(struct undeclared text);' >lint-control.c
	must_find check_headers "$@" 2>/dev/null
	sources '*.h' "$srcdir/src" "$srcdir/tests" | check_headers "$@"
	;;
cppcheck)
	must_find check_cppcheck lint-control.c 2>/dev/null
	check_cppcheck "$srcdir/src" "$srcdir/tests"
	;;
tidy)
	must_find check_tidy "--config-file=$srcdir/.clang-tidy"
	sources '*.c' "$srcdir/src" "$srcdir/tests" | check_tidy --use-color=false
	;;
analyzer)
	must_find check_tidy "--checks=$analyzer"
	sources '*.c' "$srcdir/src" | check_tidy "--checks=$analyzer"
	;;
esac
status=$?
rm -f lint-control.c lint-$part.log compile_flags.txt
exit $status
