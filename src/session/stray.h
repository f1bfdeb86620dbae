/* SPDX-License-Identifier: MIT */
/*
 * What libraries write to the standard error of a worker. It goes into a pipe
 * that holds 64 KiB and makes nobody wait: what there is no room for is lost,
 * so that a library that is led astray can't flood a log. The worker takes out
 * what was written during a unit; the crew takes out a dead worker's last
 * words.
 */
#ifndef LEAT_SESSION_STRAY_H
#define LEAT_SESSION_STRAY_H

#include "base/text.h"

/* Puts a pipe in the place of standard error; returns where it is read, or -1:
 * errno says why. */
int stray_open(void);

/* Adds all that is there; doesn't wait. */
void stray_take(int descriptor, struct text *text);

#endif
