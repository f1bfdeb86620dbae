/* SPDX-License-Identifier: MIT */
/* A connection to SQLite that can only evaluate expressions. */
#include "operators/support/sql/connection.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "operators/support/sql/function.h"
#include "operators/support/sql/instant.h"

enum {
	STEPS = 50 * 1000 * 1000, /* of one statement over one span */
	DEPTH = 200,
	ARGUMENTS = 100,
	PROGRAM = 100 * 1000,
	LIKE_BYTES = 4096,
};

/* ---- No files, at most one instant -------------------------------------------------- */

static int refuse_open(sqlite3_vfs *system, const char *name,
	sqlite3_file *file, int flags, int *out_flags)
{
	(void)system;
	(void)name;
	(void)flags;
	(void)out_flags;
	file->pMethods = NULL;
	return SQLITE_CANTOPEN;
}

static int refuse_delete(sqlite3_vfs *system, const char *name, int sync)
{
	(void)system;
	(void)name;
	(void)sync;
	return SQLITE_IOERR_DELETE;
}

static int refuse_access(
	sqlite3_vfs *system, const char *name, int flags, int *result)
{
	(void)system;
	(void)name;
	(void)flags;
	*result = 0;
	return SQLITE_OK;
}

static int refuse_path(
	sqlite3_vfs *system, const char *name, int size, char *path)
{
	(void)system;
	(void)name;
	(void)size;
	*path = '\0';
	return SQLITE_CANTOPEN;
}

static int refuse_random(sqlite3_vfs *system, int size, char *bytes)
{
	(void)system;
	memset(bytes, 0, (size_t)size);
	return size;
}

static int refuse_sleep(sqlite3_vfs *system, int microseconds)
{
	(void)system;
	(void)microseconds;
	return 0;
}

/* Gives the one instant, in milliseconds of the Julian period. Where there is
 * none, makes 'now' null, and remembers that it was asked for. */
static int current_time(sqlite3_vfs *system, sqlite3_int64 *time)
{
	static const int64_t epoch_ms = INT64_C(210866760000000); /* 1970 */
	struct sql_connection *connection = system->pAppData;

	if (connection->has_now) {
		*time = epoch_ms + connection->now_us / 1000;
		return SQLITE_OK;
	}
	if (!connection->asked_time && connection->row)
		connection->asked_row = *connection->row;
	connection->asked_time = true;
	*time = 0;
	return SQLITE_ERROR;
}

static int last_error(sqlite3_vfs *system, int size, char *message)
{
	(void)system;
	(void)size;
	(void)message;
	return 0;
}

/* ---- Nothing but a SELECT ------------------------------------------------- */

static int authorize_function(
	struct sql_connection *connection, const char *name)
{
	const struct sql_function *function = sql_function(name);

	if (function && (!function->unsteady || connection->has_now))
		return SQLITE_OK;
	snprintf(connection->refused_function,
		sizeof(connection->refused_function), "%s", name);
	return SQLITE_DENY;
}

static int authorize_read(struct sql_connection *connection, const char *table,
	const char *column)
{
	if (!table || strcasecmp(table, SQL_TABLE) != 0)
		return SQLITE_DENY;
	if (!column || strcmp(column, "ROWID") != 0 || connection->has_rowid)
		return SQLITE_OK;
	connection->refused_rowid = true;
	return SQLITE_DENY;
}

static int authorize(void *context, int action, const char *first,
	const char *second, const char *database, const char *trigger)
{
	struct sql_connection *connection = context;

	(void)database;
	(void)trigger;
	if (*connection->declaring)
		return SQLITE_OK;
	switch (action) {
	case SQLITE_SELECT:
		return connection->selects++ == 0 ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_READ: return authorize_read(connection, first, second);
	case SQLITE_FUNCTION: return authorize_function(connection, second);
	default: return SQLITE_DENY;
	}
}

static int stop(void *context)
{
	(void)context;
	return 1;
}

static void set_limits(sqlite3 *database)
{
	static const struct {
		int name, value;
	} limits[] = {
		{SQLITE_LIMIT_LENGTH, SQL_VALUE_BYTES},
		{SQLITE_LIMIT_SQL_LENGTH, SQL_TEXT_BYTES},
		{SQLITE_LIMIT_EXPR_DEPTH, DEPTH},
		{SQLITE_LIMIT_COMPOUND_SELECT, 1},
		{SQLITE_LIMIT_VDBE_OP, PROGRAM},
		{SQLITE_LIMIT_FUNCTION_ARG, ARGUMENTS},
		{SQLITE_LIMIT_ATTACHED, 0},
		{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LIKE_BYTES},
		{SQLITE_LIMIT_TRIGGER_DEPTH, 0},
		{SQLITE_LIMIT_WORKER_THREADS, 0},
	};
	static const struct {
		int name, value;
	} switches[] = {
		{SQLITE_DBCONFIG_DEFENSIVE, 1},
		{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
		{SQLITE_DBCONFIG_DQS_DML, 0},
		{SQLITE_DBCONFIG_DQS_DDL, 0},
		{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
		{SQLITE_DBCONFIG_ENABLE_VIEW, 0},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		sqlite3_limit(database, limits[i].name, limits[i].value);
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		sqlite3_db_config(
			database, switches[i].name, switches[i].value, NULL);
}

/* ---- Opening ------------------------------------------------------------- */

static void set_system(struct sql_connection *connection)
{
	connection->system = (sqlite3_vfs){
		.iVersion = 2,
		.szOsFile = sizeof(sqlite3_file),
		.mxPathname = 64,
		.zName = "leat-expression",
		.pAppData = connection,
		.xOpen = refuse_open,
		.xDelete = refuse_delete,
		.xAccess = refuse_access,
		.xFullPathname = refuse_path,
		.xRandomness = refuse_random,
		.xSleep = refuse_sleep,
		.xGetLastError = last_error,
		.xCurrentTimeInt64 = current_time,
	};
}

/* Only what is opened between the two calls sees the system of its own. */
static int open_database(struct sql_connection *connection)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY |
		SQLITE_OPEN_NOMUTEX;
	int status = sqlite3_vfs_register(&connection->system, 0);

	if (status == SQLITE_OK)
		status = sqlite3_open_v2(":memory:", &connection->database,
			flags, connection->system.zName);
	sqlite3_vfs_unregister(&connection->system);
	return status;
}

void sql_connection_open(struct sql_connection *connection,
	const sqlite3_module *module, void *context)
{
	set_system(connection);
	if (open_database(connection) != SQLITE_OK)
		memory_abort();
	sqlite3 *database = connection->database;

	set_limits(database);
	sql_functions_add(database);
	connection->regexp = sql_regexp_create(database);
	if (sqlite3_create_collation(database, SQL_INSTANT, SQLITE_UTF8, NULL,
		    sql_compare_instants) != SQLITE_OK ||
		sqlite3_create_module(database, SQL_TABLE, module, context) !=
			SQLITE_OK ||
		sqlite3_set_authorizer(database, authorize, connection) !=
			SQLITE_OK)
		memory_abort();
	sqlite3_progress_handler(database, STEPS, stop, NULL);
}

sqlite3_stmt *sql_connection_prepare(struct sql_connection *connection,
	const char *sql, size_t length, bool lasting)
{
	sqlite3_stmt *statement = NULL;

	connection->selects = 0;
	connection->refused_function[0] = '\0';
	connection->refused_rowid = false;
	if (length > SQL_TEXT_BYTES)
		length = SQL_TEXT_BYTES + 1; /* too long, as SQLite says */
	sqlite3_prepare_v3(connection->database, sql, (int)length,
		lasting ? SQLITE_PREPARE_PERSISTENT : 0, &statement, NULL);
	return statement;
}

void sql_connection_close(struct sql_connection *connection)
{
	sqlite3_close(connection->database);
	sql_regexp_destroy(connection->regexp);
}
