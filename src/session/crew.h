/* SPDX-License-Identifier: MIT */
/*
 * The workers of a graph that shares its units (engine/crew.h): processes that
 * are forked by the zygote as there is work for them, units handed out to them
 * in order, and what comes of those put in order again.
 *
 * A worker that is killed from outside costs its unit one retry; one that
 * crashes or hangs fails its unit. Either is replaced. Units that it was handed
 * and hadn't begun go to others.
 */
#ifndef LEAT_SESSION_CREW_H
#define LEAT_SESSION_CREW_H

#include "engine/crew.h"
#include "session/zygote.h"

struct crew;

struct crew_settings {
	struct zygote *zygote;
	unsigned graph; /* its index in the session */
	unsigned jobs; /* workers, at most ZYGOTE_SLOTS */
	uint64_t memory_bytes; /* the budget of each */
	int64_t unit_seconds; /* of processor time, for a unit */
	struct sandbox sandbox; /* of each */
	struct jobserver *jobserver; /* or NULL */
	const struct log *log; /* what workers say goes there */
};

/* GRAPH is borrowed: its outputs are made on behalf of workers. NULL: errno
 * says why. */
struct crew *crew_create(
	struct graph *graph, const struct crew_settings *settings);
void crew_destroy(struct crew *crew); /* takes NULL */

extern const struct crew_methods crew_methods;

#endif
