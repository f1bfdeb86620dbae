#!/bin/sh
# SPDX-License-Identifier: MIT
# Random sessions with one and with several jobs: see jobs.py.
# LEAT_FUZZ_SECONDS=3600 and LEAT_FUZZ_SEED=N search on.
. "$srcdir/tests/cli/lib.sh"
command -v python3 >/dev/null || skip 'no python3'

top=$(cd "$srcdir" && pwd)
seconds=${LEAT_TEST_QUICK:+5}
PYTHONDONTWRITEBYTECODE=1 timeout 3700 python3 "$top/tests/cli/jobs.py" \
	"$LEAT" "${LEAT_FUZZ_SECONDS:-${seconds:-20}}" "${LEAT_FUZZ_SEED:-1}" \
	>found || fail "$(cat found)"

finish
