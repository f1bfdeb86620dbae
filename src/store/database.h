/* SPDX-License-Identifier: MIT */
/* SQLite, as the run store uses it: connections, and its errors in words. */
#ifndef LEAT_STORE_DATABASE_H
#define LEAT_STORE_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum database_mode {
	DATABASE_CREATE, /* a new file, to write */
	DATABASE_WRITE, /* one that exists */
	DATABASE_READ, /* beside a process that writes */
	DATABASE_STILL, /* read only, while nobody writes: leaves no trace */
	DATABASE_STILL_LOG, /* the same for one whose log isn't empty */
};

/* Opens PATH (absolute) with nothing in it trusted. False: *DATABASE is NULL,
 * and PROBLEM says why. */
bool database_open(const char *path, enum database_mode mode,
	sqlite3 **database, struct text *problem);

/* Closes it; the log that others, or the next run, should find stays. */
void database_close_as_is(sqlite3 *database);

/* Whether the index of a write-ahead log can be shared where files have this
 * type (statfs(2)). It needs one memory for all, which network file systems and
 * those of unknown programs don't give; a rollback journal does there. */
bool database_shares_memory(long file_system_type);

/* Makes each commit durable, by a write-ahead log where DIRECTORY allows it,
 * else by a rollback journal. Returns what SQLite does. */
int database_make_durable(sqlite3 *database, const char *directory);

/* Runs statements without results; returns what SQLite does. */
int database_run(sqlite3 *database, const char *sql);

/* The first column of the first row; FALLBACK when there is none. */
int64_t database_number(sqlite3 *database, const char *sql, int64_t fallback);

/* Whether a result of SQLite means that the file isn't as it was written. */
bool database_is_damage(int result);

/* Whether it means that a write or a sync failed, so that nothing is known
 * about what is on the disk. */
bool database_is_lost(int result);

/* Adds what the last call did wrong: "disk I/O error (No space left ...)". */
void database_add_error(struct text *text, sqlite3 *database);

#endif
