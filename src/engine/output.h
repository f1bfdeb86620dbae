/* SPDX-License-Identifier: MIT */
/*
 * Outputs as the engine holds them: a temporary beside its target, which takes
 * the target's name when it is published. What operators do with them is in
 * engine/operator.h. Knows nothing of units.
 */
#ifndef LEAT_ENGINE_OUTPUT_H
#define LEAT_ENGINE_OUTPUT_H

#include "engine/operator.h"

/* Opens a temporary in the directory of PATH, which is made if it is missing.
 * The first ROOT_LENGTH bytes of PATH are a directory that the rest of it can't
 * leave. MODE: the permissions, less the umask. NULL: errno says why, EISDIR
 * when the target is a directory, ENOTSUP when it is something else that isn't
 * a regular file, EXDEV or ELOOP when PATH leads out of its root. */
struct output *output_create(
	const char *path, size_t root_length, unsigned mode);

/* As it was given. */
const char *output_path(const struct output *output);

/* Gives a finished output its name, durably, in place of what had that name.
 * What was discarded or never finished is left alone: true. False: errno says
 * why; the target is then as it was, or already whole and new. */
bool output_publish(struct output *output);

/* Removes the temporary of what wasn't published. Takes NULL. */
void output_destroy(struct output *output);

#endif
