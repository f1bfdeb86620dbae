/* SPDX-License-Identifier: MIT */
/* text-encode: writes records as text, by a template. */
#include <string.h>

#include "engine/operator.h"
#include "operators/support/write/template.h"

enum { IN, OUT };

enum { CHUNK_BYTES = 128 * 1024 }; /* that one item has, about */

struct state {
	struct setting_text template;
	const char *end;

	struct text_template *form;
	struct text chunk, problem;
};

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_RECORD),
		.summary = "records",
	},
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_BYTES),
		.summary = "their text",
	},
	{0},
};

static const struct property_spec properties[] = {
	{
		.name = "template",
		.type = SETTING_TEMPLATE,
		.offset = offsetof(struct state, template),
		.flags = PROPERTY_REQUIRED,
		.summary = "The text of a record, with {field} in it",
		.details = "{name} is filled with the value of a field, or of "
			   "an attribute such as {src_path}; {{ and }} stand "
			   "for braces.",
	},
	{
		.name = "end",
		.type = SETTING_TEXT,
		.offset = offsetof(struct state, end),
		.summary = "What ends each record",
		.details = "A line feed where it isn't given; `end: \"\"` "
			   "is nothing.",
	},
	{0},
};

/* Adds the text of as many records as make a chunk. Returns how many; the next
 * has a problem where that is said. */
static size_t encode(
	struct operator *op, struct state *state, const struct span *span)
{
	struct segment *segment = operator_segment(op, IN);
	size_t count = 0;

	state->chunk.length = 0;
	while (count < span->count && state->chunk.length < CHUNK_BYTES &&
		template_add(state->form, span->items[count], segment,
			&state->chunk, &state->problem)) {
		text_add_string(&state->chunk, state->end ? state->end : "\n");
		count++;
	}
	return count;
}

static enum step take(
	struct operator *op, struct state *state, const struct span *span)
{
	size_t count = encode(op, state, span);
	size_t length = state->chunk.length;

	if (count == 0) {
		struct item *item = span->items[0];

		operator_consume(op, IN, 1);
		operator_reject(op, IN, item, NULL, "%s", state->problem.data);
		return STEP_MORE;
	}
	if (length > 0) {
		struct buffer *buffer =
			buffer_create(operator_budget(op), length);

		if (!buffer)
			return operator_wait_memory(
				op, length + sizeof(*buffer) + BUFFER_PADDING);
		memcpy(buffer->data, state->chunk.data, length);
		struct item *item = operator_item(op, PAYLOAD_BYTES);
		item->slice = (struct slice){buffer, buffer->data, length};
		operator_give(op, OUT, &item, 1);
	}
	operator_release(op, IN, count);
	return STEP_MORE;
}

static void relate(struct relation *relation)
{
	const struct shape *input = relation_input(relation, IN);

	if (!input->known)
		return;
	struct shape shape =
		relation_shape(relation, input, PAYLOAD_BYTES, NULL);
	relation_output(relation, OUT, &shape);
}

static bool open(struct operator *op, void *memory)
{
	struct state *state = memory;

	state->form = template_create(
		state->template.text, false, operator_shape(op, IN));
	if (!state->form)
		operator_fail(
			op, STATUS_SESSION_WRONG, "its template is wrong");
	return state->form;
}

static enum step step(struct operator *op, void *memory)
{
	struct span span;
	enum event event = operator_next(op, IN, &span);

	if (event == EVENT_ITEMS)
		return take(op, memory, &span);
	return operator_pass(op, IN, event);
}

static void close(struct operator *op, void *memory)
{
	struct state *state = memory;

	(void)op;
	template_destroy(state->form);
	text_free(&state->chunk);
	text_free(&state->problem);
}

const struct operator_spec spec_text_encode = {
	.name = "text-encode",
	.family = "record",
	.summary = "Writes records as text by a template",
	.description =
		"Writes the template once for each record, filled with its "
		"values, and `end` behind it. Values are written as "
		"csv-encode does, but nothing is quoted; null is "
		"nothing.\n\n",
	.example =
		"leat: 1\n"
		"session: greet\n"
		"operators:\n"
		"  in: stdin\n"
		"  split: lines\n"
		"  parse: {use: match, pattern: '(?<name>\\w+) (?<age>\\d+)'}\n"
		"  greet: {use: text-encode, template: \"Hello {name}, "
		"{age}!\"}\n"
		"  out: stdout\n"
		"links: [in -> split -> parse -> greet -> out]\n",
	.example_input = "Ada 36\nAlan 41\n",
	.example_output = "Hello Ada, 36!\nHello Alan, 41!\n",
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.properties = properties,
	.state_size = sizeof(struct state),
	.relate = relate,
	.open = open,
	.step = step,
	.close = close,
};
