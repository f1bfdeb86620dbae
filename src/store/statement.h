/* SPDX-License-Identifier: MIT */
/* What SQLite does for rows: statements, kept ready for each table, and the
 * digests of what they give. Only for row.c, sweep.c and rebuild.c. */
#ifndef LEAT_STORE_STATEMENT_H
#define LEAT_STORE_STATEMENT_H

#include <sqlite3.h>

#include "base/text.h"
#include "store/row.h"

enum statement {
	GET,
	DIGEST,
	PUT,
	REMOVE,
	UPWARD,
	DOWNWARD,
	ONWARD, /* as UPWARD, and stays where it is between calls */
	STATEMENT_COUNT
};

/* A statement ready for its values, to be reset after use; NULL: failed. */
sqlite3_stmt *statement_prepare(struct run_store *store, enum store_table table,
	enum statement statement);

/* BYTES must stay until the statement is reset. */
void statement_bind(sqlite3_stmt *statement, int at, struct bytes bytes);

/* A column of blobs, borrowed until the next step. */
struct bytes statement_column(sqlite3_stmt *statement, int at);

/* Makes KEY the whole key of a row; END stands behind the group. */
void statement_write_key(
	struct text *key, struct bytes group, char end, struct bytes rest);

/* The whole key, in a text of the store that the next call writes over. */
struct bytes statement_key(struct run_store *store, const struct row_key *key);

uint64_t statement_digest(
	enum store_table table, struct bytes key, struct bytes body);

/* The row that a statement is at, borrowed until its next step; adds its digest
 * to *SUM. False: it is damaged. */
bool statement_row(struct run_store *store, enum store_table table,
	sqlite3_stmt *statement, struct bytes *key, struct bytes *body,
	uint64_t *sum);

/* Notes that the row with this whole key is damaged; returns false. */
bool statement_fail_row(
	struct run_store *store, enum store_table table, struct bytes key);

#endif
