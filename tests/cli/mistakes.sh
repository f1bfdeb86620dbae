#!/bin/sh
# SPDX-License-Identifier: MIT
# Mistakes that a new user makes in the examples: each edit of mistakes.txt is
# found at its place, with its sentence, and has no echo. A line is what is said
# or how it begins: hints that list what there is are left to other tests.
. "$srcdir/tests/cli/lib.sh"

# The first example of the manual is one of them.
sed -n '/^leat: 1/,/^\.Ed/p' "$srcdir/man/leat.1" |
	sed '/^\.Ed/d; s/\\e/\\/g' >failed.yaml

# As many lines as the file $1 has, each beginning with that.
begins()
{
	awk -v wanted="$1" '
	{
		if ((getline start <wanted) <= 0 || index($0, start) != 1) {
			print "says: " $0
			wrong = 1
		}
	}
	END {
		if ((getline start <wanted) > 0) {
			print "does not say: " start
			wrong = 1
		}
		exit wrong
	}'
}

# Compares what was said of the last edit.
compare()
{
	[ "$edit" ] || return
	count=$((count + 1))
	sed -e "$edit" "$file" >session.yaml
	! cmp -s session.yaml "$file" || fail "$session: $edit: changes nothing"
	"$LEAT" check --format gcc session.yaml >stdout 2>stderr
	status=$?
	grep -q 'error: ' wanted && wanted_status=78 || wanted_status=0
	[ $status -eq $wanted_status ] ||
		fail "$session: $edit: exit status $status"
	sed 's/^session\.yaml:* *//' stderr | begins wanted >difference ||
		fail "$session: $edit: $(cat difference)"
	edit=
}

# Enough of them for each session.
enough()
{
	[ -z "${session:-}" ] || [ "$count" -ge 10 ] ||
		fail "$session: only $count mistakes"
	count=0
}

count=0
edit=
while IFS= read -r line; do
	case $line in
	'#'*) ;;
	'= '*)
		compare
		enough
		session=${line#= }
		file=$session
		[ -f "$file" ] || file=$srcdir/$session
		;;
	'	'*) printf '%s\n' "${line#	}" >>wanted ;;
	?*)
		compare
		edit=$line
		: >wanted
		;;
	esac
done <"$srcdir/tests/cli/mistakes.txt"
compare
enough

# Every example has its mistakes.
for example in "$srcdir"/examples/*/*.yaml; do
	grep -qx "= ${example#"$srcdir"/}" "$srcdir/tests/cli/mistakes.txt" ||
		fail "no mistakes in $example"
done
finish
