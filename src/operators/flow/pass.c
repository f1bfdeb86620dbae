/* SPDX-License-Identifier: MIT */
/* pass: gives what it gets. */
#include "engine/operator.h"

enum { IN, OUT };

enum {
	ANY = PAYLOAD_BIT(PAYLOAD_NONE) | PAYLOAD_BIT(PAYLOAD_STREAM) |
		PAYLOAD_BIT(PAYLOAD_BYTES) | PAYLOAD_BIT(PAYLOAD_LINE) |
		PAYLOAD_BIT(PAYLOAD_RECORD),
};

static const struct pin_spec pins[] = {
	{.name = "in",
		.direction = PIN_INPUT,
		.types = ANY,
		.summary = "Items of any type"},
	{.name = "out",
		.direction = PIN_OUTPUT,
		.types = ANY,
		.summary = "The same items"},
	{0},
};

static enum step step(struct operator *op, void *state)
{
	struct span span;
	enum event event = operator_next(op, IN, &span);

	(void)state;
	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	operator_give(op, OUT, span.items, span.count);
	operator_consume(op, IN, span.count);
	return STEP_MORE;
}

const struct operator_spec spec_pass = {
	.name = "pass",
	.family = "flow",
	.summary = "Gives what it gets",
	.description =
		"Passes every item on, unchanged and in order. It is of use as "
		"a named place in a graph, and to measure what a link costs."
		"\n\n",
	.example = "leat: 1\n"
		   "session: pass\n"
		   "operators:\n"
		   "  input: stdin\n"
		   "  split: lines\n"
		   "  same: pass\n"
		   "  output: stdout\n"
		   "links: [input -> split -> same -> output]\n",
	.example_input = "one\ntwo\n",
	.example_output = "one\ntwo\n",
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.step = step,
};
