/* SPDX-License-Identifier: MIT */
/* What the operators and links of a run did, for people and for programs. */
#ifndef LEAT_SESSION_STATISTICS_H
#define LEAT_SESSION_STATISTICS_H

#include <stdio.h>

#include "engine/graph.h"

struct json_t;
struct statistics;

struct statistics *statistics_create(const char *session);
void statistics_destroy(struct statistics *statistics); /* takes NULL */

/* Takes down what GRAPH did before it is destroyed. SANDBOX is the one that it
 * ran in, in words, or NULL where it needed none. */
void statistics_add(struct statistics *statistics,
	const struct graph_plan *plan, const struct graph *graph,
	const struct graph_result *result, uint64_t wall_ns,
	const char *sandbox);

/* As JSON, to be freed; NULL where no graph has run. */
char *statistics_json(const struct statistics *statistics);

/* An array with an object for each graph that ran. */
const struct json_t *statistics_graphs(const struct statistics *statistics);

/* One line of JSON. */
void statistics_print_json(const struct statistics *statistics, FILE *file);

/* Tables of such an array of graphs. */
void statistics_print_text(const struct json_t *graphs, FILE *file);

#endif
