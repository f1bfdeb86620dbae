/* SPDX-License-Identifier: MIT */
/* Sorts items in memory: runs, and a heap of runs that are merged. */
#include "operators/support/sort/sorter.h"

#include <string.h>

#include "base/memory.h"
#include "operators/support/value-hash.h"

enum {
	RUN_ENTRIES = 32 * 1024,
	FIRST_ENTRIES = 256,
};

void sorter_init(
	struct sorter *sorter, const struct order *order, struct meter *meter)
{
	*sorter = (struct sorter){.order = order, .meter = meter};
}

/* ---- Runs --------------------------------------------------------------- */

static void add_run(struct sorter *sorter, size_t start, size_t end)
{
	if (sorter->run_count == sorter->run_capacity) {
		size_t old = sorter->run_capacity;

		sorter->run_capacity = old ? 2 * old : 8;
		sorter->runs = memory_resize(sorter->runs, sorter->run_capacity,
			sizeof(*sorter->runs));
		sorter->meter->used_bytes +=
			(sorter->run_capacity - old) * sizeof(*sorter->runs);
	}
	sorter->runs[sorter->run_count++] = (struct sort_run){start, end};
}

/* Makes a run of the entries that are in none. */
static void close_run(struct sorter *sorter)
{
	size_t count = sorter->count - sorter->run_start;
	struct sort_entry *spare;

	if (count == 0)
		return;
	spare = memory_alloc(memory_product(count, sizeof(*spare)));
	sorter_sort_run(
		sorter, sorter->entries + sorter->run_start, spare, count);
	free(spare);
	add_run(sorter, sorter->run_start, sorter->count);
	sorter->run_start = sorter->count;
}

/* ---- Collecting --------------------------------------------------------- */

static void reserve(struct sorter *sorter)
{
	size_t old = sorter->capacity;

	if (sorter->count < old)
		return;
	sorter->capacity = old ? 2 * old : FIRST_ENTRIES;
	sorter->entries = memory_resize(
		sorter->entries, sorter->capacity, sizeof(*sorter->entries));
	sorter->meter->used_bytes +=
		(sorter->capacity - old) * sizeof(*sorter->entries);
}

/* Copies the keys of the row that are computed. */
static void keep_computed(struct sorter *sorter,
	const struct value *const *const *values, size_t row)
{
	size_t at = sorter->numbers * sorter->order->computed_count;
	size_t old = sorter->computed_capacity;

	if (at + sorter->order->computed_count > old) {
		sorter->computed_capacity = 2 * old + FIRST_ENTRIES;
		sorter->computed = memory_resize(sorter->computed,
			sorter->computed_capacity, sizeof(*sorter->computed));
		sorter->meter->used_bytes += (sorter->computed_capacity - old) *
			sizeof(*sorter->computed);
	}
	for (size_t i = 0; i < sorter->order->count; i++) {
		struct value *value = &sorter->computed[at];

		if (sorter->order->keys[i].source != KEY_COMPUTED)
			continue;
		*value = *values[i][row];
		if (value_is_bytes(sorter->order->keys[i].type) && !value->null)
			value->data = pool_copy(&sorter->texts, sorter->meter,
				value->data, value->length);
		at++;
	}
}

static size_t item_bytes(const struct item *item)
{
	return item->slab->block_bytes;
}

void sorter_add(struct sorter *sorter, struct item *item,
	const struct value *const *const *values, size_t row)
{
	struct sort_entry *entry;

	reserve(sorter);
	if (sorter->order->computed_count > 0)
		keep_computed(sorter, values, row);
	entry = &sorter->entries[sorter->count++];
	entry->item = item;
	entry->number = sorter->numbers++;
	entry->prefix = sorter_prefix(sorter, entry);
	sorter->meter->used_bytes += item_bytes(item);
	if (sorter->count - sorter->run_start == RUN_ENTRIES)
		close_run(sorter);
}

/* ---- The end of a unit -------------------------------------------------- */

void sorter_keep(struct sorter *sorter)
{
	sorter->unit_number = sorter->numbers;
	sorter->unit_texts = pool_mark(&sorter->texts);
}

/* Removes what the unit brought from the entries FROM to TO; the others move
 * to AT. Returns the place behind them. */
static size_t remove_unit(
	struct sorter *sorter, size_t from, size_t to, size_t at)
{
	for (; from < to; from++) {
		struct sort_entry *entry = &sorter->entries[from];

		if (entry->number < sorter->unit_number) {
			sorter->entries[at++] = *entry;
			continue;
		}
		sorter->meter->used_bytes -= item_bytes(entry->item);
		item_unref(entry->item);
	}
	return at;
}

/* Runs hold items in the order of arrival, so only the last ones are touched.
 */
void sorter_drop(struct sorter *sorter)
{
	size_t kept = sorter->run_start;
	size_t dropped = (size_t)(sorter->numbers - sorter->unit_number);
	size_t left = sorter->count - dropped, first = sorter->run_count;

	while (first > 0 && sorter->runs[first - 1].end > left)
		first--;
	if (first < sorter->run_count)
		kept = sorter->runs[first].next;
	size_t end = kept;
	for (size_t i = first; i < sorter->run_count; i++)
		end = remove_unit(
			sorter, sorter->runs[i].next, sorter->runs[i].end, end);
	sorter->run_count = first;
	if (end > kept)
		add_run(sorter, kept, end);
	size_t run_start = end;
	sorter->count =
		remove_unit(sorter, sorter->run_start, sorter->count, end);
	sorter->run_start = run_start;
	sorter->numbers = sorter->unit_number;
	pool_rewind(&sorter->texts, sorter->meter, sorter->unit_texts);
}

/* ---- Merging ------------------------------------------------------------ */

static bool run_before(const struct sorter *sorter, size_t left, size_t right)
{
	return sorter_before(sorter, &sorter->entries[sorter->runs[left].next],
		&sorter->entries[sorter->runs[right].next]);
}

/* Lets the run at AT sink to its place in the heap of runs. */
static void sink(struct sorter *sorter, size_t at)
{
	for (;;) {
		size_t least = 2 * at + 1;
		struct sort_run run = sorter->runs[at];

		if (least >= sorter->run_count)
			return;
		if (least + 1 < sorter->run_count &&
			run_before(sorter, least + 1, least))
			least++;
		if (!run_before(sorter, least, at))
			return;
		sorter->runs[at] = sorter->runs[least];
		sorter->runs[least] = run;
		at = least;
	}
}

void sorter_start(struct sorter *sorter)
{
	sorter_keep(sorter);
	close_run(sorter);
	for (size_t i = sorter->run_count / 2; i-- > 0;)
		sink(sorter, i);
}

/* All is taken: gives the memory back, but for what a small sort needs. */
static void empty(struct sorter *sorter)
{
	const struct order *order = sorter->order;
	struct meter *meter = sorter->meter;

	meter->used_bytes -= sorter->capacity * sizeof(*sorter->entries) +
		sorter->computed_capacity * sizeof(*sorter->computed) +
		sorter->run_capacity * sizeof(*sorter->runs);
	pool_finish(&sorter->texts, meter);
	free(sorter->entries);
	free(sorter->computed);
	free(sorter->runs);
	sorter_init(sorter, order, meter);
}

size_t sorter_take(struct sorter *sorter, struct item **items, size_t count)
{
	size_t taken = 0;

	while (taken < count && sorter->run_count > 0) {
		struct sort_run *run = &sorter->runs[0];
		struct item *item = sorter->entries[run->next++].item;

		sorter->meter->used_bytes -= item_bytes(item);
		items[taken++] = item;
		if (run->next == run->end)
			*run = sorter->runs[--sorter->run_count];
		sink(sorter, 0);
	}
	if (taken == 0)
		empty(sorter);
	return taken;
}

void sorter_finish(struct sorter *sorter)
{
	for (size_t i = 0; i < sorter->run_count; i++)
		for (size_t j = sorter->runs[i].next; j < sorter->runs[i].end;
			j++)
			item_unref(sorter->entries[j].item);
	for (size_t i = sorter->run_start; i < sorter->count; i++)
		item_unref(sorter->entries[i].item);
	sorter->run_count = 0;
	empty(sorter);
}
