/* SPDX-License-Identifier: MIT */
/* The order of items, and sorting one run of them: by merging. */
#include "operators/support/sort/sorter.h"

#include "operators/support/value-hash.h"

enum { SMALL_ENTRIES = 8 }; /* sorted by insertion */

/* ---- Order -------------------------------------------------------------- */

/* The number that sorts as the first bytes of the value do, or all of it.
 * Where two are the same, the values have to be compared. */
static uint64_t prefix_of(
	const struct order_key *key, const struct value *value)
{
	const uint64_t sign = UINT64_C(1) << 63;
	uint64_t prefix = 0;

	if (value->null) {
		prefix = 0;
	} else if (value_is_bytes(key->type)) {
		size_t length = value->length < 8 ? value->length : 8;

		for (size_t i = 0; i < length; i++)
			prefix |= (uint64_t)(unsigned char)value->data[i]
				<< (56 - 8 * i);
	} else {
		prefix = value_bits(key->type, value);
		if (key->type == VALUE_REAL && prefix & sign)
			prefix = ~prefix;
		else
			prefix ^= sign;
	}
	return key->descending ? ~prefix : prefix;
}

/* The value of a key; COMPUTED counts those passed that are computed. */
static inline struct value key_of(const struct sorter *sorter,
	const struct sort_entry *entry, const struct order_key *key,
	size_t *computed)
{
	const struct slice *line = &entry->item->slice;

	switch (key->source) {
	case KEY_FIELD: return entry->item->record.values[key->field];
	case KEY_COMPUTED:
		return sorter->computed[entry->number *
				sorter->order->computed_count +
			(*computed)++];
	case KEY_LINE: break;
	}
	return (struct value){
		.data = line->data,
		.length = line->length < UINT32_MAX ? (uint32_t)line->length
						    : UINT32_MAX,
	};
}

uint64_t sorter_prefix(
	const struct sorter *sorter, const struct sort_entry *entry)
{
	const struct order_key *key = &sorter->order->keys[0];
	size_t computed = 0;
	struct value value = key_of(sorter, entry, key, &computed);

	return prefix_of(key, &value);
}

static bool before_by_keys(const struct sorter *sorter,
	const struct sort_entry *left, const struct sort_entry *right)
{
	const struct order *order = sorter->order;
	size_t computed[2] = {0};

	for (size_t i = 0; i < order->count; i++) {
		const struct order_key *key = &order->keys[i];
		struct value a = key_of(sorter, left, key, &computed[0]);
		struct value b = key_of(sorter, right, key, &computed[1]);
		int result = value_compare(key->type, &a, &b);

		if (result)
			return (result < 0) != key->descending;
	}
	return left->number < right->number;
}

bool sorter_before(const struct sorter *sorter, const struct sort_entry *left,
	const struct sort_entry *right)
{
	if (left->prefix != right->prefix)
		return left->prefix < right->prefix;
	return before_by_keys(sorter, left, right);
}

/* ---- Runs --------------------------------------------------------------- */

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
