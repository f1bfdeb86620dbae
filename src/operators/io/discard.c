/* SPDX-License-Identifier: MIT */
/* discard: releases everything. */
#include "engine/operator.h"

enum { IN };

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.flags = PIN_TAKES_PACKED,
		.types = PAYLOAD_BIT(PAYLOAD_NONE) |
			PAYLOAD_BIT(PAYLOAD_STREAM) |
			PAYLOAD_BIT(PAYLOAD_BYTES) | PAYLOAD_BIT(PAYLOAD_LINE) |
			PAYLOAD_BIT(PAYLOAD_RECORD),
		.summary = "what nobody wants",
	},
	{0},
};

static enum step step(struct operator *op, void *state)
{
	struct span span;
	enum event event = operator_next(op, IN, &span);

	(void)state;
	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	operator_release(op, IN, span.count);
	return STEP_MORE;
}

const struct operator_spec spec_discard = {
	.name = "discard",
	.family = "io",
	.summary = "Drops everything that it gets",
	.description =
		"Takes items of any type and drops them. Streams are not "
		"read. It is of use where an output must go somewhere, such as "
		"the lines that `match` rejects, and to measure.\n\n",
	.example = "leat: 1\n"
		   "session: numbers-only\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  split: lines\n"
		   "  number: {use: match, pattern: '^(?<number>\\d+)$'}\n"
		   "  table: {use: csv-encode, header: false}\n"
		   "  out: stdout\n"
		   "  rest: discard\n"
		   "links:\n"
		   "  - in -> split -> number -> table -> out\n"
		   "  - number.rejected -> rest\n",
	.example_input = "12\ntwelve\n13\n",
	.example_output = "12\n13\n",
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.step = step,
};
