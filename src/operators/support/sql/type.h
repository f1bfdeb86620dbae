/* SPDX-License-Identifier: MIT */
/*
 * What can be known of the type of an expression from its text: which types
 * it may have, whether it may be null, and the mistakes that SQLite would
 * answer with a wrong result instead of an error. It reads what SQLite has
 * compiled already, and leaves alone what it doesn't know.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_TYPE_H
#define LEAT_OPERATORS_SUPPORT_SQL_TYPE_H

#include "operators/support/sql/function.h"
#include "operators/support/sql/span-table.h"
#include "operators/support/sql/token.h"

/* What names and variables mean. */
struct sql_scope {
	const struct span_table *table;
	const struct setting_binding *bindings;
	size_t binding_count;
	bool has_now; /* 'now' may be asked for */
};

/* One column of a result: an expression and maybe a name. */
struct sql_typed {
	unsigned types; /* a set of enum sql_types; ANY when not known */
	bool named; /* AS stands behind it; also when not known */
};

/* Reads TEXT from *AT to a comma outside of brackets or to the end, and moves
 * *AT there. Returns false after a mistake: text compared with a number, or a
 * time that isn't reproducible. */
bool sql_type(const struct sql_scope *scope, const char *text, const char **at,
	struct sql_typed *typed, struct sql_mistake *mistake);

/* ---- compare.c, for the parser ------------------------------------------- */

/* A part of an expression. */
struct sql_operand {
	unsigned types;
	const char *start, *end; /* its text */
	int column; /* that it is, or -1 */
	enum sql_kind literal; /* SQL_NUMBER, SQL_STRING; SQL_END: none */
};

/* Checks that two operands that are compared have a type in common. */
bool sql_compare(const struct sql_scope *scope, const char *text,
	const struct sql_operand *left, const struct sql_operand *right,
	struct sql_mistake *mistake);

#endif
