/* SPDX-License-Identifier: MIT */
/* compress: makes compressed bytes of contents. */
#include "base/memory.h"
#include "engine/operator.h"
#include "operators/support/deflate/gzip-writer.h"
#include "operators/support/file/buffer-pool.h"

enum { IN, OUT };

/* An open segment. */
struct level {
	struct gzip_writer *writer; /* or NULL; kept for the next */
	bool begun; /* its member has content */
	bool outer; /* other segments are in it */
};

struct state {
	int format;
	int64_t level;

	struct buffer_pool *pool;
	struct buffer_filler filler;
	struct level *levels; /* the graph, then each open segment */
	size_t depth, count;
	size_t writers; /* that were charged to the budget */
	struct slice window; /* of a stream, what is left of it */
	size_t offset; /* what was taken of the first item at the input */
	bool holding; /* EVENT was taken, and isn't passed on yet */
	enum event event;
	bool finishing; /* the member that it ends has to come out first */
	bool progress; /* what the engine calls so: it can't see what goes on
			  in a writer */
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
		.summary = "gzip members",
	},
	{0},
};

static const char *const formats[] = {"gzip", NULL};

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
		.fallback = "6",
		.minimum = 1,
		.maximum = 9,
		.unit = "steps",
		.summary = "From fast (1) to small (9), as for gzip",
	},
	{0},
};

/* ---- Documents ---------------------------------------------------------- */

/* The level of the member that contents belong to now. */
static struct level *document(struct operator *op, struct state *state)
{
	switch (operator_document_scope(op)) {
	case SCOPE_UNIT: return &state->levels[state->depth > 0];
	case SCOPE_SEGMENT: return &state->levels[state->depth];
	default: return &state->levels[0];
	}
}

/* Whether a member ends here. In a document of many units each has one of its
 * own, also where it is empty: so one that fails can be cut out, and one that
 * needn't run again be put between the others. */
static bool is_due(struct operator *op, struct state *state, enum event event)
{
	const struct level *level = document(op, state);
	const enum scope scope = operator_document_scope(op);

	/* After what stands outside of all units, such as a header: also while
	 * nothing else comes, since units may be brought behind this place. */
	if (event != EVENT_END)
		return scope == SCOPE_GRAPH && state->depth == 0 &&
			level->begun;
	if (operator_unit_failed(op, IN))
		return false;
	if (scope == SCOPE_SEGMENT)
		return level->begun || !level->outer;
	return state->depth == 1;
}

/* Makes sure of the writer; false: there is no memory for one now. */
static bool want_writer(struct operator *op, struct state *state)
{
	struct level *level = document(op, state);

	if (level->writer)
		return true;
	if (!budget_take(operator_budget(op), GZIP_WRITER_BYTES))
		return false;
	state->writers++;
	level->writer = gzip_writer_create((int)state->level);
	return true;
}

static void forget(struct level *level)
{
	if (level->begun)
		gzip_writer_reset(level->writer);
	level->begun = false;
}

/* The unit has failed: nothing of it is wanted. */
static void forget_unit(struct operator *op, struct state *state)
{
	forget(document(op, state));
	for (size_t i = 1; i <= state->depth; i++)
		forget(&state->levels[i]);
	state->window = (struct slice){0};
	state->offset = 0;
}

/* ---- Output ------------------------------------------------------------- */

static enum step run(
	struct operator *op, struct state *state, struct gzip_writer *writer)
{
	size_t size;

	if (operator_room(op, OUT) == 0)
		return operator_wait_output(op, OUT);
	char *space = buffer_filler_space(&state->filler, &size);
	if (!space)
		return operator_wait_memory(op,
			BUFFER_BYTES + sizeof(struct buffer) + BUFFER_PADDING);
	size_t length = gzip_writer_run(writer, space, size);
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

static size_t add(struct level *level, const char *data, size_t length)
{
	level->begun = true;
	return gzip_writer_add(level->writer, data, length);
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
	struct state *state, struct level *level, const struct item *item)
{
	const struct slice *slice = &item->slice;
	size_t length = slice->length;

	if (state->offset < length)
		state->offset += add(level, slice->data + state->offset,
			length - state->offset);
	if (state->offset >= length && item->type == PAYLOAD_LINE) {
		state->offset += add(level, "\n", 1);
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
	if (!want_writer(op, state))
		return operator_wait_memory(op, GZIP_WRITER_BYTES);
	if (span->items[0]->type == PAYLOAD_STREAM)
		return read_stream(op, state, span->items[0]->stream);
	while (done < span->count &&
		add_item(state, document(op, state), span->items[done]))
		done++;
	operator_release(op, IN, done);
	state->progress = done > 0;
	return STEP_MORE;
}

/* ---- Segments ----------------------------------------------------------- */

static void begin(struct state *state)
{
	state->levels[state->depth++].outer = true;
	if (state->depth == state->count) {
		state->levels = memory_resize(
			state->levels, ++state->count, sizeof(*state->levels));
		state->levels[state->depth].writer = NULL;
	}
	state->levels[state->depth].outer = false;
	state->levels[state->depth].begun = false;
}

/* Passes on the event that was taken. */
static enum step pass(struct operator *op, struct state *state)
{
	if (state->finishing)
		document(op, state)->begun = false;
	state->holding = state->finishing = false;
	if (state->event == EVENT_WAIT)
		return STEP_MORE; /* to wait anew */
	if (state->event == EVENT_BEGIN)
		begin(state);
	else if (state->event == EVENT_END)
		state->depth--;
	state->progress = true;
	return operator_pass(op, IN, state->event);
}

/* Ends the member that the event ends, if it does. */
static enum step settle(struct operator *op, struct state *state)
{
	struct level *level = document(op, state);

	if (!is_due(op, state, state->event))
		return pass(op, state);
	if (!want_writer(op, state))
		return operator_wait_memory(op, GZIP_WRITER_BYTES);
	gzip_writer_finish(level->writer);
	level->begun = true;
	state->finishing = true;
	return STEP_MORE;
}

/* ---- The operator ------------------------------------------------------- */

static void relate(struct relation *relation)
{
	const struct shape *input = relation_input(relation, IN);

	if (!input->known)
		return;
	struct shape shape =
		relation_shape(relation, input, PAYLOAD_BYTES, NULL);
	relation_output(relation, OUT, &shape);
}

static bool open(struct operator *op, void *memory)
{
	struct state *state = memory;

	state->pool = buffer_pool_create(operator_budget(op), BUFFER_BYTES);
	buffer_filler_init(&state->filler, state->pool);
	state->count = 2;
	state->levels = memory_zeroed(state->count * sizeof(*state->levels));
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
	return settle(op, state);
}

static enum step work(struct operator *op, struct state *state)
{
	struct level *level = document(op, state);
	struct slice *window = &state->window;

	if (state->depth > 0 && operator_unit_failed(op, IN))
		forget_unit(op, state);
	else if (level->writer && gzip_writer_busy(level->writer))
		return run(op, state, level->writer);
	if (state->holding)
		return state->finishing ? pass(op, state) : settle(op, state);
	if (window->length == 0)
		return next(op, state);
	size_t added = add(level, window->data, window->length);
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

	for (size_t i = 0; i < state->count; i++)
		gzip_writer_destroy(state->levels[i].writer);
	free(state->levels);
	budget_give(operator_budget(op), state->writers * GZIP_WRITER_BYTES);
	buffer_filler_finish(&state->filler);
	buffer_pool_unref(state->pool);
}

const struct operator_spec spec_compress = {
	.name = "compress",
	.family = "io",
	.summary = "Compresses contents with gzip",
	.description =
		"Makes a gzip file of each document, that is of what goes into "
		"one file behind it. What is written for many units has a "
		"member for each of them, as if their files had been "
		"compressed one by one and joined by `cat`: every program that "
		"reads gzip takes that for one content. An empty content gives "
		"a valid file, too; only where there are no units at all is "
		"the file empty.\n\n"
		"The same content gives the same bytes, with any session, "
		"schedule and machine, as long as the version of zlib is the "
		"same: the header has no name and no time, and says that it "
		"was made on Unix, as with `gzip -n`. Bytes may come out late, "
		"since what belongs together is sought in 32 KiB.\n\n",
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
	.open = open,
	.step = step,
	.close = close,
};
