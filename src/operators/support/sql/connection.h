/* SPDX-License-Identifier: MIT */
/*
 * A connection to SQLite that can do nothing but evaluate expressions over
 * one virtual table: it has no files, no clock but one that stands still where
 * the session allows it, no extensions, and runs only
 * a SELECT without subqueries that calls functions of the list.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_CONNECTION_H
#define LEAT_OPERATORS_SUPPORT_SQL_CONNECTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "operators/support/sql/regexp.h"

/* The name of the one table. */
#define SQL_TABLE "span"

enum {
	SQL_VALUE_BYTES = 16 * 1024 * 1024, /* of the longest text */
	SQL_TEXT_BYTES = 256 * 1024, /* of the longest statement */
};

struct sql_connection {
	sqlite3 *database;
	sqlite3_vfs system; /* stands between SQLite and the real one */
	struct sql_regexp *regexp;
	bool has_rowid; /* whether the table has a column of that name */
	bool has_now; /* the session allows to ask for the time */
	int64_t now_us; /* that it gives, microseconds since 1970 */
	const bool *declaring; /* set while the module declares its table */

	/* Set while a statement is compiled: what the authorizer refused. */
	unsigned selects;
	char refused_function[64]; /* "" when none */
	bool refused_rowid;

	/* Set while a statement runs: it asked for the current time, at the
	 * row that *ROW said. */
	bool asked_time;
	const size_t *row; /* set by the user of the connection */
	size_t asked_row;
};

/* MODULE with CONTEXT becomes the table. */
void sql_connection_open(struct sql_connection *connection,
	const sqlite3_module *module, void *context);

/* Compiles a statement; NULL: sqlite3_errmsg or what was refused says why. */
sqlite3_stmt *sql_connection_prepare(struct sql_connection *connection,
	const char *sql, size_t length, bool lasting);

/* All statements have to be finalized before. */
void sql_connection_close(struct sql_connection *connection);

#endif
