/* SPDX-License-Identifier: MIT */
/*
 * REGEXP and regexp_replace(text, pattern, replacement) for SQL: PCRE2 over
 * UTF-8, within the limits of pattern/limits.h; one that is hit is an error,
 * never "no match". In long texts, too, regexp_replace is by machine code,
 * which doesn't count all steps.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_REGEXP_H
#define LEAT_OPERATORS_SUPPORT_SQL_REGEXP_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

/* The compiled patterns of a connection. */
struct sql_regexp;

/* Adds the functions to a connection, which has to be closed before the
 * patterns are destroyed. */
struct sql_regexp *sql_regexp_create(sqlite3 *database);
void sql_regexp_destroy(struct sql_regexp *regexp); /* takes NULL */

/* Whether a pattern compiles; else what is wrong, and where in it. */
bool sql_regexp_check(const char *pattern, size_t length, size_t *offset,
	char *message, size_t size);

#endif
