/* SPDX-License-Identifier: MIT */
/*
 * Functions that make one value of many: a table of them. Each folds values
 * into a state, merges a later state into an earlier one, and says the result.
 * Zero bytes are the state of no values. Nulls are passed over, but by
 * count(*).
 *
 * The result depends on the values, their order and where they are cut into
 * states, and on nothing else.
 */
#ifndef LEAT_OPERATORS_SUPPORT_AGGREGATE_FUNCTIONS_H
#define LEAT_OPERATORS_SUPPORT_AGGREGATE_FUNCTIONS_H

#include "model/value.h"
#include "operators/support/meter.h"

struct aggregate_function;
struct partial_reader;

/* One use of a function. */
struct aggregate_call {
	const struct aggregate_function *function;
	enum value_type type; /* of the argument */
	double quantile; /* from 0 to 1 */
	size_t offset; /* of its state among those of a group */
};

/* Values to fold: row I goes into the group GROUPS[I]. */
struct fold {
	char *states; /* of group 0 */
	size_t stride_bytes; /* from group to group */
	const uint32_t *groups;
	size_t count;
	struct meter *meter;
};

/* The result has the argument's type. */
enum { RESULT_AS_ARGUMENT = -1 };

struct aggregate_function {
	const char *name; /* NULL ends the table; several rows have one name
			     where they differ by the argument's type */
	unsigned types; /* of the argument: bits of 1 << value_type */
	int result_type; /* enum value_type, or RESULT_AS_ARGUMENT */
	size_t state_bytes; /* a multiple of 8 */

	/* VALUES is NULL for count(*). */
	void (*add)(const struct aggregate_call *call, const struct fold *fold,
		const struct value *const *values);

	/* INTO stems from earlier values than FROM; FROM is unspecified then,
	 * to be finished. */
	void (*merge)(const struct aggregate_call *call, void *into, void *from,
		struct meter *meter);

	/* VALUE borrows from the state; the order of values in the state may
	 * change. NULL, or what is wrong, as "is beyond 64 bits". */
	const char *(*result)(const struct aggregate_call *call, void *state,
		struct value *value);

	/* Frees what the state owns; NULL: nothing. The bytes are to be zeroed
	 * before they are used again. */
	void (*finish)(void *state, struct meter *meter);

	/* For partial results (aggregate/partial.h): adds the state to DATA;
	 * fills an empty state. NULL: the bytes of the state are all there is
	 * to it. */
	void (*save)(const struct aggregate_call *call, const void *state,
		struct text *data);
	void (*load)(const struct aggregate_call *call, void *state,
		struct partial_reader *reader, struct meter *meter);

	const char *summary;
};

extern const struct aggregate_function aggregate_functions[];

/* The row for an argument of the type, or NULL; *KNOWN says whether there is
 * one of the name at all. */
const struct aggregate_function *aggregate_function_find(
	const char *name, enum value_type type, bool *known);

/* The types that the rows of NAME take, as bits. */
unsigned aggregate_function_types(const char *name);

/* The names, each once; ends in NULL. */
extern const char *const aggregate_function_names[];

#endif
