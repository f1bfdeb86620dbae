/* SPDX-License-Identifier: MIT */
/* What a store's file is. */
#include "store/schema.h"

#include <string.h>

#include "store/database.h"
#include "store/row.h"

#define TABLE_SQL                                                   \
	"CREATE TABLE %s(key BLOB PRIMARY KEY, digest INTEGER NOT " \
	"NULL, body BLOB NOT NULL) WITHOUT ROWID"

/* 2 has rows with links and directories, which 1 would call damaged, and 3
 * tells how deep outputs lie; what is older is the same in 3. */
const struct schema_step schema_steps[] = {
	{1, "SELECT 1"},
	{2, "SELECT 1"},
	{0},
};

static int run_formatted(sqlite3 *database, char *sql)
{
	int result = sql ? database_run(database, sql) : SQLITE_NOMEM;

	sqlite3_free(sql);
	return result;
}

int schema_create(sqlite3 *database)
{
	int result = run_formatted(database,
		sqlite3_mprintf("PRAGMA application_id=%d;"
				"PRAGMA user_version=%d",
			SCHEMA_APPLICATION, SCHEMA_VERSION));

	for (int i = 0; i < TABLE_COUNT && result == SQLITE_OK; i++)
		result = run_formatted(database,
			sqlite3_mprintf(TABLE_SQL, store_table_names[i]));
	return result;
}

static const struct schema_step *find_step(
	const struct schema_step *steps, int from)
{
	for (; steps->sql; steps++)
		if (steps->from == from)
			return steps;
	return NULL;
}

enum schema_state schema_look(
	sqlite3 *database, const struct schema_step *steps, int version)
{
	int64_t application =
		database_number(database, "PRAGMA application_id", INT64_MIN);
	int is;

	if (application == INT64_MIN)
		return SCHEMA_UNREADABLE;
	if (application != SCHEMA_APPLICATION)
		return SCHEMA_FOREIGN;
	is = (int)database_number(database, "PRAGMA user_version", -1);
	if (is > version)
		return SCHEMA_NEWER;
	if (is == version)
		return SCHEMA_CURRENT;
	while (is < version && find_step(steps, is))
		is++;
	return is == version ? SCHEMA_OLDER : SCHEMA_FOREIGN;
}

int schema_migrate(
	sqlite3 *database, const struct schema_step *steps, int version)
{
	int is = (int)database_number(database, "PRAGMA user_version", -1);
	int result = database_run(database, "BEGIN IMMEDIATE");

	for (; is < version && result == SQLITE_OK; is++) {
		const struct schema_step *step = find_step(steps, is);

		result =
			step ? database_run(database, step->sql) : SQLITE_ERROR;
	}
	if (result == SQLITE_OK)
		result = run_formatted(database,
			sqlite3_mprintf("PRAGMA user_version=%d", version));
	if (result == SQLITE_OK)
		result = database_run(database, "COMMIT");
	if (!sqlite3_get_autocommit(database))
		database_run(database, "ROLLBACK");
	return result;
}

static bool is_table(const char *sql)
{
	bool same = false;

	for (int i = 0; i < TABLE_COUNT && !same; i++) {
		char *wanted = sqlite3_mprintf(TABLE_SQL, store_table_names[i]);

		same = wanted && strcmp(sql, wanted) == 0;
		sqlite3_free(wanted);
	}
	return same;
}

bool schema_is_ours(sqlite3 *database)
{
	sqlite3_stmt *statement;
	int tables = 0, result;

	if (sqlite3_prepare_v2(database,
		    "SELECT DISTINCT sql FROM sqlite_schema", -1, &statement,
		    NULL) != SQLITE_OK)
		return false;
	while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
		const char *sql =
			(const char *)sqlite3_column_text(statement, 0);

		tables += sql && is_table(sql) ? 1 : TABLE_COUNT + 1;
	}
	sqlite3_finalize(statement);
	return result == SQLITE_DONE && tables == TABLE_COUNT;
}
