/* SPDX-License-Identifier: MIT */
/* Changes of several rows that happen whole or not at all. */
#include "store/internal.h"

/* Pages of the log at which it is written into the store: 16 MiB. */
enum { CHECKPOINT_PAGES = 4096 };

/* Opening a store reads its log, at half a millisecond for each MiB, and to
 * write that into the store takes some syncs. So several runs share one log.
 * But one that writes much by itself can afford them, and what follows needn't
 * read that again and again. */
enum { KEPT_LOG_BYTES = 1024 * 1024, MUCH_LOG_BYTES = 256 * 1024 };

/* Whether the store may be written at all. */
static bool check_usable(struct run_store *store)
{
	if (!store->damaged && !store->lost && store->writer)
		return true;
	if (store->problem.length == 0)
		store_fail(store, "it was opened to be read");
	return false;
}

bool store_change(struct run_store *store)
{
	if (store->changing)
		return store_fail(store, "a change within a change");
	rows_rest(store);
	store->changing = true; /* also if this fails: so does what follows */
	store->failed = false;
	if (!check_usable(store)) {
		store->failed = true;
		return false;
	}
	if (database_run(store->database, "BEGIN IMMEDIATE") != SQLITE_OK)
		return store_fail_database(store, "change");
	if (store->renamed)
		rows_remove(store, TABLE_RENAME, bytes_string(""), NULL);
	return !store->failed;
}

static void end_lightly(struct run_store *store)
{
	if (store->lightly)
		database_run(store->database, "PRAGMA synchronous=FULL");
	store->lightly = false;
}

void store_abandon(struct run_store *store)
{
	rows_forget_totals(store);
	if (!sqlite3_get_autocommit(store->database))
		database_run(store->database, "ROLLBACK");
	end_lightly(store);
	store->changing = false;
}

/* Writes the log into the store. That a reader is in the way is no matter. */
static bool checkpoint(struct run_store *store, int mode)
{
	int result = sqlite3_wal_checkpoint_v2(
		store->database, NULL, mode, NULL, NULL);

	store->log_pages = 0;
	return result == SQLITE_OK || (result & 0xff) == SQLITE_BUSY ||
		store_fail_database(store, "write");
}

static int note_log(
	void *context, sqlite3 *database, const char *name, int pages)
{
	struct run_store *store = context;

	(void)database;
	(void)name;
	store->log_pages = pages;
	return SQLITE_OK;
}

void store_watch_log(struct run_store *store)
{
	sqlite3_wal_hook(store->database, note_log, store);
	store->log_bytes = store_look(store, "store.db-wal").size_bytes;
}

bool store_commit(struct run_store *store)
{
	if (!store->changing)
		return store_fail(store, "a commit without a change");
	bool ok = !store->failed && rows_write_totals(store) && !store->failed;
	if (ok && database_run(store->database, "COMMIT") != SQLITE_OK)
		ok = store_fail_database(store, "commit to");
	if (!ok) {
		store_abandon(store);
		return false;
	}
	end_lightly(store);
	store->changing = false;
	store->renamed = false;
	/* It is committed: what fails now is found by the next call. */
	if (store->log_pages >= CHECKPOINT_PAGES)
		checkpoint(store, SQLITE_CHECKPOINT_PASSIVE);
	return true;
}

bool store_change_lightly(struct run_store *store)
{
	/* A later commit syncs the whole log, this change included. */
	if (!store->changing && store->writer)
		store->lightly =
			database_run(store->database,
				"PRAGMA synchronous=NORMAL") == SQLITE_OK;
	return store_change(store);
}

bool store_enter(struct run_store *store, bool *own)
{
	*own = !store->changing;
	return *own ? store_change_lightly(store) : !store->failed;
}

bool store_leave(struct run_store *store, bool own, bool ok)
{
	if (!ok)
		store->failed = true;
	return own ? store_commit(store) : ok;
}

bool store_may_put(struct run_store *store)
{
	return store->changing ? !store->failed
			       : store_fail(store, "a row without a change");
}

bool store_settle(struct run_store *store, bool *keep)
{
	*keep = false;
	if (store->changing)
		store_abandon(store);
	if (store->damaged || store->lost)
		return false;
	if (store->renamed &&
		!(store_change_lightly(store) && store_commit(store)))
		return false;
	rows_finish(store);
	uint64_t log_bytes = store_look(store, "store.db-wal").size_bytes;
	*keep = !store->whole && log_bytes > 0 && log_bytes <= KEPT_LOG_BYTES &&
		log_bytes <= store->log_bytes + MUCH_LOG_BYTES;
	return *keep || checkpoint(store, SQLITE_CHECKPOINT_TRUNCATE);
}
