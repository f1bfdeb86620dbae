/* SPDX-License-Identifier: MIT */
/* Values: their texts, what isn't one, and their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/value.h"

/* Parses TEXT from memory of exactly its size, so that a sanitizer sees a read
 * behind it; the value is formatted again. NULL where it isn't one. */
static char *again(const struct field *field, const char *text, size_t length)
{
	char *exact = malloc(length ? length : 1);
	struct value value;
	struct text result = {0};
	const char *problem;

	memcpy(exact, text, length);
	problem = value_parse(field, exact, length, false, &value);
	if (!problem) {
		text_add_string(&result, value.null ? "NULL" : "");
		value_format(field->type, &value, &result);
	}
	free(exact);
	return problem ? NULL : result.data;
}

struct row {
	enum value_type type;
	enum timestamp_format format;
	const char *text;
	const char *expected; /* NULL: not a value of the type */
};

/* Expected values: reals from Python's repr, times from date -u. */
static const struct row rows[] = {
	{VALUE_INTEGER, 0, "0", "0"},
	{VALUE_INTEGER, 0, "-0", "0"},
	{VALUE_INTEGER, 0, "+7", "7"},
	{VALUE_INTEGER, 0, "0042", "42"},
	{VALUE_INTEGER, 0, "9223372036854775807", "9223372036854775807"},
	{VALUE_INTEGER, 0, "-9223372036854775808", "-9223372036854775808"},
	{VALUE_INTEGER, 0, "9223372036854775808", NULL},
	{VALUE_INTEGER, 0, "-9223372036854775809", NULL},
	{VALUE_INTEGER, 0, "18446744073709551616", NULL},
	{VALUE_INTEGER, 0, "99999999999999999999999999", NULL},
	{VALUE_INTEGER, 0, "", NULL},
	{VALUE_INTEGER, 0, "-", NULL},
	{VALUE_INTEGER, 0, "+", NULL},
	{VALUE_INTEGER, 0, "--1", NULL},
	{VALUE_INTEGER, 0, " 1", NULL},
	{VALUE_INTEGER, 0, "1 ", NULL},
	{VALUE_INTEGER, 0, "0x10", NULL},
	{VALUE_INTEGER, 0, "1e3", NULL},
	{VALUE_INTEGER, 0, "1.0", NULL},
	{VALUE_REAL, 0, "0.1", "0.1"},
	{VALUE_REAL, 0, "-0.25", "-0.25"},
	{VALUE_REAL, 0, "3", "3.0"},
	{VALUE_REAL, 0, "3.14159265358979", "3.14159265358979"},
	{VALUE_REAL, 0, "123456789012345", "123456789012345.0"},
	{VALUE_REAL, 0, "0.000000000000001", "1e-15"},
	{VALUE_REAL, 0, "1e300", "1e+300"},
	{VALUE_REAL, 0, "17976931348623157e292", "1.7976931348623157e+308"},
	{VALUE_REAL, 0, "1e400", NULL},
	{VALUE_REAL, 0, "nan", NULL},
	{VALUE_REAL, 0, "inf", NULL},
	{VALUE_REAL, 0, "", NULL},
	{VALUE_REAL, 0, "-", NULL},
	{VALUE_REAL, 0, ".", NULL},
	{VALUE_REAL, 0, "1.2.3", NULL},
	{VALUE_REAL, 0, "1,5", NULL},
	{VALUE_REAL, 0, "0x1p3", NULL},
	{VALUE_TEXT, 0, "", ""},
	{VALUE_TEXT, 0, "na\xc3\xafve", "na\xc3\xafve"},
	{VALUE_TEXT, 0, "\xff", NULL},
	{VALUE_TEXT, 0, "\xed\xa0\x80", NULL},
	{VALUE_TEXT, 0, "\xc3", NULL},
	{VALUE_BOOLEAN, 0, "true", "true"},
	{VALUE_BOOLEAN, 0, "false", "false"},
	{VALUE_BOOLEAN, 0, "no", NULL},
	{VALUE_BOOLEAN, 0, "TRUE", NULL},
	{VALUE_BOOLEAN, 0, "1", NULL},
	{VALUE_BOOLEAN, 0, "", NULL},
	{VALUE_TIMESTAMP, TIMESTAMP_RFC3339, "2000-10-10T13:55:36-07:00",
		"2000-10-10T20:55:36Z"},
	{VALUE_TIMESTAMP, TIMESTAMP_RFC3339, "yesterday", NULL},
	{VALUE_TIMESTAMP, TIMESTAMP_CLF, "10/Oct/2000:13:55:36 -0700",
		"2000-10-10T20:55:36Z"},
	{VALUE_TIMESTAMP, TIMESTAMP_CLF, "10/Okt/2000:13:55:36 -0700", NULL},
	{VALUE_TIMESTAMP, TIMESTAMP_UNIX, "971211336", "2000-10-10T20:55:36Z"},
	{VALUE_TIMESTAMP, TIMESTAMP_UNIX, "-0.5", "1969-12-31T23:59:59.5Z"},
	{VALUE_TIMESTAMP, TIMESTAMP_UNIX, "1.2345678", NULL},
	{VALUE_TIMESTAMP, TIMESTAMP_UNIX, "1.", NULL},
	{VALUE_TIMESTAMP, TIMESTAMP_UNIX, "1.-5", NULL},
	{VALUE_TIMESTAMP, TIMESTAMP_UNIX, "9223372036854775807", NULL},
	/* date -u -d @253402300799, and what has no RFC 3339 text */
	{VALUE_TIMESTAMP, TIMESTAMP_UNIX, "253402300799",
		"9999-12-31T23:59:59Z"},
	{VALUE_TIMESTAMP, TIMESTAMP_UNIX, "253402300800", NULL},
	{VALUE_TIMESTAMP, TIMESTAMP_UNIX, "-62135596800",
		"0001-01-01T00:00:00Z"},
	{VALUE_TIMESTAMP, TIMESTAMP_UNIX, "-62135596801", NULL},
	{VALUE_TIMESTAMP, TIMESTAMP_RFC3339, "0001-01-01T00:00:00+01:00", NULL},
	{VALUE_TIMESTAMP, TIMESTAMP_RFC3339, "9999-12-31T23:59:59-01:00", NULL},
	{VALUE_TIMESTAMP, TIMESTAMP_RFC3339, "9999-12-31T23:59:60Z", NULL},
	{VALUE_DURATION, 0, "0", "0s"},
	{VALUE_DURATION, 0, "90min", "1h30min"},
	{VALUE_DURATION, 0, "-90min", "-1h30min"},
	{VALUE_DURATION, 0, "1d1us", "1d1us"},
	{VALUE_DURATION, 0, "90", NULL},
	{VALUE_DURATION, 0, "--1s", NULL},
	{VALUE_BYTES, 0, "\xff\xfe", "\xff\xfe"},
	{VALUE_JSON, 0, "{\"a\": [1, 2.5, null]}", "{\"a\": [1, 2.5, null]}"},
	{VALUE_JSON, 0, "12", "12"},
	{VALUE_JSON, 0, "\"[[\\\"[\"", "\"[[\\\"[\""},
	{VALUE_JSON, 0, "", NULL},
	{VALUE_JSON, 0, "{} {}", NULL},
	{VALUE_JSON, 0, "{\"a\": 1, \"a\": 2}", NULL},
	{VALUE_JSON, 0, "nan", NULL},
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct field field = {
			.name = "f", .type = row->type, .format = row->format};
		char *result = again(&field, row->text, strlen(row->text));

		if (!result != !row->expected ||
			(result && strcmp(result, row->expected) != 0))
			fail_msg("%s %s gives %s", value_type_names[row->type],
				row->text, result ? result : "an error");
		free(result);
	}
}

static void test_null(void **state)
{
	struct field dash = {.name = "f",
		.type = VALUE_INTEGER,
		.null_text = "-",
		.nullable = true};
	struct field empty = {.name = "f",
		.type = VALUE_TEXT,
		.null_text = "",
		.nullable = true};
	char *result;

	(void)state;
	result = again(&dash, "-", 1);
	assert_string_equal(result, "NULL");
	free(result);
	assert_null(again(&dash, "", 0));
	result = again(&empty, "", 0);
	assert_string_equal(result, "NULL");
	free(result);
	result = again(&empty, "-", 1);
	assert_string_equal(result, "-");
	free(result);
}

static void test_nul_bytes(void **state)
{
	(void)state;
	for (unsigned type = VALUE_INTEGER; type <= VALUE_JSON; type++) {
		struct field field = {.name = "f", .type = type};
		char *result = again(&field, "1\0", 2);

		if (type == VALUE_BYTES)
			assert_non_null(result);
		else
			assert_null(result);
		free(result);
	}
}

static void test_deep_json(void **state)
{
	enum { DEEP = 512 };
	struct field field = {.name = "f", .type = VALUE_JSON};
	char text[2 * DEEP + 2];
	char *result;

	(void)state;
	memset(text, '[', DEEP + 1);
	memset(text + DEEP + 1, ']', DEEP + 1);
	assert_null(again(&field, text, 2 * DEEP + 2));
	result = again(&field, text + 1, 2 * DEEP);
	assert_non_null(result);
	free(result);
}

/* Decimals that take the short way equal those of strtod. */
static void test_short_reals(void **state)
{
	struct field field = {.name = "f", .type = VALUE_REAL};
	uint64_t random = 1;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		char text[40];
		struct value value;

		random = random * 6364136223846793005u + 1442695040888963407u;
		int length = snprintf(text, sizeof(text), "%s%llu.%0*llu",
			random & 1 ? "-" : "",
			(unsigned long long)(random >> 40) % 100000000,
			(int)(random >> 8 & 7) + 1,
			(unsigned long long)(random >> 20) % 10000000);
		assert_null(value_parse(
			&field, text, (size_t)length, true, &value));
		assert_true(value.real == strtod(text, NULL));
	}
}

static struct value text_value(const char *text)
{
	return (struct value){.data = text, .length = (uint32_t)strlen(text)};
}

static void test_order(void **state)
{
	struct value null = {.null = true}, a = text_value("a");
	struct value ab = text_value("ab"), high = text_value("\xc3\xa4");
	struct value small = {.integer = INT64_MIN}, large = {.integer = 3};
	struct value zero = {.real = 0.0}, minus = {.real = -0.0};
	struct value empty = {.data = NULL, .length = 0};

	(void)state;
	assert_int_equal(value_compare(VALUE_TEXT, &null, &null), 0);
	assert_true(value_compare(VALUE_TEXT, &null, &empty) < 0);
	assert_true(value_compare(VALUE_TEXT, &empty, &a) < 0);
	assert_true(value_compare(VALUE_TEXT, &a, &ab) < 0);
	assert_true(value_compare(VALUE_TEXT, &high, &ab) > 0);
	assert_int_equal(value_compare(VALUE_TEXT, &ab, &ab), 0);
	assert_true(value_compare(VALUE_INTEGER, &small, &large) < 0);
	assert_true(value_compare(VALUE_INTEGER, &small, &null) > 0);
	assert_int_equal(value_compare(VALUE_REAL, &zero, &minus), 0);
}

static void test_schema(void **state)
{
	static const struct field fields[] = {
		{.name = "status", .type = VALUE_INTEGER},
		{.name = "path", .type = VALUE_TEXT}};
	struct schema schema = {2, fields};

	(void)state;
	assert_int_equal(schema_find(&schema, "path"), 1);
	assert_int_equal(schema_find(&schema, "Path"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_nul_bytes),
		cmocka_unit_test(test_deep_json),
		cmocka_unit_test(test_short_reals),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
