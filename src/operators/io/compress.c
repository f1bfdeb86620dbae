/* SPDX-License-Identifier: MIT */
/* compress: makes compressed bytes of contents. */
#include "engine/operator.h"
#include "operators/support/codec/compressor-check.h"
#include "operators/support/codec/compressor.h"
#include "operators/support/empty-content.h"
#include "operators/support/file/buffer-pool.h"
#include "operators/support/levels.h"

enum { IN, OUT };

struct document {
	struct compressor *compressor; /* or NULL; kept for the next */
	bool begun; /* the member in progress has content */
};

struct state {
	int format;
	int64_t level; /* 0: the usual */
	int64_t threads; /* 0: none of its own */

	struct compressor_settings settings;
	struct buffer_pool *pool;
	struct buffer_filler filler;
	struct levels levels; /* of struct document, as the sinks make them */
	struct slice window; /* of a stream, what is left of it */
	size_t offset; /* what was taken of the first item at the input */
	bool holding; /* EVENT was taken, and isn't passed on yet */
	enum event event;
	bool finishing; /* the member that it ends has to come out first */
	bool progress; /* what the engine calls so: it can't see what goes on
			  in a compressor */
};

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.flags = PIN_TAKES_PACKED,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM) |
			PAYLOAD_BIT(PAYLOAD_BYTES) | PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "contents; a line gets its line feed",
	},
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_BYTES),
		.summary = "what they are compressed to",
	},
	{0},
};

/* As in enum compression. */
static const char *const formats[] = {
	"gzip", "zstd", "xz", "bzip2", "lz4", NULL};

static const struct property_spec properties[] = {
	{
		.name = "format",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct state, format),
		.fallback = "gzip",
		.choices = formats,
		.summary = "The format",
	},
	{
		.name = "level",
		.type = SETTING_INTEGER,
		.offset = offsetof(struct state, level),
		.minimum = 1,
		.maximum = 22,
		.unit = "steps",
		.summary = "From fast (1) to small, as the programs have it",
		.details = "Up to 9, with zstd 22, with lz4 12. If nothing is "
			   "said: gzip 6, zstd 3, bzip2 9, lz4 1, and xz 4: "
			   "its higher ones, and those of zstd, take more "
			   "memory than a run has if nothing is said, so that "
			   "`resources: memory` has to be raised.",
	},
	{
		.name = "threads",
		.type = SETTING_INTEGER,
		.offset = offsetof(struct state, threads),
		.minimum = 1,
		.maximum = 64,
		.unit = "threads",
		.summary = "How many work on one content; of zstd and xz only",
		.details = "It is then cut into parts that know nothing of "
			   "each other, which makes it a little larger and "
			   "takes much more memory. Any number, also 1, gives "
			   "the same bytes, but others than without. Many "
			   "files are compressed at once anyway, see `-j`.",
	},
	{0},
};

/* ---- Documents ---------------------------------------------------------- */

/* What contents belong to now. */
static struct document *current(struct operator *op, struct state *state)
{
	return levels_get(&state->levels, operator_document_scope(op));
}

/* Whether a member ends here. In a document of many units each has one of its
 * own, also where it is empty: so one that fails can be cut out, and one that
 * needn't run again be put between the others. */
static bool is_due(struct operator *op, struct state *state, enum event event)
{
	const bool begun = current(op, state)->begun;
	const enum scope scope = operator_document_scope(op);

	/* After what stands outside of all units, such as a header: also while
	 * nothing else comes, since units may be brought behind this place. */
	if (event != EVENT_END)
		return scope == SCOPE_GRAPH && state->levels.depth == 0 &&
			begun;
	if (operator_unit_failed(op, IN))
		return false;
	if (scope == SCOPE_SEGMENT)
		return begun ||
			(state->levels.leaf && is_empty_content(op, IN));
	return state->levels.depth == 1 &&
		(begun || scope != SCOPE_UNIT ||
			!operator_segment(op, IN)->bare);
}

/* Makes sure of the compressor; false: there is no memory for one now. */
static bool want_compressor(struct operator *op, struct state *state)
{
	struct compressor **compressor = &current(op, state)->compressor;

	if (!*compressor)
		*compressor = compressor_create(
			&state->settings, operator_budget(op));
	return *compressor;
}

static void forget(struct document *document)
{
	if (document->begun)
		compressor_reset(document->compressor);
	document->begun = false;
}

/* The unit has failed: nothing of it is wanted. */
static void forget_unit(struct state *state)
{
	for (size_t i = 0; i < state->levels.count; i++)
		forget(levels_at(&state->levels, i));
	state->window = (struct slice){0};
	state->offset = 0;
}

/* ---- Output ------------------------------------------------------------- */

static enum step run(
	struct operator *op, struct state *state, struct compressor *compressor)
{
	size_t size;

	if (operator_room(op, OUT) == 0)
		return operator_wait_output(op, OUT);
	char *space = buffer_filler_space(&state->filler, &size);
	if (!space)
		return operator_wait_memory(op,
			BUFFER_BYTES + sizeof(struct buffer) + BUFFER_PADDING);
	size_t length = compressor_run(compressor, space, size);
	if (length > 0) {
		struct item *item = operator_item(op, PAYLOAD_BYTES);

		buffer_filler_lend(&state->filler, length, &item->slice);
		buffer_ref(item->slice.buffer);
		operator_give(op, OUT, &item, 1);
		state->progress = true;
	}
	return STEP_MORE;
}

/* ---- Input -------------------------------------------------------------- */

static size_t add(struct document *document, const char *data, size_t length)
{
	document->begun = true;
	return compressor_add(document->compressor, data, length);
}

/* Reads the stream that is the first item. */
static enum step read_stream(
	struct operator *op, struct state *state, struct stream *stream)
{
	switch (operator_read(op, IN, stream, &state->window)) {
	case READ_BLOCKED:
	case READ_MEMORY: return STEP_WAIT;
	case READ_DATA: break;
	case READ_END:
		current(op, state)->begun = true; /* also if it is empty */
		/* fall through */
	case READ_FAILED:
		state->window = (struct slice){0};
		operator_release(op, IN, 1);
		break;
	}
	state->progress = true;
	return STEP_MORE;
}

/* Adds what is left of an item; whether that was all. */
static bool add_item(
	struct state *state, struct document *document, const struct item *item)
{
	const struct slice *slice = &item->slice;
	size_t length = slice->length;

	if (state->offset < length)
		state->offset += add(document, slice->data + state->offset,
			length - state->offset);
	if (state->offset >= length && item->type == PAYLOAD_LINE) {
		state->offset += add(document, "\n", 1);
		length++;
	}
	if (state->offset < length)
		return false;
	state->offset = 0;
	return true;
}

static enum step take(
	struct operator *op, struct state *state, const struct span *span)
{
	size_t done = 0;

	if (operator_unit_failed(op, IN)) {
		operator_release(op, IN, span->count);
		state->progress = true;
		return STEP_MORE;
	}
	if (!want_compressor(op, state))
		return operator_wait_memory(
			op, compressor_bytes(&state->settings));
	if (span->items[0]->type == PAYLOAD_STREAM)
		return read_stream(op, state, span->items[0]->stream);
	while (done < span->count &&
		add_item(state, current(op, state), span->items[done]))
		done++;
	operator_release(op, IN, done);
	state->progress = done > 0;
	return STEP_MORE;
}

/* ---- Segments ----------------------------------------------------------- */

/* Passes on the event that was taken. */
static enum step pass(struct operator *op, struct state *state)
{
	if (state->finishing)
		current(op, state)->begun = false;
	state->holding = state->finishing = false;
	if (state->event == EVENT_WAIT)
		return STEP_MORE; /* to wait anew */
	if (state->event == EVENT_BEGIN)
		levels_begin(&state->levels);
	else if (state->event == EVENT_END)
		levels_end(&state->levels);
	state->progress = true;
	return operator_pass(op, IN, state->event);
}

/* Ends the member that the event ends, if it does. */
static enum step settle(struct operator *op, struct state *state)
{
	struct document *document = current(op, state);

	if (!is_due(op, state, state->event))
		return pass(op, state);
	if (!want_compressor(op, state))
		return operator_wait_memory(
			op, compressor_bytes(&state->settings));
	compressor_finish(document->compressor);
	document->begun = true;
	state->finishing = true;
	return STEP_MORE;
}

/* ---- The operator ------------------------------------------------------- */

static struct compressor_settings settings_of(const struct state *state)
{
	enum compression format = (enum compression)state->format;

	return (struct compressor_settings){
		.format = format,
		.level = state->level ? (int)state->level
				      : compression_levels(format)->usual,
		.threads = (unsigned)state->threads,
	};
}

static void check_settings(struct relation *relation)
{
	const struct state *state = relation_settings(relation);

	if (!relation_unknown(relation, "format") &&
		!relation_unknown(relation, "level") &&
		!relation_unknown(relation, "threads"))
		compressor_check(relation, (enum compression)state->format,
			state->level, state->threads);
}

static void relate(struct relation *relation)
{
	const struct shape *input = relation_input(relation, IN);

	check_settings(relation);
	if (!input->known)
		return;
	struct shape shape =
		relation_shape(relation, input, PAYLOAD_BYTES, NULL);
	relation_output(relation, OUT, &shape);
}

static void libraries(const void *memory, struct text *text)
{
	const struct state *state = memory;

	compression_add_library((enum compression)state->format, text);
}

static bool open(struct operator *op, void *memory)
{
	struct state *state = memory;

	state->settings = settings_of(state);
	state->pool = buffer_pool_create(operator_budget(op), BUFFER_BYTES);
	buffer_filler_init(&state->filler, state->pool);
	levels_init(&state->levels, sizeof(struct document));
	return true;
}

static enum step next(struct operator *op, struct state *state)
{
	struct span span;

	state->event = operator_next(op, IN, &span);
	switch (state->event) {
	case EVENT_ITEMS: return take(op, state, &span);
	case EVENT_BEGIN:
	case EVENT_END:
	case EVENT_CLOSED: break;
	case EVENT_GAP: return operator_pass(op, IN, EVENT_GAP);
	case EVENT_KEPT:
	case EVENT_LOST: return STEP_WAIT;
	case EVENT_WAIT:
		if (!is_due(op, state, EVENT_WAIT))
			return STEP_WAIT;
		break;
	}
	state->holding = true;
	return STEP_MORE;
}

static enum step work(struct operator *op, struct state *state)
{
	struct document *document = current(op, state);
	struct slice *window = &state->window;

	if (state->levels.depth > 0 && operator_unit_failed(op, IN))
		forget_unit(state);
	else if (document->compressor && compressor_busy(document->compressor))
		return run(op, state, document->compressor);
	if (state->holding)
		return state->finishing ? pass(op, state) : settle(op, state);
	if (window->length == 0)
		return next(op, state);
	size_t added = add(document, window->data, window->length);
	window->data += added;
	window->length -= added;
	return STEP_MORE;
}

static enum step step(struct operator *op, void *memory)
{
	struct state *state = memory;
	enum step step = STEP_MORE;

	for (state->progress = false; step == STEP_MORE && !state->progress;)
		step = work(op, state);
	return step;
}

static void close(struct operator *op, void *memory)
{
	struct state *state = memory;

	(void)op;
	for (size_t i = 0; i < state->levels.count; i++) {
		struct document *document = levels_at(&state->levels, i);

		compressor_destroy(document->compressor);
	}
	levels_finish(&state->levels);
	buffer_filler_finish(&state->filler);
	buffer_pool_unref(state->pool);
}

const struct operator_spec spec_compress = {
	.name = "compress",
	.family = "io",
	.summary = "Compresses contents",
	.description =
		"Makes a compressed file of each document, that is of what "
		"goes into one file behind it. What is written for many units "
		"has a member for each of them (in zstd and lz4 a frame, in "
		"xz and bzip2 a stream), as if their files had been "
		"compressed one by one and joined by `cat`: every program "
		"that reads the format takes that for one content. An empty "
		"content gives a valid file, too; only where there are no "
		"units at all is the file empty.\n\n"
		"All have a checksum of the content, which is checked when "
		"they are read: gzip and bzip2 a CRC-32, xz a CRC-64, zstd "
		"and lz4 an XXH. The same content gives the same bytes, with "
		"any session, schedule and machine, as long as the version of "
		"the library is the same; with another one it is made again. "
		"A gzip header has no name and no time, and says that it was "
		"made on Unix, as with `gzip -n`. Bytes may come out late, "
		"since what belongs together is sought in blocks: 32 KiB in "
		"gzip, 64 KiB in lz4, 900 kB in bzip2, 2 MiB in zstd and 4 MiB "
		"in xz, at their highest levels 128 and 64 MiB. The memory for "
		"that is held while units run.\n\n",
	.example = "leat: 1\n"
		   "session: keep-and-show\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  split: lines\n"
		   "  out: stdout\n"
		   "  pack: {use: compress, level: 9}\n"
		   "  kept: {use: write-file, path: kept.gz}\n"
		   "links:\n"
		   "  - in -> split -> out\n"
		   "  - split -> pack -> kept\n",
	.example_input = "one\ntwo\n",
	.example_output = "one\ntwo\n",
	.flags = OPERATOR_RESUMABLE,
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.properties = properties,
	.state_size = sizeof(struct state),
	.relate = relate,
	.libraries = libraries,
	.open = open,
	.step = step,
	.close = close,
};
