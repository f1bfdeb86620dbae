/* SPDX-License-Identifier: MIT */
/*
 * Reads the calls of aggregate functions that sessions write: one as in
 * "sum(bytes)", or a list as in "count(*) AS hits, sum(bytes) AS bytes". What
 * stands in the parentheses is left to SQL.
 */
#ifndef LEAT_OPERATORS_SUPPORT_AGGREGATE_CALL_H
#define LEAT_OPERATORS_SUPPORT_AGGREGATE_CALL_H

#include "base/arena.h"
#include "operators/support/sql/expression.h"

struct aggregate_text {
	const char *name; /* of the field that it computes */
	struct location name_location;
	const char *function; /* as aggregate_function_names has it */
	struct location location; /* of the function's name */
	struct setting_text argument; /* text NULL: count(*) */
	double quantile;
	struct aggregate_text *next;
};

/* Adds the calls that EXPRESSION holds, one if it is named, else a list, at
 * *LAST, the end of a list in ARENA; returns the new end, or NULL and the
 * problem. */
struct aggregate_text **aggregate_text_read(struct arena *arena,
	const struct setting_expression *expression,
	struct aggregate_text **last, struct expression_problem *problem);

#endif
