/* SPDX-License-Identifier: MIT */
/* Numbers and units of measure. Expected values by arithmetic, from date(1)
 * where instants are concerned, and from Python's repr() for reals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"

#define SECOND INT64_C(1000000)

struct row {
	const char *text;
	int64_t value;
};

static void check_rows(const char *(*parse)(const char *, int64_t *),
	const struct row *good, const char *const *bad)
{
	for (; good->text; good++) {
		int64_t value = 0;

		assert_null(parse(good->text, &value));
		assert_int_equal(value, good->value);
	}
	for (; *bad; bad++) {
		int64_t value = 4711;

		assert_non_null(parse(*bad, &value));
	}
}

static void test_integer(void **state)
{
	static const struct row good[] = {{"0", 0}, {"-0", 0}, {"+7", 7},
		{"007", 7}, {"9223372036854775807", INT64_MAX},
		{"-9223372036854775808", INT64_MIN}, {NULL, 0}};
	static const char *const bad[] = {"", "-", "+", "1e3", "0x10", "1_000",
		" 1", "1 ", "1.0", "9223372036854775808",
		"-9223372036854775809", "99999999999999999999", "١", NULL};

	(void)state;
	check_rows(units_integer, good, bad);
}

static void test_real(void **state)
{
	static const char *const bad[] = {"", ".5", "5.", "1e", "1e+", "inf",
		"nan", "0x1p3", "1,5", "1e400", "-1e400", "1 ", NULL};
	double value;

	(void)state;
	assert_null(units_real("0.5", &value));
	assert_true(value == 0.5);
	assert_null(units_real("-12", &value));
	assert_true(value == -12);
	assert_null(units_real("+1.25e-3", &value));
	assert_true(value == 0.00125);
	assert_null(units_real("1E6", &value));
	assert_true(value == 1000000);
	for (size_t i = 0; bad[i]; i++)
		assert_non_null(units_real(bad[i], &value));
}

static void test_boolean(void **state)
{
	static const char *const bad[] = {
		"", "yes", "no", "True", "1", "on", "truex", NULL};
	bool value = false;

	(void)state;
	assert_null(units_boolean("true", &value));
	assert_true(value);
	assert_null(units_boolean("false", &value));
	assert_false(value);
	for (size_t i = 0; bad[i]; i++)
		assert_non_null(units_boolean(bad[i], &value));
}

static void test_size(void **state)
{
	static const struct row good[] = {{"0", 0}, {"12", 12}, {"12B", 12},
		{"3kB", 3000}, {"3KiB", 3072}, {"1MB", 1000000},
		{"1MiB", 1048576}, {"2GB", 2000000000},
		{"2GiB", INT64_C(2147483648)}, {"1TB", INT64_C(1000000000000)},
		{"1TiB", INT64_C(1099511627776)}, {NULL, 0}};
	static const char *const bad[] = {"", "-1", "+1", "1.5MiB", "1 MiB",
		"MiB", "1K", "1KB", "1kb", "1mib", "1MiBs",
		"9007199254740993KiB", "9223372036854775808", NULL};

	(void)state;
	check_rows(units_size, good, bad);
}

static void test_bitrate(void **state)
{
	static const struct row good[] = {{"96000", 96000}, {"128k", 128000},
		{"2M", 2000000}, {"1G", 1000000000}, {"5bit/s", 5},
		{"128kbit/s", 128000}, {"2Mbit/s", 2000000},
		{"1Gbit/s", 1000000000}, {NULL, 0}};
	static const char *const bad[] = {
		"", "128kb", "128K", "1.5M", "-1k", "128kB/s", NULL};

	(void)state;
	check_rows(units_bitrate, good, bad);
}

static void test_duration(void **state)
{
	static const struct row good[] = {{"0", 0}, {"90s", 90 * SECOND},
		{"1h30min", 5400 * SECOND}, {"2d", 172800 * SECOND},
		{"1d2h3min4s5ms6us", 93784 * SECOND + 5006}, {"250ms", 250000},
		{"1.5s", 1500000}, {"0.5h", 1800 * SECOND}, {"7us", 7},
		{"-1h", -3600 * SECOND}, {NULL, 0}};
	static const char *const bad[] = {"", "-", "90", "1m", "1h 30min",
		"30min1h", "1h1h", "s", "1.s", "1.5us", "1h30", "1H",
		"106751992d", "0.1234567s", NULL};

	(void)state;
	check_rows(units_duration, good, bad);
}

static void test_date(void **state)
{
	static const struct row good[] = {{"1970-01-01", 0}, {"1969-12-31", -1},
		{"2000-02-29", 11016}, {"2024-03-01", 19783},
		{"0001-01-01", -719162}, {"9999-12-31", 2932896}, {NULL, 0}};
	static const char *const bad[] = {"", "1970-1-1", "1900-02-29",
		"2023-02-29", "2024-00-01", "2024-13-01", "2024-04-31",
		"2024-01-00", "0000-01-01", "10000-01-01", "1970/01/01",
		"1970-01-01 ", NULL};

	(void)state;
	check_rows(units_date, good, bad);
}

static const char *rfc3339(const char *text, int64_t *value)
{
	return units_timestamp(text, strlen(text), value);
}

static const char *clf(const char *text, int64_t *value)
{
	return units_clf(text, strlen(text), value);
}

static void test_timestamp(void **state)
{
	static const struct row good[] = {{"1970-01-01T00:00:00Z", 0},
		{"2000-10-10T13:55:36-07:00", 971211336 * SECOND},
		{"2000-10-10t20:55:36z", 971211336 * SECOND},
		{"2000-10-10 20:55:36Z", 971211336 * SECOND},
		{"1969-12-31T23:59:59.999999Z", -1},
		{"1970-01-01T00:00:00.5Z", 500000},
		{"1970-01-01T05:30:00+05:30", 0},
		/* The leap second at the end of 2016, in UTC and in Tokyo. */
		{"2016-12-31T23:59:60Z", 1483228800 * SECOND},
		{"2017-01-01T08:59:60+09:00", 1483228800 * SECOND}, {NULL, 0}};
	static const char *const bad[] = {"", "1970-01-01",
		"1970-01-01T00:00:00", "1970-01-01T00:00Z",
		"1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z",
		"1970-01-01T00:00:60Z", "1970-01-01T00:00:61Z",
		"1970-01-01T00:00:00.Z", "1970-01-01T00:00:00.1234567Z",
		"1970-01-01T00:00:00+0100", "1970-01-01T00:00:00+24:00",
		"1970-01-01T00:00:00Zx", "1970-02-30T00:00:00Z", NULL};

	(void)state;
	check_rows(rfc3339, good, bad);
}

static void test_clf(void **state)
{
	static const struct row good[] = {
		{"10/Oct/2000:13:55:36 -0700", 971211336 * SECOND},
		{"01/Jan/1970:00:00:00 +0000", 0}, {NULL, 0}};
	static const char *const bad[] = {"", "10/oct/2000:13:55:36 -0700",
		"10/Okt/2000:13:55:36 -0700", "31/Feb/2000:13:55:36 -0700",
		"10/Oct/2000:13:55:36 -07:00", "10/Oct/2000:13:55:36",
		"1/Oct/2000:13:55:36 -0700", "10/Oct/2000:25:55:36 -0700",
		"10/Oct/2000:13:55:36 -0700]", NULL};

	(void)state;
	check_rows(clf, good, bad);
}

static void test_format_real(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {{0, "0.0"}, {-0.0, "-0.0"}, {1, "1.0"}, {0.1, "0.1"},
		{1.0 / 3, "0.3333333333333333"}, {1e15, "1e+15"},
		{123456789012345, "123456789012345.0"}, {1e23, "1e+23"},
		{5e-324, "5e-324"}, {0.1 + 0.2, "0.30000000000000004"},
		/* 2^89 and another whose nearest 16 digits read back wrong. */
		{618970019642690137449562112.0, "6.189700196426902e+26"},
		{7.678447687145631e-239, "7.678447687145631e-239"},
		{1.7976931348623157e308, "1.7976931348623157e+308"}};
	char text[UNITS_REAL_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t length = units_format_real(rows[i].value, text);

		assert_string_equal(text, rows[i].text);
		assert_int_equal(length, strlen(text));
		assert_true(strtod(text, NULL) == rows[i].value);
	}
}

static void test_format_timestamp(void **state)
{
	static const struct row rows[] = {{"1970-01-01T00:00:00Z", 0},
		{"1969-12-31T23:59:59.999999Z", -1},
		{"1970-01-01T00:00:00.5Z", 500000},
		{"2000-10-10T20:55:36Z", 971211336 * SECOND},
		{"0001-01-01T00:00:00Z", -719162 * SECOND * 86400},
		{"294247-01-10T04:00:54.775807Z", INT64_MAX},
		{"-290308-12-21T19:59:05.224192Z", INT64_MIN}};
	char text[UNITS_TIMESTAMP_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t length = units_format_timestamp(rows[i].value, text);

		assert_string_equal(text, rows[i].text);
		assert_int_equal(length, strlen(text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integer),
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_boolean),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_bitrate),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_date),
		cmocka_unit_test(test_timestamp),
		cmocka_unit_test(test_clf),
		cmocka_unit_test(test_format_real),
		cmocka_unit_test(test_format_timestamp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
