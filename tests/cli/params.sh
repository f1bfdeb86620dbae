#!/bin/sh
# SPDX-License-Identifier: MIT
# Params as options of the command line.
. "$srcdir/tests/cli/lib.sh"

# Shows the values of its params, and the names of its inputs.
cat >show.yaml <<'END'
leat: 1
session: show
doc: Shows its params.
params:
  inputs: {type: inputs, args: true, default: "*.txt", doc: What to read}
  word: {type: text, default: none, doc: A word}
  count: {type: integer, default: 7, min: -10, max: 100, unit: rows, doc: How many}
  kind: {type: choice, choices: [small, large], default: small}
  loud: {type: boolean, default: true, doc: Whether to be loud}
  stats: {type: text, default: own, doc: Named like an option}
  quiet: {type: boolean, default: false}
  must: {type: text, doc: Has no default}
operators:
  in: {use: files, match: "${inputs}"}
  split: lines
  show:
    use: map
    select:
      file: src_path
      line: line
      word: ${word}
      count: ${count}
      kind: ${kind}
      loud: ${loud}
      stats: ${stats}
      quiet: ${quiet}
      must: ${must}
  table: {use: csv-encode, header: false}
  out: stdout
links: [in -> split -> show -> table -> out]
END
echo A >a.txt
echo B >b.txt
echo C >c.log

# row FILE... : the lines of the files, then what the params are
rows()
{
	values=$1
	shift
	for name; do
		echo "$name,$(cat "$name"),$values"
	done
}

expect 0 "$LEAT" run show.yaml --must m
silent stderr
rows none,7,small,1,own,0,m a.txt b.txt | holds stdout
expect 0 "$LEAT" run show.yaml --word=x --count 5 --kind large --no-loud \
	--must=
rows 'x,5,large,0,own,0,""' a.txt b.txt | holds stdout
expect 0 "$LEAT" run show.yaml --count -5 --must=-m --word 'a = "b"' --loud
rows '"a = ""b""",-5,small,1,own,0,-m' a.txt b.txt | holds stdout
expect 0 "$LEAT" run show.yaml -p must=m=n -pword=w -p loud=false
rows w,7,small,0,own,0,m=n a.txt b.txt | holds stdout
expect 0 "$LEAT" run -p must=m -q show.yaml
rows none,7,small,1,own,0,m a.txt b.txt | holds stdout

# Arguments, anywhere; -- ends options; inputs add up.
expect 0 "$LEAT" run show.yaml c.log --must m a.txt
rows none,7,small,1,own,0,m c.log a.txt | sort >sorted
sort stdout | holds sorted
expect 0 "$LEAT" run show.yaml --must m --inputs b.txt --inputs c.log
[ "$(grep -c . stdout)" = 2 ] || fail 'inputs do not add up'
echo D >--word
expect 0 "$LEAT" run show.yaml --must m -- --word
rows none,7,small,1,own,0,m ./--word | sed 's,^\./,,' | holds stdout
rm -- --word

# An input that exists is taken literally.
echo S >'[ab].txt'
expect 0 "$LEAT" run show.yaml --must m '[ab].txt'
rows none,7,small,1,own,0,m '[ab].txt' | holds stdout
rm '[ab].txt'

# Names from standard input.
printf 'c.log\n\na.txt' | expect 0 "$LEAT" run show.yaml --must m -
grep -q ^c.log stdout && grep -q ^a.txt stdout || fail 'names from standard input'
printf 'a.txt\0b.txt\n' | expect 64 "$LEAT" run show.yaml --must m -
said 'standard input: line 1 is no name'
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "x" }' |
	expect 64 "$LEAT" run show.yaml --must m -
expect 64 "$LEAT" run show.yaml --must m - - </dev/null
expect 0 "$LEAT" run show.yaml --must m a.txt - </dev/null
rows none,7,small,1,own,0,m a.txt | holds stdout

# After FILE a param hides the long name of an option, but not its letter.
expect 0 "$LEAT" run show.yaml --must m --stats s --quiet -q
rows none,7,small,1,s,1,m a.txt b.txt | holds stdout
expect 0 "$LEAT" run --stats json --quiet show.yaml --must m
rows none,7,small,1,own,0,m a.txt b.txt | holds stdout
said '"session":"show"'
expect 64 "$LEAT" run --must m show.yaml
said 'there is no option --must before FILE'

# Mistakes.
expect 64 "$LEAT" run show.yaml
said must
expect 64 "$LEAT" run show.yaml --must m --wrod x
said 'there is no option --wrod'
said "did you mean '--word'?"
expect 64 "$LEAT" run show.yaml --must m --word
said '--word needs a value'
expect 64 "$LEAT" run show.yaml --word --must m
said '--word needs a value'
said '--NAME=-VALUE'
expect 64 "$LEAT" run show.yaml --must m --no-word
expect 64 "$LEAT" run show.yaml --must m --no-loud=true
expect 64 "$LEAT" run show.yaml --must m --loud=maybe
said maybe
expect 64 "$LEAT" run show.yaml --must m --count many --kind huge
said many
said huge
expect 64 "$LEAT" run show.yaml --must m --count 101
said 101
expect 64 "$LEAT" run show.yaml --must m -p wrod=x
said 'has no param wrod'
expect 64 "$LEAT" run show.yaml --must m -p word
said 'NAME=VALUE'
expect 64 "$LEAT" run show.yaml --must m -z
said 'there is no option -z'
expect 64 "$LEAT" run
said 'no session file is given'
expect 64 "$LEAT" run --stats yaml show.yaml --must m

# Two params without a value are one error.
cat >two.yaml <<'END'
leat: 1
session: two
params: {first: {type: text}, second: {type: integer}}
operators: {in: {use: generate, count: "${second}"}, out: discard}
links: [in -> out]
END
expect 64 "$LEAT" run two.yaml
said first
said second
[ "$(grep -c error: stderr)" = 1 ] || fail 'more than one error'
expect 0 "$LEAT" check two.yaml
expect 64 "$LEAT" check two.yaml --second no
expect 64 "$LEAT" run two.yaml --first x --second 1 argument
said 'takes no arguments'

# The help of a session.
expect 0 "$LEAT" help show.yaml
cp stdout help
expect 0 "$LEAT" run show.yaml --help
holds stdout <help
for text in 'Shows its params.' 'usage: leat run show.yaml' '--must TEXT' \
	'[INPUTS]...' '--count INTEGER' 'How many' '-10 to 100 rows' \
	'default: 7' '--kind small|large' '--loud, --no-loud' \
	'default: *.txt' required; do
	printed "$text"
done

# -C stands anywhere; names are relative to there.
mkdir sub
cp show.yaml a.txt sub
echo S >sub/s.txt
for words in '-C sub run show.yaml s.txt' 'run -C sub show.yaml s.txt' \
	'run show.yaml s.txt -C sub' 'run show.yaml s.txt -Csub' \
	'-C . run -qC sub show.yaml s.txt'; do
	expect 0 "$LEAT" $words -p must=m
	echo s.txt,S,none,7,small,1,own,0,m | holds stdout
done
expect 66 "$LEAT" run -C none show.yaml
said "can't work in none"
finish
