/* SPDX-License-Identifier: MIT */
/*
 * Which unit owns which output. Two units that write one file would replace
 * each other's in turn; and an output whose unit is gone may have got another
 * owner. Paths are keys (session/key.h).
 */
#ifndef LEAT_SESSION_CLAIMS_H
#define LEAT_SESSION_CLAIMS_H

#include "session/due.h"

struct claims;

/* The outputs that the store knows of the graph, but those of units that are
 * gone. BEFORE its units run, those that are made anew own nothing yet: their
 * outputs may go elsewhere this time. After that, what other graphs have made
 * is theirs. NULL: the store can't be read. */
struct claims *claims_create(struct run_store *store, const char *graph,
	const struct due *due, bool before);
void claims_destroy(struct claims *claims); /* takes NULL */

/* The key of the unit that owns the output, or NULL. */
const char *claims_owner(const struct claims *claims, const char *path);

/* UNIT owns the output from now on. */
void claims_set(struct claims *claims, const char *path, const char *unit);

#endif
