/* SPDX-License-Identifier: MIT */
/*
 * A span of items as a virtual table of SQLite. The fields of a record are
 * its columns, a line has the column `line`; attributes are hidden columns, so
 * that `*` leaves them out.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_SPAN_TABLE_H
#define LEAT_OPERATORS_SUPPORT_SQL_SPAN_TABLE_H

#include <sqlite3.h>

#include "model/segment.h"
#include "registry/spec.h"

enum span_source { SPAN_FIELD, SPAN_LINE, SPAN_ATTRIBUTE };

struct span_column {
	char *name;
	enum span_source source;
	enum value_type type;
	bool nullable;
	unsigned field; /* its index */
	const struct attribute_spec *attribute;
	const struct value *checked; /* of the attribute, in this span: it is
					known to be text; or NULL */
};

struct span_table {
	struct span_column *columns; /* the visible ones first */
	size_t column_count, visible_count;

	/* The span; borrowed. */
	struct item *const *items;
	size_t count;
	const struct segment *segment; /* or NULL */
	size_t row; /* where SQLite stands */
	size_t text_row; /* the row whose line is known to be text, plus 1 */
	bool open;
	bool declaring; /* while SQLite reads what columns there are */

	sqlite3_vtab vtab;
	sqlite3_vtab_cursor cursor;
};

extern const sqlite3_module span_module; /* its context is the table */

void span_table_init(struct span_table *table, const struct shape *shape);
void span_table_finish(struct span_table *table);

/* The index of the column NAME, in any case, or -1. */
int span_table_find(const struct span_table *table, const char *name);

/* Two columns whose names differ only in case, if there are; LEFT and RIGHT
 * borrow them. */
bool span_table_alike(
	const struct span_table *table, const char **left, const char **right);

/* Begins another span: the members from ITEMS on. */
void span_table_start(struct span_table *table, struct item *const *items,
	size_t count, const struct segment *segment);

/* The value of a column of ROW, as it is in the item or the segment. NULL, or
 * what is wrong with it in a phrase such as "is not UTF-8". */
const char *span_table_value(struct span_table *table, size_t row,
	struct span_column *column, struct value *value);

/* The column that a column of a result, declared as DECLARED, is unchanged;
 * -1 for none. */
int span_table_declared(const struct span_table *table, const char *declared);

#endif
