/* SPDX-License-Identifier: MIT */
/* How many rows a group has, and the sum of their digests. */
#include <string.h>

#include "base/memory.h"
#include "base/pack.h"
#include "store/internal.h"

/* ---- Totals ------------------------------------------------------------------- */

static struct store_total *find_total(
	struct run_store *store, enum store_table table, struct bytes group)
{
	for (size_t i = store->total_count; i-- > 0;) {
		struct store_total *total = &store->totals[i];

		if (total->table == table &&
			total->group.length == group.length &&
			memcmp(total->group.data, group.data, group.length) ==
				0)
			return total;
	}
	return NULL;
}

static struct store_total *own_total(
	struct run_store *store, enum store_table table, struct bytes group)
{
	struct store_total *total = find_total(store, table, group);

	if (total)
		return total;
	store->totals = memory_grow(store->totals, store->total_count,
		&store->total_capacity, sizeof(*store->totals));
	total = &store->totals[store->total_count++];
	*total = (struct store_total){.table = table};
	text_add(&total->group, group.data, group.length);
	return total;
}

/* The sums of a group, as the file has them. */
static bool read_total(struct run_store *store, enum store_table table,
	struct bytes group, uint64_t *count, uint64_t *sum)
{
	const struct row_key key = {
		TABLE_TOTAL, bytes_string(store_table_names[table]), group};
	struct bytes body;

	*count = *sum = 0;
	enum row_result result = row_get(store, &key, &body);
	if (result != ROW_FOUND)
		return result == ROW_NONE;
	struct unpacking from = unpack_start(body.data, body.length);
	*count = unpack_number(&from);
	*sum = unpack_number(&from);
	return unpack_done(&from) ||
		statement_fail_row(store, TABLE_TOTAL, group);
}

bool row_total_get(struct run_store *store, enum store_table table,
	struct bytes group, uint64_t *count, uint64_t *sum)
{
	const struct store_total *total = find_total(store, table, group);

	if (!read_total(store, table, group, count, sum))
		return false;
	*count += total ? total->count : 0;
	*sum += total ? total->sum : 0;
	return true;
}

void row_total_add(struct run_store *store, const struct row_key *key,
	uint64_t count, uint64_t sum)
{
	if (key->table == TABLE_TOTAL)
		return;
	struct store_total *total = own_total(store, key->table, key->group);

	total->count += count;
	total->sum += sum;
}

/* ---- At the end of a change --------------------------------------------------- */

static bool write_total(
	struct run_store *store, const struct store_total *total)
{
	struct bytes group = {total->group.data, total->group.length};
	const struct row_key key = {TABLE_TOTAL,
		bytes_string(store_table_names[total->table]), group};
	uint64_t count, sum;

	if (!row_total_get(store, total->table, group, &count, &sum))
		return false;
	if (count == 0)
		return row_remove(store, &key);
	store->packed.length = 0;
	pack_number(&store->packed, count);
	pack_number(&store->packed, sum);
	return row_put(store, &key,
		(struct bytes){store->packed.data, store->packed.length});
}

bool rows_write_totals(struct run_store *store)
{
	bool ok = true;

	for (size_t i = 0; i < store->total_count && ok; i++)
		ok = write_total(store, &store->totals[i]);
	rows_forget_totals(store);
	return ok;
}

void rows_forget_totals(struct run_store *store)
{
	while (store->total_count > 0)
		text_free(&store->totals[--store->total_count].group);
}
