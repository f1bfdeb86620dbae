/* SPDX-License-Identifier: MIT */
/*
 * What graphs that will run will write, for the plan of those that run after
 * them: what these read isn't there yet, or will be something else.
 */
#ifndef LEAT_SESSION_UPCOMING_H
#define LEAT_SESSION_UPCOMING_H

#include "session/due.h"

struct upcoming;

struct upcoming *upcoming_create(const struct key_base *base); /* borrowed */
void upcoming_destroy(struct upcoming *upcoming); /* takes NULL */

/* Adds what GRAPH will write, by what is due of it. */
void upcoming_add(struct upcoming *upcoming, struct graph *graph,
	const struct graph_plan *plan, const struct due *due);

/* Says in DUE what of the graph depends on that; its units were found, or there
 * are none. Returns whether anything does. */
bool upcoming_apply(
	struct upcoming *upcoming, const struct graph *graph, struct due *due);

#endif
