/* SPDX-License-Identifier: MIT */
/* spool: contents held until they are whole, as streams that can seek. */
#include <errno.h>

#include "base/system-error.h"
#include "engine/operator.h"
#include "operators/support/content/content.h"
#include "operators/support/empty-content.h"
#include "operators/support/levels.h"

enum { IN, OUT };

/* An open segment. */
struct level {
	struct content *content; /* of bytes; NULL: none came yet */
	bool streams; /* some came */
	bool lost; /* its unit has failed */
};

struct state {
	struct levels levels; /* of struct level, one for each segment */
	struct content *read; /* of the stream that is being read; or NULL */
	bool ending; /* an END was taken, but its stream not given yet */
};

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_BYTES) |
			PAYLOAD_BIT(PAYLOAD_STREAM),
		.summary = "chunks of bytes, or streams",
	},
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM),
		.summary = "streams of a known size that can seek",
	},
	{0},
};

static void relate(struct relation *relation)
{
	const struct shape *input = relation_input(relation, IN);
	struct shape shape;

	/* An encoder in front makes a document for each stream. */
	relation_set_scope(relation, SCOPE_SEGMENT);
	if (!input->known)
		return;
	shape = relation_shape(relation, input, PAYLOAD_STREAM, NULL);
	relation_output(relation, OUT, &shape);
}

/* ---- Contents --------------------------------------------------------------- */

static struct level *innermost(struct state *state)
{
	return levels_get(&state->levels, SCOPE_SEGMENT);
}

static void fail_written(struct operator *op, struct state *state)
{
	innermost(state)->lost = true;
	operator_fail_unit(op, IN, STATUS_IO_ERROR, (struct place){0},
		"it can't be held in a temporary file: %s",
		system_error(errno));
}

static void drop(struct content **content)
{
	content_unref(*content);
	*content = NULL;
}

/* Gives a stream over CONTENT, which is let go of. */
static void give(struct operator *op, struct state *state,
	struct content **content, const struct item *from)
{
	struct item *item;

	if (!content_complete(*content)) {
		fail_written(op, state);
	} else {
		item = operator_stream_item(op, OUT, content_stream(*content));
		if (from)
			item->attributes = attributes_ref(from->attributes);
		operator_give(op, OUT, &item, 1);
	}
	drop(content);
}

/* ---- Streams ---------------------------------------------------------------- */

/* Takes one window of a stream, or all of one that can seek. */
static enum step take_stream(
	struct operator *op, struct state *state, struct item *item)
{
	struct slice window;

	innermost(state)->streams = true;
	if (item->stream->methods->seek && item->stream->methods->size) {
		operator_give(op, OUT, &item, 1);
		operator_consume(op, IN, 1);
		return STEP_MORE;
	}
	if (!state->read)
		state->read = content_create(operator_budget(op));
	switch (operator_read(op, IN, item->stream, &window)) {
	case READ_DATA:
		if (content_add(state->read, window.data, window.length))
			return STEP_MORE;
		fail_written(op, state);
		drop(&state->read);
		break;
	case READ_END: give(op, state, &state->read, item); break;
	case READ_FAILED: drop(&state->read); break;
	case READ_BLOCKED:
	case READ_MEMORY: return STEP_WAIT;
	}
	operator_release(op, IN, 1);
	return STEP_MORE;
}

/* ---- Bytes ------------------------------------------------------------------ */

static enum step take(
	struct operator *op, struct state *state, const struct span *span)
{
	struct level *level = innermost(state);

	if (operator_unit_failed(op, IN) || level->lost) {
		drop(&state->read);
		operator_release(op, IN, span->count);
		return STEP_MORE;
	}
	if (span->items[0]->type == PAYLOAD_STREAM)
		return take_stream(op, state, span->items[0]);
	if (!level->content)
		level->content = content_create(operator_budget(op));
	for (size_t i = 0; i < span->count && !level->lost; i++)
		if (!content_add(level->content, span->items[i]->slice.data,
			    span->items[i]->slice.length))
			fail_written(op, state);
	operator_release(op, IN, span->count);
	return STEP_MORE;
}

/* Gives what came in the innermost segment, if it is a content; false: there is
 * no room now. */
static bool give_level(struct operator *op, struct state *state, bool empty)
{
	struct level *level = innermost(state);

	if (level->lost || operator_unit_failed(op, IN))
		drop(&level->content);
	else if (!level->content && empty && !level->streams &&
		state->levels.leaf && is_empty_content(op, IN))
		level->content = content_create(operator_budget(op));
	if (!level->content)
		return true;
	if (operator_room(op, OUT) == 0) {
		operator_wait_output(op, OUT);
		return false;
	}
	give(op, state, &level->content, NULL);
	return true;
}

/* ---- Punctuation ------------------------------------------------------------ */

static enum step end(struct operator *op, struct state *state)
{
	state->ending = !give_level(op, state, true);
	if (state->ending)
		return STEP_WAIT;
	*innermost(state) = (struct level){0};
	levels_end(&state->levels);
	return operator_pass(op, IN, EVENT_END);
}

/* A content with a hole is none. */
static enum step gap(struct operator *op, struct state *state)
{
	if (operator_shape(op, IN)->type == PAYLOAD_BYTES &&
		operator_segment(op, IN)) {
		innermost(state)->lost = true;
		operator_fail_unit(op, IN, STATUS_BAD_DATA, (struct place){0},
			"%llu chunks of it were dropped by a leaky link",
			(unsigned long long)operator_dropped(op, IN));
	}
	return operator_pass(op, IN, EVENT_GAP);
}

/* ---- The operator ----------------------------------------------------------- */

static bool open(struct operator *op, void *memory)
{
	struct state *state = memory;

	(void)op;
	levels_init(&state->levels, sizeof(struct level));
	return true;
}

static enum step step(struct operator *op, void *memory)
{
	struct state *state = memory;
	struct span span;
	enum event event;

	if (state->ending)
		return end(op, state);
	event = operator_next(op, IN, &span);
	switch (event) {
	case EVENT_ITEMS: return take(op, state, &span);
	case EVENT_BEGIN: levels_begin(&state->levels); break;
	case EVENT_END: return end(op, state);
	case EVENT_GAP: return gap(op, state);
	case EVENT_CLOSED:
		if (!give_level(op, state, false))
			return STEP_WAIT;
		break;
	case EVENT_KEPT:
	case EVENT_LOST:
	case EVENT_WAIT: break;
	}
	return operator_pass(op, IN, event);
}

static void close(struct operator *op, void *memory)
{
	struct state *state = memory;

	(void)op;
	drop(&state->read);
	for (size_t i = 0; i < state->levels.count; i++) {
		struct level *level = levels_at(&state->levels, i);

		drop(&level->content);
	}
	levels_finish(&state->levels);
}

const struct operator_spec spec_spool = {
	.name = "spool",
	.family = "flow",
	.summary = "Holds contents until they are whole; gives streams",
	.description =
		"Makes one stream of the bytes of each segment, when it has "
		"ended; its size is known and its reader may go back and forth "
		"in it. Of streams it makes such ones, too; those that are so "
		"already, as of regular files, pass.\n\n"
		"Contents are held in memory while less than half of the "
		"memory budget is in use, and up to an eighth of it for each, "
		"then in a file without a name in $TMPDIR, or in /tmp.\n\n"
		"leat puts it by itself between an output that gives bytes and "
		"an input that takes nothing but streams, such as that of "
		"`lines`.\n\n",
	.example = "leat: 1\n"
		   "session: count\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  split: lines\n"
		   "  parse: {use: match, pattern: '(?<word>\\w+)'}\n"
		   "  table: {use: csv-encode, header: false}\n"
		   "  whole: spool\n"
		   "  again: lines\n"
		   "  out: stdout\n"
		   "links: [in -> split -> parse -> table -> whole -> again -> "
		   "out]\n",
	.example_input = "one 1\ntwo 2\n",
	.example_output = "one\ntwo\n",
	.flags = OPERATOR_RESUMABLE | OPERATOR_CONVERTS,
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.state_size = sizeof(struct state),
	.relate = relate,
	.open = open,
	.step = step,
	.close = close,
};
