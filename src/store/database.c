/* SPDX-License-Identifier: MIT */
/* SQLite, as the run store uses it. */
#include "store/database.h"

#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/system-error.h"
#include "store/files.h"

enum { BUSY_MS = 10000 }; /* a reader is done sooner */

/* ---- Errors ----------------------------------------------------------------- */

bool database_is_damage(int result)
{
	switch (result & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_ERROR: /* no statement of ours is wrong: the schema is */
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
	case SQLITE_CONSTRAINT: return true;
	default: return result == SQLITE_IOERR_SHORT_READ;
	}
}

bool database_is_lost(int result)
{
	return (result & 0xff) == SQLITE_IOERR;
}

void database_add_error(struct text *text, sqlite3 *database)
{
	int result = sqlite3_extended_errcode(database);
	int error = sqlite3_system_errno(database);

	text_add_string(text, sqlite3_errmsg(database));
	if (error && !database_is_damage(result))
		text_add_format(text, " (%s)", system_error(error));
}

/* ---- Connections -------------------------------------------------------------- */

/* The URI of a file: its path with the characters escaped that mean something
 * there. */
static void add_uri(struct text *uri, const char *path, const char *query)
{
	text_add_string(uri, "file:");
	for (; *path; path++) {
		if (strchr("?#%", *path))
			text_add_format(uri, "%%%02x", (unsigned char)*path);
		else
			text_add(uri, path, 1);
	}
	text_add_string(uri, query);
}

static void distrust(sqlite3 *database)
{
	sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(
		database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
}

static const struct {
	int flags;
	const char *query;
	const char *files; /* NULL: as SQLite does */
} modes[] = {
	[DATABASE_CREATE] = {SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "",
		FILES_WRITE},
	[DATABASE_WRITE] = {SQLITE_OPEN_READWRITE, "", FILES_WRITE},
	[DATABASE_READ] = {SQLITE_OPEN_READONLY, "", NULL},
	[DATABASE_STILL] = {SQLITE_OPEN_READONLY, "?immutable=1", NULL},
	[DATABASE_STILL_LOG] = {SQLITE_OPEN_READONLY, "", FILES_STILL},
};

/* The file may be anything: most of these read nothing of it. */
static int configure(sqlite3 *database, enum database_mode mode)
{
	distrust(database);
	sqlite3_busy_timeout(database, BUSY_MS);
	if (mode == DATABASE_READ || mode == DATABASE_STILL_LOG)
		sqlite3_db_config(
			database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	/* To itself, without locks, it has the index of the log in memory. */
	if (mode == DATABASE_STILL_LOG)
		database_run(database, "PRAGMA locking_mode=EXCLUSIVE");
	return database_run(database,
		"PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
		"PRAGMA temp_store=MEMORY; PRAGMA synchronous=FULL");
}

bool database_open(const char *path, enum database_mode mode,
	sqlite3 **database, struct text *problem)
{
	struct text uri = {0};

	add_uri(&uri, path, modes[mode].query);
	int result = sqlite3_open_v2(uri.data, database,
		modes[mode].flags | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE |
			SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOMUTEX,
		files_register() ? modes[mode].files : NULL);
	text_free(&uri);
	if (result == SQLITE_OK)
		result = configure(*database, mode);
	/* That it is damaged is said, with what to do, when it is read. */
	if (result == SQLITE_OK || (*database && database_is_damage(result)))
		return true;
	text_add_format(problem, "can't open %s: ", path);
	database_add_error(problem, *database);
	sqlite3_close(*database);
	*database = NULL;
	return false;
}

void database_close_as_is(sqlite3 *database)
{
	sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_close(database);
}

/* ---- Durability ---------------------------------------------------------------- */

bool database_shares_memory(long file_system_type)
{
	static const unsigned long apart[] = {AFS_FS_MAGIC, AFS_SUPER_MAGIC,
		CEPH_SUPER_MAGIC, CIFS_SUPER_MAGIC, CODA_SUPER_MAGIC,
		FUSE_SUPER_MAGIC, NCP_SUPER_MAGIC, NFS_SUPER_MAGIC,
		OCFS2_SUPER_MAGIC, SMB2_SUPER_MAGIC, SMB_SUPER_MAGIC,
		V9FS_MAGIC, 0x01161970 /* GFS2 */, 0x0bd00bd0 /* Lustre */,
		0x47504653 /* GPFS */, 0x786f4256 /* vboxsf */};

	for (size_t i = 0; i < sizeof(apart) / sizeof(*apart); i++)
		if (((unsigned long)file_system_type & 0xffffffffUL) ==
			apart[i])
			return false;
	return true;
}

int database_make_durable(sqlite3 *database, const char *directory)
{
	struct statfs system;
	bool shared = statfs(directory, &system) == 0 &&
		database_shares_memory((long)system.f_type);
	int result = database_run(database,
		shared ? "PRAGMA journal_mode=WAL"
		       : "PRAGMA journal_mode=DELETE");

	if (result != SQLITE_OK)
		return result;
	/* Checkpoints are ours, between changes. */
	return database_run(database,
		"PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0");
}

/* ---- Statements ----------------------------------------------------------------- */

int database_run(sqlite3 *database, const char *sql)
{
	return sqlite3_exec(database, sql, NULL, NULL, NULL);
}

int64_t database_number(sqlite3 *database, const char *sql, int64_t fallback)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) !=
		SQLITE_OK)
		return fallback;
	if (sqlite3_step(statement) == SQLITE_ROW)
		fallback = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return fallback;
}
