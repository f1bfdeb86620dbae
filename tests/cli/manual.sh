#!/bin/sh
# SPDX-License-Identifier: MIT
# man/leat.1 names every option and every exit status, and no other.
. "$srcdir/tests/cli/lib.sh"
manual=$srcdir/man/leat.1

# The options of a verb that its help shows, as -k or --keep-going, sorted.
shown_options()
{
	"$LEAT" $1 | sed -n '/^Options:/,/^$/p' |
		sed -n 's/^  \(-[^ ,]*\)\(, \(--[^ ]*\)\)\{0,1\}.*/\1 \3/p' |
		tr ' ' '\n' | grep . | sort
}

# Those of the section $1 of the manual.
manual_options()
{
	awk -v title=".Ss $1" '
	/^\.S[sh] / { inside = $0 == title }
	inside && /^\.It Fl/ {
		for (i = 2; i < NF; i++)
			if ($i == "Fl")
				print "-" $(i + 1)
	}' "$manual" | sort
}

for verb in run check plan why accept runs get gc list explain schema help; do
	shown_options "help $verb" >shown
	grep -q . shown || fail "no options of $verb"
	manual_options "Options of $verb" | holds shown
done
shown_options help >shown
manual_options 'Options before the verb' | holds shown

# Every verb.
"$LEAT" help | sed -n '/^Verbs:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p' | sort >shown
sed -n '/^The verbs are/,/^\.El/s/^\.It Cm //p' "$manual" | sort | holds shown

# Exit statuses, with their numbers from the system's header.
"$LEAT" help run | sed -n '/^Exit status/,$s/^  \([0-9][0-9]*\) .*/\1/p' >shown
sed -n '/^\.Sh EXIT STATUS/,/^\.El/s/^\.It //p' "$manual" | holds shown
grep -qx 78 shown || fail 'no status 78'

if command -v groff >/dev/null; then
	groff -ww -mdoc -Tutf8 "$manual" >stdout 2>stderr || fail 'groff fails'
	silent stderr
fi

# The example runs.
sed -n '/^leat: 1/,/^\.Ed/p' "$manual" | sed '/^\.Ed/d; s/\\e/\\/g' >failed.yaml
expect 0 "$LEAT" check failed.yaml
cat >log <<'END'
h - - [t] "GET /b HTTP/1.1" 404 1
h - - [t] "GET /a HTTP/1.1" 200 1
h - - [t] "GET /b HTTP/1.1" 500 1
END
gzip -n log
echo log.gz | expect 0 "$LEAT" run failed.yaml -
printf 'path,hits\n/b,2\n' | holds stdout
finish
