/* SPDX-License-Identifier: MIT */
/* Groups of rows: reading all of them, and knowing that it was all. */
#include <string.h>

#include "base/memory.h"
#include "store/internal.h"

struct sweep {
	enum store_table table;
	struct bytes group;
	bool (*each)(void *context, struct bytes rest, struct bytes body);
	void *context;
	uint64_t count, sum;
	bool ended; /* by EACH, before the end */
};

/* Whether the sums of what was seen are those of the group. */
static bool check_sums(struct run_store *store, const struct sweep *sweep)
{
	uint64_t count, sum;

	if (!row_total_get(store, sweep->table, sweep->group, &count, &sum))
		return false;
	if (count == sweep->count && sum == sweep->sum)
		return true;
	return store_fail_damage(store,
		"rows of %s are missing or out of date: %ju of %ju were found",
		store_table_names[sweep->table], (uintmax_t)sweep->count,
		(uintmax_t)count);
}

static bool sweep_rows(
	struct run_store *store, sqlite3_stmt *statement, struct sweep *sweep)
{
	int result = SQLITE_ROW;

	while (!sweep->ended &&
		(result = sqlite3_step(statement)) == SQLITE_ROW) {
		struct bytes key, body;

		if (!statement_row(store, sweep->table, statement, &key, &body,
			    &sweep->sum))
			return false;
		sweep->count++;
		size_t group = sweep->group.length + 1;
		struct bytes rest = {
			(const char *)key.data + group, key.length - group};
		sweep->ended = !sweep->each(sweep->context, rest, body);
	}
	if (result != SQLITE_ROW && result != SQLITE_DONE)
		return store_fail_database(store, "read");
	return sweep->ended || sweep->table == TABLE_TOTAL ||
		check_sums(store, sweep);
}

/* The keys of a group lie between GROUP NUL and GROUP \1. */
static bool sweep_group(
	struct run_store *store, enum row_order order, struct sweep *sweep)
{
	sqlite3_stmt *statement = statement_prepare(store, sweep->table,
		order == ROWS_ASCENDING ? UPWARD : DOWNWARD);
	struct text from = {0}, to = {0};
	const struct bytes nothing = {"", 0};

	if (!statement)
		return false;
	if (sqlite3_stmt_busy(statement))
		return store_fail(store, "%s is swept within its sweep",
			store_table_names[sweep->table]);
	statement_write_key(&from, sweep->group, '\0', nothing);
	statement_write_key(&to, sweep->group, '\1', nothing);
	statement_bind(statement, 1, (struct bytes){from.data, from.length});
	statement_bind(statement, 2, (struct bytes){to.data, to.length});
	bool ok = sweep_rows(store, statement, sweep);
	sqlite3_reset(statement);
	text_free(&from);
	text_free(&to);
	return ok;
}

bool rows_sweep(struct run_store *store, enum store_table table,
	struct bytes group, enum row_order order,
	bool (*each)(void *context, struct bytes rest, struct bytes body),
	void *context)
{
	struct sweep sweep = {.table = table,
		.group = group,
		.each = each,
		.context = context};

	/* Rows and sums are to be of one moment, beside a writer too. */
	bool alone = !store->damaged && !store->lost &&
		sqlite3_get_autocommit(store->database);
	if (alone && database_run(store->database, "BEGIN") != SQLITE_OK)
		return store_fail_database(store, "read");
	bool ok = sweep_group(store, order, &sweep);
	if (alone)
		database_run(store->database, "ROLLBACK");
	return ok;
}

/* ---- Lists made of sweeps ------------------------------------------------------- */

/* Whole keys, one behind the other. */
struct keys {
	struct text bytes;
	size_t *lengths;
	size_t count, capacity;
};

static void add_key(struct keys *keys, struct bytes key)
{
	keys->lengths = memory_grow(keys->lengths, keys->count, &keys->capacity,
		sizeof(*keys->lengths));
	keys->lengths[keys->count++] = key.length;
	text_add(&keys->bytes, key.data, key.length);
}

/* The keys between two. */
static bool list_keys(struct run_store *store, enum store_table table,
	const struct text *from, const struct text *to, struct keys *keys)
{
	sqlite3_stmt *statement = statement_prepare(store, table, UPWARD);
	int result;

	if (!statement)
		return false;
	statement_bind(statement, 1, (struct bytes){from->data, from->length});
	statement_bind(statement, 2, (struct bytes){to->data, to->length});
	while ((result = sqlite3_step(statement)) == SQLITE_ROW)
		add_key(keys, statement_column(statement, 0));
	if (result != SQLITE_DONE)
		store_fail_database(store, "read");
	sqlite3_reset(statement);
	return result == SQLITE_DONE;
}

/* The keys of a group, or of a part of it. */
static bool list_part(struct run_store *store, enum store_table table,
	struct bytes group, const struct bytes *part, struct keys *keys)
{
	struct text from = {0}, to = {0};
	const struct bytes nothing = {"", 0};

	statement_write_key(&from, group, '\0', part ? *part : nothing);
	statement_write_key(
		&to, group, part ? '\0' : '\1', part ? *part : nothing);
	if (part) {
		text_add(&from, "\0", 1);
		text_add(&to, "\1", 1);
	}
	bool ok = list_keys(store, table, &from, &to, keys);
	text_free(&from);
	text_free(&to);
	return ok;
}

static void free_keys(struct keys *keys)
{
	text_free(&keys->bytes);
	free(keys->lengths);
}

bool rows_remove(struct run_store *store, enum store_table table,
	struct bytes group, const struct bytes *part)
{
	struct keys keys = {0};
	bool ok = list_part(store, table, group, part, &keys);
	const char *at = keys.bytes.data;

	for (size_t i = 0; i < keys.count && ok; i++) {
		size_t skip = group.length + 1;
		const struct row_key key = {
			table, group, {at + skip, keys.lengths[i] - skip}};

		ok = row_remove(store, &key);
		at += keys.lengths[i];
	}
	free_keys(&keys);
	return ok;
}

bool rows_count(struct run_store *store, enum store_table table,
	struct bytes group, struct bytes part, uint64_t *count)
{
	struct keys keys = {0};
	bool ok = list_part(store, table, group, &part, &keys);

	*count = keys.count;
	free_keys(&keys);
	return ok;
}

/* ---- Groups -------------------------------------------------------------------- */

struct groups {
	char **names;
	size_t count, capacity;
};

static bool add_group(void *context, struct bytes rest, struct bytes body)
{
	struct groups *groups = context;
	char *name = memory_alloc(rest.length + 1);

	(void)body;
	memcpy(name, rest.data, rest.length);
	name[rest.length] = '\0';
	groups->names = memory_grow(groups->names, groups->count + 1,
		&groups->capacity, sizeof(*groups->names));
	groups->names[groups->count++] = name;
	groups->names[groups->count] = NULL;
	return true;
}

/* Sums have no sums: whether any is missing shows when its group is swept. */
char **row_groups(struct run_store *store, enum store_table table)
{
	struct groups groups = {.names = memory_zeroed(sizeof(char *))};
	struct sweep sweep = {.table = TABLE_TOTAL,
		.group = bytes_string(store_table_names[table]),
		.each = add_group,
		.context = &groups};

	if (sweep_group(store, ROWS_ASCENDING, &sweep))
		return groups.names;
	row_groups_free(groups.names);
	return NULL;
}

void row_groups_free(char **names)
{
	for (char **name = names; names && *name; name++)
		free(*name);
	free(names);
}
