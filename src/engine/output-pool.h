/* SPDX-License-Identifier: MIT */
/*
 * What the outputs of a graph share, so that a unit may have thousands of them:
 * their directories, each opened once, and the finished files that wait to be
 * synced, which takes hardly longer for many than for one. Of both only so many
 * are open at a time.
 */
#ifndef LEAT_ENGINE_OUTPUT_POOL_H
#define LEAT_ENGINE_OUTPUT_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct output;
struct output_pool;

/* One reference. Each place and each output that waits holds another. */
struct output_pool *output_pool_create(void);
struct output_pool *output_pool_ref(struct output_pool *pool);
void output_pool_unref(struct output_pool *pool); /* takes NULL */

/* ---- Places: directories that outputs are made in -------------------------- */

struct output_place;

/* The directory that the first LENGTH bytes of PATH name, of which the first
 * ROOT_LENGTH are its root, as in output_create; made where it is missing. One
 * reference; NULL: errno says why. */
struct output_place *output_place_get(struct output_pool *pool,
	const char *path, size_t length, size_t root_length);
void output_place_unref(struct output_place *place); /* takes NULL */

/* Its descriptor, which is opened again when it was closed meanwhile, and may
 * be with the next call for another place. -1: errno says why. */
int output_place_descriptor(struct output_place *place);

/* Notes that a name in it has changed; makes durable what was noted. */
void output_place_change(struct output_place *place);
bool output_place_sync(struct output_place *place);

/* ---- Files that wait to be synced ------------------------------------------ */

/* Another one waits, or does no more; all are synced when it is too many. The
 * output tells where it keeps its link. */
struct waiting {
	struct output *output;
	struct waiting *before, *after;
};

void output_pool_wait(struct output_pool *pool, struct waiting *waiting);
void output_pool_forget(struct output_pool *pool, struct waiting *waiting);

/* Syncs all that wait, at the same time; each is told what came of it. */
void output_pool_sync(struct output_pool *pool);

/* Counts the files that stay open here while another process writes them:
 * CHANGE is 1 or -1. False: one more would be too many. */
bool output_pool_keep(struct output_pool *pool, int change);

#endif
