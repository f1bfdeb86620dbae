/* SPDX-License-Identifier: MIT */
/* Merges runs of a temporary file. */
#include "operators/support/sort/merge.h"

#include "base/memory.h"
#include "operators/support/sort/compare.h"

/* ---- A heap of runs ----------------------------------------------------- */

static bool before(const struct merge *merge, size_t left, size_t right)
{
	const struct spill_reader *a = merge->heap[left];
	const struct spill_reader *b = merge->heap[right];

	return sort_before(a->spill->order, &a->entry, a->computed, &b->entry,
		b->computed);
}

/* Lets the run at AT sink to its place. */
static void sink(struct merge *merge, size_t at)
{
	for (;;) {
		size_t least = 2 * at + 1;
		struct spill_reader *reader = merge->heap[at];

		if (least >= merge->count)
			return;
		if (least + 1 < merge->count && before(merge, least + 1, least))
			least++;
		if (!before(merge, least, at))
			return;
		merge->heap[at] = merge->heap[least];
		merge->heap[least] = reader;
		at = least;
	}
}

void merge_init(struct merge *merge, const struct spill *spill,
	const struct spill_run *runs, size_t count)
{
	*merge = (struct merge){.total = count};
	merge->readers =
		memory_alloc(memory_product(count, sizeof(*merge->readers)));
	merge->heap = memory_alloc(memory_product(count, sizeof(*merge->heap)));
	for (size_t i = 0; i < count; i++)
		spill_reader_init(&merge->readers[i], spill, &runs[i]);
}

void merge_finish(struct merge *merge)
{
	for (size_t i = 0; i < merge->total; i++)
		spill_reader_finish(&merge->readers[i]);
	free(merge->readers);
	free(merge->heap);
	*merge = (struct merge){0};
}

/* Reads the first entries of all runs. */
static enum spill_status open_runs(struct merge *merge, size_t *need)
{
	while (merge->opened < merge->total) {
		struct spill_reader *reader = &merge->readers[merge->opened];
		enum spill_status status = spill_reader_next(reader, need);

		if (status == SPILL_MEMORY || status == SPILL_FAILED)
			return status;
		if (status == SPILL_DONE)
			merge->heap[merge->count++] = reader;
		merge->opened++;
	}
	for (size_t i = merge->count / 2; i-- > 0;)
		sink(merge, i);
	return SPILL_DONE;
}

enum spill_status merge_next(struct merge *merge, size_t *need)
{
	enum spill_status status;

	if (!merge->advancing) {
		status = open_runs(merge, need);
	} else if (merge->count == 0) {
		return SPILL_END;
	} else {
		status = spill_reader_next(merge->heap[0], need);
		if (status == SPILL_END)
			merge->heap[0] = merge->heap[--merge->count];
		if (status == SPILL_DONE || status == SPILL_END) {
			sink(merge, 0);
			status = SPILL_DONE;
		}
	}
	if (status != SPILL_DONE)
		return status;
	merge->advancing = true;
	return merge->count > 0 ? SPILL_DONE : SPILL_END;
}

/* ---- Fewer runs --------------------------------------------------------- */

/* Writes all of the merged runs as a new one. */
static enum spill_status write_merged(
	struct spill *spill, struct merge *merge, unsigned tier, size_t *need)
{
	enum spill_status status;

	spill_begin(spill);
	while ((status = merge_next(merge, need)) == SPILL_DONE) {
		struct spill_reader *reader = merge->heap[0];

		item_unref(reader->entry.item);
		reader->entry.item = NULL;
		if (!spill_put_bytes(
			    spill, reader->bytes.data, reader->bytes.length))
			return SPILL_FAILED;
	}
	if (status == SPILL_END)
		return spill_end(spill, tier) ? SPILL_DONE : SPILL_FAILED;
	if (status == SPILL_MEMORY && !spill_abandon(spill))
		return SPILL_FAILED;
	return status;
}

/* Merges the runs at the places PICKS, which rise. */
static enum spill_status merge_picked(
	struct spill *spill, const size_t *picks, size_t count, size_t *need)
{
	struct spill_run *runs =
		memory_alloc(memory_product(count, sizeof(*runs)));
	const bool all_kept = spill->kept == spill->count;
	enum spill_status status;
	struct merge merge;
	unsigned tier = 0;

	for (size_t i = 0; i < count; i++) {
		runs[i] = spill->runs[picks[i]];
		if (runs[i].tier >= tier)
			tier = runs[i].tier + 1;
	}
	merge_init(&merge, spill, runs, count);
	status = write_merged(spill, &merge, tier, need);
	merge_finish(&merge);
	for (size_t i = count; status == SPILL_DONE && i-- > 0;)
		spill_remove(spill, picks[i]);
	if (all_kept)
		spill_keep(spill);
	free(runs);
	return status;
}

/* Finds COUNT runs of the tiers FROM to TO among those that may be merged. */
static bool pick(const struct spill *spill, unsigned from, unsigned to,
	size_t *picks, size_t count)
{
	size_t found = 0;
	size_t first = spill->count > spill->kept ? spill->kept : 0;

	for (size_t i = first; i < spill->count && found < count; i++)
		if (spill->runs[i].tier >= from && spill->runs[i].tier <= to)
			picks[found++] = i;
	return found == count;
}

static unsigned most_tier(const struct spill *spill)
{
	unsigned tier = 0;

	for (size_t i = 0; i < spill->count; i++)
		if (spill->runs[i].tier > tier)
			tier = spill->runs[i].tier;
	return tier;
}

enum spill_status merge_reduce(
	struct spill *spill, size_t most, bool all, size_t *need)
{
	const size_t count = most / 4;
	size_t *picks = memory_alloc(memory_product(count, sizeof(*picks)));
	enum spill_status status = SPILL_DONE;

	for (unsigned tier = 0;
		status == SPILL_DONE && tier <= most_tier(spill);) {
		unsigned from = all ? 0 : tier;

		if ((!all || spill->count > most) &&
			pick(spill, from, tier, picks, count))
			status = merge_picked(spill, picks, count, need);
		else
			tier++;
	}
	free(picks);
	return status;
}
