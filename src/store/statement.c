/* SPDX-License-Identifier: MIT */
/* What SQLite does for rows: statements, and the digests of what they give. */
#include "store/statement.h"

#include <endian.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "store/internal.h"

const char *const store_table_names[TABLE_COUNT] = {
	[TABLE_COMPONENT] = "component",
	[TABLE_DIRECTORY] = "directory",
	[TABLE_META] = "meta",
	[TABLE_PARTIAL] = "partial",
	[TABLE_RENAME] = "rename",
	[TABLE_RUN] = "run",
	[TABLE_TELEMETRY] = "telemetry",
	[TABLE_TOTAL] = "total",
	[TABLE_UNIT] = "unit",
};

/* ---- Statements --------------------------------------------------------------- */

static const char *const statement_texts[STATEMENT_COUNT] = {
	[GET] = "SELECT key, digest, body FROM %s WHERE key=?1",
	[DIGEST] = "SELECT digest FROM %s WHERE key=?1",
	[PUT] = "REPLACE INTO %s VALUES(?1, ?2, ?3)",
	[REMOVE] = "DELETE FROM %s WHERE key=?1",
	[UPWARD] = "SELECT key, digest, body FROM %s "
		   "WHERE key>=?1 AND key<?2 ORDER BY key",
	[DOWNWARD] = "SELECT key, digest, body FROM %s "
		     "WHERE key>=?1 AND key<?2 ORDER BY key DESC",
	[ONWARD] = "SELECT key, digest, body FROM %s "
		   "WHERE key>=?1 ORDER BY key",
};

/* A statement ready for its values; NULL: failed. */
sqlite3_stmt *statement_prepare(struct run_store *store, enum store_table table,
	enum statement statement)
{
	sqlite3_stmt **slot = &store->statements[table][statement];

	if (*slot || store->damaged || store->lost)
		return store->damaged || store->lost ? NULL : *slot;
	char *sql = sqlite3_mprintf(
		statement_texts[statement], store_table_names[table]);
	if (!sql)
		memory_abort();
	int result = sqlite3_prepare_v3(store->database, sql, -1,
		SQLITE_PREPARE_PERSISTENT, slot, NULL);
	sqlite3_free(sql);
	if (result != SQLITE_OK)
		store_fail_database(store, "read");
	return *slot;
}

void rows_finish(struct run_store *store)
{
	for (int i = 0; i < TABLE_COUNT; i++)
		for (int k = 0; k < STATEMENT_COUNT; k++) {
			sqlite3_finalize(store->statements[i][k]);
			store->statements[i][k] = NULL;
		}
}

/* The whole key of a row; END stands behind the group. */
void statement_write_key(
	struct text *key, struct bytes group, char end, struct bytes rest)
{
	key->length = 0;
	text_add(key, group.data, group.length);
	text_add(key, &end, 1);
	text_add(key, rest.data, rest.length);
}

struct bytes statement_key(struct run_store *store, const struct row_key *key)
{
	statement_write_key(&store->key, key->group, '\0', key->rest);
	return (struct bytes){store->key.data, store->key.length};
}

void statement_bind(sqlite3_stmt *statement, int at, struct bytes bytes)
{
	sqlite3_bind_blob64(statement, at, bytes.length ? bytes.data : "",
		bytes.length, SQLITE_STATIC);
}

struct bytes statement_column(sqlite3_stmt *statement, int at)
{
	const void *data = sqlite3_column_blob(statement, at);

	return (struct bytes){
		data ? data : "", (size_t)sqlite3_column_bytes(statement, at)};
}

/* ---- Digests ------------------------------------------------------------------ */

uint64_t statement_digest(
	enum store_table table, struct bytes key, struct bytes body)
{
	const char *name = store_table_names[table];
	uint64_t parts[3] = {
		htole64(XXH3_64bits(name, strlen(name))),
		htole64(XXH3_64bits(key.data, key.length)),
		htole64(XXH3_64bits(body.data, body.length)),
	};

	return XXH3_64bits(parts, sizeof(parts));
}

bool statement_fail_row(
	struct run_store *store, enum store_table table, struct bytes key)
{
	struct text shown = {0};

	text_add_escaped(&shown, key.data, key.length, 200);
	store_fail_damage(store, "row \"%s\" of %s is damaged",
		shown.data ? shown.data : "", store_table_names[table]);
	text_free(&shown);
	return false;
}

/* The row that STATEMENT is at; false: it is damaged. */
bool statement_row(struct run_store *store, enum store_table table,
	sqlite3_stmt *statement, struct bytes *key, struct bytes *body,
	uint64_t *sum)
{
	*key = statement_column(statement, 0);
	*body = statement_column(statement, 2);
	uint64_t wanted = (uint64_t)sqlite3_column_int64(statement, 1);

	if (sqlite3_column_type(statement, 0) != SQLITE_BLOB ||
		sqlite3_column_type(statement, 1) != SQLITE_INTEGER ||
		sqlite3_column_type(statement, 2) != SQLITE_BLOB ||
		statement_digest(table, *key, *body) != wanted)
		return statement_fail_row(store, table, *key);
	*sum += wanted;
	return true;
}
