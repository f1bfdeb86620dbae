/* SPDX-License-Identifier: MIT */
/* A set of values of one type, not null, exact; to be counted. */
#ifndef LEAT_OPERATORS_SUPPORT_AGGREGATE_DISTINCT_SET_H
#define LEAT_OPERATORS_SUPPORT_AGGREGATE_DISTINCT_SET_H

#include "model/value.h"
#include "operators/support/pool.h"

/* Zero-initialised it is empty. It may be moved. */
struct distinct_set {
	struct value *slots; /* a power of two; null ones are free */
	size_t slot_count, count;
	struct pool texts;
};

void distinct_set_add(struct distinct_set *set, enum value_type type,
	const struct value *value, struct meter *meter);

/* Adds all of FROM. */
void distinct_set_merge(struct distinct_set *set, enum value_type type,
	const struct distinct_set *from, struct meter *meter);

/* Frees what it owns; it is empty then. */
void distinct_set_finish(struct distinct_set *set, struct meter *meter);

#endif
