/* SPDX-License-Identifier: MIT */
/* A damaged store is set aside; what is whole in it starts the new one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/system-error.h"
#include "store/internal.h"
#include "store/schema.h"

static const char draft[] = "store.rebuilt";

struct rescue {
	struct run_store *store; /* the new one */
	sqlite3 *old;
	uint64_t rows, lost;
};

/* Takes a row over if it fits its digest. Sums are made anew. */
static bool rescue_row(
	struct rescue *rescue, enum store_table table, sqlite3_stmt *statement)
{
	struct bytes key = statement_column(statement, 0);
	struct bytes body = statement_column(statement, 2);
	const char *end = memchr(key.data, '\0', key.length);
	uint64_t digest = (uint64_t)sqlite3_column_int64(statement, 1);

	/* The groups of fingerprints may have NULs: they have one length. */
	if (table == TABLE_COMPONENT && key.length > DIGEST_BYTES)
		end = (const char *)key.data + DIGEST_BYTES;
	if (!end || statement_digest(table, key, body) != digest) {
		rescue->lost++;
		return true;
	}
	size_t group = (size_t)(end - (const char *)key.data);
	const struct row_key row = {
		table, {key.data, group}, {end + 1, key.length - group - 1}};
	rescue->rows++;
	return row_put(rescue->store, &row, body);
}

/* Takes what can be read from one end of a table; *WHOLE: that was all. */
static bool rescue_from(struct rescue *rescue, enum store_table table,
	const char *order, bool *whole)
{
	sqlite3_stmt *statement;
	char *sql = sqlite3_mprintf(
		"SELECT key, digest, body FROM %s ORDER BY key %s",
		store_table_names[table], order);
	int result = sql
		? sqlite3_prepare_v2(rescue->old, sql, -1, &statement, NULL)
		: SQLITE_NOMEM;
	bool ok = true;

	sqlite3_free(sql);
	*whole = false;
	if (result != SQLITE_OK)
		return true;
	while (ok && (result = sqlite3_step(statement)) == SQLITE_ROW)
		ok = rescue_row(rescue, table, statement);
	*whole = result == SQLITE_DONE;
	sqlite3_finalize(statement);
	return ok;
}

static bool rescue_tables(struct rescue *rescue)
{
	bool ok = true;

	for (int i = 0; i < TABLE_COUNT && ok; i++) {
		bool whole = true;

		if (i == TABLE_TOTAL)
			continue;
		ok = rescue_from(rescue, (enum store_table)i, "ASC", &whole);
		if (ok && !whole)
			ok = rescue_from(
				rescue, (enum store_table)i, "DESC", &whole);
	}
	return ok;
}

/* ---- What has no sense without the rest --------------------------------------- */

/* Units of a graph that have lost a partial result. */
struct torn {
	struct run_store *store;
	const char *graph;
	struct text keys; /* each ends in a NUL */
	bool failed;
};

static bool see_unit(void *context, struct store_unit *unit)
{
	struct torn *torn = context;
	uint64_t count = 0;

	if (unit->partials > 0)
		torn->failed = !rows_count(torn->store, TABLE_PARTIAL,
			bytes_string(torn->graph), bytes_string(unit->key),
			&count);
	if (count < unit->partials)
		text_add(&torn->keys, unit->key, strlen(unit->key) + 1);
	return !torn->failed;
}

/* Such a unit must run again, so that what it contributes is known. */
static bool forget_torn(struct run_store *store, const char *graph)
{
	struct torn torn = {.store = store, .graph = graph};
	bool ok = store_units(store, graph, see_unit, &torn) && !torn.failed;

	for (size_t at = 0; ok && at < torn.keys.length;
		at += strlen(torn.keys.data + at) + 1)
		ok = store_remove_unit(store, graph, torn.keys.data + at);
	text_free(&torn.keys);
	return ok;
}

static bool forget_all_torn(struct run_store *store)
{
	const char *const *graphs = store_graphs(store);
	bool ok = graphs != NULL;

	for (; ok && *graphs; graphs++)
		ok = forget_torn(store, *graphs);
	return ok;
}

/* ---- All ------------------------------------------------------------------------- */

/* A newer leat's store isn't ours to take apart. */
static bool check_rebuildable(struct rescue *rescue)
{
	return schema_look(rescue->old, schema_steps, SCHEMA_VERSION) !=
		SCHEMA_NEWER ||
		store_fail(rescue->store, "it was made by a newer leat");
}

/* The old file can be so broken that nothing of it is read. */
static bool rescue_all(struct rescue *rescue)
{
	struct run_store *store = rescue->store;

	if (!database_open(store->path, DATABASE_WRITE, &rescue->old,
		    &store->problem)) {
		store->problem.length = 0;
		return true;
	}
	bool ok = check_rebuildable(rescue) && store_change(store) &&
		rescue_tables(rescue);
	ok = ok && store_commit(store);
	ok = ok && store_change(store) && forget_all_torn(store) &&
		store_commit(store);
	database_close_as_is(rescue->old);
	return ok;
}

/* Gives the old files another name, with what SQLite keeps beside them. */
static bool set_aside(struct run_store *store, struct text *name)
{
	static const char *const ends[] = {"-wal", "-journal", ""};
	int directory = store->directory_descriptor;

	for (int number = 1;; number++) {
		name->length = 0;
		text_add_format(name, "store.db.damaged-%d", number);
		if (!file_is_there(directory, name->data))
			break;
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct text from = {0}, to = {0};

		text_add_format(&from, "store.db%s", ends[i]);
		text_add_format(&to, "%s%s", name->data, ends[i]);
		bool ok = renameat(directory, from.data, directory, to.data) ==
				0 ||
			errno == ENOENT;
		text_free(&from);
		text_free(&to);
		if (!ok)
			return store_fail(store, "can't set it aside: %s",
				system_error(errno));
	}
	return true;
}

enum store_status run_store_rebuild(const struct store_opening *opening,
	struct text *report, enum exit_status *status)
{
	struct run_store *store;
	struct text name = {0};
	enum store_status locked =
		store_open_locked(opening, &store, report, status);

	if (locked != STORE_OK)
		return locked;
	struct rescue rescue = {.store = store};
	bool ok = store_draft(store, draft) && rescue_all(&rescue) &&
		set_aside(store, &name) && store_establish(store, draft);
	if (ok) {
		text_add_format(report,
			"%s holds %ju rows of the old one, now %s; %ju were "
			"damaged",
			store->path, (uintmax_t)rescue.rows, name.data,
			(uintmax_t)rescue.lost);
	} else {
		*status = STATUS_IO_ERROR;
		text_add_string(report, run_store_problem(store));
	}
	text_free(&name);
	store_discard(store);
	return ok ? STORE_OK : STORE_FAILED;
}
