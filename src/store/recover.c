/* SPDX-License-Identifier: MIT */
/*
 * What a killed run left: renames that were decided are done, other temporaries
 * are removed. Each step may be done again, so being killed meanwhile is no
 * matter. Only names with this store's own prefix are touched, and targets only
 * while the temporary that was decided on is there, as it was: should a
 * directory have been replaced, nothing of others is harmed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/pack.h"
#include "store/internal.h"

static const struct bytes no_group = {"", 0};

enum { OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

/* ---- Renames -------------------------------------------------------------------------- */

struct recovery {
	struct run_store *store;
	bool failed;
	int directory; /* of the renames before; -1: none */
	struct text directory_path;
};

static bool fail(struct recovery *recovery, const char *doing, const char *path)
{
	recovery->failed = true;
	return store_fail(recovery->store, "can't %s %s: %s", doing, path,
		strerror(errno));
}

/* Whether an error means that a rename can never be done, since somebody put
 * other things into its place: then its unit isn't up to date any more. */
static bool is_hopeless(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EISDIR ||
		error == ENOTEMPTY || error == EEXIST || error == ELOOP;
}

/* Syncs and closes the directory where the last renames were. */
static bool leave_directory(struct recovery *recovery)
{
	bool ok = true;

	if (recovery->directory >= 0) {
		ok = file_sync_directory(recovery->directory) ||
			fail(recovery, "sync", recovery->directory_path.data);
		close(recovery->directory);
	}
	recovery->directory = -1;
	return ok;
}

/* Opens the directory of PATH, which is LENGTH bytes of it, unless it is open.
 * False: there is none, or failed. */
static bool enter_directory(
	struct recovery *recovery, const char *path, size_t length)
{
	struct text *known = &recovery->directory_path;

	if (recovery->directory >= 0 && known->length == length &&
		memcmp(known->data, path, length) == 0)
		return true;
	if (!leave_directory(recovery))
		return false;
	known->length = 0;
	text_add(known, path, length);
	recovery->directory = open(known->data, OPEN_DIRECTORY);
	if (recovery->directory >= 0)
		return true;
	return is_hopeless(errno) ? false : fail(recovery, "open", known->data);
}

/* Whether the temporary is there, and as long as was decided. */
static bool is_whole(
	struct recovery *recovery, const char *name, uint64_t size_bytes)
{
	struct stat stat;

	return fstatat(recovery->directory, name, &stat, AT_SYMLINK_NOFOLLOW) ==
		0 &&
		S_ISREG(stat.st_mode) && (uint64_t)stat.st_size == size_bytes;
}

/* Does one; that it is done already, or can't be any more, is fine. */
static bool finish_rename(struct recovery *recovery, const char *temporary,
	const char *target, uint64_t size_bytes)
{
	const char *prefix = recovery->store->prefix;
	const char *name = strrchr(temporary, '/');
	const char *wanted = strrchr(target, '/');

	if (!name || !wanted || strncmp(name + 1, prefix, strlen(prefix)) != 0)
		return true;
	if (!enter_directory(
		    recovery, temporary, (size_t)(name - temporary) + 1))
		return !recovery->failed;
	if (!is_whole(recovery, name + 1, size_bytes) ||
		renameat(recovery->directory, name + 1, recovery->directory,
			wanted + 1) == 0)
		return true;
	return is_hopeless(errno) || fail(recovery, "make", target);
}

static bool recover_rename(void *context, struct bytes rest, struct bytes body)
{
	struct recovery *recovery = context;
	struct unpacking from = unpack_start(body.data, body.length);
	const char *kept = unpack_string(&from);
	uint64_t size_bytes = unpack_number(&from);
	struct digest digest;
	struct text name = {0}, temporary = {0}, target = {0};

	unpack_digest(&from, &digest);
	text_add(&name, rest.data, rest.length);
	store_add_path(recovery->store, &temporary, name.data);
	store_add_path(recovery->store, &target, kept);
	bool ok = finish_rename(
		recovery, temporary.data, target.data, size_bytes);
	text_free(&name);
	text_free(&temporary);
	text_free(&target);
	return ok;
}

/* ---- Temporaries ------------------------------------------------------------------------ */

static bool starts_with(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool remove_temporaries(struct recovery *recovery, DIR *list)
{
	const struct run_store *store = recovery->store;
	struct dirent *entry;

	while ((errno = 0, entry = readdir(list))) {
		if (!starts_with(entry->d_name, store->prefix) ||
			starts_with(entry->d_name, store->own_prefix))
			continue;
		if (unlinkat(dirfd(list), entry->d_name, 0) != 0 &&
			!is_hopeless(errno))
			return fail(recovery, "remove", entry->d_name);
	}
	return errno == 0 || fail(recovery, "read", "a directory of outputs");
}

static bool sweep_directory(struct recovery *recovery, const char *path)
{
	int directory = open(path, OPEN_DIRECTORY);
	DIR *list = directory < 0 ? NULL : fdopendir(directory);

	if (list) {
		remove_temporaries(recovery, list);
		closedir(list);
	} else {
		if (!is_hopeless(errno))
			fail(recovery, "open", path);
		if (directory >= 0)
			close(directory);
	}
	return !recovery->failed;
}

static bool recover_directory(
	void *context, struct bytes rest, struct bytes body)
{
	struct recovery *recovery = context;
	struct text name = {0}, path = {0};

	(void)body;
	text_add(&name, rest.data, rest.length);
	store_add_path(recovery->store, &path, name.data);
	bool ok = sweep_directory(recovery, path.data);
	text_free(&name);
	text_free(&path);
	return ok;
}

bool store_sweep_directory(struct run_store *store, const char *path)
{
	struct recovery recovery = {.store = store, .directory = -1};

	return sweep_directory(&recovery, path);
}

/* ---- All ---------------------------------------------------------------------------------- */

static bool forget(struct run_store *store, bool renames, bool directories)
{
	bool own, ok = store_enter(store, &own);

	if (renames)
		ok = ok &&
			rows_remove(store, TABLE_RENAME, no_group, NULL, NULL);
	if (directories)
		ok = ok &&
			rows_remove(
				store, TABLE_DIRECTORY, no_group, NULL, NULL);
	return store_leave(store, own, ok);
}

/* Whether a table has rows, by their sum. */
static bool count_rows(
	struct run_store *store, enum store_table table, uint64_t *count)
{
	uint64_t sum;

	return row_total_get(store, table, no_group, count, &sum);
}

bool store_recover(struct run_store *store)
{
	struct recovery recovery = {.store = store, .directory = -1};
	uint64_t renames, directories;

	/* Also if the sums say that there are none: rows must be in them. */
	bool ok = rows_sweep(store, TABLE_RENAME, no_group, ROWS_ASCENDING,
		recover_rename, &recovery);
	ok = leave_directory(&recovery) && ok && !recovery.failed;
	text_free(&recovery.directory_path);
	ok = ok &&
		rows_sweep(store, TABLE_DIRECTORY, no_group, ROWS_ASCENDING,
			recover_directory, &recovery) &&
		!recovery.failed;
	ok = ok && count_rows(store, TABLE_RENAME, &renames) &&
		count_rows(store, TABLE_DIRECTORY, &directories);
	if (ok && (renames || directories))
		ok = forget(store, renames > 0, directories > 0);
	return ok;
}
