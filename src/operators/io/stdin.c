/* SPDX-License-Identifier: MIT */
/* stdin: standard input as one stream. */
#include <unistd.h>

#include "engine/operator.h"
#include "operators/support/file/stream.h"

enum { OUT };

struct state {
	struct buffer_pool *pool;
};

static const struct pin_spec pins[] = {
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM),
		.summary = "the content, as one stream",
	},
	{0},
};

static void relate(struct relation *relation)
{
	struct shape shape = relation_unnamed(PAYLOAD_STREAM, NULL);

	shape.scope = SCOPE_UNIT;
	relation_output(relation, OUT, &shape);
}

static bool open(struct operator *op, void *memory)
{
	struct state *state = memory;

	state->pool = buffer_pool_create(operator_budget(op), BUFFER_BYTES);
	return true;
}

static struct segment *make_segment(struct operator *op, void *memory,
	uint64_t number, struct refusal *refusal)
{
	struct segment *segment =
		segment_create_unit("standard input", number, NULL);

	(void)op;
	(void)memory;
	(void)refusal;
	segment->unit->endless = true;
	return segment;
}

static void give_content(struct operator *op, void *memory,
	struct segment *segment, int descriptor, int error)
{
	struct state *state = memory;
	struct item *item = operator_stream_item(
		op, OUT, file_stream_borrow(descriptor, state->pool));

	(void)segment;
	(void)error; /* it is open as long as the process */
	operator_give(op, OUT, &item, 1);
}

static enum step step(struct operator *op, void *memory)
{
	struct segment *segment = make_segment(op, memory, 0, NULL);

	operator_begin(op, OUT, segment);
	give_content(op, memory, segment, STDIN_FILENO, 0);
	operator_end(op, OUT);
	segment_unref(segment);
	return STEP_END;
}

static void close_state(struct operator *op, void *memory)
{
	struct state *state = memory;

	(void)op;
	buffer_pool_unref(state->pool);
}

const struct operator_spec spec_stdin = {
	.name = "stdin",
	.family = "io",
	.flags = OPERATOR_ALONE,
	.summary = "Standard input as one stream",
	.description =
		"Yields one stream: what comes on standard input until its "
		"end. It is one unit and has no attributes. What comes of it "
		"isn't held back until the input ends: a line that is written "
		"into a pipe can come out at once.\n\n"
		"A session may have one `stdin` only: two would take each "
		"other's bytes.\n\n",
	.example = "leat: 1\n"
		   "session: errors\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  split: lines\n"
		   "  errors: {use: filter, where: line LIKE '%error%'}\n"
		   "  out: stdout\n"
		   "links: [in -> split -> errors -> out]\n",
	.example_input = "all well\nerror: no water\n",
	.example_output = "error: no water\n",
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.state_size = sizeof(struct state),
	.relate = relate,
	.open = open,
	.segment = make_segment,
	.content = give_content,
	.step = step,
	.close = close_state,
};
