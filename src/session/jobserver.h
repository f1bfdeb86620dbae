/* SPDX-License-Identifier: MIT */
/*
 * GNU make's jobserver: a pipe or FIFO with one byte for each job that may run
 * besides the one that make has started. See "POSIX Jobserver" in its manual.
 */
#ifndef LEAT_SESSION_JOBSERVER_H
#define LEAT_SESSION_JOBSERVER_H

#include <stdbool.h>

struct jobserver;

/* That of the make that has called us, as the environment says; NULL: there is
 * none, or it isn't open to us (a rule without +). */
struct jobserver *jobserver_open(void);

/* Takes a token if there is one now. */
bool jobserver_take(struct jobserver *jobserver);

/* Gives one back: the same byte. */
void jobserver_give(struct jobserver *jobserver);

/* Gives back what was taken; takes NULL. */
void jobserver_close(struct jobserver *jobserver);

#endif
