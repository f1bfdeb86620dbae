/* SPDX-License-Identifier: MIT */
/* How far a run is, in words and as a bar; the figures are worked out by
 * hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/progress-text.h"

static const int64_t SECOND_NS = 1000000000;

/* A quarter of 40 MiB in five seconds: fifteen are left. */
static struct run_progress quarter(void)
{
	return (struct run_progress){
		.graph = "each",
		.units_done = 450,
		.units_failed = 2,
		.units_total = 1000,
		.bytes_done = 10 << 20,
		.bytes_total = 40 << 20,
		.elapsed_ns = 5 * SECOND_NS,
	};
}

static void expect_line(const struct run_progress *far, const char *wanted)
{
	struct text text = {0};

	text_add_string(&text, "each: ");
	progress_add_line(&text, far);
	assert_string_equal(text.data, wanted);
	text_free(&text);
}

static void expect_bar(
	const struct run_progress *far, size_t columns, const char *wanted)
{
	struct text text = {0};

	progress_add_bar(&text, "each", far, columns);
	assert_string_equal(text.data, wanted);
	assert_true(text.length <= columns);
	text_free(&text);
}

static void test_line(void **state)
{
	struct run_progress far = quarter();

	(void)state;
	expect_line(&far,
		"each: 25%, 450 of 1000 units, 2 failed, 2.0 MiB/s, 0:15 left");
	far.bytes_done = far.bytes_total = 0;
	/* 450 units in 5 s; 550 more in 6.11 s */
	expect_line(&far,
		"each: 45%, 450 of 1000 units, 2 failed, 90.0 units/s, "
		"0:06 left");
	far.elapsed_ns = 9000 * SECOND_NS; /* 2 h 30 min; 3:03:20 to come */
	far.units_failed = 0;
	expect_line(&far,
		"each: 45%, 450 of 1000 units, 0.1 units/s, 3:03:20 left");
}

/* Standard input, and what has hardly begun. */
static void test_unknown(void **state)
{
	struct run_progress far = {.graph = "each"};

	(void)state;
	expect_line(&far, "each: 0 units");
	expect_bar(&far, 79, "each 0");
	far.elapsed_ns = 2 * SECOND_NS;
	far.bytes_done = 1000;
	far.units_done = 1;
	expect_line(&far, "each: 1 unit, 500 B/s");
	expect_bar(&far, 79, "each 1 500 B/s");
	far.units_done = 0;
	far.units_total = 1;
	far.bytes_done = 0;
	expect_line(&far, "each: 0%, 0 of 1 unit");
}

/* More was read than was expected: files grow, and some are read twice. */
static void test_beyond(void **state)
{
	struct run_progress far = quarter();

	(void)state;
	far.bytes_done = 80 << 20;
	expect_bar(&far, 20, "100% 450/1000 0:00");
}

/* 42 of 79 columns are words, 35 are left within the brackets, and a quarter of
 * those is 9; at most it is 38. */
static void test_bar(void **state)
{
	struct run_progress far = quarter();

	(void)state;
	expect_bar(&far, 79,
		"each [#########--------------------------] 25% 450/1000 "
		"2 failed 2.0 MiB/s 0:15");
	expect_bar(&far, 200,
		"each [#########-----------------------------] 25% 450/1000 "
		"2 failed 2.0 MiB/s 0:15");
	expect_bar(&far, 44, "each 25% 450/1000 2 failed 2.0 MiB/s 0:15");
	expect_bar(&far, 36, "25% 450/1000 2 failed 2.0 MiB/s 0:15");
	expect_bar(&far, 31, "each 25% 450/1000 2 failed 0:15");
	expect_bar(&far, 19, "25% 450/1000 0:15");
	expect_bar(&far, 12, "25% 450/1000");
	expect_bar(&far, 8, "25% 0:15");
	expect_bar(&far, 3, "25%");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_beyond),
		cmocka_unit_test(test_bar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
