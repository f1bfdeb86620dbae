/* SPDX-License-Identifier: MIT */
/* Numbers and units of measure, as sessions and command lines write them. */
#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MICROSECONDS INT64_C(1000000)

static const char too_large[] = "it is beyond 64 bits";

struct scale {
	const char *name;
	int64_t factor;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes digits from *TEXT; false when they overflow. */
static bool take_digits(const char **text, int64_t *value)
{
	*value = 0;
	for (; is_digit(**text); (*text)++)
		if (__builtin_mul_overflow(*value, 10, value) ||
			__builtin_add_overflow(*value, **text - '0', value))
			return false;
	return true;
}

const char *units_integer(const char *text, int64_t *value)
{
	bool negative = *text == '-';
	int64_t number = 0;

	if (*text == '-' || *text == '+')
		text++;
	if (!is_digit(*text))
		return "expected digits";
	for (; is_digit(*text); text++) {
		int digit = negative ? '0' - *text : *text - '0';

		if (__builtin_mul_overflow(number, 10, &number) ||
			__builtin_add_overflow(number, digit, &number))
			return too_large;
	}
	if (*text)
		return "expected digits only";
	*value = number;
	return NULL;
}

static const char *skip_digits(const char *text)
{
	while (is_digit(*text))
		text++;
	return text;
}

/* Whether TEXT is digits [. digits] [e [sign] digits]. */
static bool is_decimal(const char *text)
{
	if (!is_digit(*text))
		return false;
	text = skip_digits(text);
	if (*text == '.') {
		if (!is_digit(*++text))
			return false;
		text = skip_digits(text);
	}
	if (*text == 'e' || *text == 'E') {
		text++;
		if (*text == '-' || *text == '+')
			text++;
		if (!is_digit(*text))
			return false;
		text = skip_digits(text);
	}
	return !*text;
}

const char *units_real(const char *text, double *value)
{
	bool sign = *text == '-' || *text == '+';

	if (!is_decimal(text + sign))
		return "expected a number like 0.5 or 1e6";
	double number = strtod(text, NULL);
	if (isinf(number))
		return "it is too large";
	*value = number;
	return NULL;
}

const char *units_boolean(const char *text, bool *value)
{
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return "expected true or false";
	*value = *text == 't';
	return NULL;
}

/* Digits and one of SCALES, whose last row has no name. */
static const char *scaled(const char *text, const struct scale *scales,
	const char *expected, int64_t *value)
{
	if (!is_digit(*text))
		return "expected digits";
	if (!take_digits(&text, value))
		return too_large;
	if (!*text)
		return NULL;
	while (scales->name && strcmp(scales->name, text) != 0)
		scales++;
	if (!scales->name)
		return expected;
	if (__builtin_mul_overflow(*value, scales->factor, value))
		return too_large;
	return NULL;
}

const char *units_size(const char *text, int64_t *bytes)
{
	static const struct scale scales[] = {
		{"B", 1},
		{"kB", 1000},
		{"MB", 1000000},
		{"GB", 1000000000},
		{"TB", 1000000000000},
		{"KiB", INT64_C(1) << 10},
		{"MiB", INT64_C(1) << 20},
		{"GiB", INT64_C(1) << 30},
		{"TiB", INT64_C(1) << 40},
		{NULL, 0},
	};

	return scaled(text, scales,
		"expected one of the units B, kB, MB, GB, TB, KiB, MiB, GiB, "
		"TiB",
		bytes);
}

const char *units_bitrate(const char *text, int64_t *bits_per_second)
{
	static const struct scale scales[] = {
		{"k", 1000},
		{"M", 1000000},
		{"G", 1000000000},
		{"bit/s", 1},
		{"kbit/s", 1000},
		{"Mbit/s", 1000000},
		{"Gbit/s", 1000000000},
		{NULL, 0},
	};

	return scaled(text, scales,
		"expected one of the units k, M, G, bit/s, kbit/s, Mbit/s, "
		"Gbit/s",
		bits_per_second);
}

/* A fraction such as .25 as 25 and 100; false unless it has one to six
 * digits. */
static bool take_fraction(const char **text, int64_t *digits, int64_t *power)
{
	const char *start = ++*text;

	*digits = 0;
	*power = 1;
	for (; is_digit(**text); (*text)++) {
		if (*text - start >= 6)
			return false;
		*digits = *digits * 10 + (**text - '0');
		*power *= 10;
	}
	return *text > start;
}

/* One number with its unit; *LAST is the factor of the one before. */
static const char *duration_part(
	const char **text, int64_t *last, int64_t *microseconds)
{
	static const struct scale scales[] = {
		{"min", 60 * MICROSECONDS},
		{"ms", 1000},
		{"us", 1},
		{"d", 86400 * MICROSECONDS},
		{"h", 3600 * MICROSECONDS},
		{"s", MICROSECONDS},
		{NULL, 0},
	};
	static const char expected[] =
		"expected numbers with the units d, h, min, s, ms, us, "
		"as in 1h30min";
	int64_t number, digits = 0, power = 1, part;

	if (!is_digit(**text))
		return expected;
	if (!take_digits(text, &number))
		return too_large;
	if (**text == '.' && !take_fraction(text, &digits, &power))
		return "expected one to six digits after the point";
	const struct scale *scale = scales;
	while (scale->name &&
		strncmp(scale->name, *text, strlen(scale->name)) != 0)
		scale++;
	if (!scale->name)
		return expected;
	if (scale->factor >= *last)
		return "its units must go from large to small";
	if (digits * scale->factor % power)
		return "it is finer than a microsecond";
	if (__builtin_mul_overflow(number, scale->factor, &part) ||
		__builtin_add_overflow(
			part, digits * scale->factor / power, &part) ||
		__builtin_add_overflow(*microseconds, part, microseconds))
		return too_large;
	*text += strlen(scale->name);
	*last = scale->factor;
	return NULL;
}

const char *units_duration(const char *text, int64_t *microseconds)
{
	bool negative = *text == '-';
	int64_t sum = 0, last = INT64_MAX;

	text += negative;
	if (strcmp(text, "0") == 0)
		text++;
	else if (!*text)
		return "expected a number with a unit, as in 90s";
	while (*text) {
		const char *problem = duration_part(&text, &last, &sum);

		if (problem)
			return problem;
	}
	*microseconds = negative ? -sum : sum;
	return NULL;
}

/* ---- Texts of values ---------------------------------------------------- */

/* Adds one to the last digit of a mantissa, TEXT up to LENGTH; false when
 * all were nines. */
static bool next_decimal(char *text, size_t length)
{
	while (length-- > 0) {
		if (!is_digit(text[length]))
			continue;
		if (text[length] != '9') {
			text[length]++;
			return true;
		}
		text[length] = '0';
	}
	return false;
}

/* The decimal next to the nearest one of so many digits may read back right
 * where the nearest one doesn't. */
static bool nudge(double value, int digits, char *text)
{
	char copy[UNITS_REAL_BYTES];
	size_t length =
		(size_t)snprintf(copy, sizeof(copy), "%#.*g", digits, value);

	if (!next_decimal(copy, strcspn(copy, "e")) ||
		strtod(copy, NULL) != value)
		return false;
	if (copy[length - 1] == '.')
		copy[length - 1] = '\0';
	memcpy(text, copy, strlen(copy) + 1);
	return true;
}

size_t units_format_real(double value, char *text)
{
	int first = fpclassify(value) == FP_SUBNORMAL ? 1 : 15;

	for (int digits = first; digits <= 17; digits++) {
		snprintf(text, UNITS_REAL_BYTES, "%.*g", digits, value);
		if (strtod(text, NULL) == value || nudge(value, digits, text))
			break;
	}
	size_t length = strlen(text);
	if (strspn(text, "-0123456789") == length) {
		memcpy(text + length, ".0", 3);
		length += 2;
	}
	return length;
}
