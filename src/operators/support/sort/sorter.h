/* SPDX-License-Identifier: MIT */
/*
 * Sorts items in memory, stably: they are collected into runs, each of which
 * is sorted while it is in the cache, and the runs are merged as they are
 * taken out. What a unit brings can be forgotten.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SORT_SORTER_H
#define LEAT_OPERATORS_SUPPORT_SORT_SORTER_H

#include "model/item.h"
#include "operators/support/pool.h"
#include "operators/support/sort/order.h"

struct sort_entry {
	uint64_t prefix; /* of the first key, in the order of the numbers */
	uint64_t number; /* of the item, in the order of arrival */
	struct item *item;
};

struct sort_run {
	size_t next, end; /* of its entries */
};

struct sorter {
	const struct order *order;
	struct meter *meter;

	struct sort_entry *entries;
	size_t count, capacity;
	struct value *computed; /* those of each number */
	size_t computed_capacity;
	uint64_t numbers; /* how many have arrived */
	struct pool texts; /* of what was computed */

	struct sort_run *runs; /* sorted ones */
	size_t run_count, run_capacity;
	size_t run_start; /* of the entries that are in no run yet */

	uint64_t unit_number; /* the first of the unit in progress */
	struct pool_mark unit_texts;
};

/* Borrows ORDER and METER. */
void sorter_init(
	struct sorter *sorter, const struct order *order, struct meter *meter);

/* Releases what it still holds. */
void sorter_finish(struct sorter *sorter);

/* Takes the item, whose keys that are computed are the values in that row of
 * VALUES, which may be NULL when none is. */
void sorter_add(struct sorter *sorter, struct item *item,
	const struct value *const *const *values, size_t row);

/* The unit in progress is over: what it brought counts, or is forgotten. */
void sorter_keep(struct sorter *sorter);
void sorter_drop(struct sorter *sorter);

/* Sorts what is left; nothing is added until all is taken. */
void sorter_start(struct sorter *sorter);

/* Takes out up to COUNT items in order; 0 at the end: it is empty then. */
size_t sorter_take(struct sorter *sorter, struct item **items, size_t count);

/* ---- Its parts: the order of entries ------------------------------------ */

/* The number that sorts as the first key does, or as its first bytes. */
uint64_t sorter_prefix(
	const struct sorter *sorter, const struct sort_entry *entry);

bool sorter_before(const struct sorter *sorter, const struct sort_entry *left,
	const struct sort_entry *right);

/* Sorts ENTRIES; SPARE has room for as many. */
void sorter_sort_run(const struct sorter *sorter, struct sort_entry *entries,
	struct sort_entry *spare, size_t count);

#endif
