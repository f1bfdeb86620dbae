/* SPDX-License-Identifier: MIT */
/*
 * Groups in one array, and an index of open addressing over it. Spans are
 * hashed column by column, then looked up row by row.
 */
#include "operators/support/aggregate/group-table.h"

#include "base/memory.h"
#include "operators/support/value-hash.h"

enum { FIRST_SLOTS = 1024 };

struct group_slot {
	uint32_t hash; /* its upper half; the lower one chose the slot */
	uint32_t group; /* counting from 1; 0: free */
};

/* Before the keys of each group. */
struct group {
	uint64_t hash;
	uint32_t unit; /* that touched it last */
	struct value keys[];
};

static struct group *group_at(const struct group_table *table, size_t number)
{
	return (struct group *)(table->groups + number * table->stride_bytes);
}

const struct value *group_table_keys(
	const struct group_table *table, size_t group)
{
	return group_at(table, group)->keys;
}

/* ---- Growth ------------------------------------------------------------- */

/* Room for COUNT more groups, and as many that the unit touches. */
static void reserve_groups(struct group_table *table, size_t count)
{
	struct meter *meter = table->meter;

	if (table->capacity - table->count >= count)
		return;
	meter->used_bytes -= table->capacity *
		(table->stride_bytes + sizeof(*table->touched));
	while (table->capacity - table->count < count)
		table->capacity = table->capacity ? table->capacity * 2 : count;
	if (table->capacity >= UINT32_MAX)
		memory_abort();
	table->groups = memory_resize(
		table->groups, table->capacity, table->stride_bytes);
	table->touched = memory_resize(
		table->touched, table->capacity, sizeof(*table->touched));
	meter->used_bytes += table->capacity *
		(table->stride_bytes + sizeof(*table->touched));
}

static void fill_slots(struct group_table *table)
{
	size_t mask = table->slot_count - 1;

	memset(table->slots, 0, table->slot_count * sizeof(*table->slots));
	for (size_t i = 0; i < table->count; i++) {
		uint64_t hash = group_at(table, i)->hash;
		size_t at = (size_t)hash & mask;

		while (table->slots[at].group)
			at = (at + 1) & mask;
		table->slots[at] = (struct group_slot){
			(uint32_t)(hash >> 32), (uint32_t)i + 1};
	}
}

/* At most half of the slots are taken when COUNT groups are added. */
static void reserve_slots(struct group_table *table, size_t count)
{
	size_t slots = table->slot_count ? table->slot_count : FIRST_SLOTS;

	while ((table->count + count) * 2 > slots)
		slots *= 2;
	if (slots == table->slot_count)
		return;
	table->meter->used_bytes -= table->slot_count * sizeof(*table->slots);
	table->slot_count = slots;
	table->slots =
		memory_resize(table->slots, slots, sizeof(*table->slots));
	table->meter->used_bytes += slots * sizeof(*table->slots);
	fill_slots(table);
}

/* ---- Groups ------------------------------------------------------------- */

static void touch(struct group_table *table, uint32_t number)
{
	struct group *group = group_at(table, number);

	if (group->unit == table->unit)
		return;
	group->unit = table->unit;
	table->touched[table->touched_count++] = number;
}

/* A new group; there is room. Its states are zero. */
static struct group *add_group(struct group_table *table, uint64_t hash)
{
	struct group *group = group_at(table, table->count++);

	memset(group, 0, table->stride_bytes);
	group->hash = hash;
	return group;
}

static void copy_keys(struct group_table *table, struct group *group,
	const struct value *const *const *columns, size_t row)
{
	for (size_t k = 0; k < table->key_count; k++) {
		struct value *key = &group->keys[k];

		*key = *columns[k][row];
		if (value_is_bytes(table->types[k]) && !key->null)
			key->data = pool_copy(&table->texts, table->meter,
				key->data, key->length);
		else if (table->types[k] == VALUE_REAL)
			key->real += 0.0;
	}
}

static void begin_unit(struct group_table *table)
{
	table->unit++;
	table->touched_count = 0;
	table->old_count = table->count;
	table->old_texts = pool_mark(&table->texts);
}

/* Without keys there is one group from the start. */
static void begin(struct group_table *table)
{
	if (table->key_count == 0) {
		reserve_groups(table, 1);
		add_group(table, 0);
	}
	begin_unit(table);
}

void group_table_init(struct group_table *table, const enum value_type *types,
	size_t key_count, size_t state_bytes, struct meter *meter)
{
	size_t head = sizeof(struct group) + key_count * sizeof(struct value);

	*table = (struct group_table){
		.types = types,
		.key_count = key_count,
		.state_bytes = state_bytes,
		.unit_offset = head,
		.total_offset = head + state_bytes,
		.stride_bytes = head + 2 * state_bytes,
		.seed = hash_seed(),
		.meter = meter,
	};
	begin(table);
}

static void free_arrays(struct group_table *table)
{
	table->meter->used_bytes -= table->capacity *
		(table->stride_bytes + sizeof(*table->touched));
	table->meter->used_bytes -= table->slot_count * sizeof(*table->slots);
	free(table->groups);
	free(table->touched);
	free(table->slots);
	table->groups = NULL;
	table->touched = NULL;
	table->slots = NULL;
	table->capacity = table->slot_count = 0;
}

void group_table_finish(struct group_table *table)
{
	free_arrays(table);
	pool_finish(&table->texts, table->meter);
}

/* ---- Looking up --------------------------------------------------------- */

static void hash_column(uint64_t *hashes, enum value_type type,
	const struct value *const *column, size_t count)
{
	if (value_is_bytes(type))
		for (size_t i = 0; i < count; i++)
			hashes[i] = hash_bytes(hashes[i], column[i]);
	else
		for (size_t i = 0; i < count; i++)
			hashes[i] = hash_plain(hashes[i], type, column[i]);
}

static bool has_keys(const struct group_table *table, const struct group *group,
	const struct value *const *const *columns, size_t row)
{
	for (size_t k = 0; k < table->key_count; k++)
		if (!value_same(
			    table->types[k], &group->keys[k], columns[k][row]))
			return false;
	return true;
}

static uint32_t find_row(struct group_table *table,
	const struct value *const *const *columns, size_t row, uint64_t hash)
{
	size_t mask = table->slot_count - 1, at = (size_t)hash & mask;
	uint32_t upper = (uint32_t)(hash >> 32);

	for (;; at = (at + 1) & mask) {
		const struct group_slot *slot = &table->slots[at];

		if (!slot->group)
			break;
		if (slot->hash == upper &&
			has_keys(table, group_at(table, slot->group - 1),
				columns, row))
			return slot->group - 1;
	}
	copy_keys(table, add_group(table, hash), columns, row);
	table->slots[at] = (struct group_slot){upper, (uint32_t)table->count};
	return (uint32_t)table->count - 1;
}

void group_table_find(struct group_table *table,
	const struct value *const *const *columns, size_t count,
	uint32_t *groups)
{
	uint64_t hashes[GROUP_SPAN];

	if (table->key_count == 0) {
		memset(groups, 0, count * sizeof(*groups));
		touch(table, 0);
		return;
	}
	reserve_groups(table, count);
	reserve_slots(table, count);
	for (size_t i = 0; i < count; i++)
		hashes[i] = table->seed;
	for (size_t k = 0; k < table->key_count; k++)
		hash_column(hashes, table->types[k], columns[k], count);
	for (size_t i = 0; i < count; i++) {
		groups[i] = find_row(table, columns, i, hashes[i]);
		touch(table, groups[i]);
	}
}

/* ---- The end of a unit -------------------------------------------------- */

void group_table_keep(struct group_table *table)
{
	begin_unit(table);
}

void group_table_drop(struct group_table *table)
{
	bool added = table->count > table->old_count;

	table->count = table->old_count;
	pool_rewind(&table->texts, table->meter, table->old_texts);
	if (added)
		fill_slots(table);
	begin_unit(table);
}

void group_table_clear(struct group_table *table)
{
	bool any = table->count > 0;

	table->count = 0;
	pool_clear(&table->texts, table->meter);
	if (table->slot_count > FIRST_SLOTS)
		free_arrays(table); /* the next may be small */
	else if (any && table->slot_count > 0)
		fill_slots(table);
	begin(table);
}

int group_table_compare(
	const struct group_table *table, size_t left, size_t right)
{
	const struct value *a = group_table_keys(table, left);
	const struct value *b = group_table_keys(table, right);

	for (size_t k = 0; k < table->key_count; k++) {
		int order = value_compare(table->types[k], &a[k], &b[k]);

		if (order)
			return order;
	}
	return 0;
}
