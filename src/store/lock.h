/* SPDX-License-Identifier: MIT */
/*
 * The lock on a store: the kernel's, on the file `lock`, of the open file
 * description. It goes with the last descriptor of it, however the process
 * dies; so nothing that is forked may keep a copy. What the file holds is only
 * for messages.
 */
#ifndef LEAT_STORE_LOCK_H
#define LEAT_STORE_LOCK_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Takes the lock NAME in DIRECTORY, which may take WAIT_US (-1: for ever)
 * unless *STOP (may be NULL) becomes true. Returns the descriptor that holds
 * it; -1: errno says why, EWOULDBLOCK when another process has it. */
int lock_take(int directory, const char *name, int64_t wait_us,
	const volatile sig_atomic_t *stop);

/* Adds who has it: "process 12 since 2026-11-21T03:00:00Z", or "another
 * process". */
void lock_add_holder(struct text *text, int directory, const char *name);

/* Whether anybody has it; takes nothing. */
bool lock_is_held(int directory, const char *name);

#endif
