/* SPDX-License-Identifier: MIT */
/* decompress: streams of what is compressed in other streams. */
#include "engine/operator.h"
#include "operators/support/inflate/stream.h"

enum { IN, OUT };

enum format { FORMAT_AUTO, FORMAT_GZIP, FORMAT_ZLIB, FORMAT_NONE };

/* Inflating has costs per window; larger ones would leave the cache. */
enum { WINDOW_BYTES = 2 * BUFFER_BYTES };

struct state {
	int format;
	struct buffer_pool *pool;
};

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM),
		.summary = "streams, compressed or plain",
	},
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM),
		.summary = "their contents",
	},
	{0},
};

static const char *const formats[] = {"auto", "gzip", "zlib", "none", NULL};

static const struct property_spec properties[] = {
	{
		.name = "format",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct state, format),
		.fallback = "auto",
		.choices = formats,
		.summary = "What the streams are",
		.details = "With `auto` the first two bytes of each stream "
			   "tell: gzip, zlib (one of the usual headers, 78 01, "
			   "78 5e, 78 9c and 78 da), or plain content, which "
			   "passes as it is, even if it is empty. With `gzip` "
			   "or `zlib` anything else is an error. With `none` "
			   "everything passes.",
	},
	{0},
};

static bool open(struct operator *op, void *memory)
{
	struct state *state = memory;

	state->pool = buffer_pool_create(operator_budget(op), WINDOW_BYTES);
	return true;
}

static struct stream *wrap(struct state *state, struct stream *inner)
{
	static const enum inflate_expect expected[] = {
		[FORMAT_AUTO] = INFLATE_EXPECT_AUTO,
		[FORMAT_GZIP] = INFLATE_EXPECT_GZIP,
		[FORMAT_ZLIB] = INFLATE_EXPECT_ZLIB,
	};

	return inflate_stream_create(
		inner, expected[state->format], inflate_library(), state->pool);
}

/* An item like OLD, which is released, with the wrapped stream. */
static struct item *wrap_item(
	struct operator *op, struct state *state, struct item *old)
{
	struct item *item =
		operator_stream_item(op, OUT, wrap(state, old->stream));

	item->attributes = attributes_ref(old->attributes);
	item->position = old->position;
	old->stream = NULL;
	item_unref(old);
	return item;
}

static enum step step(struct operator *op, void *memory)
{
	struct state *state = memory;
	struct span span;
	enum event event = operator_next(op, IN, &span);

	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	if (state->format != FORMAT_NONE)
		for (size_t i = 0; i < span.count; i++)
			span.items[i] = wrap_item(op, state, span.items[i]);
	operator_give(op, OUT, span.items, span.count);
	operator_consume(op, IN, span.count);
	return STEP_MORE;
}

static void close_state(struct operator *op, void *memory)
{
	struct state *state = memory;

	(void)op;
	buffer_pool_unref(state->pool);
}

const struct operator_spec spec_decompress = {
	.name = "decompress",
	.family = "io",
	.summary = "Decompresses gzip and zlib streams; plain ones pass",
	.description =
		"Yields for each stream what is compressed in it. Nothing is "
		"read until somebody reads the result. A gzip stream may have "
		"several members, which follow each other, and zeros behind "
		"the last. The name in a gzip header is not used.\n\n"
		"Checksums and lengths are checked. A stream that is "
		"truncated, damaged, or followed by something else fails its "
		"unit, and the message names the byte of the compressed "
		"data.\n\n",
	.example = "leat: 1\n"
		   "session: cat\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  unpack: decompress\n"
		   "  split: lines\n"
		   "  out: stdout\n"
		   "links: [in -> unpack -> split -> out]\n",
	.example_input = "plain text passes\n",
	.example_output = "plain text passes\n",
	.flags = OPERATOR_RESUMABLE,
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.properties = properties,
	.state_size = sizeof(struct state),
	.open = open,
	.step = step,
	.close = close_state,
};
