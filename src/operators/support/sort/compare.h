/* SPDX-License-Identifier: MIT */
/* The order of entries. */
#ifndef LEAT_OPERATORS_SUPPORT_SORT_COMPARE_H
#define LEAT_OPERATORS_SUPPORT_SORT_COMPARE_H

#include "operators/support/sort/spill.h"

/* The number that sorts as the first key does, or as its first bytes. COMPUTED
 * are the values of the keys that are computed. */
uint64_t sort_prefix(const struct order *order, const struct item *item,
	const struct value *computed);

/* Those whose prefixes are the same, by all their keys, then as they came. */
bool sort_before_by_keys(const struct order *order,
	const struct sort_entry *left, const struct value *left_computed,
	const struct sort_entry *right, const struct value *right_computed);

static inline bool sort_before(const struct order *order,
	const struct sort_entry *left, const struct value *left_computed,
	const struct sort_entry *right, const struct value *right_computed)
{
	if (left->prefix != right->prefix)
		return left->prefix < right->prefix;
	return sort_before_by_keys(
		order, left, left_computed, right, right_computed);
}

#endif
