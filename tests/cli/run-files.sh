#!/bin/sh
# SPDX-License-Identifier: MIT
# Files that tell other programs of a run, read by such programs: GNU make,
# prometheus_client's parser of OpenMetrics, Python's parser of XML.
. "$srcdir/tests/cli/lib.sh"
unset LEAT_STATE MAKEFLAGS MAKELEVEL MFLAGS

cat >each.yaml <<'END2'
leat: 1
session: each
include: [common.yaml]
params: {inputs: {type: inputs, args: true}}
operators:
  in: {use: files, match: "${inputs}"}
  digits: number-lines
  out: {use: write-file, path: "out/{src_name}"}
  all: {use: write-file, path: all.txt}
links: [in -> digits -> out, digits -> all]
END2
cat >common.yaml <<'END2'
leat: 1
subgraphs:
  number-lines:
    operators:
      split: lines
      digits: {use: match, pattern: '^\d+$'}
    links: [split -> digits]
    pins: {in: split.in, out: digits.out}
END2
echo 1 >a
echo 2 >b
echo x >bad

# ---- For make ----------------------------------------------------------------
# Make runs leat if and only if one of the names in the file is newer.
cat >Makefile <<'END2'
all.txt:
	@echo ran >>ran
	@$(LEAT) run --depfile deps each.yaml $(INPUTS) && touch all.txt
-include deps
END2
# builds N INPUT...: make builds, and has run leat N times since
builds()
{
	times=$1
	shift
	: >ran
	make -s LEAT="$LEAT" INPUTS="$*" >make.log 2>&1 ||
		fail "make: $(cat make.log)"
	[ "$(wc -l <ran)" -eq "$times" ] || fail "make ran leat, not $times: $*"
}
newer()
{
	touch -d '1 hour' "$@"
	builds 1 a b
	touch -d '1 hour ago' "$@" ./*.yaml a b
	touch all.txt
	builds 0 a b
}
touch -d '1 hour ago' ./*.yaml a b
builds 1 a b
builds 0 a b
newer a
newer common.yaml
newer each.yaml
# What is gone makes it run, and isn't missed.
mv b c
builds 1 a c
builds 0 a c

# All outputs are targets, also those that were made by runs before.
cat >wanted <<'END2'
all.txt \
out/a \
out/c: \
 each.yaml \
 common.yaml \
 a \
 c

each.yaml:

common.yaml:

a:

c:
END2
mv wanted deps.wanted
holds deps <deps.wanted
expect 0 "$LEAT" run --depfile=again each.yaml a c
holds again <deps.wanted

# So is the list that inputs come from.
printf 'a\nc\n' >names
sed 's/^session: each/session: listed/; /^params:/d
	s/match: "${inputs}"/list: names/; s,out/,listed/,; s,all.txt,whole,' \
	each.yaml >listed.yaml
expect 0 "$LEAT" run --depfile listed.d listed.yaml
tr '\n' ' ' <listed.d >wanted
grep -qF ': \  listed.yaml \  common.yaml \  names \  a \  c ' wanted ||
	fail "$(cat listed.d)"
grep -q '^names:$' listed.d || fail "$(cat listed.d)"
rm -r names listed listed.* whole wanted

# Names as make reads them: each is found as a target and as a prerequisite.
mkdir odd
for name in 'a b' 'a#b' 'a$b' 'a:b' "a'b" 'a"b' 'a&b' 'a(b' 'a~b' 'ä' '-a'; do
	echo 1 >"odd/$name"
done
expect 0 "$LEAT" run --depfile odd.d each.yaml 'odd/*'
silent stderr
for name in 'a b' 'a#b' 'a$b' 'a:b' "a'b" 'a"b' 'a&b' 'a(b' 'a~b' 'ä' '-a'; do
	printf '%s\n' "out/$name" "odd/$name"
done | sort >wanted
# The last rule sees what was included; names are separated by new lines.
cat >names.mk <<'END2'
include odd.d
all.txt: ; @printf '%s\n' '$(subst ','\'',$^)' >prerequisites
END2
make -s -B -f names.mk all.txt || fail 'make reads it'
make -f names.mk -pq 2>/dev/null | sed -n 's/^\(out\/.*[^:]\): each\.yaml .*/\1/p' |
	sort >targets
grep '^out' wanted | cmp - targets || fail 'targets of odd names'
{
	echo each.yaml common.yaml
	grep '^odd' wanted
} | tr '\n' ' ' | sed 's/ $//' | tr ' ' '\n' | sort >left
tr ' ' '\n' <prerequisites | sort | cmp - left ||
	fail 'prerequisites of odd names'

# What make can't express is left out, and said.
mkdir -p worse
for name in 'a=b' 'a;b' 'a|b' 'a*b' 'a[b' 'a\b' 'a%b' "$(printf 'a\tb')" good; do
	echo 1 >"worse/$name"
done
expect 0 "$LEAT" run --depfile worse.d each.yaml 'worse/*'
said "leat: warning: make can't express 16 names, which are left out of worse.d: out/a\\tb ..."
grep -q '^ worse/good$' worse.d || fail 'the others are there'

# A run that fails leaves it as it was.
expect 1 "$LEAT" run --depfile deps each.yaml a bad
holds deps <deps.wanted
holds_only . '.leat Makefile a again all.txt bad c common.yaml deps deps.wanted each.yaml left make.log names.mk odd odd.d out prerequisites ran stderr stdout targets wanted worse worse.d'

# ---- For Prometheus ----------------------------------------------------------
# metrics FILE EXPRESSION...: each holds of get(NAME, LABEL=VALUE...).
metrics()
{
	python3 - "$@" <<'END2' || fail "metrics: $*"
import sys
try:
    from prometheus_client.openmetrics.parser import \
        text_string_to_metric_families as parse
except ImportError:
    sys.exit(0) # the rest of the test is worth it
samples = [s for family in parse(open(sys.argv[1]).read())
    for s in family.samples]
def get(name, **labels):
    found = [s.value for s in samples if s.name == name and
        labels.items() <= s.labels.items()]
    assert len(found) == 1, (name, labels, found)
    return found[0]
for expression in sys.argv[2:]:
    assert eval(expression), expression
END2
}
rm -rf .leat out all.txt
expect 0 "$LEAT" run --metrics-file each.prom each.yaml a
tail -n 1 each.prom | grep -qx '# EOF' || fail 'it has an end'
expect 1 "$LEAT" run -k --metrics-file each.prom each.yaml a bad c
metrics each.prom 'get("leat_units", state="done") == 1' \
	'get("leat_units", state="failed") == 1' \
	'get("leat_units", state="up_to_date") == 1' \
	'get("leat_exit_status", session="each") == 1' \
	'get("leat_operator_items", operator="digits/split", direction="out") == 2' \
	'get("leat_operator_items", operator="digits/digits", direction="rejected") == 1' \
	'get("leat_operator_read_bytes", operator="digits/split", graph="each") == 4' \
	'0 < get("leat_duration_seconds") < 1000' \
	'get("leat_end_timestamp_seconds") > 1.7e9'
# Nothing to do.
expect 0 "$LEAT" run each.yaml a
expect 0 "$LEAT" run --metrics-file each.prom each.yaml a
metrics each.prom 'get("leat_units", state="up_to_date") == 1' \
	'get("leat_units", state="done") == 0' 'get("leat_exit_status") == 0'

# ---- For those that read JUnit's -----------------------------------------------
# junit FILE EXPRESSION...: each holds of cases, by name, and root.
junit()
{
	python3 - "$@" <<'END2' || fail "junit: $*"
import sys
import xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
cases = {case.get("name"): case for case in root.iter("testcase")}
for expression in sys.argv[2:]:
    assert eval(expression), expression
END2
}
odd=$(printf 'o<&>"\001\377\357\277\277')
echo 'x<&>"' >"$odd"
echo 3 >d
expect 1 "$LEAT" run -k --junit tests.xml each.yaml a bad d "$odd"
junit tests.xml 'len(cases) == 4' \
	'cases["a"].find("skipped").get("message") == "up to date"' \
	'len(cases["d"]) == 0' \
	'"match the pattern: x" in cases["bad"].find("failure").get("message")' \
	'cases["o<&>\"\\x01\\xff\\xef\\xbf\\xbf"].find("failure").get("message").endswith("x<&>\"")' \
	'root[0].attrib["tests"] == "4" and root[0].attrib["failures"] == "2"' \
	'root[0].attrib["skipped"] == "1"'

# ---- Where they go ---------------------------------------------------------------
expect 73 "$LEAT" run --junit . each.yaml a
said "can't write .: Is a directory"
expect 73 "$LEAT" run --metrics-file /dev/null each.yaml a
[ -c /dev/null ] || fail 'a device was replaced'
mkdir -p deep
expect 0 "$LEAT" run --junit deep/tests.xml --metrics-file deep/x.prom \
	--depfile "$PWD/deep/x.d" each.yaml a
holds_only deep 'tests.xml x.d x.prom'

finish
