/* SPDX-License-Identifier: MIT */
/* The order of entries. */
#include "operators/support/sort/compare.h"

#include "operators/support/value-hash.h"

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

/* The value of a key; COMPUTED is the next of those that are computed. */
static inline struct value key_of(const struct item *item,
	const struct order_key *key, const struct value **computed)
{
	const struct slice *line = &item->slice;

	switch (key->source) {
	case KEY_FIELD: return item->record.values[key->field];
	case KEY_COMPUTED: return *(*computed)++;
	case KEY_LINE: break;
	}
	return (struct value){
		.data = line->data,
		.length = line->length < UINT32_MAX ? (uint32_t)line->length
						    : UINT32_MAX,
	};
}

uint64_t sort_prefix(const struct order *order, const struct item *item,
	const struct value *computed)
{
	struct value value = key_of(item, &order->keys[0], &computed);

	return prefix_of(&order->keys[0], &value);
}

bool sort_before_by_keys(const struct order *order,
	const struct sort_entry *left, const struct value *left_computed,
	const struct sort_entry *right, const struct value *right_computed)
{
	for (size_t i = 0; i < order->count; i++) {
		const struct order_key *key = &order->keys[i];
		struct value a = key_of(left->item, key, &left_computed);
		struct value b = key_of(right->item, key, &right_computed);
		int result = value_compare(key->type, &a, &b);

		if (result)
			return (result < 0) != key->descending;
	}
	return left->number < right->number;
}
