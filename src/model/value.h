/* SPDX-License-Identifier: MIT */
/*
 * Typed values, the fields of records, and their texts. Text never changes
 * its type by how it looks: a declared type decides.
 */
#ifndef LEAT_MODEL_VALUE_H
#define LEAT_MODEL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* The order is that of value_type_names. */
enum value_type {
	VALUE_INTEGER, /* 64 bits, signed */
	VALUE_REAL, /* binary64; never NaN */
	VALUE_TEXT, /* UTF-8 without NUL */
	VALUE_BOOLEAN,
	VALUE_TIMESTAMP, /* microseconds since 1970-01-01T00:00:00Z */
	VALUE_DURATION, /* microseconds */
	VALUE_BYTES,
	VALUE_JSON, /* UTF-8, the text of one JSON value */
};

extern const char *const value_type_names[]; /* ends in NULL */

/* 16 bytes. Which member of the union holds is said by the type of the field;
 * text, bytes and json borrow DATA from the record's buffer. */
struct value {
	union {
		int64_t integer; /* also timestamp and duration */
		double real;
		bool boolean;
		const char *data;
	};
	uint32_t length; /* of text, bytes and json */
	bool null;
};

/* How the text of a timestamp is written. */
enum timestamp_format {
	TIMESTAMP_RFC3339,
	TIMESTAMP_CLF,
	TIMESTAMP_UNIX, /* seconds since 1970 */
	TIMESTAMP_UNIX_MS,
	TIMESTAMP_PATTERN, /* has no name */
};

extern const char *const timestamp_format_names[]; /* ends in NULL */

/* A field as sessions declare it under fields, columns and types. */
struct field {
	const char *name;
	enum value_type type;
	enum timestamp_format format;
	const char *pattern; /* of TIMESTAMP_PATTERN: see units_pattern_check */
	bool has_zone; /* RFC 3339 may be without its zone; then it is */
	int64_t zone_seconds; /* ... that much ahead of UTC; of patterns, too */
	bool decimal_comma; /* of reals, in place of the point */
	const char *null_text; /* the text that stands for null, or NULL */
	const struct value *fallback; /* what stands in for null, or NULL */
	bool nullable; /* may be null; set by null_text as well */
	bool never_null; /* what has no value isn't taken */
};

/* The fields of a record, in order. Lives as long as the session. */
struct schema {
	size_t count;
	const struct field *fields;
};

/* The index of the field NAME, or -1. */
int schema_find(const struct schema *schema, const char *name);

/* Converts TEXT to the type that FIELD declares, into VALUE, whose text, bytes
 * or json then borrows TEXT. Returns NULL, or says what is wrong in a phrase
 * such as "is not an integer". CLEAN promises UTF-8 without NUL. */
const char *value_parse(const struct field *field, const char *text,
	size_t length, bool clean, struct value *value);

/* The value of a text that isn't there: null, or what stands in for it. Returns
 * NULL, or "has no value" where that isn't taken. */
const char *value_missing(const struct field *field, struct value *value);

/* Adds the canonical text of VALUE: nothing for null, shortest round-trip
 * digits for reals, RFC 3339 for timestamps, 1h30min for durations. */
void value_format(
	enum value_type type, const struct value *value, struct text *text);

/* The order that sort and ORDER BY share: null first, false before true,
 * numbers by value, text, bytes and json by their bytes. */
int value_compare(enum value_type type, const struct value *left,
	const struct value *right);

#endif
