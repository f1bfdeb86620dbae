#!/bin/sh
# SPDX-License-Identifier: MIT
# The check and the run agree: a check opens nothing but the session, and what
# it accepts doesn't fail in a run for a reason that was known before. That
# holds for all good sessions and examples, and for what is left of them when
# they are mutilated, if the check lets that pass.
. "$srcdir/tests/cli/lib.sh"

mkdir sessions
cd sessions
cp "$srcdir"/tests/sessions/good-*.yaml "$srcdir"/examples/*/*.yaml .
# Others that they include.
for file in "$srcdir"/tests/sessions/*; do
	[ ! -d "$file" ] || cp -r "$file" .
done
mkdir a b logs
printf 'x 1\ny 2\n' >input
for file in a.log b.log x.txt a/1 b/2 logs/a.log docs; do
	cp input $file
done
gzip -n <input >logs/a.gz
before=$(find . | sort)

# The names in a trace that are not of the system or the session $1.
strangers()
{
	grep -v 'execve(' trace | sed -n 's/^[^"]*"\([^"]*\)".*/\1/p' |
		grep -Ev '^(/lib|/usr/|/etc/ld\.so|/etc/localtime|/proc/|/sys/|/dev/|$)' |
		grep -vxF "$1" | sort -u
}

if traced; then
	control=$(ls good-*.yaml | head -n 1)
	strace -f -e trace=%file -o trace cat "$control" input >printed
	[ "$(strangers "$control")" = input ] || fail 'the trace misses names'
	for session in *.yaml; do
		strace -f -e trace=%file -o trace env \
			ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" \
			"$LEAT" check --strict $session </dev/null >stdout 2>stderr ||
			fail "$session: exit status $?"
		silent stdout
		silent stderr
		# Included files, and where they are sought.
		strangers $session |
			grep -Ev '(^|/)(include|subgraphs)(/|$)' >names
		silent names
		grep -E 'O_WRONLY|O_RDWR|O_CREAT|mkdir|rename|unlink|[^d]link\(' trace |
			grep -v '/dev/' >written
		silent written
	done
	rm -f trace printed names written stdout stderr
	[ "$(find . | sort)" = "$before" ] || fail 'a check left something'
fi

# run SESSION: with a value for each param and variable that it asks for.
run()
{
	timeout 10 "$LEAT" run "$1" <input >stdout 2>stderr
	status=$?
	[ $status -eq 64 ] || return
	set -- "$1" $(sed -n 's/.*error: th[a-z]* params\{0,1\} ha[a-z]* no value: //p' stderr |
		tr -d ',' | tr ' ' '\n' | sed 's/.*/-p &=x/')
	for name in $(sed -n 's/.*n'\''t set: //p' stderr | tr -d ','); do
		export "$name=x"
	done
	timeout 10 "$LEAT" run "$@" <input >stdout 2>stderr
	status=$?
}

# Whether a status is of what could be known: the session, or a bug.
knowable()
{
	case $1 in 70 | 78 | 99 | 13[0-9]) return 0 ;; esac
	return 1
}

for session in *.yaml; do
	run $session
	[ $status -eq 64 ] || knowable $status || continue
	fail "$session: exit status $status"
	sed 's/^/	/' stderr | head -n 5
done

# Mutilated: LINE of SESSION changed by each edit.
accepted=0
for session in access-report.yaml tail-filter.yaml good-links.yaml \
	good-params.yaml good-comments.yaml; do
	lines=$(grep -c '' $session)
	line=0
	while [ $line -lt "$lines" ]; do
		line=$((line + 1))
		edit=0
		for edit in d 's/[0-9][0-9]*/0/' 's/[0-9][0-9]*/77777/' \
			's/\(: *\)[a-z][a-z]*\([,}]\)/\1""\2/' \
			's/[^ ]* -> //' 's/, [a-z]*: [^,}]*//' \
			's/use: [a-z]*/use: sort/'; do
			sed "$line$edit" $session >mutant.yaml
			! cmp -s mutant.yaml $session || continue
			"$LEAT" check mutant.yaml >stdout 2>stderr || continue
			accepted=$((accepted + 1))
			run mutant.yaml
			knowable $status || continue
			fail "$session, line $line: $edit: exit status $status"
			sed 's/^/	/' stderr | head -n 5
		done
	done
done
[ $accepted -ge 40 ] || fail "only $accepted mutilated sessions are accepted"
finish
