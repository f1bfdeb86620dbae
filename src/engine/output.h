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

/* Makes what is asked for: a file or a link as a temporary in the directory of
 * its path, which is made if it is missing; a directory in its place, where it
 * stays if something else is in it by the time that the output is thrown away.
 * Where SCRATCH isn't NULL in that directory, and the path is only a name: the
 * output is never published, and only files are made. POOL: of the graph, or
 * NULL; PREFIX: see file_create_temporary. NULL: errno says why, EISDIR when
 * the target is a directory, ENOTDIR when it should be one, ENOTSUP when it is
 * something else that isn't a regular file, or a link to what a process has
 * open, EXDEV or ELOOP when the path, or the target of a link, leads out of its
 * root. */
struct output *output_create(struct output_pool *pool,
	const struct output_request *request, const char *prefix,
	const char *scratch);

/* The same for what another process has made, and will publish. DESCRIPTOR: of
 * the temporary of a file. */
struct output *output_adopt(struct output_pool *pool,
	const struct output_request *request, int descriptor);

/* What that one writes to; and what it has made of it: FINISHED, or thrown
 * away. */
int output_descriptor(const struct output *output);
void output_hand_over(struct output *output); /* closes our descriptor of it */

/* Instead of that: it stays open until it is settled, to be synced then
 * together with others; that process is not to sync it. False: too many are
 * open. */
bool output_keep(struct output *output);
void output_leave_unsynced(struct output *output); /* that process */

void output_settle(struct output *output, bool finished, uint64_t length,
	const struct digest *digest, const struct file_state *state);

/* As it was given; the name of the temporary in the same directory. */
const char *output_path(const struct output *output);
const char *output_temporary(const struct output *output);

/* What is finished is left to be synced by output_make_durable: all outputs of
 * the pool that wait for it are synced by the first call of it, at the same
 * time, which takes hardly longer than one. So of many outputs let as many as
 * possible be finished before. */
void output_sync_together(struct output *output);

/* Syncs and closes what is finished; of what isn't a file, the directory that
 * it is in. False, each time from then on: errno says why; it is thrown
 * away. */
bool output_make_durable(struct output *output);

/* For the pool: it was synced, with this errno or 0. Returns as above. */
bool output_note_sync(struct output *output, int error);

enum file_kind output_kind(const struct output *output);
unsigned output_depth(const struct output *output); /* base/place.h */

/* What publication, or what it leaves to be done, has to know of a
 * directory. */
unsigned output_mode(const struct output *output);
const int64_t *output_mtime_us(const struct output *output); /* or NULL */

/* Opens what a file holds, to be read; -1: errno says why. */
int output_reread(const struct output *output);

/* Who writes it: the index of the operator in its plan. */
void output_set_owner(struct output *output, unsigned op);
unsigned output_owner(const struct output *output);

/* Of what is finished: what was written, or the target of a link, and what the
 * file looks like, but for its ctime, which changes when it gets its name. */
struct digest output_digest(const struct output *output);
struct file_state output_state(const struct output *output);

/* Whether it is ready to be published: neither discarded nor unfinished. */
bool output_is_finished(const struct output *output);

/* Gives a finished file or link its name, in place of what had that name;
 * durably, once output_sync has succeeded, which costs nothing for the second
 * output in a directory. False: errno says why; the target is then as it
 * was. */
bool output_rename(struct output *output);
bool output_sync(struct output *output);

/* Gives a finished directory its permissions and its time, durably: once all
 * that is in it has got its name. */
bool output_settle_directory(struct output *output);

/* Makes a file durable and does both; what isn't finished is left alone:
 * true. */
bool output_publish(struct output *output);

/* Removes the temporary of what wasn't published. Takes NULL. */
void output_destroy(struct output *output);

#endif
