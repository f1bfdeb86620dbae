/* SPDX-License-Identifier: MIT */
/* Aggregate functions, groups, and calls as sessions write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operators/support/aggregate/partial.h"

enum { MOST = 4096 };

/* Values of one column, and pointers to them. */
struct column {
	struct value values[MOST];
	const struct value *pointers[MOST];
	size_t count;
};

static void add(struct column *column, struct value value)
{
	column->values[column->count] = value;
	column->pointers[column->count] = &column->values[column->count];
	column->count++;
}

static void add_integers(struct column *column, size_t count, ...)
{
	va_list args;

	va_start(args, count);
	while (count-- > 0)
		add(column, (struct value){.integer = va_arg(args, int)});
	va_end(args);
}

static struct value text_value(const char *text)
{
	return (struct value){.data = text, .length = (uint32_t)strlen(text)};
}

/* Puts what the unit in progress has brought in again, from its bytes. */
static void save_and_load(struct aggregation *aggregation)
{
	struct text data = {0};
	struct slice slice;

	aggregation_save(aggregation, &data);
	aggregation_drop(aggregation);
	/* What is damaged is found, wherever it is cut. */
	for (size_t length = 0; length < data.length; length++) {
		slice = (struct slice){NULL, data.data, length};
		const char *problem = aggregation_load(aggregation, &slice);
		assert_non_null(problem);
		assert_string_equal(problem,
			length ? "it is damaged"
			       : "it is of another version of leat");
		aggregation_drop(aggregation);
	}
	slice = (struct slice){NULL, data.data, data.length};
	assert_null(aggregation_load(aggregation, &slice));
	text_free(&data);
}

/* The result of a call over a column that is cut into units at CUT, and into
 * spans at SPAN, as text; with KEPT, the first unit is brought from its
 * bytes. */
static char *result(const char *name, enum value_type type, double quantile,
	const struct column *column, size_t cut, size_t span, bool kept)
{
	bool known;
	struct aggregate_call call = {
		.function = aggregate_function_find(name, type, &known),
		.type = type,
		.quantile = quantile,
	};
	int columns[] = {0};
	struct aggregate_plan plan = {
		.call_count = 1,
		.calls = &call,
		.columns = columns,
		.state_bytes = call.function->state_bytes,
	};
	struct meter meter = {0};
	struct aggregation aggregation;
	struct value value;
	struct text text = {0};
	size_t failed;

	aggregation_init(&aggregation, &plan, &meter);
	for (size_t at = 0; at < column->count;) {
		const struct value *const *values = column->pointers + at;
		size_t count = column->count - at;

		count = count < span ? count : span;
		if (at < cut && cut - at < count)
			count = cut - at;
		aggregation_add(&aggregation, &values, count);
		at += count;
		if (at == cut && kept)
			save_and_load(&aggregation);
		if (at == cut)
			aggregation_keep(&aggregation);
	}
	aggregation_keep(&aggregation);
	assert_int_equal(aggregation_sort(&aggregation), 1);

	const char *problem = aggregation_row(&aggregation, 0, &value, &failed);
	int result_type = call.function->result_type;
	text_add_string(&text, problem ? problem : value.null ? "null" : "");
	if (!problem)
		value_format(
			result_type < 0 ? type : (enum value_type)result_type,
			&value, &text);
	aggregation_finish(&aggregation);
	assert_int_equal(meter.used_bytes, 0);
	return text.data;
}

/* The result is EXPECTED wherever the column is cut. */
static void check(const char *name, enum value_type type, double quantile,
	const struct column *column, const char *expected)
{
	for (size_t cut = 0; cut <= column->count; cut++)
		for (size_t span = 1; span <= 4; span++) {
			char *text = result(name, type, quantile, column, cut,
				span, span == 1 && column->count < 100);

			if (strcmp(text, expected) != 0)
				fail_msg("%s cut at %zu is %s, not %s", name,
					cut, text, expected);
			free(text);
		}
}

/* Expected values: Python's sum, min, max, statistics.mean, len(set()), and
 * sorted()[max(1, ceil(q * n)) - 1]. */
static void test_integers(void **state)
{
	struct column column = {.count = 0};
	static const struct {
		double quantile;
		const char *expected;
	} quantiles[] = {{0, "-5"}, {0.1, "-1"}, {0.25, "1"}, {0.5, "3"},
		{0.75, "5"}, {0.9, "6"}, {1, "9"}};

	(void)state;
	add_integers(&column, 11, 3, -1, 4, 1, -5, 9, 2, 6, 5, 3, 5);
	add(&column, (struct value){.null = true});
	check("count", VALUE_INTEGER, 0, &column, "11");
	check("sum", VALUE_INTEGER, 0, &column, "32");
	check("min", VALUE_INTEGER, 0, &column, "-5");
	check("max", VALUE_INTEGER, 0, &column, "9");
	check("avg", VALUE_INTEGER, 0, &column, "2.909090909090909");
	check("first", VALUE_INTEGER, 0, &column, "3");
	check("last", VALUE_INTEGER, 0, &column, "5");
	check("count_distinct", VALUE_INTEGER, 0, &column, "9");
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		check("quantile", VALUE_INTEGER, quantiles[i].quantile, &column,
			quantiles[i].expected);
	check("avg", VALUE_DURATION, 0, &column, "3us"); /* 2.909... */
	check("sum", VALUE_DURATION, 0, &column, "32us");
}

static void test_nothing(void **state)
{
	struct column empty = {.count = 0}, nulls = {.count = 0};

	(void)state;
	add(&nulls, (struct value){.null = true});
	add(&nulls, (struct value){.null = true});
	for (size_t i = 0; aggregate_function_names[i]; i++) {
		const char *name = aggregate_function_names[i];
		const char *expected =
			strncmp(name, "count", 5) == 0 ? "0" : "null";

		check(name, VALUE_INTEGER, 0.5, &empty, expected);
		check(name, VALUE_INTEGER, 0.5, &nulls, expected);
		check(name, VALUE_REAL, 0.5, &nulls, expected);
	}
}

/* Sums beyond 64 bits on the way are no matter; only a result is. */
static void test_overflow(void **state)
{
	struct column column = {.count = 0};

	(void)state;
	add(&column, (struct value){.integer = INT64_MAX});
	check("sum", VALUE_INTEGER, 0, &column, "9223372036854775807");
	add(&column, (struct value){.integer = 1});
	check("sum", VALUE_INTEGER, 0, &column,
		"is beyond the integers of 64 bits");
	check("avg", VALUE_INTEGER, 0, &column, "4.611686018427388e+18");
	add(&column, (struct value){.integer = -2});
	check("sum", VALUE_INTEGER, 0, &column, "9223372036854775806");
	add(&column, (struct value){.integer = INT64_MIN});
	check("sum", VALUE_INTEGER, 0, &column, "-2");
	add(&column, (struct value){.integer = INT64_MIN});
	check("sum", VALUE_INTEGER, 0, &column,
		"is beyond the integers of 64 bits");
	add(&column, (struct value){.integer = 2});
	check("sum", VALUE_INTEGER, 0, &column, "-9223372036854775808");
}

static void test_reals(void **state)
{
	struct column column = {.count = 0};

	(void)state;
	for (int i = 0; i < 10; i++)
		add(&column, (struct value){.real = 0.1});
	add(&column, (struct value){.real = 1e16});
	add(&column, (struct value){.real = 1});
	add(&column, (struct value){.real = -1e16});
	/* Python's math.fsum; plain addition gives 2.0. */
	check("sum", VALUE_REAL, 0, &column, "2.0");
	check("min", VALUE_REAL, 0, &column, "-1e+16");
	check("quantile", VALUE_REAL, 0.5, &column, "0.1");
	check("quantile", VALUE_REAL, 0, &column, "-1e+16");
	check("count_distinct", VALUE_REAL, 0, &column, "4");
	add(&column, (struct value){.real = 0.0});
	add(&column, (struct value){.real = -0.0});
	check("count_distinct", VALUE_REAL, 0, &column, "5");
	add(&column, (struct value){.real = INFINITY});
	add(&column, (struct value){.real = -INFINITY});
	check("sum", VALUE_REAL, 0, &column, "null");
}

/* 7 of 100 is the 7th, though 0.07 * 100 is a little more than 7. */
static void test_rank(void **state)
{
	struct column column = {.count = 0};

	(void)state;
	for (int i = 100; i > 0; i--)
		add_integers(&column, 1, i);
	for (int i = 1; i <= 100; i++) {
		char expected[8], *text;

		snprintf(expected, sizeof(expected), "%d", i);
		text = result("quantile", VALUE_INTEGER, i / 100.0, &column, 50,
			7, false);
		assert_string_equal(text, expected);
		free(text);
	}
}

static void test_texts(void **state)
{
	struct column column = {.count = 0};
	static const char *const texts[] = {"mill", "leat", "", "water",
		"a rather long one that is more than sixteen bytes", "leat",
		"millrace", "weir"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		add(&column, text_value(texts[i]));
	check("min", VALUE_TEXT, 0, &column, "");
	check("max", VALUE_TEXT, 0, &column, "weir");
	check("first", VALUE_TEXT, 0, &column, "mill");
	check("last", VALUE_TEXT, 0, &column, "weir");
	check("count_distinct", VALUE_TEXT, 0, &column, "7");
}

/* ---- Groups ------------------------------------------------------------- */

static const enum value_type key_types[] = {VALUE_TEXT, VALUE_INTEGER};

/* A row: a text, an integer or null, and 1. */
struct rows {
	struct column columns[3];
	char texts[MOST][16];
};

static void add_row(struct rows *rows, unsigned text, int integer, bool null)
{
	size_t row = rows->columns[0].count;

	snprintf(rows->texts[row], sizeof(rows->texts[row]), "t%u", text);
	add(&rows->columns[0], text_value(rows->texts[row]));
	add(&rows->columns[1],
		(struct value){.integer = integer, .null = null});
	add(&rows->columns[2], (struct value){.integer = 1});
}

static void fold(struct aggregation *aggregation, const struct rows *rows)
{
	size_t count = rows->columns[0].count;

	for (size_t at = 0; at < count; at += GROUP_SPAN) {
		const struct value *const *values[] = {
			rows->columns[0].pointers + at,
			rows->columns[1].pointers + at,
			rows->columns[2].pointers + at,
		};

		aggregation_add(aggregation, values,
			count - at < GROUP_SPAN ? count - at : GROUP_SPAN);
	}
}

static struct aggregate_plan *sum_plan(void)
{
	static struct aggregate_call call = {.type = VALUE_INTEGER};
	static int columns[] = {2};
	static struct aggregate_plan plan;
	bool known;

	call.function = aggregate_function_find("SUM", VALUE_INTEGER, &known);
	assert_non_null(call.function);
	plan = (struct aggregate_plan){
		.group_count = 2,
		.group_types = key_types,
		.call_count = 1,
		.calls = &call,
		.columns = columns,
		.state_bytes = call.function->state_bytes,
	};
	return &plan;
}

/* All groups as "t1 2 17\n". */
static char *all(struct aggregation *aggregation)
{
	size_t count = aggregation_sort(aggregation), failed;
	struct text text = {0};

	text_add_string(&text, "");
	for (size_t i = 0; i < count; i++) {
		struct value values[3];

		assert_null(aggregation_row(aggregation, i, values, &failed));
		value_format(VALUE_TEXT, &values[0], &text);
		text_add_string(&text, values[1].null ? " null" : " ");
		value_format(VALUE_INTEGER, &values[1], &text);
		text_add_string(&text, " ");
		value_format(VALUE_INTEGER, &values[2], &text);
		text_add_string(&text, "\n");
	}
	return text.data;
}

static void test_groups(void **state)
{
	struct rows *rows = calloc(1, sizeof(*rows));
	struct meter meter = {0};
	struct aggregation aggregation;
	char *text;

	(void)state;
	aggregation_init(&aggregation, sum_plan(), &meter);
	add_row(rows, 2, 7, false);
	add_row(rows, 1, 0, false);
	add_row(rows, 1, 0, true);
	add_row(rows, 1, -3, false);
	add_row(rows, 2, 7, false);
	fold(&aggregation, rows);
	aggregation_keep(&aggregation);
	fold(&aggregation, rows);
	aggregation_keep(&aggregation);
	text = all(&aggregation);
	assert_string_equal(text, "t1 null 2\nt1 -3 2\nt1 0 2\nt2 7 4\n");
	free(text);
	aggregation_clear(&aggregation);
	assert_int_equal(aggregation_sort(&aggregation), 0);
	aggregation_finish(&aggregation);
	assert_int_equal(meter.used_bytes, 0);
	free(rows);
}

/* A unit that failed leaves no group, no part of a sum and no memory. */
static void test_drop(void **state)
{
	struct rows *good = calloc(1, sizeof(*good));
	struct rows *bad = calloc(1, sizeof(*bad));
	struct meter meter = {0};
	struct aggregation aggregation;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		add_row(good, i, 1, false);
	for (unsigned i = 50; i < 3000; i++)
		add_row(bad, i, 1, false);
	aggregation_init(&aggregation, sum_plan(), &meter);
	fold(&aggregation, good);
	aggregation_keep(&aggregation);
	for (int i = 0; i < 3; i++) {
		fold(&aggregation, bad);
		aggregation_drop(&aggregation);
		fold(&aggregation, good);
		aggregation_keep(&aggregation);
	}
	char *text = all(&aggregation);
	size_t groups = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		assert_string_equal(strrchr(line, ' '), " 4");
		groups++;
	}
	assert_int_equal(groups, 100);
	free(text);
	aggregation_finish(&aggregation);
	assert_int_equal(meter.used_bytes, 0);
	free(good);
	free(bad);
}

/* ---- Calls -------------------------------------------------------------- */

static struct aggregate_text *read_calls(
	struct arena *arena, const char *name, const char *sql)
{
	struct setting_expression expression = {
		.name = name,
		.sql = {.text = sql},
	};
	struct aggregate_text *calls = NULL;
	struct expression_problem problem = {.message = ""};

	if (aggregate_text_read(arena, &expression, &calls, &problem))
		return calls;
	assert_string_not_equal(problem.message, "");
	return NULL;
}

static void test_calls(void **state)
{
	struct arena *arena = arena_create();
	struct aggregate_text *call;

	(void)state;
	call = read_calls(arena, "n", " count ( * ) ");
	assert_string_equal(call->function, "count");
	assert_null(call->argument.text);
	call = read_calls(arena, "n", "Sum(max(a, ')') /* ) */ + f(b))");
	assert_string_equal(call->function, "sum");
	assert_string_equal(call->argument.text, "max(a, ')') /* ) */ + f(b)");
	call = read_calls(arena, "n", "quantile(a + 1, 0.25)");
	assert_string_equal(call->argument.text, "a + 1");
	assert_true(call->quantile == 0.25);
	call = read_calls(arena, NULL,
		"count(*) AS hits, sum(\"b, c\") total, max(x) as \"a b\"");
	assert_string_equal(call->name, "hits");
	assert_string_equal(call->next->name, "total");
	assert_string_equal(call->next->argument.text, "\"b, c\"");
	assert_string_equal(call->next->next->name, "a b");
	assert_null(call->next->next->next);
	arena_destroy(arena);
}

static void test_bad_calls(void **state)
{
	static const char *const bad[] = {"", "sum", "sum(", "sum()", "sum(*)",
		"sum(a", "sum(a))", "sum(a) + 1", "sum(a, b)", "summ(a)",
		"count(DISTINCT a)", "quantile(a)", "quantile(a, 2)",
		"quantile(a, x)", "quantile(a, -1)", "quantile(a, 0.5, 1)",
		"sum('a)", "1", "count(*), count(*)", "count(*) AS n",
		"quantile(a, ?1)"};
	struct arena *arena = arena_create();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (read_calls(arena, "n", bad[i]))
			fail_msg("%s is taken for a call", bad[i]);
	assert_null(read_calls(arena, NULL, "count(*)"));
	assert_null(read_calls(arena, NULL, "count(*) AS n,"));
	assert_null(read_calls(arena, NULL, "count(*) AS n sum(b) AS s"));
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_reals),
		cmocka_unit_test(test_rank),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_bad_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
