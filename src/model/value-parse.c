/* SPDX-License-Identifier: MIT */
/* From texts to typed values. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/units.h"
#include "model/value-parts.h"

enum {
	JSON_DEPTH = 512,
	EXACT_DIGITS = 15, /* of a decimal that a double holds exactly */
};

/* The whole of TEXT as digits behind an optional sign. */
const char *value_parse_integer(
	const char *text, size_t length, int64_t *integer)
{
	const char *p = text, *end = text + length;
	bool negative = length > 0 && *p == '-';
	uint64_t number = 0;

	if (length > 0 && (*p == '-' || *p == '+'))
		p++;
	if (p == end)
		return "is not an integer";
	for (; p < end; p++) {
		unsigned digit = (unsigned char)*p - '0';

		if (digit > 9)
			return "is not an integer";
		if (number > (UINT64_MAX - 9) / 10)
			number =
				UINT64_MAX - 9; /* too large whatever follows */
		else
			number = number * 10 + digit;
	}
	if (number > (uint64_t)INT64_MAX + negative)
		return "is beyond the integers of 64 bits";
	*integer = (int64_t)(negative ? 0 - number : number);
	return NULL;
}

/* Calls PARSE, which wants a string, for TEXT. */
static const char *parse_string(const char *text, size_t length,
	const char *(*parse)(const char *, void *), void *value)
{
	char small[64], *string = small;

	if (memchr(text, 0, length))
		return "holds a NUL byte";
	if (length >= sizeof(small))
		string = memory_alloc(length + 1);
	memcpy(string, text, length);
	string[length] = 0;
	const char *problem = parse(string, value);
	if (string != small)
		free(string);
	return problem;
}

static const char *real_of_string(const char *string, void *value)
{
	return units_real(string, value);
}

static const char *duration_of_string(const char *string, void *value)
{
	return units_duration(string, value);
}

/* Digits with at most one point, few enough that digits and power of ten are
 * exact doubles, so that one division rounds correctly (Clinger 1990). */
static bool parse_plain_real(const char *text, size_t length, double *real)
{
	static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
	const char *p = text, *end = text + length;
	const char *point = NULL;
	bool negative = length > 0 && *p == '-';
	uint64_t digits = 0;

	p += negative;
	if (end - p > EXACT_DIGITS + 1 || end == p)
		return false;
	for (; p < end; p++) {
		unsigned digit = (unsigned char)*p - '0';

		if (*p == '.' && !point && p > text + negative && p + 1 < end)
			point = p;
		else if (digit > 9)
			return false;
		else
			digits = digits * 10 + digit;
	}
	if (!point && end - text - negative > EXACT_DIGITS)
		return false;
	double size = (double)digits / powers[point ? end - point - 1 : 0];
	*real = negative ? -size : size;
	return true;
}

static const char *parse_real(const char *text, size_t length, double *real)
{
	if (parse_plain_real(text, length, real))
		return NULL;
	return parse_string(text, length, real_of_string, real)
		? "is not a real number"
		: NULL;
}

/* The same with a comma in place of the point. */
static const char *parse_comma_real(
	const char *text, size_t length, double *real)
{
	static const char wrong[] = "is not a real number with a decimal comma";
	char copy[64]; /* more digits don't count */
	const char *comma = length ? memchr(text, ',', length) : NULL;

	if (length >= sizeof(copy) || memchr(text, '.', length))
		return wrong;
	memcpy(copy, text, length);
	if (comma)
		copy[comma - text] = '.';
	return parse_real(copy, length, real) ? wrong : NULL;
}

static const char *parse_boolean(const char *text, size_t length, bool *boolean)
{
	*boolean = length == 4 && memcmp(text, "true", 4) == 0;
	if (*boolean || (length == 5 && memcmp(text, "false", 5) == 0))
		return NULL;
	return "is neither true nor false";
}

/* Whether brackets nest no deeper than JSON_DEPTH; whether they match is for
 * the parser to say. */
static bool json_shallow(const char *text, size_t length)
{
	bool quoted = false;
	unsigned depth = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '[' || c == '{') &&
			++depth > JSON_DEPTH)
			return false;
		else if (!quoted && (c == ']' || c == '}') && depth > 0)
			depth--;
	}
	return true;
}

static const char *check_json(const char *text, size_t length)
{
	json_error_t error;

	if (!json_shallow(text, length))
		return "is JSON that nests too deep";
	json_t *json = json_loadb(text, length,
		JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
		&error);

	if (!json)
		return "is not one valid JSON value";
	json_decref(json);
	return NULL;
}

static const char *check_text(const char *text, size_t length)
{
	size_t valid = text_valid(text, length);

	if (valid == length)
		return NULL;
	return text[valid] ? "is not UTF-8" : "holds a NUL byte";
}

static const char *parse_borrowed(const struct field *field, const char *text,
	size_t length, bool clean, struct value *value)
{
	const char *problem = NULL;

	if (length > UINT32_MAX)
		return "is longer than 4 GiB";
	if (field->type != VALUE_BYTES && !clean)
		problem = check_text(text, length);
	if (field->type == VALUE_JSON && !problem)
		problem = check_json(text, length);
	value->data = text;
	value->length = (uint32_t)length;
	return problem;
}

static bool is_null_text(
	const struct field *field, const char *text, size_t length)
{
	const char *null_text = field->null_text;

	if (!null_text)
		return false;
	for (size_t i = 0; i < length; i++)
		if (null_text[i] != text[i] || !text[i])
			return false;
	return !null_text[length];
}

const char *value_missing(const struct field *field, struct value *value)
{
	*value = (struct value){.null = true};
	if (field->fallback)
		*value = *field->fallback;
	else if (field->never_null)
		return "has no value";
	return NULL;
}

const char *value_parse(const struct field *field, const char *text,
	size_t length, bool clean, struct value *value)
{
	value->length = 0;
	value->null = false;
	if (is_null_text(field, text, length))
		return value_missing(field, value);
	switch (field->type) {
	case VALUE_INTEGER:
		return value_parse_integer(text, length, &value->integer);
	case VALUE_REAL:
		return field->decimal_comma
			? parse_comma_real(text, length, &value->real)
			: parse_real(text, length, &value->real);
	case VALUE_BOOLEAN: return parse_boolean(text, length, &value->boolean);
	case VALUE_TIMESTAMP:
		return value_parse_timestamp(
			field, text, length, &value->integer);
	case VALUE_DURATION:
		return parse_string(text, length, duration_of_string,
			       &value->integer)
			? "is not a duration such as 1h30min"
			: NULL;
	case VALUE_TEXT:
	case VALUE_BYTES:
	case VALUE_JSON: break;
	}
	return parse_borrowed(field, text, length, clean, value);
}
