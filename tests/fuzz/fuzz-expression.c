/* SPDX-License-Identifier: MIT */
/*
 * SQL over items. The first line is the condition (none when empty), the rest
 * the list of columns. What compiles runs over records, one by one and all at
 * once, which must give the same rows, and values of their types.
 */
#include "fuzz.h"

#include "base/text.h"
#include "operators/support/sql/expression.h"

static const struct field fields[] = {
	{.name = "i", .type = VALUE_INTEGER},
	{.name = "n", .type = VALUE_INTEGER, .nullable = true},
	{.name = "r", .type = VALUE_REAL},
	{.name = "t", .type = VALUE_TEXT},
	{.name = "u", .type = VALUE_TEXT, .nullable = true},
	{.name = "b", .type = VALUE_BOOLEAN},
	{.name = "at", .type = VALUE_TIMESTAMP},
	{.name = "d", .type = VALUE_DURATION},
	{.name = "raw", .type = VALUE_BYTES},
	{.name = "j", .type = VALUE_JSON},
};

enum { FIELDS = sizeof(fields) / sizeof(*fields), ITEMS = 3 };

static const struct schema schema = {.count = FIELDS, .fields = fields};
static const struct attribute_spec key = {.name = "src_name",
	.type = VALUE_TEXT,
	.propagation = ATTRIBUTE_SEGMENT};
static const struct attribute_spec *const keys[] = {&key};
static const struct shape shape = {.known = true,
	.type = PAYLOAD_RECORD,
	.schema = &schema,
	.scope = SCOPE_UNIT,
	.attributes = keys,
	.attribute_count = 1};

/* The same as in a session's `fields`. */
static const char *const rows[ITEMS][FIELDS] = {
	{"1", "0", "0.5", "a", "x%_", "true", "2024-02-29T12:00:00Z", "1h",
		"ab", "{\"a\":[1,2]}"},
	{"-9223372036854775808", NULL, "-1e308", "", NULL, "false",
		"0001-01-01T00:00:00Z", "0", "", "null"},
	{"9223372036854775807", "7", "5e-324", "\xc3\xa4 b", "2024-02-29",
		"true", "9999-12-31T23:59:59.999999Z", "100d", "\xff\x01",
		"\"\\ud83d\\ude00\""},
};

static struct item *make_item(size_t row)
{
	struct item *item = calloc(1, item_bytes_record(FIELDS));

	if (!item)
		abort();
	item->references = 1;
	item->type = PAYLOAD_RECORD;
	item->record.schema = &schema;
	for (size_t i = 0; i < FIELDS; i++) {
		struct value *value = &item->record.values[i];
		const char *text = rows[row][i];

		value->null = !text;
		if (text)
			fuzz_check(!value_parse(&fields[i], text, strlen(text),
					   false, value),
				text);
	}
	return item;
}

static void add_row(struct expression *expression, struct text *out)
{
	const struct schema *columns = expression_schema(expression);

	for (size_t i = 0; i < columns->count; i++) {
		struct value value;
		const char *problem = expression_value(expression, i, &value);

		text_add_string(out, problem ? problem : "=");
		if (!problem && !value.null)
			value_format(columns->fields[i].type, &value, out);
	}
	text_add_string(out, "\n");
}

/* Runs over all items, SPAN of them at a time. */
static void run(struct expression *expression, struct item *const *items,
	size_t span, struct text *out)
{
	for (size_t first = 0; first < ITEMS;) {
		size_t last = first + span < ITEMS ? first + span : ITEMS;
		size_t index = 0;
		enum expression_row row;

		expression_start(expression, items + first, last - first, NULL);
		while ((row = expression_next(expression, &index)) ==
			EXPRESSION_ROW) {
			fuzz_check(first + index < last, "an item too far");
			text_add_format(out, "%zu", first + index);
			add_row(expression, out);
		}
		if (row == EXPRESSION_FAILED)
			text_add_format(out, "%zu!%s\n", first + index,
				expression_error(expression));
		first = row == EXPRESSION_DONE ? last : first + index + 1;
	}
}

static void check(struct expression *expression)
{
	struct item *items[ITEMS];
	struct text one = {0}, all = {0};

	for (size_t i = 0; i < ITEMS; i++)
		items[i] = make_item(i);
	run(expression, items, 1, &one);
	run(expression, items, ITEMS, &all);
	fuzz_check(one.length == all.length &&
			(!one.length ||
				memcmp(one.data, all.data, one.length) == 0),
		"other rows in another span");
	text_free(&one);
	text_free(&all);
	for (size_t i = 0; i < ITEMS; i++)
		free(items[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct expression_problem problem;
	char *where = fuzz_first_line(data, size, &data, &size);
	char *columns = fuzz_copy(data, size);
	struct setting_expression list = {.sql = {.text = columns}};
	struct setting_text condition = {.text = where};
	struct expression *expression = expression_create(
		&shape, &list, 1, *where ? &condition : NULL, &problem);

	if (expression)
		check(expression);
	expression_destroy(expression);
	free(where);
	free(columns);
	return 0;
}
