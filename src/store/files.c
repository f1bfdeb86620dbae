/* SPDX-License-Identifier: MIT */
/* How SQLite opens the files of a run store: what changes its own ways is laid
 * over them, see https://sqlite.org/vfs.html. */
#include "store/files.h"

#include <sqlite3.h>

#include "base/memory.h"

/* Those of SQLite that do the work. */
static const char own[] = "unix", own_without_locks[] = "unix-none";

static int open_to_write(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
	int flags, int *got)
{
	sqlite3_vfs *unix_vfs = sqlite3_vfs_find(own);
	int result = SQLITE_CANTOPEN;

	(void)vfs;
	if (flags & SQLITE_OPEN_WAL)
		result = unix_vfs->xOpen(
			unix_vfs, name, file, flags & ~SQLITE_OPEN_CREATE, got);
	if ((result & 0xff) != SQLITE_CANTOPEN)
		return result;
	return unix_vfs->xOpen(unix_vfs, name, file, flags, got);
}

/* A log is said to be a database: its owner would be set, which shows. */
static int open_still(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
	int flags, int *got)
{
	sqlite3_vfs *unix_vfs = sqlite3_vfs_find(own_without_locks);

	(void)vfs;
	if (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_DB))
		flags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READONLY;
	return unix_vfs->xOpen(unix_vfs, name, file, flags, got);
}

/* Adds one that differs from BASE in how it opens files. It lives as long as
 * the process: SQLite has no end for those either. */
static bool add(const char *name, const char *base,
	int (*open)(sqlite3_vfs *, const char *, sqlite3_file *, int, int *))
{
	sqlite3_vfs *from = sqlite3_vfs_find(base);

	if (sqlite3_vfs_find(name))
		return true;
	if (!from)
		return false;
	sqlite3_vfs *vfs = memory_alloc(sizeof(*vfs));
	*vfs = *from;
	vfs->pNext = NULL;
	vfs->zName = name;
	vfs->xOpen = open;
	return sqlite3_vfs_register(vfs, 0) == SQLITE_OK;
}

bool files_register(void)
{
	return add(FILES_WRITE, own, open_to_write) &&
		add(FILES_STILL, own_without_locks, open_still);
}
