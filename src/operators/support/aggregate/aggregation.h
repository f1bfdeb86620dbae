/* SPDX-License-Identifier: MIT */
/*
 * Groups and what is folded into them: of a unit in progress apart, and merged
 * into the totals, in the order of units, when it has succeeded. So sums of
 * reals have the same bits however units are spread over workers.
 */
#ifndef LEAT_OPERATORS_SUPPORT_AGGREGATE_AGGREGATION_H
#define LEAT_OPERATORS_SUPPORT_AGGREGATE_AGGREGATION_H

#include "operators/support/aggregate/group-table.h"
#include "operators/support/aggregate/plan.h"

struct aggregation {
	const struct aggregate_plan *plan;
	struct group_table table;
	struct meter *meter;
	bool any; /* something was added since it was cleared */
	uint32_t *order; /* of the groups, once sorted; else NULL */
};

/* Borrows PLAN and METER. */
void aggregation_init(struct aggregation *aggregation,
	const struct aggregate_plan *plan, struct meter *meter);
void aggregation_finish(struct aggregation *aggregation);

/* Folds COUNT rows, at most GROUP_SPAN: VALUES are those of each column of the
 * plan's expression. */
void aggregation_add(struct aggregation *aggregation,
	const struct value *const *const *values, size_t count);

/* The unit in progress is over: what it brought counts, or is forgotten. */
void aggregation_keep(struct aggregation *aggregation);
void aggregation_drop(struct aggregation *aggregation);

/* Brings the groups into the order of their keys, and returns how many there
 * are. Nothing is added after that until it is cleared. */
size_t aggregation_sort(struct aggregation *aggregation);

/* The values of the plan's schema for a group, by its place in that order;
 * bytes are borrowed. Returns NULL, or what is wrong with the result of call
 * number *CALL. */
const char *aggregation_row(const struct aggregation *aggregation, size_t place,
	struct value *values, size_t *call);

/* Forgets all. */
void aggregation_clear(struct aggregation *aggregation);

#endif
