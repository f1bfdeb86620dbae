#!/bin/sh
# SPDX-License-Identifier: MIT
# Variables of the environment, and what is secret: it is in no message.
. "$srcdir/tests/cli/lib.sh"

unset TOKEN _dir9 spare
cat >env.yaml <<'END'
leat: 1
session: env
params: {who: {type: text, default: me}}
env:
  TOKEN: {secret: true, doc: Lets in}
  _dir9: {default: out, doc: Where to write}
  spare: {required: false}
operators:
  in: stdin
  split: lines
  some: {use: match, pattern: "^(?<a>${env:TOKEN})$"}
  show: {use: map, select: {a: a, b: "a = ${env:TOKEN}", c: "${who} || ${env:_dir9}", d: "${env:spare} IS NULL"}}
  table: {use: csv-encode, header: false}
  out: {use: write-file, path: "${env:_dir9}/${env:TOKEN}.csv"}
links: [in -> split -> some -> show -> table -> out]
END

# Not needed by check, and needed by run.
expect 0 "$LEAT" check --strict env.yaml
expect 64 "$LEAT" run env.yaml </dev/null
said "env.yaml: error: this variable of the environment isn't set: TOKEN"
# Quoted in a pattern, bound in SQL; braces in it are no {attribute} of a template.
echo 'a.{b}' | TOKEN='a.{b}' expect 0 "$LEAT" run env.yaml
echo 'a.{b},1,meout,1' | holds 'out/a.{b}.csv'
# Set to nothing is set.
echo | TOKEN='' _dir9=else spare='' expect 0 "$LEAT" run env.yaml
echo '"",1,meelse,0' | holds else/.csv
TOKEN=$(printf '\377') expect 78 "$LEAT" check env.yaml
said '$TOKEN: error: this is not UTF-8'
TOKEN=$(printf '\377') expect 64 "$LEAT" run env.yaml
# Only what is declared is taken.
expect 0 "$LEAT" help env.yaml
printed Environment:
printed 'Lets in (required)'
printed 'Where to write (default: out)'

# hidden SECRET: neither output of the last command has it.
hidden()
{
	! grep -F -e "$1" stdout stderr || fail "$1 was shown"
}

# What fails names the file that it can't write.
mkdir none
chmod 555 none # where root may write all the same
: >file
export TOKEN=hunter2
for place in file none/x/y/z; do
	echo hunter2 | _dir9=$place "$LEAT" run env.yaml -v --stats json \
		>stdout 2>stderr
	hidden hunter2
	[ "$place" = none/x/y/z ] || said '***'
done
echo 'I say hunter2' | expect 65 "$LEAT" run env.yaml
hidden hunter2
said 'I say ***'

# A session that remembers: another secret is another session, but neither is
# in the run store.
cat >stored.yaml <<'END'
leat: 1
session: stored
params: {key: {type: text, secret: true, default: zaphod77}}
env: {TOKEN: {secret: true}}
operators:
  in: {use: files, match: "*.in"}
  split: lines
  some: {use: filter, where: "line <> ${env:TOKEN} AND line <> ${key}"}
  more: {use: match, pattern: "^(?!${env:TOKEN})"}
  out: {use: write-file, path: "stored/{src_stem}.out"}
links: [in -> split -> some -> more -> out]
END
printf 'a"1\\2"b\nc\n' >a.in
unset LEAT_STATE
for TOKEN in hunter2 'a"1\2"b' hunter2; do
	expect 0 "$LEAT" run -v stored.yaml
	said ' 1 unit'
	expect 0 "$LEAT" run -v stored.yaml
	said '1 up to date'
done
grep -c . stored/a.out | grep -qx 2 || fail "not 2 lines: $(cat stored/a.out)"
[ -f .leat/stored/store.db ] || fail 'there is no run store'
for secret in hunter2 'a"1' '1\\2' zaphod77; do
	! grep -raqF -e "$secret" .leat || fail "$secret is in the run store"
done
# One that is part of the name of an attribute, which is looked at all the same.
cat >part.yaml <<'END'
leat: 1
session: part
env: {TOKEN: {secret: true}}
operators:
  in: {use: files, match: a.in}
  split: lines
  some: {use: filter, where: "line <> ${env:TOKEN}"}
  when: {use: map, select: [src_mtime]}
  table: {use: csv-encode, header: false}
  out: {use: write-file, path: part.csv}
links: [in -> split -> some -> when -> table -> out]
END
touch -d @1000000000 a.in
TOKEN=mtime expect 0 "$LEAT" run part.yaml
touch -d @1000000001 a.in
TOKEN=mtime expect 0 "$LEAT" run part.yaml
printf '2001-09-09T01:46:41Z\n%.0s' 1 2 | holds part.csv
TOKEN=hunter2
export LEAT_STATE=none

cat >secret.yaml <<'END'
leat: 1
session: secret
params:
  count: {type: integer, secret: true, max: 10, default: 1}
  expression: {type: regex, secret: true, default: x}
  sql: {type: sql, secret: true, default: "1"}
  kind: {type: choice, choices: [a, b], secret: true, default: a}
  list: {type: inputs, secret: true, default: [one, two]}
  wrong: {type: text, secret: true, required: false}
operators:
  in: {use: files, match: "${list}"}
  split: {use: lines, too-long: "${wrong}"}
  some: {use: match, pattern: "${expression}(?<a>b)"}
  keep: {use: filter, where: "${sql}"}
  cut: {use: head, count: "${count}"}
  out: discard
links: [in -> split -> some -> keep -> cut -> out]
END
for option in --count=42424242 --count=hunter2 '--expression=(hunter2' \
	'--sql=hunter2 +' --sql=hunter2 --kind=hunter2 --wrong=hunter2 \
	--list=hunter2 '--list=/hunter2/*' --sql="'hunter2' > a > 5"; do
	for verb in run 'check --format json' 'check --format gcc' 'check -v'; do
		"$LEAT" $verb secret.yaml "$option" >stdout 2>stderr
		case $? in
		64 | 65 | 66 | 78 | 1) [ -s stderr ] || [ -s stdout ] || fail "$option: silent" ;;
		0) [ "$verb" != run ] || fail "$option: no error" ;;
		*) fail "$option: status $?" ;;
		esac
		hidden hunter2
		hidden 42424242
	done
done

# Of defaults neither the text nor the line of the file is shown.
for declaration in 'type: integer, default: hunter2' \
	'type: integer, default: "hunter\x32"' 'mini: 3, type: text, default: hunter2' \
	'type: regex, default: "(hunter2"' 'default: hunter2' \
	'type: text, default: [hunter2, b]' 'type: integer, list: true, default: [1, hunter2]'; do
	cat >default.yaml <<-END
	leat: 1
	session: default
	params:
	  key: {$declaration, secret: true}
	operators:
	  in: stdin
	  split: lines
	  some: {use: match, pattern: "\${key}(?<a>b)"}
	  out: discard
	links: [in -> split -> some -> out]
	END
	expect 78 "$LEAT" check default.yaml
	said default.yaml:
	hidden hunter
	"$LEAT" help default.yaml >stdout 2>stderr
	hidden hunter
done
finish
