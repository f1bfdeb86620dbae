/* SPDX-License-Identifier: MIT */
/*
 * The functions that expressions may call: those of SQLite whose results
 * depend on their arguments alone, on every machine and at any time, and
 * REGEXP and regexp_replace of our own; and a few that a session may allow.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_FUNCTION_H
#define LEAT_OPERATORS_SUPPORT_SQL_FUNCTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

/* The types that an expression may have, as a set. */
enum sql_types {
	SQL_TYPE_INTEGER = 1 << 0,
	SQL_TYPE_REAL = 1 << 1,
	SQL_TYPE_TEXT = 1 << 2,
	SQL_TYPE_BLOB = 1 << 3,
	SQL_TYPE_NULL = 1 << 4,
	SQL_TYPE_NUMBER = SQL_TYPE_INTEGER | SQL_TYPE_REAL,
	SQL_TYPE_VALUE = SQL_TYPE_NUMBER | SQL_TYPE_TEXT | SQL_TYPE_BLOB,
	SQL_TYPE_ANY = SQL_TYPE_VALUE | SQL_TYPE_NULL,
};

/* What a function yields. */
enum sql_result {
	SQL_RESULT_FIXED, /* the types of its row */
	SQL_RESULT_UNION, /* those of its arguments */
	SQL_RESULT_FIRST, /* those of the first argument */
	SQL_RESULT_CHOICE, /* those of the second and the third */
	SQL_RESULT_NUMBER, /* integer or real as the argument */
	SQL_RESULT_PART, /* bytes of bytes, else text */
};

enum sql_nulls {
	SQL_NULL_ARGUMENTS, /* null when an argument is */
	SQL_NULL_ALL, /* null when all arguments are */
	SQL_NULL_MAYBE, /* null for some values */
	SQL_NULL_NEVER,
};

struct sql_function {
	const char *name;
	enum sql_result result;
	unsigned types; /* of SQL_RESULT_FIXED */
	enum sql_nulls nulls;
	bool date; /* takes times, modifiers and, unless refused, "now" */
	bool unsteady; /* its result depends on more than its arguments: only
			  where the session says `reproducible: false` */
};

#define SQL_NOW_MESSAGE "the current time isn't reproducible"
#define SQL_NOW_HINT                                                          \
	"take the time as a param, such as {type: date, default: today}, or " \
	"say reproducible: false at the top"

/* The function NAME that may be called, in any case, or NULL. */
const struct sql_function *sql_function(const char *name);

/* The one whose name is nearest to NAME, or NULL. */
const char *sql_function_nearest(const char *name);

/* Says in REASON why NAME, which isn't among them, is refused; false when
 * nothing is known of it. HINT may become NULL. */
bool sql_function_refusal(
	const char *name, char *reason, size_t size, const char **hint);

/* Makes min and max of one argument, which SQLite takes for aggregates, say
 * so. */
void sql_functions_add(sqlite3 *database);

#endif
