/* SPDX-License-Identifier: MIT */
/* chunk: the bytes of streams, pushed. */
#include "engine/operator.h"

enum { IN, OUT };

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM),
		.summary = "streams",
	},
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_BYTES),
		.summary = "their contents in chunks",
	},
	{0},
};

static void relate(struct relation *relation)
{
	const struct shape *input = relation_input(relation, IN);
	struct shape shape;

	if (!input->known)
		return;
	shape = relation_shape(relation, input, PAYLOAD_BYTES, NULL);
	relation_output(relation, OUT, &shape);
}

static void give_chunk(struct operator *op, const struct item *from,
	const struct slice *window)
{
	struct item *item = operator_item(op, PAYLOAD_BYTES);

	item->attributes = attributes_ref(from->attributes);
	item->position = from->stream->position - window->length;
	item->slice = *window;
	buffer_ref(window->buffer);
	operator_give(op, OUT, &item, 1);
}

static enum step step(struct operator *op, void *state)
{
	struct span span;
	struct slice window;
	enum event event = operator_next(op, IN, &span);

	(void)state;
	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	if (operator_unit_failed(op, IN)) {
		operator_release(op, IN, span.count);
		return STEP_MORE;
	}
	switch (operator_read(op, IN, span.items[0]->stream, &window)) {
	case READ_DATA: give_chunk(op, span.items[0], &window); break;
	case READ_END:
		if (span.items[0]->stream->position == 0)
			give_chunk(
				op, span.items[0], &(struct slice){.data = ""});
		operator_release(op, IN, 1);
		break;
	case READ_FAILED: operator_release(op, IN, 1); break;
	case READ_BLOCKED:
	case READ_MEMORY: return STEP_WAIT;
	}
	return STEP_MORE;
}

const struct operator_spec spec_chunk = {
	.name = "chunk",
	.family = "flow",
	.summary = "Turns streams into chunks of bytes",
	.description =
		"Reads each stream and gives what it reads, in chunks of no "
		"particular size, and one without bytes for an empty stream. "
		"leat puts it by itself between an output "
		"that gives streams and an input that takes nothing but "
		"bytes.\n\n",
	.example = "leat: 1\n"
		   "session: copy\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  bytes: chunk\n"
		   "  out: stdout\n"
		   "links: [in -> bytes -> out]\n",
	.example_input = "one\ntwo\n",
	.example_output = "one\ntwo\n",
	.flags = OPERATOR_RESUMABLE | OPERATOR_CONVERTS,
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.relate = relate,
	.step = step,
};
