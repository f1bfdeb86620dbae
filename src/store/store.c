/* SPDX-License-Identifier: MIT */
/* A run store in memory: its paths, and what went wrong. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/system-error.h"
#include "store/internal.h"
#include "store/lock.h"

/* ---- Problems ------------------------------------------------------------------ */

/* Starts another problem; false when the first of a change is to be kept. */
static bool start_problem(struct run_store *store)
{
	bool keep = store->changing && store->failed;

	store->failed = true;
	if (keep)
		return false;
	store->problem.length = 0;
	text_add_format(&store->problem, "%s: ", store->path);
	return true;
}

bool store_fail(struct run_store *store, const char *format, ...)
{
	va_list args;

	if (!start_problem(store))
		return false;
	va_start(args, format);
	text_add_vformat(&store->problem, format, args);
	va_end(args);
	return false;
}

struct file_state store_look(const struct run_store *store, const char *name)
{
	struct stat stat;

	if (fstatat(store->directory_descriptor, name, &stat,
		    AT_SYMLINK_NOFOLLOW) != 0)
		return (struct file_state){0};
	return file_state_of(&stat);
}

bool store_was_changed(const struct run_store *store)
{
	if (!store->still)
		return false;
	struct file_state now = store_look(store, "store.db"),
			  log = store_look(store, "store.db-wal");
	return lock_is_held(store->directory_descriptor, "lock") ||
		file_change(&store->opened, &now) ||
		file_change(&store->opened_log, &log);
}

/* Reads a file to its end; returns errno, or 0. */
static int try_to_read(const struct run_store *store, const char *name)
{
	char block[16 * 1024];
	off_t at = 0;
	ssize_t got;
	int descriptor = openat(store->directory_descriptor, name,
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (descriptor < 0)
		return errno == ENOENT ? 0 : errno;
	while ((got = pread(descriptor, block, sizeof(block), at)) > 0)
		at += got;
	int error = got < 0 ? errno : 0;
	close(descriptor);
	return error;
}

/* To SQLite a schema that it can't read is malformed. A disk that can't be read
 * needs other advice than a file that was damaged. */
static bool fail_unreadable(struct run_store *store)
{
	int error = try_to_read(store, "store.db");

	if (!error)
		error = try_to_read(store, "store.db-wal");
	if (!error)
		return false;
	store->lost = true;
	store_fail(store, "can't read it: %s", system_error(error));
	return true;
}

static bool fail_changed(struct run_store *store)
{
	return store_fail(
		store, "a run wrote to it while it was read: try again");
}

static void add_advice(struct run_store *store)
{
	text_add_format(&store->problem,
		"; `leat gc --rebuild %s` starts anew from what is whole",
		store->session_path ? store->session_path : "FILE");
}

bool store_fail_damage(struct run_store *store, const char *format, ...)
{
	va_list args;

	if (fail_unreadable(store))
		return false;
	store->damaged = true;
	if (store_was_changed(store))
		return fail_changed(store);
	if (!start_problem(store))
		return false;
	va_start(args, format);
	text_add_vformat(&store->problem, format, args);
	va_end(args);
	add_advice(store);
	return false;
}

bool store_fail_database(struct run_store *store, const char *doing)
{
	int result = sqlite3_extended_errcode(store->database);
	bool damaged = database_is_damage(result);

	if (damaged && fail_unreadable(store))
		return false;
	store->damaged |= damaged;
	store->lost |= database_is_lost(result) && !damaged;
	if (damaged && store_was_changed(store))
		return fail_changed(store);
	if (!start_problem(store))
		return false;
	if (damaged)
		text_add_string(&store->problem, "it is damaged: ");
	else
		text_add_format(&store->problem, "can't %s it: ", doing);
	database_add_error(&store->problem, store->database);
	if (damaged)
		add_advice(store);
	return false;
}

const char *run_store_problem(const struct run_store *store)
{
	return store->problem.length ? store->problem.data : "";
}

const char *run_store_news(struct run_store *store)
{
	const char *problem = run_store_problem(store);

	if (store->told.length && strcmp(store->told.data, problem) == 0)
		return NULL;
	store->told.length = 0;
	text_add_string(&store->told, problem);
	return problem;
}

/* ---- Paths -------------------------------------------------------------------- */

const char *store_path_kept(const struct run_store *store, const char *path)
{
	size_t length = strlen(store->base);

	return strncmp(path, store->base, length) == 0 && path[length]
		? path + length
		: path;
}

void store_add_path(
	const struct run_store *store, struct text *text, const char *kept)
{
	if (*kept != '/')
		text_add_string(text, store->base);
	text_add_string(text, kept);
}

/* The directory that the state directory stands in, as it was named: STATE/NAME
 * less two components. */
static char *find_base(const char *directory)
{
	struct text parent = {0};

	text_add_string(&parent, directory);
	for (int i = 0; i < 2; i++) {
		while (parent.length > 1 &&
			parent.data[parent.length - 1] == '/')
			parent.length--;
		while (parent.length > 0 &&
			parent.data[parent.length - 1] != '/')
			parent.length--;
	}
	if (parent.length == 0)
		text_add_string(&parent, ".");
	parent.data[parent.length] = '\0';
	char *real = realpath(parent.data, NULL);
	parent.length = 0;
	text_add_string(&parent, real ? real : "/");
	if (parent.data[parent.length - 1] != '/')
		text_add_string(&parent, "/");
	free(real);
	return parent.data;
}

/* ---- Making -------------------------------------------------------------------- */

struct run_store *store_create(const char *directory)
{
	int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *real = descriptor < 0 ? NULL : realpath(directory, NULL);

	if (!real) {
		if (descriptor >= 0)
			close(descriptor);
		return NULL;
	}
	struct run_store *store = memory_zeroed(sizeof(*store));
	struct text path = {0};

	text_add_format(&path, "%s/store.db", real);
	store->directory = real;
	store->path = path.data;
	store->base = find_base(directory);
	store->directory_descriptor = descriptor;
	store->lock = -1;
	return store;
}

void store_destroy(struct run_store *store)
{
	rows_finish(store);
	rows_forget_totals(store);
	path_set_finish(&store->noted);
	if (store->lock >= 0)
		close(store->lock);
	close(store->directory_descriptor);
	row_groups_free(store->graphs);
	text_free(&store->problem);
	text_free(&store->told);
	text_free(&store->key);
	text_free(&store->packed);
	text_free(&store->fetched);
	text_free(&store->name);
	free(store->totals);
	free(store->outputs);
	free(store->session_path);
	free(store->base);
	free(store->path);
	free(store->directory);
	free(store);
}
