/* SPDX-License-Identifier: MIT */
/* upper: turns the ASCII letters of lines into capitals. */
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "engine/operator.h"

enum { IN, OUT };

struct upper {
	bool only_first; /* a setting: the engine stores it here */
};

static const struct pin_spec pins[] = {
	{.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "Lines"},
	{.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "The same lines in capitals"},
	{0},
};

static const struct property_spec properties[] = {
	{.name = "only-first",
		.type = SETTING_BOOLEAN,
		.offset = offsetof(struct upper, only_first),
		.fallback = "false",
		.summary = "Only the first letter of each line"},
	{0},
};

/* Copies a line in capitals to TO. */
static void copy(const struct upper *upper, const struct slice *line, char *to)
{
	size_t letters = line->length;

	memcpy(to, line->data, line->length);
	if (upper->only_first && letters > 1)
		letters = 1;
	for (size_t i = 0; i < letters; i++)
		to[i] = (char)toupper((unsigned char)to[i]);
}

/* Lets the line refer to LENGTH bytes at DATA instead. */
static void move(struct slice *line, struct buffer *buffer, const char *data)
{
	buffer_unref(line->buffer);
	line->buffer = buffer_ref(buffer);
	line->data = data;
}

static enum step step(struct operator *op, void *state)
{
	struct span span;
	enum event event = operator_next(op, IN, &span);
	size_t bytes = 0, at = 0;

	if (event != EVENT_ITEMS) /* begin, end, nothing, no more */
		return operator_pass(op, IN, event);
	for (size_t i = 0; i < span.count; i++)
		bytes += span.items[i]->slice.length;

	/* One buffer for the whole span; the lines become slices of it. */
	struct buffer *buffer = buffer_create(operator_budget(op), bytes);

	if (!buffer)
		return operator_wait_memory(op, bytes);
	for (size_t i = 0; i < span.count; i++) {
		/* Others may hold the item, too: they keep the old one. */
		struct item *item = item_writable(span.items[i]);

		copy(state, &item->slice, buffer->data + at);
		move(&item->slice, buffer, buffer->data + at);
		at += item->slice.length;
		span.items[i] = item;
	}
	buffer_unref(buffer);
	operator_give(op, OUT, span.items, span.count);
	operator_consume(op, IN, span.count);
	return STEP_MORE;
}

const struct operator_spec spec_upper = {
	.name = "upper",
	.family = "text",
	.summary = "Turn letters into capitals",
	.description = "Turns the letters a to z of lines into capitals. Other "
		       "bytes stay as they are.\n\n",
	.example = "leat: 1\n"
		   "session: upper\n"
		   "operators:\n"
		   "  input: stdin\n"
		   "  split: lines\n"
		   "  capitals: {use: upper, only-first: true}\n"
		   "  output: stdout\n"
		   "links: [input -> split -> capitals -> output]\n",
	.example_input = "one\ntwo\n",
	.example_output = "One\nTwo\n",
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.properties = properties,
	.state_size = sizeof(struct upper),
	.step = step,
};
