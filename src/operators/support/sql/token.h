/* SPDX-License-Identifier: MIT */
/*
 * The words of SQL expressions, as SQLite cuts them, so that a text can be
 * put into a statement and can't get out of its place there.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_TOKEN_H
#define LEAT_OPERATORS_SUPPORT_SQL_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

enum sql_kind {
	SQL_END,
	SQL_NAME, /* a keyword or an identifier without quotes */
	SQL_QUOTED, /* "an identifier", also in `` or [] */
	SQL_STRING,
	SQL_BLOB,
	SQL_NUMBER,
	SQL_VARIABLE,
	SQL_SIGN, /* an operator or punctuation */
	SQL_OPEN_END, /* quotes or a comment that nothing closes */
};

struct sql_token {
	enum sql_kind kind;
	const char *text; /* borrowed */
	size_t length;
};

/* The token at *TEXT behind white space and comments; moves *TEXT behind it. */
struct sql_token sql_next(const char **text);

/* Whether it is the keyword or the sign WORD; keywords in any case. */
bool sql_is(const struct sql_token *token, const char *word);

/* The identifier or the string without its quotes, cut to SIZE - 1 bytes. */
void sql_unquote(const struct sql_token *token, char *plain, size_t size);

/* What is wrong with a text, and where in it. */
struct sql_mistake {
	size_t offset, length; /* bytes */
	char message[256];
	char hint[256]; /* "" when there is none */
};

/* Sets the place and the message, and forgets the hint. */
void sql_mistake_set(struct sql_mistake *mistake, const char *text,
	const struct sql_token *token, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Checks that TEXT is at most one expression, or with LIST several, and can't
 * become anything else: no clauses of a SELECT, no subqueries, brackets that
 * match, no variables but ?1 to ?VARIABLES. */
bool sql_check(const char *text, size_t variables, bool list,
	struct sql_mistake *mistake);

#endif
