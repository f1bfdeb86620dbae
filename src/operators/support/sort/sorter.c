/* SPDX-License-Identifier: MIT */
/* Sorts items: runs in memory, a heap of runs that are merged. */
#include "operators/support/sort/sorter.h"

#include <string.h>

#include "base/memory.h"
#include "model/packer.h"
#include "operators/support/value-hash.h"

enum {
	RUN_ENTRIES = 32 * 1024,
	FIRST_ENTRIES = 256,
};

void sorter_init(struct sorter *sorter, struct operator *op,
	const struct order *order, struct meter *meter)
{
	*sorter = (struct sorter){.order = order, .meter = meter};
	spill_init(&sorter->spill, op, order);
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
	size_t at = (size_t)(sorter->numbers - sorter->base) *
		sorter->order->computed_count;
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

static size_t content_bytes(const struct item *item)
{
	return item->type == PAYLOAD_RECORD ? record_bytes(item)
					    : item->slice.length;
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
	entry->prefix = sort_prefix(
		sorter->order, item, sorter_computed(sorter, entry));
	sorter->meter->used_bytes += item_bytes(item);
	sorter->held_bytes +=
		item_bytes(item) + content_bytes(item) + sizeof(*entry);
	if (sorter->count - sorter->run_start == RUN_ENTRIES)
		close_run(sorter);
}

/* ---- The end of a unit -------------------------------------------------- */

void sorter_keep(struct sorter *sorter)
{
	sorter->unit_number = sorter->numbers;
	sorter->unit_texts = pool_mark(&sorter->texts);
	spill_keep(&sorter->spill);
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
static void drop_entries(struct sorter *sorter)
{
	size_t kept = sorter->run_start;
	uint64_t first_number = sorter->unit_number > sorter->base
		? sorter->unit_number
		: sorter->base;
	size_t dropped = (size_t)(sorter->numbers - first_number);
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
	pool_rewind(&sorter->texts, sorter->meter, sorter->unit_texts);
}

bool sorter_drop(struct sorter *sorter)
{
	drop_entries(sorter);
	sorter->numbers = sorter->unit_number;
	if (sorter->base > sorter->numbers)
		sorter->base = sorter->numbers;
	return spill_drop(&sorter->spill);
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

static void start_memory(struct sorter *sorter)
{
	close_run(sorter);
	for (size_t i = sorter->run_count / 2; i-- > 0;)
		sink(sorter, i);
}

/* The least entry; it is taken out. */
static struct sort_entry pop(struct sorter *sorter)
{
	struct sort_run *run = &sorter->runs[0];
	struct sort_entry entry = sorter->entries[run->next++];

	sorter->meter->used_bytes -= item_bytes(entry.item);
	if (run->next == run->end)
		*run = sorter->runs[--sorter->run_count];
	sink(sorter, 0);
	return entry;
}

/* All is taken: gives the memory back. */
static void empty(struct sorter *sorter)
{
	sorter->meter->used_bytes -=
		sorter->capacity * sizeof(*sorter->entries) +
		sorter->computed_capacity * sizeof(*sorter->computed) +
		sorter->run_capacity * sizeof(*sorter->runs);
	pool_finish(&sorter->texts, sorter->meter);
	free(sorter->entries);
	free(sorter->computed);
	free(sorter->runs);
	sorter->entries = NULL;
	sorter->computed = NULL;
	sorter->runs = NULL;
	sorter->count = sorter->capacity = sorter->computed_capacity = 0;
	sorter->run_count = sorter->run_capacity = sorter->run_start = 0;
	sorter->held_bytes = 0;
	sorter->base = sorter->numbers;
	sorter->unit_texts = pool_mark(&sorter->texts);
}

/* ---- The file ----------------------------------------------------------- */

static bool put(struct sorter *sorter, const struct sort_entry *entry)
{
	bool done = spill_put(
		&sorter->spill, entry, sorter_computed(sorter, entry));

	item_unref(entry->item);
	return done;
}

/* Writes the entries of units that are over as a run, and then, since they may
 * yet be dropped, those of the unit in progress as another. */
static bool write_runs(struct sorter *sorter, struct sort_entry *later)
{
	struct spill *spill = &sorter->spill;
	const bool any_kept = sorter->base < sorter->unit_number;
	size_t later_count = 0;
	bool done = true;

	spill_begin(spill);
	while (sorter->run_count > 0) {
		struct sort_entry entry = pop(sorter);

		if (any_kept && entry.number >= sorter->unit_number)
			later[later_count++] = entry;
		else
			done &= put(sorter, &entry);
	}
	done = done && spill_end(spill, 0);
	if (done && any_kept)
		spill_keep(spill);
	if (done && later_count > 0)
		spill_begin(spill);
	for (size_t i = 0; i < later_count; i++)
		done &= put(sorter, &later[i]);
	return done && (later_count == 0 || spill_end(spill, 0));
}

/* How many runs are read side by side: their blocks take a quarter of the
 * budget. */
static size_t most_runs(const struct sorter *sorter)
{
	enum { LEAST = 16, MOST = 256 };
	size_t limit = operator_budget(sorter->spill.op)->limit_bytes;
	size_t most = limit / 4 / SPILL_BLOCK_BYTES;

	return most < LEAST ? LEAST : most > MOST ? MOST : most;
}

bool sorter_spill(struct sorter *sorter)
{
	struct sort_entry *later =
		memory_alloc(memory_product(sorter->count, sizeof(*later)));
	size_t need;
	bool done;

	start_memory(sorter);
	done = write_runs(sorter, later);
	free(later);
	empty(sorter);
	meter_settle(sorter->meter, operator_budget(sorter->spill.op));
	return done &&
		merge_reduce(&sorter->spill, most_runs(sorter), false, &need) !=
		SPILL_FAILED;
}

/* ---- Taking out --------------------------------------------------------- */

bool sorter_start(struct sorter *sorter)
{
	sorter_keep(sorter);
	if (sorter->spill.count > 0)
		return sorter->count == 0 || sorter_spill(sorter);
	start_memory(sorter);
	return true;
}

static enum spill_status start_merge(struct sorter *sorter, size_t *need)
{
	struct spill *spill = &sorter->spill;
	enum spill_status status =
		merge_reduce(spill, most_runs(sorter), true, need);

	if (status != SPILL_DONE)
		return status;
	merge_init(&sorter->merge, spill, spill->runs, spill->count);
	sorter->merging = true;
	return SPILL_DONE;
}

static enum spill_status take_merged(
	struct sorter *sorter, struct item **items, size_t count, size_t *taken)
{
	enum spill_status status = SPILL_DONE;
	size_t done = 0;

	if (!sorter->merging)
		status = start_merge(sorter, taken);
	while (status == SPILL_DONE && done < count) {
		status = merge_next(&sorter->merge, taken);
		if (status != SPILL_DONE)
			break;
		struct sort_entry *entry = &sorter->merge.heap[0]->entry;
		items[done++] = entry->item;
		entry->item = NULL;
	}
	if (status == SPILL_FAILED || done == 0)
		return status;
	*taken = done;
	return SPILL_DONE;
}

enum spill_status sorter_take(
	struct sorter *sorter, struct item **items, size_t count, size_t *taken)
{
	enum spill_status status = SPILL_DONE;

	if (sorter->spill.count > 0) {
		status = take_merged(sorter, items, count, taken);
	} else {
		for (*taken = 0; *taken < count && sorter->run_count > 0;)
			items[(*taken)++] = pop(sorter).item;
		if (*taken == 0)
			status = SPILL_END;
	}
	if (status == SPILL_END) {
		merge_finish(&sorter->merge);
		spill_finish(&sorter->spill);
		sorter->merging = false;
		sorter->numbers = 0;
		empty(sorter);
		sorter->unit_number = 0;
	}
	return status;
}

void sorter_finish(struct sorter *sorter)
{
	for (size_t i = 0; i < sorter->run_count; i++)
		for (size_t j = sorter->runs[i].next; j < sorter->runs[i].end;
			j++)
			item_unref(sorter->entries[j].item);
	for (size_t i = sorter->run_start; i < sorter->count; i++)
		item_unref(sorter->entries[i].item);
	merge_finish(&sorter->merge);
	spill_finish(&sorter->spill);
	sorter->run_count = 0;
	empty(sorter);
}
