/* SPDX-License-Identifier: MIT */
/*
 * Links that set live properties, `-> operator@property`.
 *
 * A value must not depend on who ran first, so there are two kinds of links:
 *
 *  - per unit: value and data stem from the same units, in the same order. The
 *    operator takes nothing of a unit before the link is through with it.
 *  - once: the value comes from another part of the graph. The operator takes
 *    nothing at all before the link has ended.
 *
 * All else is an error. Parts are what is connected by links that units pass:
 * what spans units learns of their success only when they are through with the
 * whole part, so it can't be waited for within it (loader/live-order.c).
 */
#ifndef LEAT_LOADER_LIVE_H
#define LEAT_LOADER_LIVE_H

#include "loader/graph.h"
#include "loader/settings.h"

/* The row of the live property NAME of an operator, or -1: reported at
 * LOCATION, or the operator isn't known. */
int graph_find_live(struct graph_work *work, unsigned op, const char *name,
	struct location location);

/* Reports required live properties that neither have a value nor a link. */
void graph_check_missing(struct graph_work *work);

/* Finds out how a link with SHAPE sets LIVE; false: it can't, reported, or not
 * known for an error upstream. */
bool graph_relate_live(struct graph_work *work, struct link_plan *link,
	const struct shape *shape, struct live_plan *live);

/* Decides for each such link which kind it is. All operators are related. */
void graph_order_live(struct graph_work *work);

#endif
