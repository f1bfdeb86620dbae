#!/bin/sh
# SPDX-License-Identifier: MIT
# Power loss on an xfs.
LEAT_FILE_SYSTEM=xfs
. "$srcdir/tests/crash/shutdown.sh"
