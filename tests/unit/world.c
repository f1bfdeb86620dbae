/* SPDX-License-Identifier: MIT */
/* Items for tests of expressions. */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const struct field fields[] = {
	{.name = "status", .type = VALUE_INTEGER},
	{.name = "path", .type = VALUE_TEXT},
	{.name = "bytes", .type = VALUE_INTEGER, .nullable = true},
	{.name = "at", .type = VALUE_TIMESTAMP},
	{.name = "ok", .type = VALUE_BOOLEAN},
	{.name = "took", .type = VALUE_DURATION},
	{.name = "raw", .type = VALUE_BYTES},
	{.name = "doc", .type = VALUE_JSON},
	{.name = "ratio", .type = VALUE_REAL},
	{.name = "code", .type = VALUE_TEXT},
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static const struct schema schema = {.count = FIELDS, .fields = fields};

static const struct attribute_spec name_key = {.name = "src_name",
	.type = VALUE_TEXT,
	.propagation = ATTRIBUTE_SEGMENT};
static const struct attribute_spec rank_key = {
	.name = "rank", .type = VALUE_INTEGER, .propagation = ATTRIBUTE_ITEM};
static const struct attribute_spec code_key = {
	.name = "code", .type = VALUE_INTEGER};
static const struct attribute_spec *const keys[] = {
	&name_key, &rank_key, &code_key};

const struct shape world_records = {.known = true,
	.type = PAYLOAD_RECORD,
	.schema = &schema,
	.scope = SCOPE_UNIT,
	.attributes = keys,
	.attribute_count = 3};
const struct shape world_lines = {.known = true,
	.type = PAYLOAD_LINE,
	.scope = SCOPE_UNIT,
	.attributes = keys,
	.attribute_count = 3};
const struct shape world_nothing = {
	.known = true, .type = PAYLOAD_NONE, .scope = SCOPE_GRAPH};

static struct value text(const char *data)
{
	return (struct value){.data = data, .length = (uint32_t)strlen(data)};
}

static struct value number(int64_t integer)
{
	return (struct value){.integer = integer};
}

static struct item *make_record(size_t row)
{
	static const int64_t statuses[WORLD_ITEMS] = {200, 404, 500, 200};
	static const char *const paths[WORLD_ITEMS] = {
		"/", "/a?b=1", "/\xc3\xa4/x", "/index.html"};
	static const char *const docs[WORLD_ITEMS] = {
		"{\"n\":1}", "{\"n\":2,\"s\":\"x\"}", "[1,2]", "null"};
	/* 2000-10-10T20:55:36Z, with .5, a second later, the day after. */
	static const int64_t times[WORLD_ITEMS] = {971211336000000,
		971211336500000, 971211337000000, 971297736000000};
	struct item *item = calloc(1, item_bytes_record(FIELDS));
	struct value *values = item->record.values;

	item->references = 1;
	item->type = PAYLOAD_RECORD;
	item->record.schema = &schema;
	values[0] = number(statuses[row]);
	values[1] = text(paths[row]);
	values[2] = number((int64_t)row * 1000);
	values[2].null = row == 2;
	values[3] = number(times[row]);
	values[4].boolean = row % 2 == 0;
	values[5] = number((int64_t)row * 1500000);
	values[6] = (struct value){.data = "\x00\xff", .length = (uint32_t)row};
	if (row > 2)
		values[6].length = 2;
	values[7] = text(docs[row]);
	values[8].real = (double)row / 4;
	values[9] = text(row == 1 ? "99" : "404");
	return item;
}

struct item *world_line(const char *data, size_t length)
{
	struct item *item = calloc(1, item_bytes_plain());

	item->references = 1;
	item->type = PAYLOAD_LINE;
	item->slice.data = data;
	item->slice.length = length;
	return item;
}

struct world world_make(const struct shape *shape)
{
	struct world world;
	struct attributes *attributes =
		attributes_set_text(NULL, &name_key, "access.log", 10);

	world.segment = segment_create_unit("access.log", 0, attributes);
	for (size_t i = 0; i < WORLD_ITEMS; i++) {
		world.items[i] = shape->type == PAYLOAD_RECORD ? make_record(i)
			: i == 0 ? world_line("first", 5)
			: i == 1 ? world_line("sec\xffnd", 6)
			: i == 2 ? world_line("th\0rd", 5)
				 : world_line("\xc3\xa4nd last", 9);
		if (shape->type == PAYLOAD_NONE)
			world.items[i]->type = PAYLOAD_NONE;
		if (i == 1)
			world.items[i]->attributes =
				attributes_set_integer(NULL, &rank_key, 7);
	}
	return world;
}

void world_free(struct world *world)
{
	for (size_t i = 0; i < WORLD_ITEMS; i++) {
		attributes_unref(world->items[i]->attributes);
		free(world->items[i]);
	}
	segment_unref(world->segment);
}

static void add_row(struct expression *expression, struct text *out)
{
	const struct schema *columns = expression_schema(expression);

	for (size_t i = 0; i < columns->count; i++) {
		struct value value;
		const char *problem = expression_value(expression, i, &value);

		text_add_string(out, i ? "|" : "");
		if (problem)
			text_add_format(out, "<%s>", problem);
		else if (value.null)
			text_add_string(out, "NULL");
		else
			value_format(columns->fields[i].type, &value, out);
	}
}

static void add_schema(struct expression *expression, struct text *out)
{
	const struct schema *columns = expression_schema(expression);

	for (size_t i = 0; i < columns->count; i++)
		text_add_format(out, "%s%s %s%s", i ? ", " : "",
			columns->fields[i].name,
			value_type_names[columns->fields[i].type],
			columns->fields[i].nullable ? "?" : "");
	text_add_string(out, ":");
}

void world_run(struct expression *expression, struct world *world, size_t span,
	struct text *out)
{
	for (size_t first = 0; first < WORLD_ITEMS;) {
		size_t index,
			last = first + span < WORLD_ITEMS ? first + span
							  : WORLD_ITEMS;
		enum expression_row row;

		expression_start(expression, world->items + first, last - first,
			world->segment);
		while ((row = expression_next(expression, &index)) ==
			EXPRESSION_ROW) {
			text_add_format(out, " %zu=", first + index);
			add_row(expression, out);
		}
		if (row == EXPRESSION_FAILED)
			text_add_format(out, " %zu!%s", first + index,
				expression_error(expression));
		first = row == EXPRESSION_DONE ? last : first + index + 1;
	}
}

/* "name type, ...: INDEX=value|value ..." or "error: message (hint)". */
static char *evaluate_over(const struct shape *shape, const char *select,
	const char *where, size_t span)
{
	struct setting_expression column = {.sql = sql(select)};
	struct setting_text condition = sql(where);
	struct expression_problem problem;
	struct text out = {0};
	struct expression *expression = expression_create(shape, &column,
		select ? 1 : 0, where ? &condition : NULL, &problem);

	if (!expression) {
		text_add_format(&out, "error: %s", problem.message);
		if (*problem.hint)
			text_add_format(&out, " (%s)", problem.hint);
		return out.data;
	}
	struct world world = world_make(shape);
	add_schema(expression, &out);
	world_run(expression, &world, span, &out);
	world_free(&world);
	expression_destroy(expression);
	return out.data;
}

void world_check(
	const struct shape *shape, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *whole = evaluate_over(
			shape, rows[i].select, rows[i].where, WORLD_ITEMS);
		char *single =
			evaluate_over(shape, rows[i].select, rows[i].where, 1);

		assert_string_equal(whole, rows[i].expected);
		assert_string_equal(single, whole);
		free(whole);
		free(single);
	}
}
