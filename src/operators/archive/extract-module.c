/* SPDX-License-Identifier: MIT */
/* extract: what it does. */
#include "base/memory.h"
#include "operators/support/extract/parts.h"

extern const struct operator_code code_extract
	__attribute__((visibility("default")));

enum { IN = EXTRACT_IN, REJECTED = EXTRACT_REJECTED };

enum { BATCH_BYTES = 128 * 1024 };

/* ---- Contents --------------------------------------------------------------- */

/* Takes one window of the stream that is the first of the span. */
static enum step copy_stream(struct operator *op, struct extracting *extracting,
	const struct item *item)
{
	struct slice window;

	switch (operator_read(op, IN, item->stream, &window)) {
	case READ_DATA: return extract_write(op, extracting, &window);
	case READ_BLOCKED:
	case READ_MEMORY: return STEP_WAIT;
	case READ_END:
	case READ_FAILED: operator_release(op, IN, 1); break;
	}
	return STEP_MORE;
}

static enum step take(
	struct operator *op, const struct extract *state, struct span *span)
{
	struct extracting *extracting = state->extracting;
	const struct segment *segment = operator_segment(op, IN);
	size_t done = 0;

	if (extracting->work == EXTRACT_FILE && !extracting->output) {
		enum step result =
			extract_make_file(op, state, segment->attributes);

		if (result != STEP_MORE)
			return result;
	}
	if (extracting->work != EXTRACT_FILE) {
		operator_release(op, IN, span->count);
		return STEP_MORE;
	}
	if (span->items[0]->type == PAYLOAD_STREAM)
		return copy_stream(op, extracting, span->items[0]);
	while (done < span->count && extracting->work == EXTRACT_FILE)
		if (!batch_add_item(&extracting->batch, span->items[done++]))
			extract_fail_write(op, extracting);
	operator_release(op, IN, done);
	return STEP_MORE;
}

/* ---- Units ------------------------------------------------------------------ */

static void forget_unit(struct extracting *extracting)
{
	extract_drop_file(extracting);
	tree_finish(&extracting->tree);
	extract_forget_links(extracting);
	extracting->ending = false;
	extracting->warned_time = extracting->warned_alike = false;
}

static enum step begin_unit(struct operator *op, const struct extract *state)
{
	struct extracting *extracting = state->extracting;

	forget_unit(extracting);
	operator_begin(op, REJECTED, operator_segment(op, IN));
	if (!template_fill(extracting->form, NULL, operator_segment(op, IN),
		    &extracting->directory, &extracting->problem))
		operator_fail_unit(op, IN, STATUS_CANNOT_CREATE,
			(struct place){0}, "%s", extracting->problem.data);
	return STEP_MORE;
}

/* One more link, or the end of the unit. */
static enum step end_some(struct operator *op, const struct extract *state)
{
	struct extracting *extracting = state->extracting;

	operator_progressed(op);
	if (extracting->links && !operator_unit_failed(op, IN))
		return extract_make_link(op, state);
	forget_unit(extracting);
	operator_end(op, REJECTED);
	return STEP_MORE;
}

/* ---- The operator ------------------------------------------------------- */

static bool open(struct operator *op, void *memory)
{
	struct extract *state = memory;
	struct extracting *extracting = memory_zeroed(sizeof(*extracting));
	const struct shape *shape = operator_shape(op, IN);

	state->extracting = extracting;
	extracting->source = -1;
	extracting->last_link = &extracting->links;
	extracting->path_key = shape_attribute(shape, "src_path");
	extracting->form = template_create(state->directory.text, true, shape);
	batch_init(&extracting->batch, extract_flush, extracting, BATCH_BYTES);
	if (extracting->form)
		return true;
	operator_fail(op, STATUS_BUG, "its template is wrong");
	return false;
}

static enum step step(struct operator *op, void *memory)
{
	struct extract *state = memory;
	struct extracting *extracting = state->extracting;
	struct segment *segment;
	struct span span;

	if (extracting->source >= 0)
		return extract_copy_some(op, extracting);
	if (operator_linked(op, REJECTED) && operator_room(op, REJECTED) == 0)
		return operator_wait_output(op, REJECTED);
	if (extracting->ending)
		return end_some(op, state);
	switch (operator_next(op, IN, &span)) {
	case EVENT_ITEMS: return take(op, state, &span);
	case EVENT_BEGIN:
		segment = operator_segment(op, IN);
		return segment->parent
			? extract_begin_entry(op, state, segment->attributes)
			: begin_unit(op, state);
	case EVENT_END:
		if (operator_segment(op, IN)->parent)
			return extract_end_entry(op, state);
		extracting->ending = true;
		return STEP_MORE;
	case EVENT_CLOSED: return STEP_END;
	case EVENT_GAP: return STEP_MORE;
	case EVENT_KEPT:
	case EVENT_LOST:
	case EVENT_WAIT: break;
	}
	return STEP_WAIT;
}

static void close_state(struct operator *op, void *memory)
{
	struct extract *state = memory;
	struct extracting *extracting = state->extracting;

	(void)op;
	if (!extracting)
		return;
	forget_unit(extracting);
	batch_finish(&extracting->batch);
	template_destroy(extracting->form);
	text_free(&extracting->directory);
	text_free(&extracting->name);
	text_free(&extracting->path);
	text_free(&extracting->problem);
	free(extracting);
}

const struct operator_code code_extract = {
	.open = open,
	.step = step,
	.close = close_state,
};
