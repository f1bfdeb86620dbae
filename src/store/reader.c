/* SPDX-License-Identifier: MIT */
/* Opening a store to look at it, without a trace. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/system-error.h"
#include "store/internal.h"
#include "store/lock.h"

enum { COPY_BYTES = 1 << 16 };

/* Copies a file, if there is one, into another directory. */
static bool copy_file(int from_directory, int to_directory, const char *name)
{
	static const int flags = O_CLOEXEC | O_NOFOLLOW;
	int from = openat(from_directory, name, O_RDONLY | flags);
	int to = -1;
	char *data = memory_alloc(COPY_BYTES);
	ssize_t got = -1;

	if (from >= 0)
		to = openat(to_directory, name,
			O_WRONLY | O_CREAT | O_EXCL | flags, 0600);
	bool ok = from >= 0 ? to >= 0 : errno == ENOENT;
	while (to >= 0 && ok && (got = file_read(from, data, COPY_BYTES)) > 0)
		ok = file_write(to, data, (size_t)got);
	ok = ok && (to < 0 || got == 0);
	int saved = errno;
	free(data);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	errno = saved;
	return ok;
}

static const char *const copied[] = {
	"store.db", "store.db-journal", "store.db-wal", "store.db-shm"};

static void remove_copies(const char *path, int directory)
{
	for (size_t i = 0; i < sizeof(copied) / sizeof(*copied); i++)
		unlinkat(directory, copied[i], 0);
	close(directory);
	rmdir(path);
}

/* Opens a copy of what a killed run left beside a rollback journal, which
 * SQLite recovers as it reads. Once that has begun the files need no names. */
static bool open_copy(struct run_store *store)
{
	const char *place = getenv("TMPDIR");
	struct text path = {0};
	bool ok = true;

	text_add_format(&path, "%s/leat-store-XXXXXX",
		place && *place ? place : "/tmp");
	int directory = mkdtemp(path.data)
		? open(path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		: -1;
	for (size_t i = 0; i < 2 && directory >= 0 && ok; i++)
		ok = copy_file(
			store->directory_descriptor, directory, copied[i]);
	if (directory < 0 || !ok) {
		ok = store_fail(store, "can't copy it to %s: %s", path.data,
			system_error(errno));
	} else {
		struct text file = {0};

		text_add_format(&file, "%s/store.db", path.data);
		ok = database_open(file.data, DATABASE_WRITE, &store->database,
			&store->problem);
		text_free(&file);
		/* In one transaction to the end: then nothing is opened
		 * again by its name. */
		if (ok &&
			database_run(store->database,
				"PRAGMA locking_mode=EXCLUSIVE; BEGIN; "
				"SELECT count(*) FROM sqlite_schema") !=
				SQLITE_OK)
			ok = store_fail_database(store, "read");
	}
	if (directory >= 0)
		remove_copies(path.data, directory);
	text_free(&path);
	return ok;
}

/* A run that starts later may yet write to the files. What it adds to the log
 * isn't seen; that it writes over what is read is found at last when that
 * doesn't fit. */
static bool open_still(struct run_store *store)
{
	store->still = true;
	store->opened = store_look(store, "store.db");
	store->opened_log = store_look(store, "store.db-wal");
	return store_open_database(store,
		store->opened_log.size_bytes > 0 ? DATABASE_STILL_LOG
						 : DATABASE_STILL);
}

static bool open_database(struct run_store *store)
{
	if (lock_is_held(store->directory_descriptor, "lock"))
		return store_open_database(store, DATABASE_READ);
	if (store_look(store, "store.db-journal").size_bytes > 0)
		return open_copy(store);
	return open_still(store);
}

/* Where the session was, for messages. */
static bool read_session(struct run_store *store)
{
	struct text known = {0}, full = {0};
	enum row_result result = store_meta(store, "session", &known);

	if (result == ROW_FOUND) {
		store_add_path(store, &full, known.data);
		store->session_path = memory_string(full.data);
	}
	text_free(&known);
	text_free(&full);
	return result != ROW_FAILED;
}

enum store_status run_store_open_reader(const char *directory,
	struct run_store **result, struct text *problem,
	enum exit_status *status)
{
	struct run_store *store = store_create(directory);

	*result = NULL;
	*status = STATUS_OK;
	if (!store && errno == ENOENT)
		return STORE_NONE;
	if (!store) {
		*status = store_status_of(errno);
		text_add_format(problem, "can't open %s: %s", directory,
			system_error(errno));
		return STORE_FAILED;
	}
	if (!file_is_there(store->directory_descriptor, "store.db") &&
		errno == ENOENT) {
		store_destroy(store);
		return STORE_NONE;
	}
	if (open_database(store) && store_check_version(store) &&
		store_read_identity(store) && read_session(store)) {
		*result = store;
		return STORE_OK;
	}
	*status = store_was_changed(store) ? STATUS_LOCKED : STATUS_IO_ERROR;
	text_add_string(problem, run_store_problem(store));
	store_discard(store);
	return STORE_FAILED;
}
