# SPDX-License-Identifier: MIT
# What the tests of runs that are killed, or that fail, share: a session with
# an output for each input and a report over all, and its inputs in two
# versions. What is wanted comes from cp and awk. A test that sources this is in
# an empty directory; then
#
#	mill_make 40 9	40 inputs, in 4 directories; the last has 9 lines
#	mill_start 1	in work: version 1 is done, and the inputs are version 2
#	mill_start 0	in work: nothing was ever done; version 2
#
# LEAT_RUN_OPTIONS are more options for each run; without them there are workers
# in those of mill_start 1. So that they have something to do, there are to be
# much_work lines. LEAT_SOAK, when set, asks for the long version of a test.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE
soak=${LEAT_SOAK-}
options=${LEAT_RUN_OPTIONS-}
much_work=30000 # of 40 bytes

mill_session()
{
	cat <<'END'
leat: 1
session: mill
operators:
  in: {use: files, match: "in/**/*.log"}
  split: lines
  copy: {use: write-file, path: "out/{src_dir}/{src_stem}.txt"}
  parse: {use: match, pattern: '^(?<k>\d+) (?<word>\w+)$', types: {k: integer}}
  sum: {use: aggregate, group: [k], compute: {n: count(*), last: last(word)}}
  table: csv-encode
  report: {use: write-file, path: report/sum.csv}
links:
  - in -> split -> copy
  - split -> parse -> sum -> table -> report
END
}

# mill_inputs FILES LINES VERSION DIRECTORY: in version 2 every third one is
# another, and the last one is new and has so many lines.
mill_inputs()
{
	for part in 0 1 2 3; do mkdir -p "$4/in/$part"; done
	awk -v files="$1" -v last="$2" -v version="$3" -v to="$4/in/" 'BEGIN {
		for (file = 1; file < files + version - 1; file++) {
			name = sprintf("%s%d/%04d.log", to, file % 4, file)
			kind = file % 3 ? 1 : version
			lines = file == files ? last : 40 + 20 * kind
			for (line = 0; line < lines; line++)
				printf "%d w%03dv%dl%031d\n",
					line % 5, file, kind, line >name
			close(name)
		}
	}'
}

# The outputs of DIRECTORY/in, as cp and awk make them.
mill_outputs()
{
	(
		cd "$1" || exit 99
		mkdir report out
		for log in in/*/*.log; do
			text=${log#in/}
			text=out/${text%.log}.txt
			[ -d "${text%/*}" ] || mkdir "${text%/*}"
			cp "$log" "$text"
		done
		cat in/*/*.log | awk '{ n[$1]++; last[$1] = $2 }
			END { print "k,n,last"
			for (k = 0; k in n; k++)
				print k "," n[k] "," last[k] }' >report/sum.csv
	)
}

# The digests of all outputs that are to be seen in DIRECTORY.
mill_sums()
{
	(
		cd "$1" || exit 99
		find out report -type f ! -name '.leat-*' \
			-exec sha256sum {} + 2>/dev/null | sort
	)
}

# Runs it in work.
mill_run()
{
	(cd work && exec "$LEAT" run $options "$@" mill.yaml)
}

mill_make()
{
	for version in 1 2; do
		mkdir wanted
		mill_inputs "$1" "${2:-60}" $version wanted
		mill_outputs wanted
		mill_sums wanted >sums.$version
		mv wanted/in in.$version
		rm -r wanted
	done
	[ "$(wc -l <sums.2)" -eq $(($1 + 1)) ] || exit 99
	for version in 0 1; do
		mkdir work
		mill_session >work/mill.yaml
		[ $version -eq 0 ] || mill_first
		cp -a in.2 work/in
		mv work start.$version
	done
	sort -u sums.1 sums.2 >may.1
	cp sums.2 may.0
}

mill_first()
{
	cp -a in.1 work/in
	expect 0 mill_run
	mill_sums work | holds sums.1
	rm -r work/in
}

mill_start()
{
	rm -rf work
	cp -a start.$1 work
	[ -z "${LEAT_RUN_OPTIONS-}" ] || return
	case $1 in
	1) options='-j 2' ;;
	*) options='-j 1' ;;
	esac
}

# mill_whole FROM WHEN: each output is absent, old or new, after a run that
# was started from mill_start FROM.
mill_whole()
{
	mill_sums work >seen
	comm -23 seen may.$1 >parts
	[ ! -s parts ] && return
	fail "$2: partial outputs:"
	sed 's/^/	/' parts | head
	return 1
}

# mill_done WHEN: all is new, and nothing else is left.
mill_done()
{
	mill_sums work >seen
	find work -name '.leat-*' >left
	cmp -s seen sums.2 && [ ! -s left ] && return
	fail "$1:"
	diff sums.2 seen | sed 's/^/	/' | head
	sed 's/^/	left: /' left
	return 1
}

# mill_again WHEN: the next run does all that is left to do.
mill_again()
{
	expect 0 mill_run || fail "$1: the next run"
	mill_done "$1, and run again"
	(cd work && exec "$LEAT" plan --detailed-exitcode mill.yaml) >plan 2>&1
	planned=$?
	[ $planned -eq 0 ] && return
	fail "$1, and run again: plan has exit status $planned"
	sed 's/^/	/' plan
}

# That the checks find something.
mill_control()
{
	mill_start 1
	head -n 3 in.2/1/0001.log >work/out/1/0001.txt
	mill_whole 1 'control' >control && fail 'no part of an output is found'
	mill_start 1
	expect 0 mill_run
	: >work/out/1/.leat-0
	mill_done 'control' >control && fail 'no temporary is found'
	rm -f "$failed"
	[ -s control ] || fail 'the control says nothing'
}
