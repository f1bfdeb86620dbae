/* SPDX-License-Identifier: MIT */
/*
 * Makes records of items by an expression. Fields that are taken over unchanged
 * are copied without SQL. Their texts stay where they are if all the texts of a
 * record do; else the texts of many records go into one buffer.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_PROJECTION_H
#define LEAT_OPERATORS_SUPPORT_SQL_PROJECTION_H

#include "base/text.h"
#include "engine/operator.h"
#include "operators/support/sql/expression.h"

struct projection_column;

struct projection {
	struct expression *expression;
	const struct schema *schema;
	struct projection_column *columns;
	bool has_text; /* at least one column */
	bool borrows; /* all texts are in the buffer of the item that comes */
	struct text texts; /* else, those of the records */

	struct item *records[SPAN_ITEMS];
	size_t count;
	bool failed; /* the item behind those is wrong: */
	const char *field; /* that is wrong, or NULL */
	char reason[256];
};

/* Takes EXPRESSION, which has no condition. SCHEMA is a copy of its schema. */
void projection_open(struct projection *projection,
	struct expression *expression, const struct schema *schema);
void projection_close(struct projection *projection);

/* Makes records of the first of COUNT items: all, or those before one that is
 * wrong, or so many that their texts have reached a limit. The records are the
 * caller's. False: there is no memory for their texts, of that many BYTES; then
 * no record was made. */
bool projection_make(struct projection *projection, struct operator *op,
	struct item *const *items, size_t count, const struct segment *segment,
	size_t *bytes);

#endif
