/* SPDX-License-Identifier: MIT */
/*
 * Outputs as the engine holds them: a temporary beside its target, which takes
 * the target's name when it is published. What operators do with them is in
 * engine/operator.h. Knows nothing of units.
 */
#ifndef LEAT_ENGINE_OUTPUT_H
#define LEAT_ENGINE_OUTPUT_H

#include "engine/operator.h"
#include "engine/output-pool.h"

/* Opens a temporary in the directory of PATH, which is made if it is missing;
 * where SCRATCH isn't NULL in that directory, and PATH is only a name: the
 * output is never published.
 * The first ROOT_LENGTH bytes of PATH are a directory that the rest of it can't
 * leave. MODE: the permissions, less the umask;
 * PREFIX: see file_create_temporary. NULL: errno says why, EISDIR
 * when the target is a directory, ENOTSUP when it is something else that isn't
 * a regular file, EXDEV or ELOOP when PATH leads out of its root. POOL: of the
 * graph, or NULL. */
struct output *output_create(struct output_pool *pool, const char *path,
	size_t root_length, unsigned mode, const char *prefix,
	const char *scratch);

/* The same for a temporary that another process has made, and will publish. */
struct output *output_adopt(
	struct output_pool *pool, const char *path, int descriptor);

/* What that one writes to; and what it has made of it: FINISHED, or thrown
 * away. */
int output_descriptor(const struct output *output);
void output_hand_over(struct output *output); /* closes our descriptor of it */

/* Instead of that: it stays open until it is settled, to be synced then together
 * with others; that process is not to sync it. False: too many are open. */
bool output_keep(struct output *output);
void output_leave_unsynced(struct output *output); /* that process */

void output_settle(struct output *output, bool finished, uint64_t length,
	const struct digest *digest, const struct file_state *state);

/* As it was given; the name of the temporary in the same directory. */
const char *output_path(const struct output *output);
const char *output_temporary(const struct output *output);

/* What is finished is left to be synced by output_make_durable: all outputs of the
 * pool that wait for it are synced by the first call of it, at the same time,
 * which takes hardly longer than one. So of many outputs let as many as possible
 * be finished before. */
void output_sync_together(struct output *output);

/* Syncs and closes what is finished. False, each time from then on: errno says
 * why; it is thrown away. */
bool output_make_durable(struct output *output);

/* For the pool: it was synced, with this errno or 0. Returns as above. */
bool output_note_sync(struct output *output, int error);

/* Who writes it: the index of the operator in its plan. */
void output_set_owner(struct output *output, unsigned op);
unsigned output_owner(const struct output *output);

/* Of what is finished: what was written, and what the file looks like, but for
 * its ctime, which changes when it gets its name. */
struct digest output_digest(const struct output *output);
struct file_state output_state(const struct output *output);

/* Whether it is ready to be published: neither discarded nor unfinished. */
bool output_is_finished(const struct output *output);

/* Gives a finished output its name, in place of what had that name; durably,
 * once output_sync has succeeded, which costs nothing for the second output in a
 * directory. False: errno says why; the target is then as
 * it was. */
bool output_rename(struct output *output);
bool output_sync(struct output *output);

/* Both; what isn't finished is left alone: true. */
bool output_publish(struct output *output);

/* Removes the temporary of what wasn't published. Takes NULL. */
void output_destroy(struct output *output);

#endif
