/* SPDX-License-Identifier: MIT */
/*
 * The sandbox of workers that read what nobody vouches for: they work with the
 * descriptors that they are handed, and can't get at anything else.
 *
 * Landlock takes away the file system, TCP, and processes outside; seccomp the
 * system calls that a worker has no use for. Both refuse every path, so that
 * either alone will do for that. What has no name isn't refused: a temporary
 * file of O_TMPFILE.
 */
#ifndef LEAT_SESSION_SANDBOX_H
#define LEAT_SESSION_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* What there is of it. All zero: nothing, there is no sandbox. */
struct sandbox {
	uint32_t landlock; /* the version of its interface; 0: it's missing */
	uint32_t seccomp; /* 0: it's missing */
};

/* Finds out what the system lets a process do, in a child that tries it. */
struct sandbox sandbox_probe(void);

static inline bool sandbox_is_whole(const struct sandbox *sandbox)
{
	return sandbox->landlock && sandbox->seccomp;
}

/* Adds what there is in words. */
void sandbox_describe(const struct sandbox *sandbox, struct text *text);

/* Closes it around this process, for good: all there is in SANDBOX. False: it
 * can't be. */
bool sandbox_close(const struct sandbox *sandbox);

#endif
