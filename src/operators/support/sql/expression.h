/* SPDX-License-Identifier: MIT */
/*
 * SQL over items in flight. A span of items is one virtual table of SQLite;
 * one prepared statement is run over it per span. Fields are its columns,
 * attributes hidden columns (a field hides an attribute of its name), a line
 * has the column `line`.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_EXPRESSION_H
#define LEAT_OPERATORS_SUPPORT_SQL_EXPRESSION_H

#include "base/arena.h"
#include "model/segment.h"
#include "registry/spec.h"

struct expression;

/* Why an expression doesn't compile. */
struct expression_problem {
	struct location location;
	char message[256];
	char hint[256]; /* "" when there is none */
};

/* Reports it, where it has no place at that of PROPERTY. */
void expression_problem_report(struct relation *relation, const char *property,
	const struct expression_problem *problem);

/* Compiles "SELECT COLUMNS FROM span WHERE where" for items of the shape. A
 * column without a name is a whole SQL list ("*", "a, b AS c"), or, in an
 * order, one expression. WHERE may be NULL. Only one SELECT without subqueries
 * over functions of the allow-list compiles. Returns NULL and fills in PROBLEM
 * where it doesn't, also where the type of a column isn't unique (the hint says
 * to CAST). Everything is copied. */
struct expression *expression_create(const struct shape *shape,
	const struct setting_expression *columns, size_t count,
	const struct setting_text *where, struct expression_problem *problem);

/* Finds what is wrong with the same where nothing is known of the items: any
 * name may be that of a field. Returns false where it fills in PROBLEM. */
bool expression_check(const struct setting_expression *columns, size_t count,
	const struct setting_text *where, struct expression_problem *problem);

void expression_destroy(struct expression *expression); /* takes NULL */

/* The columns that result, in order, with their types: those of fields and of
 * computed columns found by probe rows. Borrowed from the expression;
 * expression_schema_copy makes one that lives in ARENA. */
const struct schema *expression_schema(const struct expression *expression);
const struct schema *expression_schema_copy(
	const struct expression *expression, struct arena *arena);

/* The index of the field that column COLUMN is, bare and unchanged, or -1:
 * such a column can be read from the record without SQL. */
int expression_field(const struct expression *expression, size_t column);

/* What column COLUMN is. */
enum expression_origin {
	EXPRESSION_COMPUTED,
	EXPRESSION_PAYLOAD, /* a field, or the line, unchanged: its bytes are
			       those of the item */
	EXPRESSION_ATTRIBUTE, /* an attribute, unchanged: its bytes live as long
				 as the item and the segment */
};

/* NAME becomes that of the field or attribute; NULL when it is computed. */
enum expression_origin expression_origin(
	const struct expression *expression, size_t column, const char **name);

/* Whether column COLUMN has a name: that of the setting or of the field, or
 * one behind AS; else its name is its text. */
bool expression_named(const struct expression *expression, size_t column);

/* Starts over a span; borrows the items, and the segment (may be NULL), until
 * the next call. */
void expression_start(struct expression *expression, struct item *const *items,
	size_t count, const struct segment *segment);

enum expression_row {
	EXPRESSION_ROW, /* INDEX is that of the item it comes from */
	EXPRESSION_DONE,
	EXPRESSION_FAILED, /* the item INDEX: expression_error says why; go on
			      with the items behind it by starting again */
};

/* The next row that `where` keeps. */
enum expression_row expression_next(
	struct expression *expression, size_t *index);

/* The value of a column of the row, of the type that the schema says; text
 * lasts until the next call of expression_next. Returns NULL, or says why the
 * value isn't of its type ("is text, not integer"). */
const char *expression_value(
	struct expression *expression, size_t column, struct value *value);

const char *expression_error(const struct expression *expression);

#endif
