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
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/pack.h"
#include "base/place.h"
#include "base/system-error.h"
#include "store/internal.h"

static const struct bytes no_group = {"", 0};

/* ---- Renames -------------------------------------------------------------------------- */

struct recovery {
	struct run_store *store;
	bool failed;
	int directory; /* of the renames before; -1: none */
	struct text directory_path;
	unsigned depth; /* of what is in it */
};

static bool fail(struct recovery *recovery, const char *doing, const char *path)
{
	recovery->failed = true;
	return store_fail(recovery->store, "can't %s %s: %s", doing, path,
		system_error(errno));
}

/* Whether an error means that a rename can never be done, since somebody put
 * other things into its place: then its unit isn't up to date any more. */
static bool is_hopeless(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EISDIR ||
		error == ENOTEMPTY || error == EEXIST || error == ELOOP ||
		error == EXDEV;
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

/* How deep lies what is kept as PATH: where that isn't known, no link is
 * followed behind what paths are kept relative to. */
static unsigned depth_of(const char *path, uint64_t depth)
{
	return depth > 0 && depth <= UINT_MAX ? (unsigned)depth
					      : place_depth(path);
}

/* Opens the directory of PATH, which is all of it before NAME, unless it is
 * open. False: there is none, or failed. */
static bool enter_directory(struct recovery *recovery, const char *path,
	const char *name, unsigned depth)
{
	struct text *known = &recovery->directory_path;
	size_t length = (size_t)(name - path);

	if (recovery->directory >= 0 && known->length == length &&
		recovery->depth == depth &&
		memcmp(known->data, path, length) == 0)
		return true;
	if (!leave_directory(recovery))
		return false;
	known->length = 0;
	text_add(known, path, length);
	recovery->depth = depth;
	recovery->directory = place_open(path, depth, &name);
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
		(S_ISREG(stat.st_mode) || S_ISLNK(stat.st_mode)) &&
		(uint64_t)stat.st_size == size_bytes;
}

/* One that was decided, as it is kept. */
struct decided {
	struct text temporary, target;
	unsigned depth;
	uint64_t size_bytes; /* or inode */
	enum file_kind kind;
	unsigned mode;
	bool has_mtime;
	int64_t mtime_us;
};

/* That it is done already, or can't be any more, is fine. */
static bool finish_rename(
	struct recovery *recovery, const struct decided *decided)
{
	const char *prefix = recovery->store->prefix;
	const char *temporary = decided->temporary.data;
	const char *name = strrchr(temporary, '/');
	const char *wanted = strrchr(decided->target.data, '/');

	if (!name || !wanted || strncmp(name + 1, prefix, strlen(prefix)) != 0)
		return true;
	if (!enter_directory(recovery, temporary, name + 1, decided->depth))
		return !recovery->failed;
	if (!is_whole(recovery, name + 1, decided->size_bytes) ||
		renameat(recovery->directory, name + 1, recovery->directory,
			wanted + 1) == 0)
		return true;
	return is_hopeless(errno) ||
		fail(recovery, "make", decided->target.data);
}

/* The same of a directory: only the very one that was made is touched. That
 * somebody else has made it theirs is no reason not to start. */
static bool finish_directory(
	struct recovery *recovery, const struct decided *decided)
{
	const char *path = decided->target.data;
	const char *name = strrchr(path, '/');

	if (!name)
		return true;
	if (!enter_directory(recovery, path, name + 1, decided->depth))
		return !recovery->failed;
	return file_settle_directory(recovery->directory, name + 1,
		       decided->size_bytes, decided->mode,
		       decided->has_mtime ? &decided->mtime_us : NULL) ||
		errno != EIO || fail(recovery, "set the time of", path);
}

static bool recover(struct recovery *recovery, struct bytes rest,
	struct bytes body, bool directories)
{
	struct unpacking from = unpack_start(body.data, body.length);
	const char *kept = unpack_string(&from);
	struct decided decided = {.size_bytes = unpack_number(&from)};
	struct digest digest;
	struct text name = {0};
	uint64_t depth = 0;

	unpack_digest(&from, &digest);
	if (from.at < from.end) {
		decided.kind = (enum file_kind)unpack_number(&from);
		decided.mode = (unsigned)unpack_number(&from) & 0777;
		decided.has_mtime = unpack_number(&from);
		decided.mtime_us = (int64_t)unpack_number(&from);
	}
	if (from.at < from.end)
		depth = unpack_number(&from);
	decided.depth = depth_of(kept, depth);
	if ((decided.kind == FILE_DIRECTORY) != directories)
		return true;
	text_add(&name, rest.data, rest.length);
	store_add_path(recovery->store, &decided.temporary, name.data);
	store_add_path(recovery->store, &decided.target, kept);
	bool ok = directories ? finish_directory(recovery, &decided)
			      : finish_rename(recovery, &decided);
	text_free(&name);
	text_free(&decided.temporary);
	text_free(&decided.target);
	return ok;
}

static bool recover_rename(void *context, struct bytes rest, struct bytes body)
{
	return recover(context, rest, body, false);
}

/* Times of directories come when all names are there. */
static bool recover_time(void *context, struct bytes rest, struct bytes body)
{
	return recover(context, rest, body, true);
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

static bool sweep_directory(
	struct recovery *recovery, const char *path, unsigned depth)
{
	const char *name;
	int directory = place_open(path, depth, &name);
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
	struct unpacking from = unpack_start(body.data, body.length);

	text_add(&name, rest.data, rest.length);
	store_add_path(recovery->store, &path, name.data);
	text_add_string(&name, "x"); /* for what is in it */
	bool ok = sweep_directory(
		recovery, path.data, depth_of(name.data, unpack_number(&from)));
	text_free(&name);
	text_free(&path);
	return ok;
}

bool store_sweep_directory(
	struct run_store *store, const char *path, unsigned depth)
{
	struct recovery recovery = {.store = store, .directory = -1};

	return sweep_directory(&recovery, path, depth);
}

/* ---- All ---------------------------------------------------------------------------------- */

static bool forget(struct run_store *store, bool renames, bool directories)
{
	bool own, ok = store_enter(store, &own);

	if (renames)
		ok = ok && rows_remove(store, TABLE_RENAME, no_group, NULL);
	if (directories)
		ok = ok && rows_remove(store, TABLE_DIRECTORY, no_group, NULL);
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
	ok = ok &&
		rows_sweep(store, TABLE_RENAME, no_group, ROWS_DESCENDING,
			recover_time, &recovery);
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
