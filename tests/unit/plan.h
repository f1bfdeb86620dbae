/* SPDX-License-Identifier: MIT */
/* Graph plans built by hand, for tests of the engine. */
#ifndef LEAT_TESTS_PLAN_H
#define LEAT_TESTS_PLAN_H

#include "engine/graph.h"
#include "engine/operator.h"

enum { PLAN_OPERATORS = 32, PLAN_PINS = 16, PLAN_LINKS = 64 };

struct plan {
	struct graph_plan graph;
	struct operator_plan operators[PLAN_OPERATORS];
	struct pin_plan pins[PLAN_OPERATORS][PLAN_PINS];
	struct live_plan lives[PLAN_OPERATORS][PLAN_PINS];
	struct location given[PLAN_OPERATORS][PLAN_PINS]; /* properties */
	struct link_plan links[PLAN_LINKS];
	unsigned ranks[PLAN_OPERATORS];
};

void plan_init(struct plan *plan);

/* Adds an operator, behind those that it reads from, so that the order is
 * topological. SETTINGS are borrowed: state_size bytes. Returns its index. */
unsigned plan_add(struct plan *plan, const char *name,
	const struct operator_spec *spec, void *settings, enum scope scope);

void plan_link(struct plan *plan, unsigned from, unsigned from_pin, unsigned to,
	unsigned to_pin, enum payload_type type);

/* A link that sets a live property of TO, which has all its other links; FIELD
 * is -1 for lines. */
void plan_live(struct plan *plan, unsigned from, unsigned from_pin, unsigned to,
	struct live_plan live);

/* Runs it once; SETTINGS may be NULL for the defaults. Messages go nowhere. */
struct graph_result plan_run(
	const struct plan *plan, const struct graph_settings *settings);

#endif
