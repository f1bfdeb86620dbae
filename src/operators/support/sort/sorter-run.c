/* SPDX-License-Identifier: MIT */
/* Sorts one run of items: by merging. */
#include "operators/support/sort/sorter.h"

enum { SMALL_ENTRIES = 8 }; /* sorted by insertion */

static void sort_small(
	const struct sorter *sorter, struct sort_entry *entries, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct sort_entry entry = entries[i];
		size_t at = i;

		for (; at > 0 &&
			sorter_before(sorter, &entry, &entries[at - 1]);
			at--)
			entries[at] = entries[at - 1];
		entries[at] = entry;
	}
}

static void merge_halves(const struct sorter *sorter,
	const struct sort_entry *from, struct sort_entry *into, size_t middle,
	size_t count)
{
	size_t left = 0, right = middle;

	for (size_t i = 0; i < count; i++)
		if (right == count ||
			(left < middle &&
				!sorter_before(
					sorter, &from[right], &from[left])))
			into[i] = from[left++];
		else
			into[i] = from[right++];
}

void sorter_sort_run(const struct sorter *sorter, struct sort_entry *entries,
	struct sort_entry *spare, size_t count)
{
	struct sort_entry *from = entries, *into = spare;

	for (size_t i = 0; i < count; i += SMALL_ENTRIES)
		sort_small(sorter, entries + i,
			count - i < SMALL_ENTRIES ? count - i : SMALL_ENTRIES);
	for (size_t width = SMALL_ENTRIES; width < count; width *= 2) {
		for (size_t i = 0; i < count; i += 2 * width) {
			size_t rest = count - i;

			merge_halves(sorter, from + i, into + i,
				rest < width ? rest : width,
				rest < 2 * width ? rest : 2 * width);
		}
		struct sort_entry *other = from;
		from = into;
		into = other;
	}
	if (from != entries)
		memcpy(entries, from, count * sizeof(*entries));
}
