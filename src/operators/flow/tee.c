/* SPDX-License-Identifier: MIT */
/* tee: gives each branch all of what it gets. */
#include "engine/operator.h"
#include "operators/support/content/content.h"

enum { IN, OUT };

enum {
	LIMIT = 64, /* branches */
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
		.flags = PIN_REQUESTED,
		.types = ANY,
		.maximum = LIMIT,
		.summary = "The same items, once for each link"},
	{0},
};

/* ---- Streams ------------------------------------------------------------ */

static unsigned count_open(const struct operator *op)
{
	unsigned count = 0;

	for (unsigned i = 0; i < operator_links(op, OUT); i++)
		count += operator_linked(op, OUT + i);
	return count;
}

/* An item like the one given, whose stream is the content's. */
static struct item *share(struct operator *op, unsigned pin,
	struct content *content, const struct item *like)
{
	struct item *item =
		operator_stream_item(op, pin, content_stream(content));

	item->attributes = attributes_ref(like->attributes);
	item->position = like->position;
	return item;
}

/* What can't be opened again is read once, by whoever comes first, and held for
 * the others. */
static void share_stream(struct operator *op, struct item *item)
{
	struct content *content = content_of(operator_budget(op), item->stream);

	item->stream = NULL;
	for (unsigned i = 0; i < operator_links(op, OUT); i++) {
		struct item *branch;

		if (!operator_linked(op, OUT + i))
			continue;
		branch = share(op, OUT + i, content, item);
		operator_give(op, OUT + i, &branch, 1);
	}
	content_unref(content);
	item_unref(item);
}

/* Each branch opens the content for itself; the last one gets ITEM. */
static void reopen_stream(struct operator *op, struct item *item, unsigned open)
{
	for (unsigned i = 0; i < operator_links(op, OUT); i++) {
		struct item *branch = item;

		if (!operator_linked(op, OUT + i))
			continue;
		if (--open > 0)
			branch = operator_reopen(op, item);
		operator_give(op, OUT + i, &branch, 1);
		if (open == 0)
			return;
	}
	item_unref(item); /* nobody wants it */
}

static enum step give_stream(struct operator *op, struct item *item)
{
	unsigned open = count_open(op);

	operator_consume(op, IN, 1);
	if (open < 2 || item->stream->methods->reopen)
		reopen_stream(op, item, open);
	else
		share_stream(op, item);
	return STEP_MORE;
}

/* ---- What can be shared ------------------------------------------------- */

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
	if (span.items[0]->type == PAYLOAD_STREAM)
		return give_stream(op, span.items[0]);
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
		"The slowest branch sets the pace. A regular file is opened "
		"for each branch; of other streams what is read by one branch "
		"is held for the others until it is whole: in memory while "
		"less than half of the budget is in use, and up to an eighth "
		"of it for each, then in a file without a name in $TMPDIR, or "
		"in /tmp. It is cheaper to put "
		"the tee behind the operator that reads the streams.\n\n",
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
	.step = step,
};
