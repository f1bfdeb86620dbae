#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs that do only what changed, with 5 jobs.
LEAT_JOBS=5
. "$srcdir/tests/cli/incremental.sh"
