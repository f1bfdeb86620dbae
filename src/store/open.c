/* SPDX-License-Identifier: MIT */
/* Opening a store to write, and closing it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/system-error.h"
#include "store/internal.h"
#include "store/lock.h"

/* ---- The directory ------------------------------------------------------------- */

/* Version control is to leave a new state directory alone. */
static void write_ignore(int state)
{
	static const char text[] = "*\n";
	int file = openat(state, ".gitignore",
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (file >= 0) {
		file_write(file, text, sizeof(text) - 1);
		close(file);
	}
}

/* Makes STATE/NAME. What is kept of inputs is for the eyes of who may read
 * them: only the owner may look into NAME, until he says otherwise. */
static bool make_directory(const char *directory)
{
	const char *name = strrchr(directory, '/');
	size_t length = name ? (size_t)(name - directory) : 0;
	struct text parent = {0};

	text_add(&parent, directory, length);
	text_add_string(&parent, name && length == 0 ? "/" : "");
	bool fresh = parent.length && access(parent.data, F_OK) != 0;
	int state = file_open_root(parent.data, parent.length);
	text_free(&parent);
	if (state < 0)
		return false;
	if (fresh)
		write_ignore(state);
	bool ok = mkdirat(state, name ? name + 1 : directory, 0700) == 0;
	ok = ok ? file_sync_directory(state) : errno == EEXIST;
	int saved = errno;
	close(state);
	errno = saved;
	return ok;
}

enum exit_status store_status_of(int error)
{
	switch (error) {
	case EACCES:
	case EPERM: return STATUS_NOT_PERMITTED;
	case ENOENT:
	case ENOTDIR:
	case EEXIST:
	case EROFS: return STATUS_CANNOT_CREATE;
	case EMFILE:
	case ENFILE:
	case ENOMEM: return STATUS_SYSTEM;
	default: return STATUS_IO_ERROR;
	}
}

#define TWO_FILES \
	"two files have the session name '%s', %s and %s: one needs another"

/* ---- One session for each name ---------------------------------------------------- */

static char *real_path(const char *path)
{
	char *real = realpath(path, NULL);

	return real ? real : memory_string(path);
}

static bool is_same_file(const char *path, const char *other)
{
	struct stat one, two;

	/* A session that was moved left nothing behind. */
	if (stat(other, &two) != 0)
		return true;
	return stat(path, &one) == 0 && one.st_dev == two.st_dev &&
		one.st_ino == two.st_ino;
}

static bool keep_session(struct run_store *store, const char *kept)
{
	bool own;
	bool ok = store_enter(store, &own) &&
		store_put_meta(store, "session", kept);

	return store_leave(store, own, ok);
}

/* Whether the file of the session is the one that the store is of. */
static bool check_session(
	struct run_store *store, const char *name, enum exit_status *status)
{
	const char *kept = store_path_kept(store, store->session_path);
	struct text known = {0}, full = {0};
	enum row_result result = store_meta(store, "session", &known);
	bool ok = result != ROW_FAILED;

	if (ok && strcmp(known.data, kept) != 0) {
		store_add_path(store, &full, known.data);
		if (result == ROW_NONE ||
			is_same_file(store->session_path, full.data)) {
			ok = keep_session(store, kept);
		} else {
			*status = STATUS_SESSION_WRONG;
			ok = store_fail(store, TWO_FILES, name, full.data,
				store->session_path);
		}
	}
	text_free(&known);
	text_free(&full);
	return ok;
}

bool run_store_is_of(const struct run_store *store, const char *name,
	const char *path, struct text *problem)
{
	if (!store->session_path || is_same_file(path, store->session_path))
		return true;
	text_add_format(problem, TWO_FILES, name, store->session_path, path);
	return false;
}

/* ---- Opening ----------------------------------------------------------------------- */

static bool make_missing(struct run_store *store)
{
	static const char draft[] = "store.new";

	if (file_is_there(store->directory_descriptor, "store.db"))
		return true;
	if (errno != ENOENT)
		return store_fail(store, "%s", system_error(errno));
	return store_draft(store, draft) && store_establish(store, draft);
}

static bool open_all(struct run_store *store,
	const struct store_opening *opening, enum exit_status *status)
{
	if (!make_missing(store) ||
		!store_open_database(store, DATABASE_WRITE) ||
		!store_check_version(store))
		return false;
	if (database_make_durable(store->database, store->directory) !=
		SQLITE_OK)
		return store_fail_database(store, "open");
	store_watch_log(store);
	return store_read_identity(store) &&
		check_session(store, opening->session, status) &&
		store_recover(store);
}

enum store_status store_open_locked(const struct store_opening *opening,
	struct run_store **result, struct text *problem,
	enum exit_status *status)
{
	struct run_store *store = NULL;

	const bool made = make_directory(opening->directory);

	*status = STATUS_OK;
	if (made)
		store = store_create(opening->directory);
	if (!store) {
		*status = store_status_of(errno);
		text_add_format(problem, "can't %s %s: %s",
			made ? "open" : "make", opening->directory,
			system_error(errno));
		return STORE_FAILED;
	}
	store->writer = true;
	store->session_path = real_path(opening->session_path);
	store->lock = lock_take(store->directory_descriptor, "lock",
		opening->wait_us, opening->stop);
	*result = store;
	if (store->lock >= 0)
		return STORE_OK;
	*result = NULL;
	if (errno == EWOULDBLOCK) {
		*status = STATUS_LOCKED;
		text_add_format(problem, "session '%s' is being run by ",
			opening->session);
		lock_add_holder(problem, store->directory_descriptor, "lock");
	} else {
		*status = store_status_of(errno);
		text_add_format(problem, "can't lock %s: %s",
			opening->directory, system_error(errno));
	}
	store_destroy(store);
	return *status == STATUS_LOCKED ? STORE_LOCKED : STORE_FAILED;
}

enum store_status run_store_open(const struct store_opening *opening,
	struct run_store **result, struct text *problem,
	enum exit_status *status)
{
	struct run_store *store;
	enum store_status locked =
		store_open_locked(opening, &store, problem, status);

	*result = NULL;
	if (locked != STORE_OK)
		return locked;
	if (open_all(store, opening, status)) {
		*result = store;
		return STORE_OK;
	}
	if (*status == STATUS_OK)
		*status = STATUS_IO_ERROR;
	text_add_string(problem, run_store_problem(store));
	store_discard(store);
	return STORE_FAILED;
}

/* ---- Closing ----------------------------------------------------------------------- */

void store_discard(struct run_store *store)
{
	if (store->changing)
		store_abandon(store);
	rows_finish(store);
	if (store->database)
		database_close_as_is(store->database);
	store_destroy(store);
}

bool run_store_close(struct run_store *store, struct text *problem)
{
	if (!store)
		return true;
	bool keep = true;
	bool ok = !store->writer || store_settle(store, &keep);
	if (ok && !keep) {
		sqlite3_close(store->database);
		store->database = NULL;
	}
	const char *news = ok ? NULL : run_store_news(store);
	if (news && problem)
		text_add_string(problem, news);
	store_discard(store);
	return ok;
}
