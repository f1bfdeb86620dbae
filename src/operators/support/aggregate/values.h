/* SPDX-License-Identifier: MIT */
/* Aggregate functions whose states keep values: for the table in
 * functions.c, which says what they are for. */
#ifndef LEAT_OPERATORS_SUPPORT_AGGREGATE_VALUES_H
#define LEAT_OPERATORS_SUPPORT_AGGREGATE_VALUES_H

#include "operators/support/aggregate/distinct-set.h"
#include "operators/support/aggregate/functions.h"

/* One value, its bytes copied. */
struct kept_value {
	struct value value;
	uint32_t capacity_bytes; /* of value.data, where the state owns it */
	bool any;
};

void kept_min_add(const struct aggregate_call *call, const struct fold *fold,
	const struct value *const *values);
void kept_max_add(const struct aggregate_call *call, const struct fold *fold,
	const struct value *const *values);
void kept_first_add(const struct aggregate_call *call, const struct fold *fold,
	const struct value *const *values);
void kept_last_add(const struct aggregate_call *call, const struct fold *fold,
	const struct value *const *values);
void kept_min_merge(const struct aggregate_call *call, void *into, void *from,
	struct meter *meter);
void kept_max_merge(const struct aggregate_call *call, void *into, void *from,
	struct meter *meter);
void kept_first_merge(const struct aggregate_call *call, void *into, void *from,
	struct meter *meter);
void kept_last_merge(const struct aggregate_call *call, void *into, void *from,
	struct meter *meter);
const char *kept_result(
	const struct aggregate_call *call, void *state, struct value *value);
void kept_finish(void *state, struct meter *meter);

/* All values, as numbers in the same order. */
struct sample {
	uint64_t *numbers;
	size_t count, capacity;
};

void sample_add(const struct aggregate_call *call, const struct fold *fold,
	const struct value *const *values);
void sample_merge(const struct aggregate_call *call, void *into, void *from,
	struct meter *meter);
const char *sample_quantile(
	const struct aggregate_call *call, void *state, struct value *value);
void sample_finish(void *state, struct meter *meter);

void distinct_add(const struct aggregate_call *call, const struct fold *fold,
	const struct value *const *values);
void distinct_merge(const struct aggregate_call *call, void *into, void *from,
	struct meter *meter);
const char *distinct_result(
	const struct aggregate_call *call, void *state, struct value *value);
void distinct_finish(void *state, struct meter *meter);

/* ---- Partial results --------------------------------------------------------- */

void kept_save(const struct aggregate_call *call, const void *state,
	struct text *data);
void kept_load(const struct aggregate_call *call, void *state,
	struct partial_reader *reader, struct meter *meter);
void sample_save(const struct aggregate_call *call, const void *state,
	struct text *data);
void sample_load(const struct aggregate_call *call, void *state,
	struct partial_reader *reader, struct meter *meter);
void distinct_save(const struct aggregate_call *call, const void *state,
	struct text *data);
void distinct_load(const struct aggregate_call *call, void *state,
	struct partial_reader *reader, struct meter *meter);

#endif
