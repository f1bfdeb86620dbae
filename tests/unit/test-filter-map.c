/* SPDX-License-Identifier: MIT */
/* filter and map in graphs: what comes out, whatever the schedule. Expected
 * values by the same computation in C. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

extern const struct operator_spec spec_filter, spec_map;

enum { ROWS = 1000, ROW_BYTES = 16, IN = 0, OUT = 1, REJECTED = 2 };

/* ---- A source of records: n, and name, "x" and the number ------------------- */

static const struct field fields[] = {{.name = "n", .type = VALUE_INTEGER},
	{.name = "name", .type = VALUE_TEXT}};
static const struct schema schema = {.count = 2, .fields = fields};

struct rows {
	unsigned count; /* setting */
	unsigned done;
	bool open;
};

static void give_row(struct operator *op, unsigned number)
{
	struct buffer *buffer = buffer_create(operator_budget(op), ROW_BYTES);
	struct item *item;

	item = operator_record(op, &schema, buffer);
	buffer_unref(buffer);
	item->position = number;
	item->record.values[0] = (struct value){.integer = number};
	item->record.values[1] = (struct value){.data = buffer->data,
		.length = (uint32_t)sprintf(buffer->data, "x%u", number)};
	operator_give(op, IN, &item, 1);
}

static enum step rows_step(struct operator *op, void *state)
{
	struct rows *rows = state;

	if (!rows->open) {
		struct segment *segment = segment_create_unit("u", 0, NULL);

		operator_begin(op, IN, segment);
		segment_unref(segment);
		rows->open = true;
		return STEP_MORE;
	}
	if (rows->done == rows->count) {
		operator_end(op, IN);
		return STEP_END;
	}
	if (operator_room(op, IN) == 0)
		return operator_wait_output(op, IN);
	give_row(op, rows->done++);
	return STEP_MORE;
}

static const struct pin_spec rows_pins[] = {
	{"out", PIN_OUTPUT, 0, PAYLOAD_BIT(PAYLOAD_RECORD), 0, ""}, {0}};

static const struct operator_spec rows_spec = {.name = "rows",
	.pins = rows_pins,
	.state_size = sizeof(struct rows),
	.step = rows_step};

/* ---- A sink that writes down what it gets ------------------------------------ */

struct notes {
	struct text *text; /* setting */
	bool positions; /* setting: those only */
	unsigned *borrowed; /* setting: counts records in a source's buffer */
};

static void note(struct notes *notes, const struct item *item)
{
	const struct record *record = &item->record;

	if (notes->positions) {
		const struct value *reason =
			attributes_get(item->attributes, &reject_attributes[0]);

		text_add_format(notes->text, "%d:%.*s;", (int)item->position,
			reason ? (int)reason->length : 0,
			reason ? reason->data : "");
		return;
	}
	*notes->borrowed += record->buffer && record->buffer->size == ROW_BYTES;
	for (size_t i = 0; i < record->schema->count; i++) {
		text_add_string(notes->text, i ? "," : "");
		value_format(record->schema->fields[i].type, &record->values[i],
			notes->text);
	}
	text_add_string(notes->text, ";");
}

static enum step notes_step(struct operator *op, void *state)
{
	struct span span;
	enum event event = operator_next(op, IN, &span);

	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	for (size_t i = 0; i < span.count; i++)
		note(state, span.items[i]);
	operator_release(op, IN, span.count);
	return STEP_MORE;
}

static const struct pin_spec notes_pins[] = {
	{"in", PIN_INPUT, 0, PAYLOAD_BIT(PAYLOAD_RECORD), 0, ""}, {0}};

static const struct operator_spec notes_spec = {.name = "notes",
	.pins = notes_pins,
	.state_size = sizeof(struct notes),
	.step = notes_step};

/* ---- Graphs ------------------------------------------------------------------- */

static const struct shape shape = {.known = true,
	.type = PAYLOAD_RECORD,
	.schema = &schema,
	.scope = SCOPE_UNIT};

struct graph_under_test {
	struct plan plan;
	struct rows rows;
	struct setting_text where;
	struct setting_expressions select;
	char filter[256], map[4096]; /* their states */
	struct shape result;
	struct text out, rejected;
	struct notes notes[2];
	unsigned borrowed;
};

/* rows -> filter -> map -> notes, and both rejected -> notes. */
static void set_up(struct graph_under_test *test, const char *where,
	const struct setting_expression *columns, size_t count,
	const struct schema *result)
{
	struct plan *plan = &test->plan;

	memset(test, 0, sizeof(*test));
	plan_init(plan);
	test->rows.count = ROWS;
	test->where.text = where;
	test->select.items = columns;
	test->select.count = count;
	memcpy(test->filter + spec_filter.properties[0].offset, &test->where,
		sizeof(test->where));
	memcpy(test->map + spec_map.properties[0].offset, &test->select,
		sizeof(test->select));
	test->result = shape;
	test->result.schema = result;
	test->notes[0].text = &test->out;
	test->notes[0].borrowed = &test->borrowed;
	test->notes[1].text = &test->rejected;
	test->notes[1].positions = true;
	plan_add(plan, "rows", &rows_spec, &test->rows, SCOPE_UNIT);
	plan_add(plan, "filter", &spec_filter, test->filter, SCOPE_UNIT);
	plan_add(plan, "map", &spec_map, test->map, SCOPE_UNIT);
	plan_add(plan, "out", &notes_spec, &test->notes[0], SCOPE_UNIT);
	plan_add(plan, "rejected", &notes_spec, &test->notes[1], SCOPE_UNIT);
	plan_link(plan, 0, IN, 1, IN, PAYLOAD_RECORD);
	plan_link(plan, 1, OUT, 2, IN, PAYLOAD_RECORD);
	plan_link(plan, 2, OUT, 3, IN, PAYLOAD_RECORD);
	plan_link(plan, 2, REJECTED, 4, IN, PAYLOAD_RECORD);
	plan->pins[1][IN].shape = shape;
	plan->pins[1][OUT].shape = shape;
	plan->pins[2][IN].shape = shape;
	plan->pins[2][OUT].shape = test->result;
}

static void tear_down(struct graph_under_test *test)
{
	text_free(&test->out);
	text_free(&test->rejected);
}

static const struct setting_expression copied[] = {
	{.name = "m", .sql = {.text = "n * 2"}},
	{.name = "name", .sql = {.text = "name"}},
	{.name = "tag", .sql = {.text = "upper(name) || '!'"}}};
static const struct field copied_fields[] = {
	{.name = "m", .type = VALUE_INTEGER},
	{.name = "name", .type = VALUE_TEXT},
	{.name = "tag", .type = VALUE_TEXT}};
static const struct schema copied_schema = {
	.count = 3, .fields = copied_fields};

static void check_schedule(const struct graph_settings *settings)
{
	struct graph_under_test test;
	struct text expected = {0};

	set_up(&test, "n % 3 = 1 AND name LIKE 'x%'", copied, 3,
		&copied_schema);
	for (unsigned i = 1; i < ROWS; i += 3)
		text_add_format(&expected, "%u,x%u,X%u!;", 2 * i, i, i);
	struct graph_result result = plan_run(&test.plan, settings);
	assert_int_equal(result.status, STATUS_OK);
	assert_string_equal(test.out.data, expected.data);
	text_free(&expected);
	tear_down(&test);
}

static void schedules(void **state)
{
	static const size_t spans[] = {1, 2, 7, 100, 256};

	(void)state;
	for (size_t i = 0; i < 5; i++)
		for (uint64_t seed = 0; seed < 4; seed++)
			check_schedule(
				&(struct graph_settings){.span_items = spans[i],
					.link_items = 1 + seed * 20,
					.schedule_seed = seed});
	/* So little memory that it has to be waited for. */
	check_schedule(&(struct graph_settings){.memory_bytes = 8000});
}

static void rejects(void **state)
{
	struct graph_under_test test;
	struct text expected = {0};
	static const struct setting_expression columns[] = {{.name = "m",
		.sql = {.text = "abs(CASE WHEN n % 100 = 7 AND n > 42 "
				"THEN -9223372036854775808 ELSE n "
				"END)"}}};
	static const struct field result_fields[] = {
		{.name = "m", .type = VALUE_INTEGER}};
	static const struct schema result_schema = {
		.count = 1, .fields = result_fields};

	(void)state;
	set_up(&test, "n < 300", columns, 1, &result_schema);
	struct graph_result result = plan_run(&test.plan, NULL);
	assert_int_equal(result.status, STATUS_OK);
	assert_string_equal(test.rejected.data,
		"107:integer overflow;207:integer overflow;");
	for (unsigned i = 0; i < 300; i++)
		if (i != 107 && i != 207)
			text_add_format(&expected, "%u;", i);
	assert_string_equal(test.out.data, expected.data);
	text_free(&expected);
	tear_down(&test);
}

/* Texts that are only taken over stay in the buffer that they came in. */
static void borrows(void **state)
{
	static const struct setting_expression columns[] = {
		{.name = "name", .sql = {.text = "name"}},
		{.name = "m", .sql = {.text = "n + 1"}}};
	static const struct field result_fields[] = {
		{.name = "name", .type = VALUE_TEXT},
		{.name = "m", .type = VALUE_INTEGER}};
	static const struct schema result_schema = {
		.count = 2, .fields = result_fields};
	struct graph_under_test test;

	(void)state;
	set_up(&test, "1", columns, 2, &result_schema);
	struct graph_result result = plan_run(&test.plan, NULL);
	assert_int_equal(result.status, STATUS_OK);
	assert_memory_equal(test.out.data, "x0,1;x1,2;x2,3;", 15);
	assert_int_equal(test.borrowed, ROWS);
	tear_down(&test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schedules),
		cmocka_unit_test(rejects),
		cmocka_unit_test(borrows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
