/* SPDX-License-Identifier: MIT */
/* Removes outputs whose units are gone: only files that leat wrote, and that
 * nobody has changed since. */
#ifndef LEAT_SESSION_PRUNE_H
#define LEAT_SESSION_PRUNE_H

#include "session/claims.h"

/* Removes what is stale of the graph, and forgets its units. What can't be
 * removed is reported, and remembered still: so many outputs are added to *LEFT.
 * False: the store failed. */
bool prune_graph(struct run_store *store, const char *graph,
	const struct due *due, const struct key_base *base,
	const struct log *log, uint64_t *left);

#endif
