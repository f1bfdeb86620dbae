/* SPDX-License-Identifier: MIT */
/*
 * The values that an operator wants of each item of a span, column by column.
 * Bare fields are read where they are, the rest is evaluated by SQL.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_COLUMNS_H
#define LEAT_OPERATORS_SUPPORT_SQL_COLUMNS_H

#include "operators/support/meter.h"
#include "operators/support/sql/expression.h"

struct columns;

/* EXPRESSION, without a `where`, is borrowed; NULL: there are no columns. The
 * memory for what is computed is counted by METER. */
struct columns *columns_create(
	struct expression *expression, struct meter *meter);
void columns_destroy(struct columns *columns); /* takes NULL */

/* Reads the columns of up to SPAN_ITEMS items. Returns how many of the items
 * could be read; if not all, the next one can't be taken, for the reason that
 * columns_problem says. What is read holds until the next call, as long as the
 * items do. */
size_t columns_load(struct columns *columns, struct item *const *items,
	size_t count, const struct segment *segment);

/* For each column, a value for each item. */
const struct value *const *const *columns_values(const struct columns *columns);

/* The name of the column, or NULL for all, and what is wrong. */
const char *columns_problem(const struct columns *columns, const char **name);

/* Rejects ITEM, which came by input PIN, for that; takes the reference. */
void columns_reject(const struct columns *columns, struct operator *op,
	unsigned pin, struct item *item);

#endif
