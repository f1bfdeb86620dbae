/* SPDX-License-Identifier: MIT */
/* Timestamps in the formats that fields declare. */
#include <string.h>

#include "base/units.h"
#include "model/value-parts.h"

#define MICROSECONDS INT64_C(1000000)

/* Seconds since 1970, with at most 6 digits of a fraction. */
static const char *parse_unix(
	const char *text, size_t length, int64_t *microseconds)
{
	const char *wrong = "is not a number of seconds since 1970 with up to "
			    "6 digits of a fraction";
	const char *point = length ? memchr(text, '.', length) : NULL;
	size_t whole = point ? (size_t)(point - text) : length;
	size_t digits = point ? length - whole - 1 : 0;
	int64_t seconds, fraction = 0;

	if (value_parse_integer(text, whole, &seconds))
		return wrong;
	if (point) {
		if (digits < 1 || digits > 6 || point[1] == '-' ||
			point[1] == '+' ||
			value_parse_integer(point + 1, digits, &fraction))
			return wrong;
		for (size_t i = digits; i < 6; i++)
			fraction *= 10;
		if (text[0] == '-')
			fraction = -fraction;
	}
	if (__builtin_mul_overflow(seconds, MICROSECONDS, microseconds) ||
		__builtin_add_overflow(*microseconds, fraction, microseconds) ||
		!units_has_text(*microseconds))
		return "is not in the years 1 to 9999";
	return NULL;
}

static const char *parse_unix_ms(
	const char *text, size_t length, int64_t *microseconds)
{
	int64_t milliseconds;

	if (value_parse_integer(text, length, &milliseconds))
		return "is not a number of milliseconds since 1970";
	if (__builtin_mul_overflow(milliseconds, 1000, microseconds) ||
		!units_has_text(*microseconds))
		return "is beyond the range of timestamps";
	return NULL;
}

/* One without a zone is in that of the field. */
static bool parse_rfc3339(const struct field *field, const char *text,
	size_t length, int64_t *microseconds)
{
	char zoned[40];

	if (!units_timestamp(text, length, microseconds))
		return true;
	if (!field->has_zone || length + 1 >= sizeof(zoned))
		return false;
	memcpy(zoned, text, length);
	zoned[length] = 'Z';
	if (units_timestamp(zoned, length + 1, microseconds))
		return false;
	*microseconds -= field->zone_seconds * MICROSECONDS;
	return units_has_text(*microseconds);
}

const char *value_parse_timestamp(const struct field *field, const char *text,
	size_t length, int64_t *microseconds)
{
	switch (field->format) {
	case TIMESTAMP_RFC3339:
		return parse_rfc3339(field, text, length, microseconds)
			? NULL
			: "is not a timestamp such as 2000-10-10T20:55:36Z";
	case TIMESTAMP_CLF:
		return units_clf(text, length, microseconds)
			? "is not a timestamp such as "
			  "10/Oct/2000:13:55:36 -0700"
			: NULL;
	case TIMESTAMP_UNIX: return parse_unix(text, length, microseconds);
	case TIMESTAMP_UNIX_MS:
		return parse_unix_ms(text, length, microseconds);
	case TIMESTAMP_PATTERN:
		return units_by_pattern(field->pattern, field->zone_seconds,
			       text, length, microseconds)
			? NULL
			: "is not a timestamp of the field's format";
	}
	return "is of an unknown format";
}
