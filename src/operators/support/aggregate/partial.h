/* SPDX-License-Identifier: MIT */
/*
 * What a unit has brought into an aggregation, as bytes: to be kept, and put
 * in again in place of the unit. Numbers are those of this machine; the bytes
 * are of use where the same session is run again.
 *
 *	1 byte   the version
 *	groups, each of them its keys, as values, and the states of its calls
 *
 * A value is a byte, 1 for null, and else 8 bytes or, of texts, 4 bytes of
 * length and the bytes.
 */
#ifndef LEAT_OPERATORS_SUPPORT_AGGREGATE_PARTIAL_H
#define LEAT_OPERATORS_SUPPORT_AGGREGATE_PARTIAL_H

#include "base/text.h"
#include "model/buffer.h"
#include "operators/support/aggregate/aggregation.h"

/* Adds what the unit in progress has brought to DATA. */
void aggregation_save(const struct aggregation *aggregation, struct text *data);

/* Makes what DATA says that of the unit in progress, which has brought nothing
 * yet. Returns NULL, or what is wrong with it. */
const char *aggregation_load(
	struct aggregation *aggregation, const struct slice *data);

/* ---- For the functions' states ---------------------------------------------- */

struct partial_reader {
	const char *at, *end;
	bool broken; /* it ended too early; all reads give zero from there on */
};

/* The next LENGTH bytes, or NULL. */
const char *partial_take(struct partial_reader *reader, size_t length);

void partial_put_value(
	struct text *data, enum value_type type, const struct value *value);

/* What VALUE refers to is lent by the reader. */
void partial_take_value(struct partial_reader *reader, enum value_type type,
	struct value *value);

void partial_put_count(struct text *data, size_t count);

/* A count of things of at least SIZE bytes each. */
size_t partial_take_count(struct partial_reader *reader, size_t size);

#endif
