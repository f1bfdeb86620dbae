/* SPDX-License-Identifier: MIT */
/*
 * Sorts items, stably: they are collected into runs, each of which is sorted
 * while it is in the cache, and the runs are merged as they are taken out. What
 * doesn't fit in memory goes to a temporary file. What a unit brings can be
 * forgotten.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SORT_SORTER_H
#define LEAT_OPERATORS_SUPPORT_SORT_SORTER_H

#include "model/item.h"
#include "operators/support/pool.h"
#include "operators/support/sort/compare.h"
#include "operators/support/sort/merge.h"

struct sort_run {
	size_t next, end; /* of its entries */
};

struct sorter {
	const struct order *order;
	struct meter *meter;

	struct sort_entry *entries;
	size_t count, capacity;
	struct value *computed; /* those of each number from BASE on */
	size_t computed_capacity;
	uint64_t base; /* those that arrived before are in the file */
	uint64_t numbers; /* how many have arrived */
	size_t held_bytes; /* about, in memory */
	struct pool texts; /* of what was computed */

	struct sort_run *runs; /* sorted ones */
	size_t run_count, run_capacity;
	size_t run_start; /* of the entries that are in no run yet */

	uint64_t unit_number; /* the first of the unit in progress */
	struct pool_mark unit_texts;

	struct spill spill; /* what is in the file */
	struct merge merge; /* of that */
	bool merging;
};

/* Borrows OP, ORDER and METER. */
void sorter_init(struct sorter *sorter, struct operator *op,
	const struct order *order, struct meter *meter);

/* Releases what it still holds. */
void sorter_finish(struct sorter *sorter);

/* Takes the item, whose keys that are computed are the values in that row of
 * VALUES, which may be NULL when none is. */
void sorter_add(struct sorter *sorter, struct item *item,
	const struct value *const *const *values, size_t row);

/* Puts all that is in memory into the file. False: errno says why. */
bool sorter_spill(struct sorter *sorter);

/* The unit in progress is over: what it brought counts, or is forgotten. False:
 * the file can't be cut off, errno says why. */
void sorter_keep(struct sorter *sorter);
bool sorter_drop(struct sorter *sorter);

/* Sorts what is left; nothing is added until all is taken. False: errno says
 * why. */
bool sorter_start(struct sorter *sorter);

/* Takes out up to COUNT items in order, *TAKEN of them: at least one with
 * SPILL_DONE. At SPILL_END it is empty. With SPILL_MEMORY, *TAKEN bytes are
 * wanted of the budget; with SPILL_FAILED, errno says why. */
enum spill_status sorter_take(struct sorter *sorter, struct item **items,
	size_t count, size_t *taken);

/* ---- Its parts ---------------------------------------------------------- */

/* The computed keys of an entry that is in memory; NULL if there are none. */
static inline const struct value *sorter_computed(
	const struct sorter *sorter, const struct sort_entry *entry)
{
	size_t keys = sorter->order->computed_count;

	return keys > 0
		? sorter->computed + (entry->number - sorter->base) * keys
		: NULL;
}

static inline bool sorter_before(const struct sorter *sorter,
	const struct sort_entry *left, const struct sort_entry *right)
{
	return sort_before(sorter->order, left, sorter_computed(sorter, left),
		right, sorter_computed(sorter, right));
}

/* Sorts ENTRIES; SPARE has room for as many. */
void sorter_sort_run(const struct sorter *sorter, struct sort_entry *entries,
	struct sort_entry *spare, size_t count);

#endif
