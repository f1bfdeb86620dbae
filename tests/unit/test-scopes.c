/* SPDX-License-Identifier: MIT */
/*
 * What aggregate, sort, head and csv-encode do at the ends of units and of
 * segments within them, however the input is cut and scheduled. Expected
 * values by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

extern const struct operator_spec spec_aggregate, spec_csv_encode, spec_head,
	spec_sort;

enum { IN = 0, OUT = 0, DEEP = 8 };

static const struct field fields[] = {
	{.name = "word", .type = VALUE_TEXT},
	{.name = "number", .type = VALUE_INTEGER},
};
static const struct schema schema = {2, fields};

static const struct field sum_fields[] = {
	{.name = "word", .type = VALUE_TEXT},
	{.name = "sum", .type = VALUE_INTEGER, .nullable = true},
};
static const struct schema sum_schema = {2, sum_fields};

/* ---- A source that follows a script ------------------------------------- */

/* The script: ( and ) begin and end a segment, the outermost of which are
 * units; ! fails the unit; else a letter and a digit make a record. */
struct script {
	const char *at;
	struct segment *open[DEEP];
	size_t depth;
	uint64_t units;
};

static void begin(struct operator *op, struct script *source)
{
	struct segment *segment = source->depth == 0
		? segment_create_unit("unit", source->units++, NULL)
		: segment_create_nested(source->open[source->depth - 1], NULL);

	source->open[source->depth++] = segment;
	operator_begin(op, OUT, segment);
}

static void give(struct operator *op, const char *text)
{
	struct buffer *buffer = buffer_create(operator_budget(op), 1);
	struct item *item = operator_record(op, &schema, buffer);

	buffer->data[0] = text[0];
	buffer_unref(buffer);
	item->record.values[0] =
		(struct value){.data = buffer->data, .length = 1};
	item->record.values[1] = (struct value){.integer = text[1] - '0'};
	operator_give(op, OUT, &item, 1);
}

static enum step source_step(struct operator *op, void *state)
{
	struct script *source = state;
	char c = *source->at;

	if (!c)
		return STEP_END;
	if (c != '(' && c != ')' && c != '!') {
		if (operator_room(op, OUT) == 0)
			return operator_wait_output(op, OUT);
		give(op, source->at++);
	} else if (c == '(') {
		begin(op, source);
	} else if (c == ')') {
		operator_end(op, OUT);
		segment_unref(source->open[--source->depth]);
	} else {
		operator_fail_unit(op, OUT, STATUS_BAD_DATA, (struct place){0},
			"as the script says");
	}
	source->at++;
	return STEP_MORE;
}

static void source_close(struct operator *op, void *state)
{
	struct script *source = state;

	(void)op;
	while (source->depth > 0)
		segment_unref(source->open[--source->depth]);
}

static const struct pin_spec source_pins[] = {
	{"out", PIN_OUTPUT, 0, PAYLOAD_BIT(PAYLOAD_RECORD), 0, ""},
	{0},
};

static const struct operator_spec source_spec = {
	.name = "source",
	.pins = source_pins,
	.state_size = sizeof(struct script),
	.step = source_step,
	.close = source_close,
};

/* ---- A sink that writes the same script --------------------------------- */

/* What comes; of units that failed, nothing, not even their segments. */
struct sink {
	struct text *text;
	size_t depth, unit_start;
	struct segment *last; /* the unit that has ended */
};

static void write_item(struct text *text, const struct item *item)
{
	if (item->type == PAYLOAD_BYTES) {
		text_add(text, item->slice.data, item->slice.length);
		return;
	}
	value_format(VALUE_TEXT, &item->record.values[0], text);
	value_format(VALUE_INTEGER, &item->record.values[1], text);
}

/* The last unit has been decided. */
static void settle(struct sink *sink)
{
	if (sink->last && sink->last->unit && sink->last->unit->failed) {
		sink->text->length = sink->unit_start;
		sink->text->data[sink->unit_start] = 0;
	}
	segment_unref(sink->last);
	sink->last = NULL;
}

static enum step sink_step(struct operator *op, void *state)
{
	struct sink *sink = state;
	struct span span;

	switch (operator_next(op, IN, &span)) {
	case EVENT_ITEMS:
		for (size_t i = 0; i < span.count; i++)
			write_item(sink->text, span.items[i]);
		operator_release(op, IN, span.count);
		return STEP_MORE;
	case EVENT_BEGIN:
		if (sink->depth++ == 0) {
			settle(sink);
			sink->unit_start = sink->text->length;
		}
		text_add_string(sink->text, "(");
		return STEP_MORE;
	case EVENT_END:
		text_add_string(sink->text, ")");
		if (--sink->depth == 0)
			sink->last = segment_ref(operator_segment(op, IN));
		return STEP_MORE;
	case EVENT_CLOSED: settle(sink); return STEP_END;
	case EVENT_KEPT:
	case EVENT_LOST:
	case EVENT_GAP:
	case EVENT_WAIT: break;
	}
	return STEP_WAIT;
}

static const struct pin_spec sink_pins[] = {
	{"in", PIN_INPUT, 0,
		PAYLOAD_BIT(PAYLOAD_RECORD) | PAYLOAD_BIT(PAYLOAD_BYTES), 0,
		""},
	{0},
};

static const struct operator_spec sink_spec = {
	.name = "sink",
	.pins = sink_pins,
	.state_size = sizeof(struct sink),
	.step = sink_step,
};

/* ---- Running ------------------------------------------------------------ */

/* Settings of the operators, at their places in the states. */
static void *settings_of(const struct operator_spec *spec, const char *property,
	const void *value, size_t size)
{
	char *settings = calloc(1, spec->state_size);

	for (size_t i = 0; spec->properties[i].name; i++)
		if (strcmp(spec->properties[i].name, property) == 0)
			memcpy(settings + spec->properties[i].offset, value,
				size);
	return settings;
}

/* What SPEC makes of the script, with one schedule. */
static char *run(const struct operator_spec *spec, void *settings,
	enum scope per, enum scope sink_scope, const char *script,
	const struct graph_settings *how)
{
	struct plan plan;
	struct text text = {0};
	struct script source = {.at = script};
	struct sink sink = {.text = &text};
	bool csv = spec == &spec_csv_encode;
	bool sums = spec == &spec_aggregate;

	text_add_string(&text, "");
	plan_init(&plan);
	unsigned a =
		plan_add(&plan, "source", &source_spec, &source, SCOPE_UNIT);
	unsigned b = plan_add(&plan, "operator", spec, settings, per);
	unsigned c = plan_add(&plan, "sink", &sink_spec, &sink, sink_scope);
	if (spec == &spec_head || csv)
		plan.operators[b].scope = SCOPE_UNIT;
	plan_link(&plan, a, 0, b, 0, PAYLOAD_RECORD);
	plan_link(&plan, b, 1, c, 0, csv ? PAYLOAD_BYTES : PAYLOAD_RECORD);
	plan.pins[b][0].shape = (struct shape){.known = true,
		.type = PAYLOAD_RECORD,
		.schema = &schema,
		.scope = SCOPE_SEGMENT};
	plan.pins[b][1].shape = plan.pins[b][0].shape;
	if (sums)
		plan.pins[b][1].shape.schema = &sum_schema;
	plan_run(&plan, how);
	return text.data;
}

/* It makes EXPECTED, whatever the schedule. */
static void check(const struct operator_spec *spec, void *settings,
	enum scope per, enum scope sink_scope, const char *script,
	const char *expected)
{
	for (uint64_t seed = 0; seed < 40; seed++) {
		struct graph_settings how = {
			.schedule_seed = seed,
			.keep_going = true,
			.link_items = seed % 7,
			.span_items = seed % 5,
		};
		char *got = run(spec, settings, per, sink_scope, script, &how);

		if (strcmp(got, expected) != 0)
			fail_msg("%s: %s gives %s, not %s", spec->name, script,
				got, expected);
		free(got);
	}
}

static void check_aggregate(
	enum scope per, const char *script, const char *expected)
{
	static const struct setting_expression group = {
		.name = "word",
		.sql = {.text = "word"},
	};
	static const struct setting_expression compute = {
		.name = "sum",
		.sql = {.text = "sum(number)"},
	};
	struct setting_expressions expressions = {&group, 1};
	char *settings = settings_of(
		&spec_aggregate, "group", &expressions, sizeof(expressions));
	char *more;

	expressions.items = &compute;
	more = settings_of(
		&spec_aggregate, "compute", &expressions, sizeof(expressions));
	for (size_t i = 0; i < spec_aggregate.state_size; i++)
		settings[i] |= more[i];
	check(&spec_aggregate, settings, per, SCOPE_UNIT, script, expected);
	free(more);
	free(settings);
}

static void test_aggregate(void **state)
{
	static const char script[] = "(b1a2b3)()(a4(b1c1)a1(c2)c3)(a9b9!)(d1)";

	(void)state;
	check_aggregate(SCOPE_GRAPH, script, "(a7b5c6d1)");
	check_aggregate(SCOPE_UNIT, script, "(a2b4)()(a5b1c6)(d1)");
	check_aggregate(SCOPE_SEGMENT, script, "(a2b4)()((b1c1)(c2)a5c3)(d1)");
	check_aggregate(SCOPE_GRAPH, "", "()");
	check_aggregate(SCOPE_GRAPH, "(a9!)", "()");
	check_aggregate(SCOPE_UNIT, "", "");
}

static void check_sort(enum scope per, const char *script, const char *expected)
{
	static const struct setting_expression by = {
		.sql = {.text = "word desc"},
	};
	struct setting_expressions expressions = {&by, 1};
	void *settings = settings_of(
		&spec_sort, "by", &expressions, sizeof(expressions));

	check(&spec_sort, settings, per, SCOPE_UNIT, script, expected);
	free(settings);
}

static void test_sort(void **state)
{
	static const char script[] = "(a3b1b0)()(a2(b1c1)a1(c2)c3)(z9!z8)(d1)";

	(void)state;
	check_sort(SCOPE_GRAPH, script, "(d1c1c2c3b1b0b1a3a2a1)");
	check_sort(SCOPE_UNIT, script, "(b1b0a3)()(c1c2c3b1a2a1)(d1)");
	check_sort(SCOPE_SEGMENT, script, "(b1b0a3)()((c1b1)(c2)c3a2a1)(d1)");
	check_sort(SCOPE_GRAPH, "", "()");
	check_sort(SCOPE_UNIT, "", "");
}

static void check_head(
	enum scope per, int64_t count, const char *script, const char *expected)
{
	void *settings =
		settings_of(&spec_head, "count", &count, sizeof(count));

	check(&spec_head, settings, per, SCOPE_UNIT, script, expected);
	free(settings);
}

static void test_head(void **state)
{
	static const char script[] = "(a1b1c1)()(a2(b2c2)d2(e2)f2)(a3b3)";

	(void)state;
	check_head(SCOPE_GRAPH, 5, script, "(a1b1c1)()(a2(b2))");
	check_head(SCOPE_GRAPH, 3, script, "(a1b1c1)");
	check_head(SCOPE_GRAPH, 0, script, "");
	check_head(SCOPE_GRAPH, 99, script, script);
	check_head(SCOPE_UNIT, 2, script, "(a1b1)()(a2(b2)())(a3b3)");
	check_head(SCOPE_SEGMENT, 1, script, "(a1)()(a2(b2)(e2))(a3)");
	check_head(SCOPE_SEGMENT, 0, script, "()()(()())()");
	/* What failed gives its count back, unless it was cut before. */
	check_head(SCOPE_GRAPH, 3, "(a1)(b1!)(d1e1f1)", "(a1)(d1e1)");
	check_head(SCOPE_GRAPH, 3, "(a1)(b1c1!)(d1e1f1)", "(a1)(b1c1)");
}

static void check_csv(
	enum scope sink_scope, const char *script, const char *expected)
{
	struct {
		bool header;
		const char *delimiter;
	} values = {true, ","};
	char *settings = settings_of(&spec_csv_encode, "header", &values.header,
		sizeof(values.header));
	char *more = settings_of(&spec_csv_encode, "delimiter",
		&values.delimiter, sizeof(values.delimiter));

	for (size_t i = 0; i < spec_csv_encode.state_size; i++)
		settings[i] |= more[i];
	check(&spec_csv_encode, settings, SCOPE_UNIT, sink_scope, script,
		expected);
	free(more);
	free(settings);
}

#define HEADER "word,number\n"

static void test_csv(void **state)
{
	static const char script[] = "(a1b2)()(c3(d4)e5())(f6!)";

	(void)state;
	check_csv(SCOPE_GRAPH, script,
		HEADER "(a,1\nb,2\n)()(c,3\n(d,4\n)e,5\n())");
	check_csv(SCOPE_UNIT, script,
		"(" HEADER "a,1\nb,2\n)(" HEADER ")(" HEADER
		"c,3\n(d,4\n)e,5\n())");
	check_csv(SCOPE_SEGMENT, "(a1(b2)(c3!))(()(d4))",
		"((" HEADER ")(" HEADER "d,4\n))");
	check_csv(SCOPE_SEGMENT, "(a1(b2))",
		"(" HEADER "a,1\n(" HEADER "b,2\n))");
	check_csv(SCOPE_GRAPH, "", HEADER);
	check_csv(SCOPE_UNIT, "", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aggregate),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_csv),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
