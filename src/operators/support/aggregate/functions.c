/* SPDX-License-Identifier: MIT */
/* count, sum, avg; the rest is in values.c; the table of all. */
#include "operators/support/aggregate/functions.h"

#include <math.h>
#include <string.h>

#include "operators/support/aggregate/values.h"

#define STATE(type, fold, i)               \
	((type *)(void *)((fold)->states + \
		(fold)->groups[i] * (fold)->stride_bytes + call->offset))

/* ---- count -------------------------------------------------------------- */

static void count_add(const struct aggregate_call *call,
	const struct fold *fold, const struct value *const *values)
{
	for (size_t i = 0; i < fold->count; i++)
		*STATE(int64_t, fold, i) += !values || !values[i]->null;
}

static void count_merge(const struct aggregate_call *call, void *into,
	void *from, struct meter *meter)
{
	(void)call;
	(void)meter;
	*(int64_t *)into += *(int64_t *)from;
}

static const char *count_result(
	const struct aggregate_call *call, void *state, struct value *value)
{
	(void)call;
	*value = (struct value){.integer = *(int64_t *)state};
	return NULL;
}

/* ---- Sums of integers: 128 bits, so that only the result can overflow --- */

struct integer_sum {
	uint64_t low;
	int64_t high;
	int64_t count;
};

static void integer_sum_add(const struct aggregate_call *call,
	const struct fold *fold, const struct value *const *values)
{
	for (size_t i = 0; i < fold->count; i++) {
		struct integer_sum *sum = STATE(struct integer_sum, fold, i);

		if (values[i]->null)
			continue;
		int64_t x = values[i]->integer;
		sum->high += (x < 0 ? -1 : 0) +
			__builtin_add_overflow(
				sum->low, (uint64_t)x, &sum->low);
		sum->count++;
	}
}

static void integer_sum_merge(const struct aggregate_call *call, void *into,
	void *from, struct meter *meter)
{
	struct integer_sum *sum = into, *more = from;

	(void)call;
	(void)meter;
	sum->high += more->high +
		__builtin_add_overflow(sum->low, more->low, &sum->low);
	sum->count += more->count;
}

static const char *integer_sum_result(
	const struct aggregate_call *call, void *state, struct value *value)
{
	struct integer_sum *sum = state;

	(void)call;
	*value = (struct value){
		.integer = (int64_t)sum->low, .null = sum->count == 0};
	if (sum->high != ((int64_t)sum->low < 0 ? -1 : 0))
		return "is beyond the integers of 64 bits";
	return NULL;
}

static __int128 integer_sum_whole(const struct integer_sum *sum)
{
	return (__int128)((unsigned __int128)(uint64_t)sum->high << 64 |
		sum->low);
}

static const char *integer_mean_result(
	const struct aggregate_call *call, void *state, struct value *value)
{
	struct integer_sum *sum = state;

	(void)call;
	*value = (struct value){.null = sum->count == 0};
	if (!value->null)
		value->real =
			(double)integer_sum_whole(sum) / (double)sum->count;
	return NULL;
}

/* To the nearest microsecond, halves away from zero. */
static const char *duration_mean_result(
	const struct aggregate_call *call, void *state, struct value *value)
{
	struct integer_sum *sum = state;
	__int128 whole = integer_sum_whole(sum), half = sum->count / 2;

	(void)call;
	*value = (struct value){.null = sum->count == 0};
	if (sum->count > 0)
		value->integer =
			(int64_t)((whole < 0 ? whole - half : whole + half) /
				sum->count);
	return NULL;
}

/* ---- Sums of reals ------------------------------------------------------ */

/* With what rounding has lost so far: A. Neumaier, "Rundungsfehleranalyse
 * einiger Verfahren zur Summation endlicher Summen", 1974. */
struct real_sum {
	double sum, lost;
	int64_t count;
};

static inline void real_sum_take(struct real_sum *sum, double x)
{
	double next = sum->sum + x;

	if (fabs(sum->sum) >= fabs(x))
		sum->lost += (sum->sum - next) + x;
	else
		sum->lost += (x - next) + sum->sum;
	sum->sum = next;
}

static void real_sum_add(const struct aggregate_call *call,
	const struct fold *fold, const struct value *const *values)
{
	for (size_t i = 0; i < fold->count; i++) {
		struct real_sum *sum = STATE(struct real_sum, fold, i);

		if (values[i]->null)
			continue;
		real_sum_take(sum, values[i]->real);
		sum->count++;
	}
}

static void real_sum_merge(const struct aggregate_call *call, void *into,
	void *from, struct meter *meter)
{
	struct real_sum *sum = into, *more = from;

	(void)call;
	(void)meter;
	real_sum_take(sum, more->sum);
	sum->lost += more->lost;
	sum->count += more->count;
}

/* Infinities have no rounding; against each other they are no number. */
static double real_sum_whole(const struct real_sum *sum)
{
	return isfinite(sum->sum) ? sum->sum + sum->lost : sum->sum;
}

static void set_real(struct value *value, double real)
{
	*value = (struct value){.real = real};
	if (isnan(real))
		*value = (struct value){.null = true};
}

static const char *real_sum_result(
	const struct aggregate_call *call, void *state, struct value *value)
{
	struct real_sum *sum = state;

	(void)call;
	set_real(value, sum->count ? real_sum_whole(sum) : NAN);
	return NULL;
}

static const char *real_mean_result(
	const struct aggregate_call *call, void *state, struct value *value)
{
	struct real_sum *sum = state;

	(void)call;
	set_real(value,
		sum->count ? real_sum_whole(sum) / (double)sum->count : NAN);
	return NULL;
}

/* ---- The table ---------------------------------------------------------- */

#define BIT(type) (1u << VALUE_##type)
#define ANY_TYPE                                               \
	(BIT(INTEGER) | BIT(REAL) | BIT(TEXT) | BIT(BOOLEAN) | \
		BIT(TIMESTAMP) | BIT(DURATION) | BIT(BYTES) | BIT(JSON))

const struct aggregate_function aggregate_functions[] = {
	{"count", ANY_TYPE, VALUE_INTEGER, sizeof(int64_t), count_add,
		count_merge, count_result, NULL, NULL, NULL,
		"how many items, or values that are not null"},
	{"sum", BIT(INTEGER) | BIT(DURATION), RESULT_AS_ARGUMENT,
		sizeof(struct integer_sum), integer_sum_add, integer_sum_merge,
		integer_sum_result, NULL, NULL, NULL,
		"exact; beyond 64 bits an error"},
	{"sum", BIT(REAL), VALUE_REAL, sizeof(struct real_sum), real_sum_add,
		real_sum_merge, real_sum_result, NULL, NULL, NULL,
		"compensated for rounding"},
	{"min", ANY_TYPE, RESULT_AS_ARGUMENT, sizeof(struct kept_value),
		kept_min_add, kept_min_merge, kept_result, kept_finish,
		kept_save, kept_load, "the smallest value"},
	{"max", ANY_TYPE, RESULT_AS_ARGUMENT, sizeof(struct kept_value),
		kept_max_add, kept_max_merge, kept_result, kept_finish,
		kept_save, kept_load, "the largest value"},
	{"avg", BIT(INTEGER), VALUE_REAL, sizeof(struct integer_sum),
		integer_sum_add, integer_sum_merge, integer_mean_result, NULL,
		NULL, NULL, "the mean"},
	{"avg", BIT(DURATION), VALUE_DURATION, sizeof(struct integer_sum),
		integer_sum_add, integer_sum_merge, duration_mean_result, NULL,
		NULL, NULL, "the mean, to the nearest microsecond"},
	{"avg", BIT(REAL), VALUE_REAL, sizeof(struct real_sum), real_sum_add,
		real_sum_merge, real_mean_result, NULL, NULL, NULL, "the mean"},
	{"quantile", BIT(INTEGER) | BIT(REAL) | BIT(TIMESTAMP) | BIT(DURATION),
		RESULT_AS_ARGUMENT, sizeof(struct sample), sample_add,
		sample_merge, sample_quantile, sample_finish, sample_save,
		sample_load,
		"the value of nearest rank, which is one of the values"},
	{"first", ANY_TYPE, RESULT_AS_ARGUMENT, sizeof(struct kept_value),
		kept_first_add, kept_first_merge, kept_result, kept_finish,
		kept_save, kept_load, "the first value that is not null"},
	{"last", ANY_TYPE, RESULT_AS_ARGUMENT, sizeof(struct kept_value),
		kept_last_add, kept_last_merge, kept_result, kept_finish,
		kept_save, kept_load, "the last value that is not null"},
	{"count_distinct", ANY_TYPE, VALUE_INTEGER, sizeof(struct distinct_set),
		distinct_add, distinct_merge, distinct_result, distinct_finish,
		distinct_save, distinct_load, "how many values differ"},
	{NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};

const char *const aggregate_function_names[] = {"count", "sum", "min", "max",
	"avg", "quantile", "first", "last", "count_distinct", NULL};

const struct aggregate_function *aggregate_function_find(
	const char *name, enum value_type type, bool *known)
{
	const struct aggregate_function *row = aggregate_functions;

	*known = false;
	for (; row->name; row++) {
		if (strcasecmp(row->name, name) != 0)
			continue;
		*known = true;
		if (row->types >> type & 1)
			return row;
	}
	return NULL;
}

unsigned aggregate_function_types(const char *name)
{
	unsigned types = 0;

	for (size_t i = 0; aggregate_functions[i].name; i++)
		if (strcasecmp(aggregate_functions[i].name, name) == 0)
			types |= aggregate_functions[i].types;
	return types;
}
