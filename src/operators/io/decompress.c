/* SPDX-License-Identifier: MIT */
/* decompress: streams of what is compressed in other streams. */
#include "operators/support/codec/decompress.h"
#include "engine/operator.h"

enum { IN, OUT };

/* Decompressing has costs per window; larger ones would leave the cache. */
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

static const char *const formats[] = {"auto", "gzip", "zstd", "xz", "bzip2",
	"lz4", "zlib", "lzma", "none", NULL};

static const enum compression expected[] = {COMPRESSION_AUTO, COMPRESSION_GZIP,
	COMPRESSION_ZSTD, COMPRESSION_XZ, COMPRESSION_BZIP2, COMPRESSION_LZ4,
	COMPRESSION_ZLIB, COMPRESSION_LZMA, COMPRESSION_NONE};

static const struct property_spec properties[] = {
	{
		.name = "format",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct state, format),
		.fallback = "auto",
		.choices = formats,
		.summary = "What the streams are",
		.details = "With `auto` the first bytes of each stream "
			   "tell: gzip, zstd, xz, bzip2, lz4, zlib (one of the "
			   "usual headers, 78 01, 78 5e, 78 9c and 78 da), "
			   "lzma (the usual one of 13 bytes), or plain "
			   "content, which passes as it is, even if it is "
			   "empty. What is compressed twice is unpacked once. "
			   "With a format anything else is an error, as is an "
			   "empty stream. With `none` everything passes.",
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
	return decompress_create(
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
	if (expected[state->format] != COMPRESSION_NONE)
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
	.summary = "Decompresses streams; plain ones pass",
	.description =
		"Yields for each stream what is compressed in it. Nothing is "
		"read until somebody reads the result. What the format calls "
		"members, frames or streams may follow each other in gzip, "
		"zstd, xz, bzip2 and lz4, and are one content then; zeros may "
		"stand behind the last one in gzip and zlib, four at a time "
		"behind each in xz; frames to be skipped are skipped in zstd "
		"and lz4. The name in a gzip header is not used.\n\n"
		"A stream that is truncated, damaged, or followed by something "
		"else fails its unit, and the message names the byte of the "
		"compressed data. Checksums and lengths are checked wherever "
		"there are some: lzma has no checksum, and writers of zstd, xz "
		"and lz4 may leave it out. What needs a dictionary of its own "
		"is refused, and so is what zstd wrote before version 0.8, and "
		"`lz4 -l` writes.\n\n"
		"What it takes of the memory is known from the first bytes, "
		"and "
		"charged: a window of up to 2 GiB in zstd and 4 GiB in xz and "
		"lzma, up to 9 MiB in lz4, 4 MB in bzip2. A stream that asks "
		"for more than the run may take (`resources: memory`) fails "
		"its unit before anything is taken; what is packed by `zstd "
		"-19` or `xz -8`, or below, fits into the usual 64 MiB.\n\n",
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
