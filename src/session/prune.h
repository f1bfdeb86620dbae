/* SPDX-License-Identifier: MIT */
/* Removes outputs that nothing makes any more: only files that leat wrote, and
 * that nobody has changed since. */
#ifndef LEAT_SESSION_PRUNE_H
#define LEAT_SESSION_PRUNE_H

#include "loader/session.h"
#include "session/claims.h"
#include "session/targets.h"

struct prune_counts {
	uint64_t left; /* stale outputs that are there still */
	uint64_t removed; /* but for directories */
};

/* What units may yet make: the targets of the graphs from FIRST on. What those
 * before it make is in the store. TARGETS NULL: nothing is to be removed. */
struct prune_spared {
	const struct targets *targets;
	const struct graph_plan *first;
};

/* Removes what is stale of the graph, and forgets it, but for what is SPARED.
 * What can't be removed is reported, and remembered still. What became of it is
 * added to COUNTS. False: the store failed. */
bool prune_graph(struct run_store *store, const char *graph, struct due *due,
	const struct key_base *base, const struct log *log,
	struct prune_spared spared, struct prune_counts *counts);

/* The same for all graphs that the session doesn't have any more. */
bool prune_forgotten(struct run_store *store, const struct session *session,
	const struct key_base *base, const struct log *log,
	struct prune_spared spared, struct prune_counts *counts);

/* The names of those, in ARENA; ends in NULL. NULL: the store failed. */
const char **prune_forgotten_graphs(struct run_store *store,
	const struct session *session, struct arena *arena);

#endif
