/* SPDX-License-Identifier: MIT */
/* tee: gives each branch all of what it gets. */
#include "engine/operator.h"

enum { IN, OUT };

enum {
	LIMIT = 64, /* branches */
	SHARED = PAYLOAD_BIT(PAYLOAD_NONE) | PAYLOAD_BIT(PAYLOAD_BYTES) |
		PAYLOAD_BIT(PAYLOAD_LINE) | PAYLOAD_BIT(PAYLOAD_RECORD),
};

static const struct pin_spec pins[] = {
	{.name = "in",
		.direction = PIN_INPUT,
		/* a stream as well, so that relate can say what to do */
		.types = SHARED | PAYLOAD_BIT(PAYLOAD_STREAM),
		.summary = "Items of any type but stream"},
	{.name = "out",
		.direction = PIN_OUTPUT,
		.flags = PIN_REQUESTED,
		.types = SHARED | PAYLOAD_BIT(PAYLOAD_STREAM),
		.maximum = LIMIT,
		.summary = "The same items, once for each link"},
	{0},
};

static void relate(struct relation *relation)
{
	const struct shape *input = relation_input(relation, IN);

	if (!input->known)
		return;
	if (input->type == PAYLOAD_STREAM)
		relation_error(relation, relation_location(relation, ""),
			"put the tee behind the operator that reads the "
			"stream, such as lines",
			"a stream can be read only once, so it can't go to "
			"several operators");
	relation_output(relation, OUT, input);
}

/* One reference for each branch; the last one gets those that came. */
static void give_all(struct operator *op, const struct span *span)
{
	unsigned links = operator_links(op, OUT);

	for (unsigned i = 0; i + 1 < links; i++) {
		for (size_t n = 0; n < span->count; n++)
			item_ref(span->items[n]);
		operator_give(op, OUT + i, span->items, span->count);
	}
	if (links > 0) {
		operator_give(op, OUT + links - 1, span->items, span->count);
		operator_consume(op, IN, span->count);
	} else {
		operator_release(op, IN, span->count);
	}
}

static enum step step(struct operator *op, void *state)
{
	struct span span;
	enum event event = operator_next(op, IN, &span);

	(void)state;
	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	give_all(op, &span);
	return STEP_MORE;
}

const struct operator_spec spec_tee = {
	.name = "tee",
	.family = "flow",
	.summary = "Gives each branch all of what it gets",
	.description =
		"Each link from its output is a branch that gets every item, "
		"in order; items are shared, not copied. Several links from "
		"one output of any operator do the same without a tee being "
		"written.\n\n"
		"The slowest branch sets the pace. Streams can't be shared, "
		"since a stream has one reader: put the tee behind the "
		"operator that reads them.\n\n",
	.example = "leat: 1\n"
		   "session: tee\n"
		   "operators:\n"
		   "  input: stdin\n"
		   "  split: lines\n"
		   "  both: tee\n"
		   "  errors: {use: match, pattern: '^E', else: drop}\n"
		   "  all: gather\n"
		   "  output: stdout\n"
		   "links:\n"
		   "  - input -> split -> both -> all -> output\n"
		   "  - both -> errors -> all\n",
	.example_input = "E one\ntwo\n",
	.example_output = "E one\ntwo\nE one\n",
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.relate = relate,
	.step = step,
};
