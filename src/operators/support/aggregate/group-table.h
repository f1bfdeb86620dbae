/* SPDX-License-Identifier: MIT */
/*
 * Groups found by their keys, each with a state of COUNT bytes for the unit in
 * progress and one for all units before it. It knows nothing of what the
 * states mean, but that zero bytes are a state of nothing.
 *
 * Groups are numbered in the order in which they appeared, whatever their
 * hashes are. What a unit brings can be forgotten without a trace.
 */
#ifndef LEAT_OPERATORS_SUPPORT_AGGREGATE_GROUP_TABLE_H
#define LEAT_OPERATORS_SUPPORT_AGGREGATE_GROUP_TABLE_H

#include "model/value.h"
#include "operators/support/pool.h"

enum { GROUP_KEYS = 64, GROUP_SPAN = 256 };

struct group_slot;

struct group_table {
	const enum value_type *types; /* of the keys; borrowed */
	size_t key_count; /* at most GROUP_KEYS; 0: one group that always is */
	size_t state_bytes, unit_offset, total_offset, stride_bytes;

	char *groups; /* CAPACITY of them, STRIDE_BYTES each */
	size_t count, capacity;
	struct group_slot *slots; /* a power of two */
	size_t slot_count;
	uint64_t seed;

	/* The unit in progress. */
	uint32_t unit; /* its number, to tell which groups it has touched */
	uint32_t *touched;
	size_t touched_count, touched_capacity;
	size_t old_count; /* groups that were there before it */
	struct pool_mark old_texts;

	struct pool texts; /* of the keys */
	struct meter *meter;
};

void group_table_init(struct group_table *table, const enum value_type *types,
	size_t key_count, size_t state_bytes, struct meter *meter);

/* The caller has freed what the states own. */
void group_table_finish(struct group_table *table);

/* Finds, or adds, the groups of COUNT rows, up to GROUP_SPAN: COLUMNS lead to
 * the values of each key. Their unit states hold. */
void group_table_find(struct group_table *table,
	const struct value *const *const *columns, size_t count,
	uint32_t *groups);

const struct value *group_table_keys(
	const struct group_table *table, size_t group);

static inline void *group_table_unit_state(
	const struct group_table *table, size_t group)
{
	return table->groups + group * table->stride_bytes + table->unit_offset;
}

static inline void *group_table_total_state(
	const struct group_table *table, size_t group)
{
	return table->groups + group * table->stride_bytes +
		table->total_offset;
}

/* The unit is over: its states were merged into the totals, and hold nothing.
 */
void group_table_keep(struct group_table *table);

/* Forgets the unit and the groups that it added; its states hold nothing. */
void group_table_drop(struct group_table *table);

/* Forgets all groups. */
void group_table_clear(struct group_table *table);

/* The order of two groups by their keys. */
int group_table_compare(
	const struct group_table *table, size_t left, size_t right);

#endif
