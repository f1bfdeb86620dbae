/* SPDX-License-Identifier: MIT */
/* Forgetting what nobody asks for any more. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "store/internal.h"

static const struct bytes no_group = {"", 0};

enum { WORTH_A_SHARE = 8 };

struct collection {
	struct run_store *store;
	uint64_t keep, seen;
	int64_t older_us;
	bool dry; /* nothing is removed: the store may be open to read */
	struct store_garbage *garbage;
	struct text keys; /* of rows to be removed: length, key, ... */
	struct text used; /* sorted fingerprints */
};

/* ---- Lists of what is to go ------------------------------------------------------------ */

static void add_key(struct text *keys, struct bytes key)
{
	text_add(keys, (const char *)&key.length, sizeof(key.length));
	text_add(keys, key.data, key.length);
}

/* The next key of a list; false at its end. */
static bool next_key(const struct text *keys, size_t *at, struct bytes *key)
{
	if (*at >= keys->length)
		return false;
	memcpy(&key->length, keys->data + *at, sizeof(key->length));
	*at += sizeof(key->length);
	key->data = keys->data + *at;
	*at += key->length;
	return true;
}

/* Removes the listed rows of a group. */
static bool remove_listed(struct collection *collection, enum store_table table,
	struct bytes group)
{
	size_t at = 0;
	struct bytes rest;
	bool ok = true;

	while (ok && !collection->dry &&
		next_key(&collection->keys, &at, &rest)) {
		const struct row_key key = {table, group, rest};

		ok = row_remove(collection->store, &key);
	}
	return ok;
}

/* ---- Runs ------------------------------------------------------------------------------ */

static bool see_run(void *context, const struct store_run *run)
{
	struct collection *collection = context;
	uint64_t id = htobe64(run->id);

	/* The newest one's number must not be given again. */
	if (run->state == RUN_RUNNING || collection->seen++ == 0 ||
		collection->seen <= collection->keep)
		return true;
	/* What was killed has no end: its start tells its age. */
	int64_t time_us = run->ended_us ? run->ended_us : run->started_us;
	if (collection->older_us != 0 && time_us >= collection->older_us)
		return true;
	add_key(&collection->keys, (struct bytes){&id, sizeof(id)});
	collection->garbage->runs++;
	collection->garbage->bytes += strlen(run->params) + 80;
	return true;
}

static bool collect_runs(struct collection *collection)
{
	if (collection->keep == 0 && collection->older_us == 0)
		return true;
	collection->keys.length = 0;
	return store_runs(collection->store, see_run, collection) &&
		remove_listed(collection, TABLE_TELEMETRY, no_group) &&
		remove_listed(collection, TABLE_RUN, no_group);
}

/* ---- Partial results ------------------------------------------------------------------- */

struct partials {
	struct collection *collection;
	const char *graph;
};

/* A partial result whose unit is gone; it stands under the unit's key. */
static bool see_partial(void *context, struct bytes rest, struct bytes body)
{
	struct partials *partials = context;
	struct collection *collection = partials->collection;
	const char *key = rest.data;
	const struct row_key unit = {TABLE_UNIT, bytes_string(partials->graph),
		{key, strnlen(key, rest.length)}};
	struct bytes row;

	if (row_get(collection->store, &unit, &row) == ROW_NONE) {
		add_key(&collection->keys, rest);
		collection->garbage->partials++;
		collection->garbage->bytes += rest.length + body.length;
	}
	return true;
}

static bool collect_partials(struct collection *collection)
{
	struct run_store *store = collection->store;
	char **graphs = row_groups(store, TABLE_PARTIAL);
	bool ok = graphs != NULL;

	for (char **graph = graphs; ok && *graph; graph++) {
		struct partials partials = {collection, *graph};

		collection->keys.length = 0;
		ok = rows_sweep(store, TABLE_PARTIAL, bytes_string(*graph),
			     ROWS_ASCENDING, see_partial, &partials) &&
			remove_listed(collection, TABLE_PARTIAL,
				bytes_string(*graph));
	}
	row_groups_free(graphs);
	return ok;
}

/* ---- Fingerprints ---------------------------------------------------------------------- */

static bool see_unit(void *context, struct store_unit *unit)
{
	struct text *used = context;
	const char *bytes = (const char *)unit->fingerprint.bytes;

	/* Neighbours mostly have the same. */
	if (used->length < DIGEST_BYTES ||
		memcmp(used->data + used->length - DIGEST_BYTES, bytes,
			DIGEST_BYTES) != 0)
		text_add(used, bytes, DIGEST_BYTES);
	return true;
}

static int compare(const void *one, const void *two)
{
	return memcmp(one, two, DIGEST_BYTES);
}

static bool list_used(struct collection *collection)
{
	struct text *used = &collection->used;
	char **graphs = row_groups(collection->store, TABLE_UNIT);
	bool ok = graphs != NULL;

	for (char **graph = graphs; ok && *graph; graph++)
		ok = store_units(collection->store, *graph, see_unit, used);
	row_groups_free(graphs);
	if (used->length)
		qsort(used->data, used->length / DIGEST_BYTES, DIGEST_BYTES,
			compare);
	return ok;
}

/* The sums of the fingerprints name them. */
static bool see_fingerprint(void *context, struct bytes rest, struct bytes body)
{
	struct collection *collection = context;
	const struct text *used = &collection->used;

	(void)body;
	if (rest.length == DIGEST_BYTES &&
		(used->length == 0 ||
			!bsearch(rest.data, used->data,
				used->length / DIGEST_BYTES, DIGEST_BYTES,
				compare)))
		add_key(&collection->keys, rest);
	return true;
}

static bool collect_fingerprints(struct collection *collection)
{
	struct run_store *store = collection->store;
	size_t at = 0;
	struct bytes group;

	collection->keys.length = 0;
	bool ok = list_used(collection) &&
		rows_sweep(store, TABLE_TOTAL,
			bytes_string(store_table_names[TABLE_COMPONENT]),
			ROWS_ASCENDING, see_fingerprint, collection);
	while (ok && !collection->dry &&
		next_key(&collection->keys, &at, &group))
		ok = rows_remove(store, TABLE_COMPONENT, group, NULL);
	return ok;
}

/* ---- Space ----------------------------------------------------------------------------- */

/* Gives back what is free, if it is worth writing all of the rest again. Then
 * the log is larger than the store was: it is written into it when it is
 * closed. */
static bool shrink(struct run_store *store)
{
	sqlite3 *database = store->database;
	int64_t pages = database_number(database, "PRAGMA page_count", 0);
	int64_t unused = database_number(database, "PRAGMA freelist_count", 0);

	store->whole = true;
	if (unused == 0 || unused < pages / WORTH_A_SHARE)
		return true;
	rows_finish(store);
	return database_run(database, "PRAGMA temp_store=FILE; VACUUM") ==
		SQLITE_OK ||
		store_fail_database(store, "shrink");
}

/* ---- All ------------------------------------------------------------------------------- */

bool store_collect(struct run_store *store, uint64_t keep, int64_t older_us,
	bool dry, struct store_garbage *garbage)
{
	struct collection collection = {.store = store,
		.keep = keep,
		.older_us = older_us,
		.dry = dry,
		.garbage = garbage};

	*garbage = (struct store_garbage){0};
	bool ok = (dry || store_change(store)) && collect_runs(&collection) &&
		collect_partials(&collection) &&
		collect_fingerprints(&collection);
	text_free(&collection.keys);
	text_free(&collection.used);
	if (dry)
		return ok;
	if (!ok)
		store->failed = true;
	return store_commit(store) && shrink(store);
}
