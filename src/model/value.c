/* SPDX-License-Identifier: MIT */
/* Typed values, the fields of records, and their texts. */
#include "model/value.h"

#include <string.h>

#include "base/units.h"

const char *const value_type_names[] = {"integer", "real", "text", "boolean",
	"timestamp", "duration", "bytes", "json", NULL};

const char *const timestamp_format_names[] = {
	"rfc3339", "clf", "unix", "unix-ms", NULL};

int schema_find(const struct schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->count; i++)
		if (strcmp(schema->fields[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* ---- Formatting --------------------------------------------------------- */

static void format_unsigned(uint64_t number, struct text *text)
{
	char digits[20];
	size_t first = sizeof(digits);

	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	text_add(text, digits + first, sizeof(digits) - first);
}

static void format_integer(int64_t integer, struct text *text)
{
	if (integer < 0)
		text_add(text, "-", 1);
	format_unsigned(
		integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer, text);
}

static void format_duration(int64_t microseconds, struct text *text)
{
	static const struct {
		uint64_t size;
		const char *name;
	} units[] = {{86400000000, "d"}, {3600000000, "h"}, {60000000, "min"},
		{1000000, "s"}, {1000, "ms"}, {1, "us"}};
	uint64_t rest = (uint64_t)microseconds;

	if (microseconds == 0)
		text_add_string(text, "0s");
	if (microseconds < 0) {
		text_add(text, "-", 1);
		rest = 0 - rest;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (rest < units[i].size)
			continue;
		format_unsigned(rest / units[i].size, text);
		text_add_string(text, units[i].name);
		rest %= units[i].size;
	}
}

void value_format(
	enum value_type type, const struct value *value, struct text *text)
{
	char small[UNITS_REAL_BYTES + UNITS_TIMESTAMP_BYTES];

	if (value->null)
		return;
	switch (type) {
	case VALUE_INTEGER: format_integer(value->integer, text); break;
	case VALUE_REAL:
		text_add(text, small, units_format_real(value->real, small));
		break;
	case VALUE_BOOLEAN:
		text_add_string(text, value->boolean ? "true" : "false");
		break;
	case VALUE_TIMESTAMP:
		text_add(text, small,
			units_format_timestamp(value->integer, small));
		break;
	case VALUE_DURATION: format_duration(value->integer, text); break;
	case VALUE_TEXT:
	case VALUE_BYTES:
	case VALUE_JSON:
		if (value->length > 0)
			text_add(text, value->data, value->length);
		break;
	}
}

/* ---- Order -------------------------------------------------------------- */

static int compare_bytes(const struct value *left, const struct value *right)
{
	uint32_t shorter =
		left->length < right->length ? left->length : right->length;
	int order = shorter ? memcmp(left->data, right->data, shorter) : 0;

	if (order)
		return order;
	return (left->length > right->length) - (left->length < right->length);
}

int value_compare(enum value_type type, const struct value *left,
	const struct value *right)
{
	if (left->null || right->null)
		return (int)right->null - (int)left->null;
	switch (type) {
	case VALUE_INTEGER:
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
		return (left->integer > right->integer) -
			(left->integer < right->integer);
	case VALUE_REAL:
		return (left->real > right->real) - (left->real < right->real);
	case VALUE_BOOLEAN: return (int)left->boolean - (int)right->boolean;
	case VALUE_TEXT:
	case VALUE_BYTES:
	case VALUE_JSON: break;
	}
	return compare_bytes(left, right);
}
