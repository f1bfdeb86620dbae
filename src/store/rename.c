/* SPDX-License-Identifier: MIT */
/* What the next run needs to finish or to clean up after a killed one. */
#include <string.h>

#include "base/pack.h"
#include "store/internal.h"

static const struct bytes no_group = {"", 0};

/* The length of the directory of a path, with its slash. */
static size_t directory_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

bool store_put_rename(
	struct run_store *store, const struct store_rename *rename)
{
	const char *temporary = rename->kind == FILE_DIRECTORY
		? rename->target
		: rename->temporary;
	size_t length = directory_length(temporary);
	const struct row_key key = {TABLE_RENAME, no_group,
		bytes_string(store_path_kept(store, temporary))};

	if (!store_may_put(store))
		return false;
	if (length == 0 || length != directory_length(rename->target) ||
		memcmp(temporary, rename->target, length) != 0)
		return store_fail(store,
			"a temporary is in another directory than %s",
			rename->target);
	store->packed.length = 0;
	pack_string(&store->packed, store_path_kept(store, rename->target));
	pack_number(&store->packed, rename->size_bytes);
	pack_digest(&store->packed, &rename->digest);
	pack_number(&store->packed, rename->kind);
	pack_number(&store->packed, rename->mode);
	pack_number(&store->packed, rename->mtime_us != NULL);
	pack_number(&store->packed,
		rename->mtime_us ? (uint64_t)*rename->mtime_us : 0);
	pack_number(&store->packed, rename->depth);
	return row_put(store, &key,
		(struct bytes){store->packed.data, store->packed.length});
}

bool store_renamed(struct run_store *store)
{
	/* The next change forgets them: should there be none, the next run
	 * finds that all is done. */
	store->renamed = true;
	return !store->lost && !store->damaged;
}

/* ---- Directories ---------------------------------------------------------------------- */

bool store_note_directory(
	struct run_store *store, const char *directory, unsigned depth)
{
	const struct row_key key = {TABLE_DIRECTORY, no_group,
		bytes_string(store_path_kept(store, directory))};
	bool own;

	if (path_set_owner(&store->noted, directory))
		return true;
	if (store->changing)
		return store_fail(store, "a directory noted within a change");
	store->packed.length = 0;
	pack_number(&store->packed, depth);
	bool ok = store_enter(store, &own) &&
		row_put(store, &key,
			(struct bytes){
				store->packed.data, store->packed.length});
	if (!store_leave(store, own, ok))
		return false;
	path_set_add(&store->noted, directory, "");

	/* A note needn't outlast a loss of power. But then the units that were
	 * on their way are due again, and what they left is found here. */
	return store_sweep_directory(store, directory, depth);
}
