/* SPDX-License-Identifier: MIT */
/* Frontiers, as the files of the engine use them; see engine/host.h. */
#ifndef LEAT_ENGINE_FRONTIER_H
#define LEAT_ENGINE_FRONTIER_H

#include "engine/internal.h"

/* Finds the frontiers, and which operators work within units. */
void frontiers_find(struct graph *graph);
void frontiers_destroy(struct frontiers *frontiers); /* takes NULL */

/* Whether contributions can be kept at all frontiers. */
bool frontiers_keep_all(const struct graph *graph);

/* What passes a frontier: the begin of a segment, items, the end of a unit;
 * that nobody takes them any more. */
void frontier_begin(struct link *link, struct segment *segment);
void frontier_give(struct link *link, struct item *const *items, size_t count);
void frontier_end(struct link *link);
void frontier_lose(struct link *link);

/* UNIT was decided: hands over what it has contributed. */
void frontiers_decide(struct graph *graph, const struct unit *unit);

/* Whether a unit may be brought now. */
bool frontiers_ready(const struct graph *graph);

#endif
