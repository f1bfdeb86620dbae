/* SPDX-License-Identifier: MIT */
/* SQL over items: places, variables, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

/* A session file with an expression at line 2, column 8. */
static struct setting_text placed(struct source *source, const char *file,
	const char *text, const struct setting_binding *bindings, size_t count)
{
	*source = (struct source){
		.name = "s.yaml", .text = file, .length = strlen(file)};
	return (struct setting_text){.text = text,
		.location = {.source = source,
			.line = 2,
			.column = 8,
			.width = 1},
		.bindings = bindings,
		.binding_count = count};
}

static void places(void **state)
{
	static const struct setting_binding bindings[] = {
		{.type = VALUE_INTEGER, .value = {.integer = 400}},
		{.type = VALUE_TEXT, .value = {.data = "/", .length = 1}}};
	static const struct {
		const char *file, *text;
		unsigned line, column, width;
	} rows[] = {
		{"x:\nwhere: stauts >= 400\n", "stauts >= 400", 2, 8, 6},
		{"x:\nwhere: 1 = 1 AND stauts\n", "1 = 1 AND stauts", 2, 18, 6},
		{"x:\nwhere: status > ${least} AND pth = ${p}\n",
			"status > ?1 AND pth = ?2", 2, 30, 3},
		{"x:\nwhere: status > ${least} AND code > 1\n",
			"status > ?1 AND code > 1", 2, 30, 8},
		{"x:\nwhere: path = ${least}\n", "path = ?1", 2, 8, 15},
		{"x:\nwhere: path = '\xc3\xa4' AND len(path) > 1\n",
			"path = '\xc3\xa4' AND len(path) > 1", 2, 23, 3},
		{"x:\nwhere: path REGEXP 'ab(' AND 1\n",
			"path REGEXP 'ab(' AND 1", 2, 24, 1},
		{"x:\nwhere: status >=\n", "status >=", 2, 17, 1},
		{"x:\nwhere: status 1\n", "status 1", 2, 15, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct source source;
		struct setting_text where = placed(
			&source, rows[i].file, rows[i].text, bindings, 2);
		struct expression_problem problem;

		assert_null(expression_create(
			&world_records, NULL, 0, &where, &problem));
		assert_int_equal(problem.location.line, rows[i].line);
		assert_int_equal(problem.location.column, rows[i].column);
		assert_int_equal(problem.location.width, rows[i].width);
	}
}

static void variables(void **state)
{
	static const struct setting_binding first[] = {
		{.type = VALUE_INTEGER, .value = {.integer = 1000}},
		{.type = VALUE_TEXT, .value = {.data = "'--", .length = 3}}};
	static const struct setting_binding second[] = {
		{.type = VALUE_TIMESTAMP,
			.value = {.integer = 971211336500000}}};
	struct setting_expression columns[2] = {
		{.name = "a",
			.sql = {.text = "status + ?1 + ?1",
				.bindings = first,
				.binding_count = 2}},
		{.name = "b",
			.sql = {.text = "path || ?2 || '?1'",
				.bindings = first,
				.binding_count = 2}}};
	struct setting_text where = {
		.text = "at >= ?1", .bindings = second, .binding_count = 1};
	struct expression_problem problem;
	struct expression *expression =
		expression_create(&world_records, columns, 2, &where, &problem);
	struct world world = world_make(&world_records);
	struct text out = {0};

	(void)state;
	assert_non_null(expression);
	world_run(expression, &world, WORLD_ITEMS, &out);
	assert_string_equal(out.data,
		" 1=2404|/a?b=1'--?1 2=2500|/\xc3\xa4/x'--?1 "
		"3=2200|/index.html'--?1");
	text_free(&out);
	world_free(&world);
	expression_destroy(expression);
}

static void columns(void **state)
{
	const struct setting_expression columns[2] = {
		{.sql = sql("path, status AS s, status + 1, src_name, "
			    "(code) AS c, status + 2 AS n, +status")},
		{.name = "last", .sql = sql("at")}};
	static const int expected[] = {1, 0, -1, -1, 9, -1, -1, 3};
	static const bool named[] = {
		true, true, false, true, true, true, false, true};
	struct expression_problem problem;
	struct expression *expression =
		expression_create(&world_records, columns, 2, NULL, &problem);
	struct arena *arena = arena_create();

	(void)state;
	assert_non_null(expression);
	const struct schema *copy = expression_schema_copy(expression, arena);
	assert_int_equal(copy->count, 8);
	assert_string_equal(copy->fields[2].name, "status + 1");
	assert_string_equal(copy->fields[7].name, "last");
	assert_int_equal(copy->fields[7].type, VALUE_TIMESTAMP);
	for (size_t i = 0; i < copy->count; i++) {
		assert_int_equal(expression_field(expression, i), expected[i]);
		assert_int_equal(expression_named(expression, i), named[i]);
	}
	expression_destroy(expression);
	arena_destroy(arena);
}

static void names(void **state)
{
	static const struct field alike[] = {
		{.name = "path"}, {.name = "Path"}};
	static const struct field odd[] = {{.name = "a \"b\""},
		{.name = "rowid"}, {.name = "select"}, {.name = "span"}};
	static const struct schema schemas[] = {
		{.count = 2, .fields = alike}, {.count = 4, .fields = odd}};
	struct shape shape = {
		.known = true, .type = PAYLOAD_RECORD, .schema = &schemas[0]};
	struct expression_problem problem;
	struct setting_text where = sql("\"a \"\"b\"\"\" + rowid + "
					"\"select\" + span + span.span > 0");

	(void)state;
	assert_null(expression_create(&shape, NULL, 0, &where, &problem));
	assert_string_equal(problem.message,
		"the names path and Path differ only in case, which SQL "
		"ignores");
	shape.schema = &schemas[1];
	struct expression *expression =
		expression_create(&shape, NULL, 0, &where, &problem);
	assert_string_equal(problem.message, "");
	assert_non_null(expression);
	expression_destroy(expression);
	where = sql("oid = 1");
	assert_null(expression_create(&shape, NULL, 0, &where, &problem));
}

static void limits(void **state)
{
	enum { BYTES = 17 * 1024 * 1024, MANY = 3000 };
	char *big = memset(malloc(BYTES), 'x', BYTES);
	struct item *item = world_line(big, BYTES);
	struct field *many = calloc(MANY, sizeof(*many));
	char(*many_names)[8] = calloc(MANY, sizeof(*many_names));
	struct schema wide = {.count = MANY, .fields = many};
	struct shape shape = {
		.known = true, .type = PAYLOAD_RECORD, .schema = &wide};
	struct setting_text where = sql("length(line) > 3");
	struct expression_problem problem;
	struct expression *expression =
		expression_create(&world_lines, NULL, 0, &where, &problem);
	size_t index;

	(void)state;
	expression_start(expression, &item, 1, NULL);
	assert_int_equal(
		expression_next(expression, &index), EXPRESSION_FAILED);
	assert_string_equal(
		expression_error(expression), "a text is longer than 16 MiB");
	expression_destroy(expression);
	free(item);
	free(big);

	for (size_t i = 0; i < MANY; i++) {
		sprintf(many_names[i], "f%zu", i);
		many[i].name = many_names[i];
	}
	where = sql("f1 = 1");
	assert_null(expression_create(&shape, NULL, 0, &where, &problem));
	assert_string_equal(problem.message,
		"3000 fields and attributes arrive here; SQL takes at most "
		"2000");
	wide.count = 2000;
	expression = expression_create(&shape, NULL, 0, &where, &problem);
	assert_non_null(expression);
	expression_destroy(expression);
	free(many_names);
	free(many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),
		cmocka_unit_test(variables),
		cmocka_unit_test(columns),
		cmocka_unit_test(names),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
