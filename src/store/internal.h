/* SPDX-License-Identifier: MIT */
/* A run store, as the files of this floor see it. */
#ifndef LEAT_STORE_INTERNAL_H
#define LEAT_STORE_INTERNAL_H

#include <sqlite3.h>

#include "base/path-set.h"
#include "store/database.h"
#include "store/row.h"
#include "store/run-store.h"
#include "store/statement.h"

enum { STORE_PREFIX_BYTES = 25 };

/* What a change does to the sums of a group. */
struct store_total {
	enum store_table table;
	struct text group;
	uint64_t count, sum; /* modulo 2^64: also what is taken away */
};

struct run_store {
	sqlite3 *database;
	sqlite3_stmt *statements[TABLE_COUNT][STATEMENT_COUNT];
	char *directory; /* STATE/NAME, absolute, without links */
	char *path; /* of the database; as messages name it */
	char *base; /* what paths are kept relative to; ends in a slash */
	char *session_path; /* absolute; NULL when it isn't known */
	int directory_descriptor, lock; /* -1 for readers */
	char prefix[STORE_PREFIX_BYTES]; /* of all its temporaries */
	char own_prefix[STORE_PREFIX_BYTES]; /* of this process's */
	struct text problem;
	struct text told; /* the problem that was told last */
	bool writer;
	bool still; /* read as files that nobody writes, as they were then: */
	struct file_state opened, opened_log;
	bool lightly; /* the change that was begun needn't be durable at once */
	bool changing; /* between store_change and store_commit */
	bool failed; /* this change: all of it is to be undone */
	bool damaged; /* not to be touched any more */
	bool lost; /* a write failed: nobody knows what is on the disk */
	bool renamed; /* the rows of renames are to be forgotten */
	bool whole; /* when it is closed nothing is to stay in the log */
	int log_pages; /* of the write-ahead log, since the checkpoint */
	uint64_t log_bytes; /* what of it was there from the start */
	struct store_total *totals;
	size_t total_count, total_capacity;
	struct text key, packed; /* a row in the making */
	struct text fetched; /* the body that was read last */
	struct text name; /* the key of a unit, as a string */
	struct store_output *outputs;
	size_t output_capacity;
	char **graphs;
	struct path_set noted; /* directories */
};

/* ---- Problems: all return false --------------------------------------------- */

/* "PATH: " and the message; the first of a change is kept. */
bool store_fail(struct run_store *store, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What SQLite said, when it was to DO it ("read", "commit"). */
bool store_fail_database(struct run_store *store, const char *doing);

/* What is damaged, and what to do. */
bool store_fail_damage(struct run_store *store, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Whether somebody writes, or has written, what is read as a still file: then
 * what seems to be damage may be none. */
bool store_was_changed(const struct run_store *store);

/* What a file of the store's directory looks like; all zero: it isn't there. */
struct file_state store_look(const struct run_store *store, const char *name);

/* ---- Changes of one call ------------------------------------------------------ */

/* Begins a change unless there is one; *OWN tells store_leave which. */
bool store_enter(struct run_store *store, bool *own);

/* Ends what store_enter began; OK false undoes it. */
bool store_leave(struct run_store *store, bool own, bool ok);

/* Whether a row may be put now: in a change that hasn't failed. */
bool store_may_put(struct run_store *store);

/* Counts the pages of the log, so that it is written into the store in time. */
void store_watch_log(struct run_store *store);

/* Before it is closed: ends what was begun, and writes the log into the store.
 * *KEEP: but for a short one that may stay, which costs the next to open it
 * less than that costs now. */
bool store_settle(struct run_store *store, bool *keep);

/* ---- Paths --------------------------------------------------------------------- */

/* PATH as it is kept: relative to the base where it is beneath it. */
const char *store_path_kept(const struct run_store *store, const char *path);

/* Adds a kept path in full. */
void store_add_path(
	const struct run_store *store, struct text *text, const char *kept);

/* ---- The parts of opening ------------------------------------------------------- */

/* A store without a database; DIRECTORY must be there. NULL: errno. */
struct run_store *store_create(const char *directory);
void store_destroy(struct run_store *store); /* all but the database */

/* Makes what takes no place yet: an empty store in the file NAME of the
 * directory, which becomes the database. */
bool store_draft(struct run_store *store, const char *name);

/* Closes that, and gives it the place of the store. */
bool store_establish(struct run_store *store, const char *name);

/* Opens the database in its place. */
bool store_open_database(struct run_store *store, enum database_mode mode);

/* Whether it is one of this version, or could be made one. */
bool store_check_version(struct run_store *store);

/* Reads what the store is; sets its prefix. */
bool store_read_identity(struct run_store *store);

/* Makes the directory, and a store that holds the lock but no database yet. */
enum store_status store_open_locked(const struct store_opening *opening,
	struct run_store **store, struct text *problem,
	enum exit_status *status);

/* Closes what may be open only in part; nothing is written any more. */
void store_discard(struct run_store *store);

/* Finishes what a killed run had decided, and removes what it left. */
bool store_recover(struct run_store *store);

/* Removes what is left in a directory, but for this process's own. DEPTH: of
 * what is in it. */
bool store_sweep_directory(
	struct run_store *store, const char *path, unsigned depth);

/* Rows of TABLE_META. NONE leaves VALUE empty. */
enum row_result store_meta(
	struct run_store *store, const char *name, struct text *value);
bool store_put_meta(
	struct run_store *store, const char *name, const char *value);

/* What goes with a problem: the status for errno. */
enum exit_status store_status_of(int error);

#endif
