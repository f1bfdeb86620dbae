/* SPDX-License-Identifier: MIT */
/* A set of values, by open addressing. */
#include "operators/support/aggregate/distinct-set.h"

#include "base/memory.h"
#include "operators/support/value-hash.h"

enum { FIRST_SLOTS = 8 };

/* The address of the set's own memory is as good a seed as any, and moves
 * with no one's input. */
static size_t slot_of(const struct distinct_set *set, enum value_type type,
	const struct value *value)
{
	uint64_t seed = (uintptr_t)set->slots >> 4;
	uint64_t hash = value_is_bytes(type) ? hash_bytes(seed, value)
					     : hash_plain(seed, type, value);
	size_t mask = set->slot_count - 1, at = (size_t)hash & mask;

	while (!set->slots[at].null &&
		!value_same(type, &set->slots[at], value))
		at = (at + 1) & mask;
	return at;
}

static void grow(
	struct distinct_set *set, enum value_type type, struct meter *meter)
{
	struct value *old = set->slots;
	size_t old_count = set->slot_count;

	set->slot_count = old_count ? old_count * 2 : FIRST_SLOTS;
	set->slots = memory_alloc(
		memory_product(set->slot_count, sizeof(*set->slots)));
	for (size_t i = 0; i < set->slot_count; i++)
		set->slots[i] = (struct value){.null = true};
	for (size_t i = 0; i < old_count; i++)
		if (!old[i].null)
			set->slots[slot_of(set, type, &old[i])] = old[i];
	free(old);
	meter->used_bytes += (set->slot_count - old_count) * sizeof(*old);
}

void distinct_set_add(struct distinct_set *set, enum value_type type,
	const struct value *value, struct meter *meter)
{
	if (set->count * 4 >= set->slot_count * 3)
		grow(set, type, meter);

	struct value *slot = &set->slots[slot_of(set, type, value)];
	if (!slot->null)
		return;
	*slot = *value;
	if (value_is_bytes(type))
		slot->data = pool_copy(
			&set->texts, meter, value->data, value->length);
	set->count++;
}

void distinct_set_merge(struct distinct_set *set, enum value_type type,
	const struct distinct_set *from, struct meter *meter)
{
	for (size_t i = 0; i < from->slot_count; i++)
		if (!from->slots[i].null)
			distinct_set_add(set, type, &from->slots[i], meter);
}

void distinct_set_finish(struct distinct_set *set, struct meter *meter)
{
	meter->used_bytes -= set->slot_count * sizeof(*set->slots);
	free(set->slots);
	pool_finish(&set->texts, meter);
	*set = (struct distinct_set){0};
}
