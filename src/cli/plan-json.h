/* SPDX-License-Identifier: MIT */
/* What a run would do, as the JSON that programs get. */
#ifndef LEAT_CLI_PLAN_JSON_H
#define LEAT_CLI_PLAN_JSON_H

#include <jansson.h>

#include "session/due.h"

/* The caller frees the results. The second is of a graph that the session
 * doesn't have any more. */
json_t *plan_graph_json(const struct graph *graph,
	const struct graph_plan *plan, const struct due *due);
json_t *plan_forgotten_json(const char *graph, const struct due *due);

/* Whether the unit stays in quarantine. */
bool plan_rests(const struct due *due, size_t index);

#endif
