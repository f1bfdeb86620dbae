/* SPDX-License-Identifier: MIT */
/* What the files of session/due.h share; nobody else includes it. */
#ifndef LEAT_SESSION_DUE_PARTS_H
#define LEAT_SESSION_DUE_PARTS_H

#include "base/looker.h"
#include "session/due.h"

/* A sweep of the rows of the graph. */
struct comparison {
	struct due *due;
	const struct graph_plan *plan;
	const struct key_base *base;
	size_t next; /* in due->order */
	struct text path;
	struct looker looker; /* at outputs */
	int64_t now_ns;

	bool graph_remembered;
	struct digest graph_content;
};

/* ---- due-units.c ------------------------------------------------------------ */

/* Lists the units of all sources; the frontiers are known. */
void due_find_units(struct due *due, struct graph *graph,
	const struct graph_plan *plan, const struct key_base *base);

/* Fills due->order. */
void due_order_units(struct due *due);

/* ---- due-compare.c ---------------------------------------------------------- */

/* For store_units, whose rows come in the order of their keys, as do the units:
 * CONTEXT is the comparison. */
bool due_take_stored(void *context, struct store_unit *stored);

/* Where units of sides are part of what the others are made of: adds them to
 * the fingerprint, and compares that. */
void due_add_sides(struct due *due);

#endif
