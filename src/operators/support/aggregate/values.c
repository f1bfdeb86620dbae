/* SPDX-License-Identifier: MIT */
/* min, max, first, last, quantile, count_distinct: states that keep values. */
#include "operators/support/aggregate/values.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "operators/support/aggregate/partial.h"
#include "operators/support/value-hash.h"

static inline void *state_of(
	const struct aggregate_call *call, const struct fold *fold, size_t i)
{
	return fold->states + fold->groups[i] * fold->stride_bytes +
		call->offset;
}

/* ---- One value ---------------------------------------------------------- */

static void keep(struct kept_value *kept, enum value_type type,
	const struct value *value, struct meter *meter)
{
	char *data = (char *)(uintptr_t)kept->value.data;

	kept->any = true;
	if (!value_is_bytes(type)) {
		kept->value = *value;
		return;
	}
	if (value->length > kept->capacity_bytes) {
		meter->used_bytes += value->length - kept->capacity_bytes;
		kept->capacity_bytes = value->length;
		data = memory_resize(data, value->length, 1);
	}
	if (value->length > 0)
		memcpy(data, value->data, value->length);
	kept->value = (struct value){.data = data, .length = value->length};
}

/* Keeps the value if it sorts by SIGN before what is kept; of equal ones the
 * first stays. */
static inline void keep_extreme(struct kept_value *kept, enum value_type type,
	const struct value *value, int sign, struct meter *meter)
{
	if (!kept->any || value_compare(type, value, &kept->value) * sign < 0)
		keep(kept, type, value, meter);
}

void kept_min_add(const struct aggregate_call *call, const struct fold *fold,
	const struct value *const *values)
{
	for (size_t i = 0; i < fold->count; i++)
		if (!values[i]->null)
			keep_extreme(state_of(call, fold, i), call->type,
				values[i], 1, fold->meter);
}

void kept_max_add(const struct aggregate_call *call, const struct fold *fold,
	const struct value *const *values)
{
	for (size_t i = 0; i < fold->count; i++)
		if (!values[i]->null)
			keep_extreme(state_of(call, fold, i), call->type,
				values[i], -1, fold->meter);
}

void kept_first_add(const struct aggregate_call *call, const struct fold *fold,
	const struct value *const *values)
{
	for (size_t i = 0; i < fold->count; i++) {
		struct kept_value *kept = state_of(call, fold, i);

		if (!kept->any && !values[i]->null)
			keep(kept, call->type, values[i], fold->meter);
	}
}

void kept_last_add(const struct aggregate_call *call, const struct fold *fold,
	const struct value *const *values)
{
	for (size_t i = 0; i < fold->count; i++)
		if (!values[i]->null)
			keep(state_of(call, fold, i), call->type, values[i],
				fold->meter);
}

void kept_min_merge(const struct aggregate_call *call, void *into, void *from,
	struct meter *meter)
{
	const struct kept_value *more = from;

	if (more->any)
		keep_extreme(into, call->type, &more->value, 1, meter);
}

void kept_max_merge(const struct aggregate_call *call, void *into, void *from,
	struct meter *meter)
{
	const struct kept_value *more = from;

	if (more->any)
		keep_extreme(into, call->type, &more->value, -1, meter);
}

void kept_first_merge(const struct aggregate_call *call, void *into, void *from,
	struct meter *meter)
{
	struct kept_value *kept = into;
	const struct kept_value *more = from;

	if (!kept->any && more->any)
		keep(kept, call->type, &more->value, meter);
}

void kept_last_merge(const struct aggregate_call *call, void *into, void *from,
	struct meter *meter)
{
	const struct kept_value *more = from;

	if (more->any)
		keep(into, call->type, &more->value, meter);
}

const char *kept_result(
	const struct aggregate_call *call, void *state, struct value *value)
{
	const struct kept_value *kept = state;

	(void)call;
	*value = kept->value;
	value->null = !kept->any;
	return NULL;
}

/* Without a capacity the union may hold a number: nothing is owned. */
void kept_finish(void *state, struct meter *meter)
{
	struct kept_value *kept = state;

	if (kept->capacity_bytes == 0)
		return;
	meter->used_bytes -= kept->capacity_bytes;
	free((char *)(uintptr_t)kept->value.data);
}

/* ---- All values --------------------------------------------------------- */

/* Numbers without a sign in the order of the values: the sign bit is turned
 * over, and of negative reals all bits. */
static const uint64_t sign_bit = UINT64_C(1) << 63;

static uint64_t number_of(enum value_type type, const struct value *value)
{
	uint64_t bits = value_bits(type, value);

	if (type == VALUE_REAL && bits & sign_bit)
		return ~bits;
	return bits ^ sign_bit;
}

static void set_number(
	struct value *value, enum value_type type, uint64_t number)
{
	uint64_t bits = number ^ sign_bit;

	if (type == VALUE_REAL && !(number & sign_bit))
		bits = ~number;
	*value = (struct value){.integer = (int64_t)bits};
	if (type == VALUE_REAL)
		memcpy(&value->real, &bits, sizeof(bits));
}

static void reserve(struct sample *sample, size_t count, struct meter *meter)
{
	enum { FIRST = 8 };

	if (sample->capacity - sample->count >= count)
		return;
	meter->used_bytes -= sample->capacity * sizeof(*sample->numbers);
	if (sample->capacity == 0)
		sample->capacity = FIRST;
	while (sample->capacity - sample->count < count)
		sample->capacity *= 2;
	sample->numbers = memory_resize(
		sample->numbers, sample->capacity, sizeof(*sample->numbers));
	meter->used_bytes += sample->capacity * sizeof(*sample->numbers);
}

void sample_add(const struct aggregate_call *call, const struct fold *fold,
	const struct value *const *values)
{
	for (size_t i = 0; i < fold->count; i++) {
		struct sample *sample = state_of(call, fold, i);

		if (values[i]->null)
			continue;
		reserve(sample, 1, fold->meter);
		sample->numbers[sample->count++] =
			number_of(call->type, values[i]);
	}
}

void sample_merge(const struct aggregate_call *call, void *into, void *from,
	struct meter *meter)
{
	struct sample *sample = into, *more = from;

	(void)call;
	if (more->count == 0)
		return;
	reserve(sample, more->count, meter);
	memcpy(sample->numbers + sample->count, more->numbers,
		more->count * sizeof(*more->numbers));
	sample->count += more->count;
}

/* The number of rank RANK, from 0. Byte by byte from the highest, the numbers
 * that share the bytes found so far are moved to the front: linear, whatever
 * the input. */
static uint64_t select_rank(uint64_t *numbers, size_t count, size_t rank)
{
	for (int shift = 56; shift >= 0 && count > 1; shift -= 8) {
		size_t counts[256] = {0}, kept = 0;
		unsigned byte = 0;

		for (size_t i = 0; i < count; i++)
			counts[numbers[i] >> shift & 255]++;
		for (; rank >= counts[byte]; byte++)
			rank -= counts[byte];
		if (counts[byte] == count)
			continue;
		for (size_t i = 0; i < count; i++) {
			uint64_t number = numbers[i];

			if ((number >> shift & 255) == byte) {
				numbers[i] = numbers[kept];
				numbers[kept++] = number;
			}
		}
		count = kept;
	}
	return numbers[0];
}

/* The nearest rank: the smallest of the values that a share of at least Q
 * doesn't exceed. */
const char *sample_quantile(
	const struct aggregate_call *call, void *state, struct value *value)
{
	struct sample *sample = state;
	double exact = call->quantile * (double)sample->count;
	/* 0.07 of 100 is 7.000000000000001, and means the 7th. */
	double rank = ceil(exact - exact * 4 * DBL_EPSILON);

	*value = (struct value){.null = sample->count == 0};
	if (value->null)
		return NULL;
	if (rank < 1)
		rank = 1;
	if (rank > (double)sample->count)
		rank = (double)sample->count;
	set_number(value, call->type,
		select_rank(sample->numbers, sample->count, (size_t)rank - 1));
	return NULL;
}

void sample_finish(void *state, struct meter *meter)
{
	struct sample *sample = state;

	meter->used_bytes -= sample->capacity * sizeof(*sample->numbers);
	free(sample->numbers);
}

/* ---- Distinct values ---------------------------------------------------- */

void distinct_add(const struct aggregate_call *call, const struct fold *fold,
	const struct value *const *values)
{
	for (size_t i = 0; i < fold->count; i++)
		if (!values[i]->null)
			distinct_set_add(state_of(call, fold, i), call->type,
				values[i], fold->meter);
}

void distinct_merge(const struct aggregate_call *call, void *into, void *from,
	struct meter *meter)
{
	distinct_set_merge(into, call->type, from, meter);
}

const char *distinct_result(
	const struct aggregate_call *call, void *state, struct value *value)
{
	const struct distinct_set *set = state;

	(void)call;
	*value = (struct value){.integer = (int64_t)set->count};
	return NULL;
}

void distinct_finish(void *state, struct meter *meter)
{
	distinct_set_finish(state, meter);
}

/* ---- Partial results ------------------------------------------------------- */

void kept_save(
	const struct aggregate_call *call, const void *state, struct text *data)
{
	const struct kept_value *kept = state;
	struct value value = kept->value;

	value.null = !kept->any;
	partial_put_value(data, call->type, &value);
}

void kept_load(const struct aggregate_call *call, void *state,
	struct partial_reader *reader, struct meter *meter)
{
	struct value value;

	partial_take_value(reader, call->type, &value);
	if (!value.null)
		keep(state, call->type, &value, meter);
}

void sample_save(
	const struct aggregate_call *call, const void *state, struct text *data)
{
	const struct sample *sample = state;

	(void)call;
	partial_put_count(data, sample->count);
	text_add(data, (const char *)sample->numbers,
		sample->count * sizeof(*sample->numbers));
}

void sample_load(const struct aggregate_call *call, void *state,
	struct partial_reader *reader, struct meter *meter)
{
	struct sample *sample = state;
	size_t count = partial_take_count(reader, sizeof(*sample->numbers));
	size_t size = count * sizeof(*sample->numbers);
	const char *bytes = partial_take(reader, size);

	(void)call;
	if (!bytes || count == 0)
		return;
	reserve(sample, count, meter);
	memcpy(sample->numbers, bytes, size);
	sample->count = count;
}

/* In the order of the slots: which that is has no bearing on the result. */
void distinct_save(
	const struct aggregate_call *call, const void *state, struct text *data)
{
	const struct distinct_set *set = state;

	partial_put_count(data, set->count);
	for (size_t i = 0; i < set->slot_count; i++)
		if (!set->slots[i].null)
			partial_put_value(data, call->type, &set->slots[i]);
}

void distinct_load(const struct aggregate_call *call, void *state,
	struct partial_reader *reader, struct meter *meter)
{
	size_t count = partial_take_count(reader, 2);
	struct value value;

	for (size_t i = 0; i < count && !reader->broken; i++) {
		partial_take_value(reader, call->type, &value);
		if (!value.null)
			distinct_set_add(state, call->type, &value, meter);
	}
}
