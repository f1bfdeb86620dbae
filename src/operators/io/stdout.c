/* SPDX-License-Identifier: MIT */
/* stdout: writes bytes, lines and streams to standard output. */
#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/system-error.h"
#include "engine/operator.h"
#include "operators/support/write/batch.h"
#include "operators/support/write/spool.h"

enum { IN };

enum { BATCH_BYTES = 64 * 1024 };

struct state {
	struct batch batch; /* what goes out in this step */
	struct spool spool; /* what is held back of a unit */
	struct text preamble; /* what stands before the first unit */
	bool started; /* the preamble is written */
	unsigned depth; /* of open segments */
};

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.flags = PIN_TAKES_PACKED,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM) |
			PAYLOAD_BIT(PAYLOAD_BYTES) | PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "what to write; a line gets its line feed",
	},
	{0},
};

static bool write_out(void *target, const void *data, size_t length)
{
	(void)target;
	return file_write(STDOUT_FILENO, data, length);
}

static bool open(struct operator *op, void *memory)
{
	struct state *state = memory;

	(void)op;
	batch_init(&state->batch, write_out, NULL, BATCH_BYTES);
	spool_init(&state->spool);
	return true;
}

/* Whether what comes now may turn out to be of a unit that failed. */
static bool is_held(struct operator *op)
{
	const struct segment *segment = operator_segment(op, IN);

	return segment && segment->unit && !segment->unit->endless;
}

static enum step fail_write(struct operator *op)
{
	if (errno == EPIPE)
		return operator_broken_pipe(op);
	return operator_fail(op, STATUS_IO_ERROR,
		"cannot write to standard output: %s", system_error(errno));
}

/* What stands before all segments, such as a header, waits for the first that
 * is kept, or the end. */
static bool is_preamble(struct operator *op, const struct state *state)
{
	return !state->started && !operator_segment(op, IN);
}

static bool write_preamble(struct state *state)
{
	const struct text *preamble = &state->preamble;

	if (state->started)
		return true;
	state->started = true;
	return preamble->length == 0 ||
		file_write(STDOUT_FILENO, preamble->data, preamble->length);
}

/* A write failed: of what is held, or of what goes out. */
static enum step fail(struct operator *op)
{
	if (!is_held(op))
		return fail_write(op);
	operator_fail_unit(op, IN, STATUS_IO_ERROR, (struct place){0},
		"cannot hold back what it yields in a temporary file: %s; set "
		"TMPDIR to a directory that has room",
		system_error(errno));
	return STEP_MORE;
}

/* ---- Items ------------------------------------------------------------------ */

/* Takes one window of the stream that is the first of the span. */
static enum step copy_stream(
	struct operator *op, struct batch *batch, struct item *item)
{
	struct slice window;

	switch (operator_read(op, IN, item->stream, &window)) {
	case READ_DATA:
		if (!batch_add(batch, window.data, window.length))
			return fail(op);
		break;
	case READ_BLOCKED:
	case READ_MEMORY: return STEP_WAIT;
	case READ_END:
	case READ_FAILED: operator_release(op, IN, 1); break;
	}
	return STEP_MORE;
}

static enum step take_preamble(
	struct operator *op, struct state *state, struct span *span)
{
	for (size_t i = 0; i < span->count; i++) {
		const struct item *item = span->items[i];

		text_add(
			&state->preamble, item->slice.data, item->slice.length);
		if (item->type == PAYLOAD_LINE)
			text_add(&state->preamble, "\n", 1);
	}
	operator_release(op, IN, span->count);
	return STEP_MORE;
}

static enum step take(
	struct operator *op, struct state *state, struct span *span)
{
	bool held = is_held(op);
	struct batch *batch = held ? &state->spool.batch : &state->batch;
	enum step result = STEP_MORE;
	bool written = true;
	size_t done = 0;

	if (is_preamble(op, state) && span->items[0]->type != PAYLOAD_STREAM)
		return take_preamble(op, state, span);
	if (!held && !write_preamble(state))
		return fail_write(op);
	while (written && done < span->count &&
		span->items[done]->type != PAYLOAD_STREAM)
		written = batch_add_item(batch, span->items[done++]);
	if (!written)
		result = fail(op);
	operator_release(op, IN, done);
	if (done == 0)
		result = copy_stream(op, batch, span->items[0]);
	if (!held && result != STEP_FAIL && !batch_flush(batch))
		return fail(op);
	return result;
}

/* ---- Segments --------------------------------------------------------------- */

static enum step end(struct operator *op, struct state *state)
{
	const struct segment *segment = operator_segment(op, IN);

	if (--state->depth > 0)
		return STEP_MORE;
	if (segment->failed) {
		spool_drop(&state->spool);
		return STEP_MORE;
	}
	if (!write_preamble(state))
		return fail_write(op);
	switch (spool_release(&state->spool, STDOUT_FILENO)) {
	case SPOOL_DONE: return STEP_MORE;
	case SPOOL_NOT_WRITTEN: return fail_write(op);
	case SPOOL_LOST: break;
	}
	return operator_fail(op, STATUS_IO_ERROR,
		"cannot read back what was held in a temporary file: %s",
		system_error(errno));
}

static enum step step(struct operator *op, void *memory)
{
	struct state *state = memory;
	struct span span;
	enum event event = operator_next(op, IN, &span);

	switch (event) {
	case EVENT_ITEMS: return take(op, state, &span);
	case EVENT_BEGIN: state->depth++; return STEP_MORE;
	case EVENT_END: return end(op, state);
	case EVENT_CLOSED:
		return write_preamble(state) ? STEP_END : fail_write(op);
	case EVENT_GAP: return STEP_MORE;
	case EVENT_KEPT:
	case EVENT_LOST:
	case EVENT_WAIT: break;
	}
	return STEP_WAIT;
}

static void close_state(struct operator *op, void *memory)
{
	struct state *state = memory;

	(void)op;
	batch_finish(&state->batch);
	spool_finish(&state->spool);
	text_free(&state->preamble);
}

const struct operator_spec spec_stdout = {
	.name = "stdout",
	.family = "io",
	.summary = "Writes to standard output",
	.description =
		"Writes chunks of bytes and whole streams as they are, and "
		"lines with a line feed.\n\n"
		"What comes of standard input goes out at once. What comes of "
		"a unit that may still fail, such as a file, is held back "
		"until the unit has succeeded, in memory and, if it is long, "
		"in a temporary file without a name in `$TMPDIR` or /tmp: of "
		"a unit that failed nothing is written. What spans units goes "
		"out as it comes.\n\n"
		"When the reader of a pipe is gone, the run ends, other "
		"outputs are left as they were, and leat dies of SIGPIPE.\n\n",
	.example = "leat: 1\n"
		   "session: numbers\n"
		   "operators:\n"
		   "  numbers: {use: generate, count: 3, fields: {n: number, "
		   "square: number * number}}\n"
		   "  table: csv-encode\n"
		   "  out: stdout\n"
		   "links: [numbers -> table -> out]\n",
	.example_output = "n,square\n0,0\n1,1\n2,4\n",
	.flags = OPERATOR_RESUMABLE | OPERATOR_SPANS_ALWAYS | OPERATOR_ALONE |
		OPERATOR_SHOWS,
	.scope = SCOPE_GRAPH,
	.pins = pins,
	.state_size = sizeof(struct state),
	.open = open,
	.step = step,
	.close = close_state,
};
