/* SPDX-License-Identifier: MIT */
/* The insides of expressions; for expression*.c only. */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_EXPRESSION_PARTS_H
#define LEAT_OPERATORS_SUPPORT_SQL_EXPRESSION_PARTS_H

#include "base/text.h"
#include "operators/support/sql/connection.h"
#include "operators/support/sql/expression.h"
#include "operators/support/sql/span-table.h"
#include "operators/support/sql/type.h"

/* A column of the result. */
struct expression_column {
	char *name;
	char *sql; /* how its text begins, for messages */
	int span; /* the column of the span that it is, unchanged; or -1 */
	int result; /* the column of the running statement; -1: not there */
	bool named;
	enum value_type type;
	bool nullable;

	/* While it is compiled. */
	size_t text; /* which of the texts it stands in */
	size_t start, end; /* bytes of that text */
	unsigned types; /* that it may have, a set of enum sql_types */
};

struct expression {
	struct span_table table;
	struct sql_connection connection;
	struct expression_column *columns;
	size_t column_count;
	struct schema schema;
	struct field *fields;

	sqlite3_stmt *statement; /* NULL: all rows, nothing to compute */
	bool running;
	size_t row; /* the one that expression_next gave last */
	struct text error;
};

/* ---- Compiling ---------------------------------------------------------- */

/* A text that the session gave: a column, a list of them, or the condition. */
struct sql_source {
	const struct setting_text *text;
	const char *name; /* of the column; NULL: a list, or the condition */
	bool list; /* columns, not one expression */
	size_t first_variable; /* how many others have before */
	size_t start, end; /* where it stands in the statement */
};

struct compiler {
	struct expression *expression;
	const struct shape *shape;
	struct sql_source *sources; /* those of columns, then the condition */
	size_t source_count;
	size_t column_sources;
	struct text sql;
	bool guessed; /* the shape is: there is nothing to know of types */
	struct expression_problem *problem;
};

/* Each returns false after it has filled in the problem. */

/* Finds what the columns are: whether they are unchanged, their names. */
bool compiler_read_columns(struct compiler *compiler, sqlite3_stmt *statement);

/* Finds their types, and tries STATEMENT, which computes all columns and the
 * condition, on rows made up. */
bool compiler_find_types(struct compiler *compiler, sqlite3_stmt *statement);

void compiler_bind(struct compiler *compiler, sqlite3_stmt *statement);

/* ---- Problems; all return false ------------------------------------------- */

/* At bytes of a source. */
bool compiler_mistake(struct compiler *compiler,
	const struct sql_source *source, const struct sql_mistake *mistake);

/* What SQLite says of the statement that it didn't compile. */
bool compiler_explain(struct compiler *compiler);

/* At a whole source. HINT may be NULL. */
bool compiler_problem(struct compiler *compiler,
	const struct sql_source *source, const char *hint, const char *format,
	...) __attribute__((format(printf, 4, 5)));

/* Whether the value is none that 64 bits hold: where integers overflow SQLite
 * goes on with a real number. */
bool sql_overflows(sqlite3_value *value);

/* What went wrong while the statement ran, in words. */
const char *expression_reason(struct expression *expression);

#endif
