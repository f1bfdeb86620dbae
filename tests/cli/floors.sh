#!/bin/sh
# SPDX-License-Identifier: MIT
# A file includes only its own floor and those below; operators stand on
# engine/operator.h and operators/support.
set -eu
cd "$srcdir/src"

awk '
function floor_of(path) {
	return path in rank ? rank[path] : -1
}
BEGIN {
	count = split("base model registry loader engine store session cli", names, " ")
	for (i = 1; i <= count; i++)
		rank[names[i]] = i
}
/^#include "/ {
	split(FILENAME, here, "/")
	split($2, there, "\"")
	target = there[2]
	split(target, parts, "/")
	ok = 0
	if (here[1] == "operators")
		ok = parts[1] == "base" || parts[1] == "model" ||
			parts[1] == "registry" ||
			target == "engine/operator.h" ||
			index(target, "operators/support/") == 1
	else if (target == "operators/operators.def")
		ok = here[1] == "registry"
	else
		ok = floor_of(parts[1]) > 0 &&
			floor_of(parts[1]) <= floor_of(here[1])
	if (!ok) {
		printf "%s:%d: %s is not below it\n", FILENAME, FNR, target
		bad = 1
	}
	seen++
}
END {
	if (seen < 100) {
		print "too few includes were found: is this the source tree?"
		bad = 1
	}
	exit bad
}' $(find . -name '*.[ch]' | sed 's,^\./,,' | LC_ALL=C sort)
