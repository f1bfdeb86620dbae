#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples make the same bytes wherever and however they run: in another
# locale and time zone, with another umask, on another file system with its
# files made in another order, with and without a state, in steps, from another
# directory, by any number of workers. What is compared is what the first of
# them makes; the other tests compare that with other programs.
. "$srcdir/tests/cli/lib.sh"
examples=$srcdir/examples

# A tree with what the examples read. Names are chosen so that a sort by
# Turkish or English rules would have them in another order than their bytes.
mkdir -p given/docs/B-tool given/docs/a-tool given/tree/sub/.hidden
"$examples/access-report/make-logs" given/logs
for name in I i a Z _x -rf 10 9 '1 0' ö İ ı; do
	printf '%s\nerror %s\n' "$name" "$name" >"given/tree/$name.log"
	printf '%s\n' "$name" >"given/tree/sub/$name.txt"
done
seq 20000 >given/tree/sub/.hidden/many.log
for name in B-tool a-tool; do
	printf '%s (1.0)\n  * Fix CVE-2024-1.\n  * And "more", CVE-2024-2.\n' \
		$name | gzip -n >given/docs/$name/changelog.gz
done
mkdir given/packs
(cd given && tar -czf packs/tree.tar.gz tree && tar -cf all.tar packs &&
	mv all.tar packs)
command -v dpkg-deb >/dev/null && "$examples/deb-audit/make-debs" given/debs

# make_place DIR: that tree in DIR, its files made in the order of the lines of
# standard input.
make_place()
{
	mkdir -p "$1/out"
	while read -r name; do
		mkdir -p "$1/$(dirname "$name")"
		cp "given/$name" "$1/$name"
	done
	for example in "$examples"/*/*.yaml; do
		cp "$example" "$1"
	done
}

# Runs the examples in the directory $place, with the options $options and what
# stands in front of it; all they make is in its directory out.
leat()
{
	file=$1.yaml
	shift
	(
		[ -z "$from" ] || cd "$from" || exit 99
		"$LEAT" run $options "${from:+$place/}$file" "$@"
	) 2>stderr || { fail "$file"; cat stderr; }
}

run_examples()
{
	p=${from:+$place/}
	for example in "$examples"/*/*.yaml; do
		name=$(basename "$example" .yaml)
		case $name in
		access-report)
			leat $name --logs "${p}logs/*.gz" --out "${p}out"
			;;
		changelog-search)
			leat $name --docs "${p}docs" --pattern CVE-2024 \
				>"$place/out/cves"
			;;
		checksums)
			leat $name --tree "${p}tree" --sums "${p}out/sums"
			;;
		gzip-tree)
			leat $name --logs "${p}tree" --out "${p}out/packed"
			;;
		repack)
			# It is what times in archives come from.
			SOURCE_DATE_EPOCH=946684800 leat $name \
				--archives "${p}packs" --out "${p}out/repacked"
			;;
		sums)
			leat $name --archives "${p}packs/*" >"$place/out/packed.sums"
			;;
		search-in-archives)
			leat $name --tree "${p}packs" --pattern error \
				>"$place/out/found"
			;;
		deb-audit)
			[ ! -e debs ] || leat $name --debs "${p}debs/*.deb" \
				--out "${p}out/audit"
			;;
		zip-to-tree)
			leat $name --archives "${p}packs/tree.tar.gz" \
				--out "${p}out/unpacked"
			;;
		tail-filter)
			leat $name <"$place/tree/i.log" >"$place/out/errors"
			;;
		*)
			fail "$example isn't run here"
			;;
		esac
	done
}

# The digests of what was made.
made()
{
	(cd "$place/out" && find . -type f -print0 | LC_ALL=C sort -z |
		xargs -0 cksum --)
}

# same WHAT: runs the examples in $place and compares.
same()
{
	rm -rf "$place/out"
	mkdir "$place/out"
	(cd "$place" && run_examples)
	made >now
	holds now <wanted || fail "with $1"
}

place=$PWD/place
options=
from=
(cd given && find . -type f | LC_ALL=C sort) >names
make_place "$place" <names
(cd "$place" && run_examples)
made >wanted
[ "$(wc -l <wanted)" -gt 10 ] || fail 'little was made'

# A control: another input is seen.
cp "$place/tree/i.log" kept
echo 'another error' >>"$place/tree/i.log"
(cd "$place" && run_examples)
made >now
[ "$(diff wanted now | grep -c '^>')" = 3 ] ||
	fail 'a change changes not just the sums, a compressed file and the filter'
cp kept "$place/tree/i.log"

for locale in tr_TR.UTF-8 tr_TR en_US.UTF-8 C POSIX none.such; do
	export LC_ALL=$locale
	same "the locale $locale"
done
unset LC_ALL
for zone in Asia/Tokyo America/St_Johns XYZ-14; do
	export TZ=$zone
	same "the time zone $zone"
done
unset TZ
SOURCE_DATE_EPOCH=1 same 'another time'
(umask 077 && same 'another umask')
(umask 000 && same 'no umask')
TMPDIR=$PWD same 'other temporaries'
from=/
same 'another directory'
from=

# With a state: the first time, with nothing to do, and in steps.
unset LEAT_STATE
same 'a state'
same 'outputs that are gone'
(cd "$place" && run_examples)
made >now
holds now <wanted || fail 'with nothing to do'
rm -rf "$place/.leat" "$place/out"
mkdir "$place/out" aside
mv "$place/tree/sub" "$place/tree/a.log" "$place/logs/day-2.log.gz" \
	"$place/docs/B-tool" aside
echo 'other content' >"$place/tree/9.log"
(cd "$place" && run_examples)
made >now
cmp -s wanted now && fail 'less input makes the same'
mv aside/sub aside/a.log "$place/tree"
mv aside/day-2.log.gz "$place/logs"
mv aside/B-tool "$place/docs"
cp given/tree/9.log "$place/tree"
(cd "$place" && run_examples)
made >now
holds now <wanted || fail 'in steps'
export LEAT_STATE=none

# Files that were made in another order, on another file system.
for elsewhere in "$PWD" /dev/shm /var/tmp; do
	place=$(mktemp -d "$elsewhere/leat-XXXXXX" 2>/dev/null) || continue
	trap 'rm -rf "$place"; cd / && rm -rf "$directory" "$failed"' EXIT
	LC_ALL=C sort -r names | make_place "$place"
	same "files of $elsewhere"
	rm -rf "$place"
	mkdir "$place"
	sort -R names | make_place "$place"
	same "files of $elsewhere, in disorder"
	rm -rf "$place"
done

# By any number of workers. Enough that they are worth it: some of what is said
# to be compressed isn't, which is passed as it is.
"$LEAT" help run | grep -q -e '^  -j' || finish
place=$directory/place
mkdir "$place/docs/C-tool"
for number in 1 2 3; do
	seq 100000 | sed "s/9$/CVE-2024-$number/" >"$place/tree/big-$number.log"
	cp "$place/tree/big-$number.log" \
		"$place/docs/C-tool/changelog-$number.gz"
	gzip -dc "given/logs/day-$number.log.gz" >"$place/logs/plain-$number.gz"
	cp "$place/logs/plain-$number.gz" "$place/logs/again-$number.gz"
done
options='-j 1'
rm -rf "$place/out"
mkdir "$place/out"
(cd "$place" && run_examples)
made >wanted
for jobs in 2 5; do
	options="-j $jobs"
	same "$jobs workers"
	unset LEAT_STATE
	rm -rf "$place/.leat"
	same "$jobs workers and a state"
	LEAT_STATE=none
	export LEAT_STATE
done
if traced; then
	rm -rf "$place/out"
	(cd "$place" && strace -f -qq -o "$directory/trace" \
		-e trace=clone,clone3,fork,vfork "$LEAT" run -j 2 \
		gzip-tree.yaml --logs tree --out out)
	[ "$(grep -c 'clone.*= [1-9]' trace)" -ge 3 ] ||
		fail 'no workers were at work'
fi
finish
