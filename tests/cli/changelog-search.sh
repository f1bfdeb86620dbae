#!/bin/sh
# SPDX-License-Identifier: MIT
# examples/changelog-search, against gzip and Python.
. "$srcdir/tests/cli/lib.sh"

session=$srcdir/examples/changelog-search/changelog-search.yaml
command -v python3 >/dev/null || skip 'no python3'

# What the session should print for the changelogs below $1.
wanted()
{
	python3 - "$1" "$2" <<'END'
import csv, glob, gzip, os, re, sys
docs, pattern = sys.argv[1], re.compile(sys.argv[2].encode())
table = csv.writer(sys.stdout, lineterminator="\n")
table.writerow(["file", "line"])
for path in sorted(glob.glob(os.path.join(docs, "*/changelog*.gz")),
                   key=os.fsencode):
    if not os.path.isfile(path):
        continue
    for line in gzip.open(path).read().split(b"\n"):
        line = line.removesuffix(b"\r")
        try:
            if pattern.search(line):
                table.writerow([os.path.relpath(path, docs),
                                line.decode().strip(" ")])
        except UnicodeDecodeError:
            pass
END
}

# Made ones first: a comma, a quote, Latin-1, CR LF, no last newline.
mkdir -p docs/a docs/b docs/c
printf '  * fix CVE-1, "that"\n\n -- me\n' | gzip -n >docs/a/changelog.Debian.gz
printf 'CVE-2\r\nCVE-\351\nCVE-3' | gzip -n >docs/b/changelog.gz
printf 'CVE-4\n' | gzip -n >docs/c/copyright.gz
expect 0 "$LEAT" run "$session" --docs docs --pattern CVE
cat >wanted_table <<'END'
file,line
a/changelog.Debian.gz,"* fix CVE-1, ""that"""
b/changelog.gz,CVE-2
b/changelog.gz,CVE-3
END
holds stdout <wanted_table
wanted docs CVE | holds stdout

ls /usr/share/doc/*/changelog*.gz >/dev/null 2>&1 ||
	{ finish; } # an image without documentation
for pattern in 'CVE-20[0-9]+-[0-9]+' '^ -- .*<' 'no such line'; do
	expect 0 "$LEAT" run "$session" --pattern "$pattern"
	silent stderr
	wanted /usr/share/doc "$pattern" | holds stdout
done
finish
