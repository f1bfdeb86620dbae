/* SPDX-License-Identifier: MIT */
/*
 * lines and match in the engine: whatever pieces a content comes in, whatever
 * the links hold, and whether lines travel packed or singly, what comes out is
 * what a plain loop over the content says. LEAT_TEST_ROUNDS says how many
 * contents (default 1500).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "operators/support/pattern/pattern.h"
#include "plan.h"

extern const struct operator_spec spec_lines, spec_match, spec_pass;

/* As in the tables of lines and match. */
enum { LINES_IN, LINES_OUT, LINES_REJECTED };
enum { REJECT, CUT, FAIL };
enum { DROP = 1 };

/* The settings at their places in the states. */
struct lines_settings {
	int64_t max;
	int too_long;
	char rest[400];
};

struct match_settings {
	struct setting_text text;
	struct setting_fields types;
	int otherwise;
	char rest[400];
};

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13; /* xorshift64, Marsaglia 2003 */
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static size_t below(uint64_t *seed, size_t limit)
{
	return (size_t)(next_random(seed) % limit);
}

/* ---- A source of one stream, in pieces ----------------------------------- */

struct origin {
	const struct text *content; /* settings */
	size_t most; /* the longest piece */
	uint64_t seed;
	bool given, ended;
};

struct pieces {
	struct stream stream;
	struct origin source;
	struct budget *budget;
	struct buffer *buffer;
};

static enum read_status pieces_read(struct stream *stream, struct slice *window)
{
	struct pieces *pieces = (struct pieces *)stream;
	const struct text *content = pieces->source.content;
	size_t left = content->length - (size_t)stream->position;
	size_t length = 1 + below(&pieces->source.seed, pieces->source.most);

	if (left == 0)
		return READ_END;
	if (length > left)
		length = left;
	/* an exact one each time, so that sanitizers see all mistakes */
	buffer_unref(pieces->buffer);
	pieces->buffer = buffer_create(pieces->budget, length);
	if (!pieces->buffer)
		return READ_MEMORY;
	memcpy(pieces->buffer->data, content->data + stream->position, length);
	*window = (struct slice){pieces->buffer, pieces->buffer->data, length};
	return READ_DATA;
}

static void pieces_destroy(struct stream *stream)
{
	buffer_unref(((struct pieces *)stream)->buffer);
	free(stream);
}

static const struct stream_methods pieces_methods = {
	.read = pieces_read, .destroy = pieces_destroy};

static enum step origin_step(struct operator *op, void *state)
{
	struct origin *source = state;
	struct pieces *pieces;
	struct item *item;

	if (source->ended)
		return STEP_END;
	if (source->given) {
		operator_end(op, 0);
		source->ended = true;
		return STEP_MORE;
	}
	struct segment *segment = segment_create_unit("unit", 0, NULL);
	operator_begin(op, 0, segment);
	segment_unref(segment);
	pieces = memory_zeroed(sizeof(*pieces));
	stream_init(&pieces->stream, &pieces_methods);
	pieces->source = *source;
	pieces->budget = operator_budget(op);
	item = operator_stream_item(op, 0, &pieces->stream);
	operator_give(op, 0, &item, 1);
	source->given = true;
	return STEP_MORE;
}

static const struct pin_spec origin_pins[] = {
	{.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM)},
	{0},
};

static const struct operator_spec origin_spec = {
	.name = "source",
	.pins = origin_pins,
	.state_size = sizeof(struct origin),
	.step = origin_step,
};

/* ---- A sink that writes down what comes ---------------------------------- */

struct sink {
	struct text *text; /* setting */
};

static void add_value(
	struct text *text, const struct field *field, const struct value *value)
{
	if (value->null)
		text_add_string(text, "NULL");
	else
		value_format(field->type, value, text);
	text_add_string(text, "|");
}

static void add_item(struct text *text, const struct item *item)
{
	assert_false(item->packed);
	text_add_format(text, "%llu: ", (unsigned long long)item->position);
	if (item->type == PAYLOAD_LINE && item->slice.length > 0)
		text_add(text, item->slice.data, item->slice.length);
	if (item->type == PAYLOAD_LINE && item->ascii)
		for (size_t i = 0; i < item->slice.length; i++)
			assert_true(item->slice.data[i] > 0);
	if (item->type == PAYLOAD_RECORD)
		for (size_t i = 0; i < item->record.schema->count; i++)
			add_value(text, &item->record.schema->fields[i],
				&item->record.values[i]);
	text_add_string(text, "\n");
}

static enum step sink_step(struct operator *op, void *state)
{
	struct sink *sink = state;
	struct span span;
	enum event event = operator_next(op, 0, &span);

	if (event != EVENT_ITEMS)
		return operator_pass(op, 0, event);
	for (size_t i = 0; i < span.count; i++)
		add_item(sink->text, span.items[i]);
	operator_release(op, 0, span.count);
	return STEP_MORE;
}

static const struct pin_spec sink_pins[] = {
	{.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_LINE) |
			PAYLOAD_BIT(PAYLOAD_RECORD)},
	{0},
};

static const struct operator_spec sink_spec = {
	.name = "sink",
	.pins = sink_pins,
	.state_size = sizeof(struct sink),
	.step = sink_step,
};

/* ---- One run ------------------------------------------------------------- */

struct trial {
	struct text content;
	int64_t max;
	int too_long;
	const char *pattern; /* NULL: no match operator */
	int otherwise;
	bool typed; /* the group `d` is an integer */
};

struct outcome {
	struct text out, rejected, too_long;
	enum exit_status status;
};

static void free_outcome(struct outcome *outcome)
{
	text_free(&outcome->out);
	text_free(&outcome->rejected);
	text_free(&outcome->too_long);
}

/* The schema of a pattern's groups, as relate makes it; NULL: none. */
static const struct schema *make_schema(
	const struct trial *trial, struct schema *schema, struct field *fields)
{
	struct setting_text text = {.text = trial->pattern};
	struct pattern_problem problem;
	struct pattern *pattern = pattern_create(&text, &problem);
	size_t count;
	const struct pattern_group *groups = pattern_groups(pattern, &count);

	assert_true(count <= 4);
	for (size_t i = 0; i < count; i++) {
		bool digits = trial->typed && *groups[i].name == 'd';

		fields[i] = (struct field){.name = "group",
			.type = digits ? VALUE_INTEGER : VALUE_TEXT};
	}
	*schema = (struct schema){.count = count, .fields = fields};
	pattern_destroy(pattern);
	return count ? schema : NULL;
}

static unsigned add_sink(struct plan *plan, struct sink *sink,
	struct text *text, unsigned from, unsigned pin, enum payload_type type)
{
	*sink = (struct sink){.text = text};
	unsigned index =
		plan_add(plan, "sink", &sink_spec, sink, SCOPE_SEGMENT);

	plan_link(plan, from, pin, index, 0, type);
	return index;
}

static void run(const struct trial *trial, uint64_t *seed, bool packed,
	struct outcome *outcome)
{
	struct plan plan;
	struct origin source = {.content = &trial->content,
		.most = below(seed, 4) ? 1 + below(seed, 40) : 1000,
		.seed = next_random(seed)};
	struct lines_settings lines = {
		.max = trial->max, .too_long = trial->too_long};
	struct match_settings match = {
		.text.text = trial->pattern, .otherwise = trial->otherwise};
	struct sink sinks[3];
	struct schema schema;
	struct field fields[4];
	struct graph_settings settings = {
		.memory_bytes = 1 << 20,
		.link_items = 1 + below(seed, 20),
		.link_bytes = below(seed, 2) ? 1 + below(seed, 50) : 0,
		.span_items = 1 + below(seed, 20),
		.schedule_seed = next_random(seed),
		.keep_going = true,
	};

	plan_init(&plan);
	unsigned at =
		plan_add(&plan, "source", &origin_spec, &source, SCOPE_SEGMENT);
	unsigned last =
		plan_add(&plan, "lines", &spec_lines, &lines, SCOPE_SEGMENT);
	plan_link(&plan, at, 0, last, LINES_IN, PAYLOAD_STREAM);
	add_sink(&plan, &sinks[0], &outcome->too_long, last, LINES_REJECTED,
		PAYLOAD_LINE);
	if (!packed) {
		at = plan_add(&plan, "pass", &spec_pass, NULL, SCOPE_SEGMENT);
		plan_link(&plan, last, LINES_OUT, at, 0, PAYLOAD_LINE);
		last = at;
	}
	if (trial->pattern) {
		at = plan_add(
			&plan, "match", &spec_match, &match, SCOPE_SEGMENT);
		plan_link(&plan, last, 1, at, 0, PAYLOAD_LINE);
		plan.pins[at][1].shape.schema =
			make_schema(trial, &schema, fields);
		add_sink(&plan, &sinks[1], &outcome->rejected, at, 2,
			PAYLOAD_LINE);
		last = at;
	}
	add_sink(&plan, &sinks[2], &outcome->out, last, 1,
		plan.pins[last][1].shape.schema ? PAYLOAD_RECORD
						: PAYLOAD_LINE);
	outcome->status = plan_run(&plan, &settings).status;
}

/* ---- What should come out ------------------------------------------------ */

static void add_line(
	struct text *text, const char *data, size_t length, size_t position)
{
	text_add_format(text, "%zu: ", position);
	text_add(text, data, length);
	text_add_string(text, "\n");
}

/* A record's fields, or false: one isn't of its type. */
static bool add_fields(const struct trial *trial, struct pattern *pattern,
	const char *line, struct text *text)
{
	const size_t *vector = pattern_vector(pattern);
	size_t count;
	const struct pattern_group *groups = pattern_groups(pattern, &count);

	for (size_t i = 0; i < count; i++) {
		size_t start = vector[2 * groups[i].number];
		size_t length = vector[2 * groups[i].number + 1] - start;
		struct field field = {.type = VALUE_TEXT};
		struct value value = {.null = true};

		if (trial->typed && *groups[i].name == 'd')
			field.type = VALUE_INTEGER;
		if (start != SIZE_MAX &&
			value_parse(
				&field, line + start, length, false, &value))
			return false;
		add_value(text, &field, &value);
	}
	return true;
}

static void expect_match(const struct trial *trial, struct pattern *pattern,
	const char *line, size_t length, size_t position,
	struct outcome *outcome)
{
	struct text record = {0};
	size_t count;

	if (pattern)
		pattern_groups(pattern, &count);
	if (!pattern) {
		add_line(&outcome->out, line, length, position);
	} else if (pattern_match(pattern, line, length) != PATTERN_HIT) {
		if (trial->otherwise == REJECT)
			add_line(&outcome->rejected, line, length, position);
	} else if (count == 0) {
		add_line(&outcome->out, line, length, position);
	} else if (add_fields(trial, pattern, line, &record)) {
		add_line(&outcome->out, record.data, record.length, position);
	} else {
		add_line(&outcome->rejected, line, length, position);
	}
	text_free(&record);
}

static void expect(const struct trial *trial, struct outcome *outcome)
{
	const struct text *content = &trial->content;
	struct pattern *pattern = NULL;
	struct setting_text text = {.text = trial->pattern};
	struct pattern_problem problem;
	size_t max = (size_t)trial->max;

	if (trial->pattern) {
		pattern = pattern_create(&text, &problem);
		pattern_prepare(pattern);
	}
	for (size_t at = 0, next; at < content->length; at = next) {
		const char *line = content->data + at;
		const char *lf = memchr(line, '\n', content->length - at);
		size_t length = lf ? (size_t)(lf - line) : content->length - at;

		next = at + length + 1;
		if (lf && length > 0 && line[length - 1] == '\r')
			length--;
		if (length > max && trial->too_long == REJECT)
			add_line(&outcome->too_long, line, max, at);
		if (length > max && trial->too_long == FAIL)
			outcome->status = STATUS_UNITS_FAILED;
		if (length > max && trial->too_long != CUT)
			continue;
		expect_match(trial, pattern, line, length > max ? max : length,
			at, outcome);
	}
	pattern_destroy(pattern);
}

/* ---- Trials -------------------------------------------------------------- */

static void same(const char *what, const struct trial *trial,
	const struct text *left, const struct text *right)
{
	struct text shown = {0};

	if (left->length == right->length &&
		(left->length == 0 ||
			memcmp(left->data, right->data, left->length) == 0))
		return;
	text_add_format(&shown, "%s of %s\n---- content\n", what,
		trial->pattern ? trial->pattern : "lines");
	text_add_escaped(
		&shown, trial->content.data, trial->content.length, 2000);
	text_add_string(&shown, "\n---- expected\n");
	text_add_escaped(&shown, left->data, left->length, 2000);
	text_add_string(&shown, "\n---- found\n");
	text_add_escaped(&shown, right->data, right->length, 2000);
	fail_msg("%s", shown.data);
}

static void check(const struct trial *trial, uint64_t *seed)
{
	struct outcome expected = {0};

	expect(trial, &expected);
	for (unsigned i = 0; i < 4; i++) {
		struct outcome found = {0};

		run(trial, seed, i % 2 == 0, &found);
		assert_int_equal(found.status, expected.status);
		if (expected.status == STATUS_OK) {
			same("out", trial, &expected.out, &found.out);
			same("rejected", trial, &expected.rejected,
				&found.rejected);
			same("too long", trial, &expected.too_long,
				&found.too_long);
		}
		free_outcome(&found);
	}
	free_outcome(&expected);
}

static void fill(struct text *content, uint64_t *seed)
{
	static const char bytes[] = "aaaabbbcc  ,,11\"\"\t\n\n\n\n";
	static const char rare[] = "\r\r\0\xc3\xa4\xff";
	size_t length = below(seed, 4) ? below(seed, 60) : below(seed, 600);
	bool plain = below(seed, 2);

	for (size_t i = 0; i < length; i++)
		if (plain || below(seed, 12))
			text_add(content,
				&bytes[below(seed, sizeof(bytes) - 1)], 1);
		else if (below(seed, 3))
			text_add(content, &rare[below(seed, sizeof(rare) - 1)],
				1);
		else
			text_add_string(content, "\r\n");
}

static void test_lines(void **state)
{
	const char *rounds = getenv("LEAT_TEST_ROUNDS");
	unsigned long todo = rounds ? strtoul(rounds, NULL, 10) : 1500;
	uint64_t seed = 1857;

	(void)state;
	for (unsigned long i = 0; i < todo; i++) {
		struct trial trial = {
			.max = below(&seed, 2) ? 1 + (int64_t)below(&seed, 12)
					       : 1000,
			.too_long = (int)below(&seed, 3),
		};

		fill(&trial.content, &seed);
		check(&trial, &seed);
		text_free(&trial.content);
	}
}

static void test_match(void **state)
{
	static const char *const patterns[] = {"a", "^a", "a$", "^$", "b*", "",
		"^[^\"]*$", "[^a]*b", "\\s", "a\\s*b", "\\bb", ".*,", "(a|b)1",
		"\"[^\"]*\"", "(^|,)b", "a(,|$)", "(?=.*1)a", "\\n", "a\\z",
		"(?<x>a+)(?<y>b)?", "(?<d>[1a])", "^(?<x>.*?),(?<d>.*)$",
		"(?<x>[^,]*),(?<y>[^,]*)", "(?i)A(?<x>\\S+)"};
	const char *rounds = getenv("LEAT_TEST_ROUNDS");
	unsigned long todo = rounds ? strtoul(rounds, NULL, 10) : 1500;
	uint64_t seed = 1815;

	(void)state;
	for (unsigned long i = 0; i < todo; i++) {
		struct trial trial = {
			.max = below(&seed, 4) ? 1000 : 10,
			.too_long = (int)below(&seed, 2),
			.pattern = patterns[i %
				(sizeof(patterns) / sizeof(*patterns))],
			.otherwise = (int)below(&seed, 2),
			.typed = below(&seed, 2),
		};

		fill(&trial.content, &seed);
		check(&trial, &seed);
		text_free(&trial.content);
	}
}

/* A limit fails the unit, also when the lines around it are fine. */
static void test_limit(void **state)
{
	struct trial trial = {
		.max = 1000, .pattern = "(a+)+$", .otherwise = DROP};
	uint64_t seed = 7;

	(void)state;
	text_add_string(&trial.content, "a\nb\n");
	for (unsigned i = 0; i < 64; i++)
		text_add_string(&trial.content, "a");
	text_add_string(&trial.content, "b\na\n");
	for (unsigned i = 0; i < 8; i++) {
		struct outcome outcome = {0};

		run(&trial, &seed, i % 2 == 0, &outcome);
		assert_int_equal(outcome.status, STATUS_UNITS_FAILED);
		free_outcome(&outcome);
	}
	text_free(&trial.content);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
