/* SPDX-License-Identifier: MIT */
/*
 * What an aggregate has to do, from its settings and the shape of its input:
 * columns to evaluate, the first of which are the keys of the groups, calls
 * over the others, and the schema of what results.
 */
#ifndef LEAT_OPERATORS_SUPPORT_AGGREGATE_PLAN_H
#define LEAT_OPERATORS_SUPPORT_AGGREGATE_PLAN_H

#include "operators/support/aggregate/call.h"
#include "operators/support/aggregate/functions.h"

struct aggregate_plan {
	struct arena *arena;
	struct expression *expression; /* NULL: no column is evaluated */
	size_t group_count; /* the first columns of the expression */
	const enum value_type *group_types;
	size_t call_count;
	struct aggregate_call *calls;
	int *columns; /* that each call takes, or -1: count(*) */
	size_t state_bytes; /* of all calls */
	struct schema schema; /* of the result; lives as long as the plan */
};

/* Checks what can be checked without knowing the input. */
bool aggregate_plan_check(const struct setting_expressions *group,
	const struct setting_expressions *compute,
	struct expression_problem *problem);

/* NULL and the problem where something is wrong. Settings and shape live
 * longer than the plan. */
struct aggregate_plan *aggregate_plan_create(const struct shape *shape,
	const struct setting_expressions *group,
	const struct setting_expressions *compute,
	struct expression_problem *problem);

/* A copy of its schema. */
const struct schema *aggregate_plan_schema(
	const struct aggregate_plan *plan, struct arena *arena);

void aggregate_plan_destroy(struct aggregate_plan *plan); /* takes NULL */

#endif
