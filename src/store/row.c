/* SPDX-License-Identifier: MIT */
/* Rows that are whole or reported: one at a time. */
#include "store/row.h"

#include <string.h>

#include "store/internal.h"

struct bytes bytes_string(const char *string)
{
	return (struct bytes){string, strlen(string)};
}

/* ---- Single rows ------------------------------------------------------------- */

enum row_result row_get(
	struct run_store *store, const struct row_key *key, struct bytes *body)
{
	sqlite3_stmt *statement = statement_prepare(store, key->table, GET);
	struct bytes whole = statement_key(store, key), found, data;
	enum row_result answer = ROW_FAILED;
	uint64_t sum = 0;

	if (!statement)
		return ROW_FAILED;
	statement_bind(statement, 1, whole);
	int result = sqlite3_step(statement);
	if (result == SQLITE_DONE) {
		answer = ROW_NONE;
	} else if (result != SQLITE_ROW) {
		store_fail_database(store, "read");
	} else if (statement_row(
			   store, key->table, statement, &found, &data, &sum)) {
		store->fetched.length = 0;
		text_add(&store->fetched, data.data, data.length);
		*body = (struct bytes){store->fetched.data, data.length};
		answer = ROW_FOUND;
	}
	sqlite3_reset(statement);
	return answer;
}

/* Whether the statement is at, or one step before, the row with this key. */
static bool is_near(sqlite3_stmt *statement, struct bytes whole)
{
	for (int i = 0; i < 2; i++) {
		struct bytes at = statement_column(statement, 0);

		if (at.length == whole.length &&
			memcmp(at.data, whole.data, at.length) == 0)
			return true;
		if (i == 0 && sqlite3_step(statement) != SQLITE_ROW)
			break;
	}
	return false;
}

enum row_result row_get_next(
	struct run_store *store, const struct row_key *key, struct bytes *body)
{
	sqlite3_stmt *statement = statement_prepare(store, key->table, ONWARD);
	struct bytes whole = statement_key(store, key), found;
	uint64_t sum = 0;

	if (!statement)
		return ROW_FAILED;
	if (!sqlite3_stmt_busy(statement) || !is_near(statement, whole)) {
		sqlite3_reset(statement);
		/* The next call writes over what WHOLE is. */
		sqlite3_bind_blob64(statement, 1, whole.data, whole.length,
			SQLITE_TRANSIENT);
		if (sqlite3_step(statement) != SQLITE_ROW ||
			!is_near(statement, whole)) {
			sqlite3_reset(statement);
			return row_get(store, key, body);
		}
	}
	return statement_row(store, key->table, statement, &found, body, &sum)
		? ROW_FOUND
		: ROW_FAILED;
}

void rows_rest(struct run_store *store)
{
	for (int i = 0; i < TABLE_COUNT; i++)
		sqlite3_reset(store->statements[i][ONWARD]);
}

/* Runs a statement that gives no rows, and leaves it ready. */
static bool run(struct run_store *store, sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement);

	if (result != SQLITE_DONE)
		store_fail_database(store, "write");
	sqlite3_reset(statement);
	return result == SQLITE_DONE;
}

/* The digest of the row that there is now, which may be none. */
static enum row_result old_digest(struct run_store *store,
	enum store_table table, struct bytes whole, uint64_t *old)
{
	sqlite3_stmt *statement = statement_prepare(store, table, DIGEST);

	if (!statement)
		return ROW_FAILED;
	statement_bind(statement, 1, whole);
	int result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		*old = (uint64_t)sqlite3_column_int64(statement, 0);
	else if (result != SQLITE_DONE)
		store_fail_database(store, "read");
	sqlite3_reset(statement);
	return result == SQLITE_ROW	? ROW_FOUND
		: result == SQLITE_DONE ? ROW_NONE
					: ROW_FAILED;
}

/* ---- Changes ------------------------------------------------------------------- */

bool row_put(
	struct run_store *store, const struct row_key *key, struct bytes body)
{
	sqlite3_stmt *statement = statement_prepare(store, key->table, PUT);
	struct bytes whole = statement_key(store, key);
	uint64_t sum = statement_digest(key->table, whole, body), old = 0;

	if (!statement)
		return false;
	enum row_result before = old_digest(store, key->table, whole, &old);
	if (before == ROW_FAILED)
		return false;
	statement_bind(statement, 1, whole);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)sum);
	statement_bind(statement, 3, body);
	if (!run(store, statement))
		return false;
	row_total_add(store, key, before == ROW_NONE, sum - old);
	return true;
}

bool row_remove(struct run_store *store, const struct row_key *key)
{
	sqlite3_stmt *statement = statement_prepare(store, key->table, REMOVE);
	struct bytes whole = statement_key(store, key);
	uint64_t old = 0;

	if (!statement)
		return false;
	enum row_result before = old_digest(store, key->table, whole, &old);
	if (before != ROW_FOUND)
		return before == ROW_NONE;
	statement_bind(statement, 1, whole);
	if (!run(store, statement))
		return false;
	row_total_add(store, key, (uint64_t)-1, -old);
	return true;
}
