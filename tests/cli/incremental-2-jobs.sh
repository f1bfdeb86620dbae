#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs that do only what changed, with 2 jobs.
LEAT_JOBS=2
. "$srcdir/tests/cli/incremental.sh"
