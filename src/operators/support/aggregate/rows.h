/* SPDX-License-Identifier: MIT */
/* Makes records of the groups of an aggregation, in their order. */
#ifndef LEAT_OPERATORS_SUPPORT_AGGREGATE_ROWS_H
#define LEAT_OPERATORS_SUPPORT_AGGREGATE_ROWS_H

#include "base/text.h"
#include "engine/operator.h"
#include "operators/support/aggregate/aggregation.h"

struct aggregate_rows {
	struct aggregation *aggregation;
	size_t next, count;
	size_t need_bytes; /* ROWS_MEMORY: of the budget */
	struct text problem; /* ROWS_FAILED: what is wrong */
};

enum rows_status {
	ROWS_MADE,
	ROWS_MEMORY, /* the budget doesn't hold them now: try again */
	ROWS_FAILED, /* the next one has a result that isn't one; it is left
			out */
	ROWS_NO_MORE,
};

/* Nothing is added to the aggregation until all rows are made. */
void aggregate_rows_start(
	struct aggregate_rows *rows, struct aggregation *aggregation);

/* Makes up to *COUNT records of the schema; *COUNT becomes how many. */
enum rows_status aggregate_rows_make(struct aggregate_rows *rows,
	struct operator *op, const struct schema *schema, struct item **items,
	size_t *count);

void aggregate_rows_finish(struct aggregate_rows *rows);

#endif
