/* SPDX-License-Identifier: MIT */
/* The order that `by` asks for: expressions, each ascending or descending. */
#ifndef LEAT_OPERATORS_SUPPORT_SORT_ORDER_H
#define LEAT_OPERATORS_SUPPORT_SORT_ORDER_H

#include "operators/support/sql/expression.h"

enum key_source { KEY_FIELD, KEY_LINE, KEY_COMPUTED };

struct order_key {
	enum value_type type;
	bool descending;
	enum key_source source;
	size_t field; /* KEY_FIELD: of the record */
};

struct order {
	struct arena *arena;
	struct expression *expression; /* a column for each key */
	size_t count;
	struct order_key *keys;
	size_t computed_count; /* of the keys */
};

/* Reads BY, a list of "expression [asc|desc]", each of which may be such a
 * list itself; when it is empty, lines sort as they are and records by all of
 * their fields. Returns NULL and the problem where something is wrong. The
 * settings live longer. */
struct order *order_create(const struct shape *shape,
	const struct setting_expressions *by,
	struct expression_problem *problem);

/* Finds what is wrong with `by` where nothing is known of the items. Returns
 * false where it fills in PROBLEM. */
bool order_check(const struct setting_expressions *by,
	struct expression_problem *problem);

void order_destroy(struct order *order); /* takes NULL */

#endif
