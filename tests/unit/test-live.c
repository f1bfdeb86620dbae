/* SPDX-License-Identifier: MIT */
/*
 * Links that set live properties: values of every type, and when they hold,
 * whatever the schedule. Expected values by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan.h"
#include "stages.h"

enum { IN = 0, OUT = 1 };

/* ---- A source of lines or records in units ------------------------------- */

/* TEXT: ( and ) begin and end a unit; else a word, up to a space, is a line, or
 * with a field of type integer, the number of a record; - is null. */
struct script {
	const char *text;
	bool records;
	uint64_t unit;
};

static const struct field fields[] = {
	{.name = "n", .type = VALUE_INTEGER, .nullable = true}};
static const struct schema schema = {.count = 1, .fields = fields};

static struct item *make(
	struct operator *op, const struct script *source, size_t length)
{
	struct buffer *buffer = buffer_create(operator_budget(op), length + 1);
	struct item *item;

	memcpy(buffer->data, source->text, length);
	buffer->data[length] = '\0';
	if (source->records) {
		item = operator_record(op, &schema, buffer);
		item->record.values[0] = (struct value){
			.integer = strtoll(buffer->data, NULL, 10),
			.null = *buffer->data == '-'};
		buffer_unref(buffer);
	} else {
		item = operator_item(op, PAYLOAD_LINE);
		item->slice = (struct slice){.buffer = buffer,
			.data = buffer->data,
			.length = length};
	}
	return item;
}

static void begin(struct operator *op, struct script *source)
{
	struct segment *segment =
		segment_create_unit("unit", source->unit++, NULL);

	operator_begin(op, 0, segment);
	segment_unref(segment);
}

static enum step source_step(struct operator *op, void *state)
{
	struct script *source = state;
	size_t length = strcspn(source->text, " )");

	if (!*source->text)
		return STEP_END;
	if (*source->text == '(') {
		begin(op, source);
		length = 1;
	} else if (*source->text == ')') {
		operator_end(op, 0);
		length = 1;
	} else {
		if (operator_room(op, 0) == 0)
			return operator_wait_output(op, 0);
		struct item *item = make(op, source, length);
		operator_give(op, 0, &item, 1);
	}
	source->text += length;
	source->text += *source->text == ' ';
	return STEP_MORE;
}

static const struct pin_spec source_pins[] = {
	{.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_LINE) |
			PAYLOAD_BIT(PAYLOAD_RECORD)},
	{0},
};

static const struct operator_spec source_spec = {
	.name = "source",
	.pins = source_pins,
	.state_size = sizeof(struct script),
	.step = source_step,
};

/* ---- One that notes what is set ------------------------------------------- */

struct probe {
	int64_t integer, duration, size;
	double real;
	bool boolean;
	int choice;
	const char *text;
	struct setting_text sql;
	struct text *log; /* what it took and what was set then */
	bool dead; /* a setting: no value is usable */
};

static const char *const choices[] = {"low", "high", NULL};

enum { INTEGER, DURATION, SIZE, REAL, BOOLEAN, CHOICE, TEXT, SQL };

#define LIVE(label, kind, member)                \
	.name = (label), .type = SETTING_##kind, \
	.offset = offsetof(struct probe, member), .flags = PROPERTY_LIVE

static const struct property_spec properties[] = {
	[INTEGER] = {LIVE("integer", INTEGER, integer), .maximum = 9},
	[DURATION] = {LIVE("duration", DURATION, duration)},
	[SIZE] = {LIVE("size", SIZE, size)},
	[REAL] = {LIVE("real", REAL, real), .maximum = 2},
	[BOOLEAN] = {LIVE("boolean", BOOLEAN, boolean)},
	[CHOICE] = {LIVE("choice", CHOICE, choice), .choices = choices},
	[TEXT] = {LIVE("text", TEXT, text)},
	[SQL] = {LIVE("sql", SQL, sql)},
	{0},
};

static enum step probe_step(struct operator *op, void *state)
{
	struct probe *probe = state;
	struct span span;
	enum event event = operator_next(op, IN, &span);

	if (event == EVENT_BEGIN)
		text_add_format(
			probe->log, "(%lld:", (long long)probe->integer);
	if (event == EVENT_END)
		text_add_string(probe->log, ")");
	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	for (size_t i = 0; i < span.count; i++)
		text_add(probe->log, span.items[i]->slice.data,
			span.items[i]->slice.length);
	operator_release(op, IN, span.count);
	return STEP_MORE;
}

/* What was set when the first step came. */
static enum step values_step(struct operator *op, void *state)
{
	struct probe *probe = state;

	(void)op;
	text_add_format(probe->log, "%lld %lld %lld %g %d %s %s %s",
		(long long)probe->integer, (long long)probe->duration,
		(long long)probe->size, probe->real, probe->boolean,
		choices[probe->choice], probe->text, probe->sql.text);
	return STEP_END;
}

static bool changed(struct operator *op, void *state,
	const struct property_spec *property, struct text *problem)
{
	struct probe *probe = state;

	(void)op;
	if (property != &properties[INTEGER] || probe->integer != 4)
		return true;
	text_add_string(problem, "no four");
	return false;
}

static const struct pin_spec probe_pins[] = {
	{.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_LINE)},
	{0},
};

static struct operator_spec probe_spec = {
	.name = "probe",
	.pins = probe_pins,
	.properties = properties,
	.state_size = sizeof(struct probe),
	.step = probe_step,
	.changed = changed,
};

/* ---- Tests ------------------------------------------------------------------ */

struct run {
	struct text log;
	char *messages;
	struct graph_result result;
};

static void run(struct run *run, struct plan *plan, uint64_t seed)
{
	size_t length;
	const struct log log = {
		.file = open_memstream(&run->messages, &length)};
	struct graph_settings settings = {.memory_bytes = 1 << 20,
		.schedule_seed = seed,
		.link_items = 1 + seed % 3,
		.keep_going = true,
		.log = &log};
	struct graph *graph = graph_create(&plan->graph, &settings);

	run->result = graph_run(graph);
	graph_destroy(graph);
	fclose(log.file);
}

static void finish(struct run *run)
{
	free(run->messages);
	text_free(&run->log);
}

/* One line for each property, all once. */
static void run_values(
	struct run *result, const char *const *lines, uint64_t seed)
{
	struct script sources[9] = {{.text = ""}};
	struct probe probe = {.log = &result->log};
	struct operator_spec spec = probe_spec;
	struct plan plan;

	spec.step = values_step;
	plan_init(&plan);
	for (int i = 0; i < 9; i++) {
		if (i > 0)
			sources[i].text = lines[i - 1];
		plan_add(&plan, "s", &source_spec, &sources[i], SCOPE_UNIT);
	}
	plan_add(&plan, "p", &spec, &probe, SCOPE_UNIT);
	plan_link(&plan, 0, 0, 9, IN, PAYLOAD_LINE);
	for (unsigned i = 0; i < 8; i++)
		plan_live(&plan, 1 + i, 0, 9,
			(struct live_plan){.property = i, .field = -1});
	run(result, &plan, seed);
}

static void values_of_every_type(void **unused)
{
	/* 1.5 s in microseconds; 3 * 1024 bytes */
	static const char *const lines[] = {
		"7", "1s500ms", "3KiB", "0.5", "true", "high", "word", "n>1"};

	(void)unused;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct run result = {0};

		run_values(&result, lines, seed);
		assert_int_equal(result.result.status, STATUS_OK);
		assert_string_equal(
			result.log.data, "7 1500000 3072 0.5 1 high word n>1");
		finish(&result);
	}
}

static void values_are_checked(void **unused)
{
	static const struct {
		int which;
		const char *line, *said;
	} cases[] = {
		{INTEGER, "10",
			"integer, by the link in line 0: 10 is too "
			"large: the most is 9"},
		{INTEGER, "-1", "-1 is too small: the least is 0"},
		{INTEGER, "4", "integer, by the link in line 0: no four"},
		{INTEGER, "x\x01", "'x\\x01' is not a valid integer"},
		{INTEGER, "\xff", "the value isn't text"},
		{INTEGER, "1 2", "a second value came"},
		{INTEGER, "", "no value came, and the session gives none"},
		{DURATION, "5", "'5' is not a valid duration"},
		{REAL, "2.5", "2.5 is too large: the most is 2"},
		{BOOLEAN, "yes", "'yes' is not a valid boolean"},
		{CHOICE, "mid",
			"choice, by the link in line 0: 'mid' is not "
			"one of: low, high"},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *lines[] = {
			"7", "1s", "3", "0.5", "true", "high", "word", "n>1"};
		struct run result = {0};

		lines[cases[i].which] = cases[i].line;
		run_values(&result, lines, i);
		assert_int_equal(result.result.status, STATUS_BAD_DATA);
		assert_non_null(strstr(result.messages, cases[i].said));
		assert_null(result.log.data);
		finish(&result);
	}
}

/* The values of units, of the same source through a fork: passes the last item
 * of each unit, at its end. */
struct last {
	struct item *item;
};

static enum step last_step(struct operator *op, void *state)
{
	struct last *last = state;
	struct span span;
	enum event event = operator_next(op, IN, &span);

	if (event == EVENT_END && last->item) {
		operator_give(op, OUT, &last->item, 1);
		last->item = NULL;
	}
	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	if (last->item)
		item_unref(last->item);
	last->item = item_ref(span.items[span.count - 1]);
	operator_release(op, IN, span.count);
	return STEP_MORE;
}

static const struct pin_spec last_pins[] = {
	{.name = "in", .direction = PIN_INPUT},
	{.name = "out", .direction = PIN_OUTPUT},
	{0},
};

static const struct operator_spec last_spec = {.name = "last",
	.pins = last_pins,
	.state_size = sizeof(struct last),
	.step = last_step};

static void run_units(
	struct run *result, const char *text, bool given, uint64_t seed)
{
	static const struct source file;
	struct script source = {.text = text};
	struct last last = {0};
	struct probe probe = {.integer = 8, .log = &result->log};
	struct plan plan;

	plan_init(&plan);
	plan_add(&plan, "s", &source_spec, &source, SCOPE_UNIT);
	plan_add(&plan, "f", &stage_fork, NULL, SCOPE_UNIT);
	plan_add(&plan, "l", &last_spec, &last, SCOPE_UNIT);
	plan_add(&plan, "p", &probe_spec, &probe, SCOPE_UNIT);
	plan_link(&plan, 0, 0, 1, IN, PAYLOAD_LINE);
	plan_link(&plan, 1, 1, 2, IN, PAYLOAD_LINE);
	plan_link(&plan, 1, 2, 3, IN, PAYLOAD_LINE);
	plan_live(&plan, 2, OUT, 3,
		(struct live_plan){
			.property = INTEGER, .field = -1, .per_unit = true});
	if (given)
		plan.given[3][INTEGER].source = &file;
	run(result, &plan, seed);
}

static void each_unit_has_its_value(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct run result = {0};

		run_units(&result, "(a b c 1)()(d 5)(e 3)", true, seed);
		assert_int_equal(result.result.status, STATUS_OK);
		assert_int_equal(result.result.units, 4);
		assert_string_equal(
			result.log.data, "(1:abc1)(8:)(5:d5)(3:e3)");
		finish(&result);
	}
}

/* What comes before and behind them is as if they weren't there. */
static void units_without_a_value_fail(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct run result = {0};

		run_units(&result, "(a 2)()(b x)(c 4)(d 6)", false, seed);
		assert_int_equal(result.result.status, STATUS_UNITS_FAILED);
		assert_int_equal(result.result.units_failed, 3);
		assert_string_equal(
			result.log.data, "(2:a2)(2:)(2:)(4:)(6:d6)");
		finish(&result);
	}
}

/* A value from units of another source, of records with nulls; one of them
 * comes twice. */
static void one_value_for_all(void **unused)
{
	static const struct {
		const char *values, *log;
	} cases[] = {
		{"(-)(- 6 -)()", "(6:ab)(6:c)"},
		{"6", "(6:ab)(6:c)"},
		{"(6)(6)", ""},
		{"(-)", ""},
	};

	(void)unused;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct script value = {
			.text = cases[seed % 4].values, .records = true};
		struct script data = {.text = "(a b)(c)"};
		struct run result = {0};
		struct probe probe = {.log = &result.log};
		struct plan plan;

		plan_init(&plan);
		plan_add(&plan, "v", &source_spec, &value, SCOPE_UNIT);
		plan_add(&plan, "d", &source_spec, &data, SCOPE_UNIT);
		plan_add(&plan, "p", &probe_spec, &probe, SCOPE_UNIT);
		plan_link(&plan, 1, 0, 2, IN, PAYLOAD_LINE);
		plan.pins[2][IN].shape.units = true;
		plan_live(&plan, 0, 0, 2,
			(struct live_plan){.property = INTEGER, .field = 0});
		text_add_string(&result.log, "");
		run(&result, &plan, seed);
		assert_string_equal(result.log.data, cases[seed % 4].log);
		assert_int_equal(result.result.units_failed,
			*cases[seed % 4].log ? 0 : 2);
		finish(&result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_every_type),
		cmocka_unit_test(values_are_checked),
		cmocka_unit_test(each_unit_has_its_value),
		cmocka_unit_test(units_without_a_value_fail),
		cmocka_unit_test(one_value_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
