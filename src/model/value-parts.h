/* SPDX-License-Identifier: MIT */
/* Parts of value_parse; for value-*.c only. */
#ifndef LEAT_MODEL_VALUE_PARTS_H
#define LEAT_MODEL_VALUE_PARTS_H

#include "model/value.h"

/* The whole of TEXT as digits behind an optional sign. */
const char *value_parse_integer(
	const char *text, size_t length, int64_t *integer);

/* By the format of FIELD. */
const char *value_parse_timestamp(const struct field *field, const char *text,
	size_t length, int64_t *microseconds);

#endif
