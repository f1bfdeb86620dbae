/* SPDX-License-Identifier: MIT */
/* archive-write: what it does. */
#include <archive.h>
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "operators/support/archive/writing.h"

extern const struct operator_code code_archive_write
	__attribute__((visibility("default")));

enum { IN = ARCHIVE_WRITE_IN, OUT = ARCHIVE_WRITE_OUT };

/* One step holds so much at least, if there is as much. */
enum { STEP_BYTES = 64 * 1024 };

/* ---- Entries taken ---------------------------------------------------------- */

/* All of the current one is held. */
static void keep_current(struct archive_writing *writing)
{
	writing->current->size = writing->got;
	members_add(&writing->members, writing->current);
	writing->current = NULL;
	if (writing->holds)
		return;
	writing->event = EVENT_ITEMS;
	writing->closes = false;
	writing->phase = PHASE_WRITE;
}

/* Makes the current member; false: why not is writing->problem. */
static bool make_current(struct archive_writing *writing,
	const struct item *item, const struct segment *segment)
{
	struct member_maker *maker = &writing->maker;
	struct text shown = {0};

	writing->current = member_create(maker, item, segment);
	if (!writing->current) {
		writing->problem.length = 0;
		text_add_string(&writing->problem, maker->problem.data);
		return false;
	}
	writing->got = 0;
	if (!maker->clamped || writing->warned)
		return true;
	writing->warned = true;
	text_add_escaped(&shown, writing->current->name,
		strlen(writing->current->name), 1000);
	operator_warn(writing->op,
		"the time of the entry `%s` can't be put into an archive of "
		"format %s: the nearest that can is taken, for others here as "
		"well",
		shown.data,
		archive_format_rows[writing->settings->format].name);
	text_free(&shown);
	return true;
}

/* What has no content is written, or held, at once. */
static enum step take_bare(struct archive_writing *writing)
{
	const struct segment *segment = operator_segment(writing->op, IN);

	if (member_is_root(segment))
		return STEP_MORE;
	if (!make_current(writing, NULL, segment))
		return writing_fail(writing, STATUS_BAD_DATA);
	keep_current(writing);
	return STEP_MORE;
}

/* Whether the content goes straight into the archive: its size is known, and
 * nobody has to know where its holes are. */
static bool is_direct(struct archive_writing *writing, struct stream *stream)
{
	return !writing->holds && !writing->current->holes && stream &&
		stream->methods->size &&
		stream->methods->size(stream, &writing->current->size);
}

static enum step start_direct(struct archive_writing *writing)
{
	enum step step = writing_want_writer(writing);

	if (step != STEP_MORE) {
		writing_drop_current(writing); /* to be made anew */
		return step;
	}
	return writing_begin_next(writing, writing->current) == NAME_NEW
		? STEP_MORE
		: writing_fail_written(writing);
}

static enum step start(struct archive_writing *writing, struct item *item)
{
	const struct segment *segment = operator_segment(writing->op, IN);

	writing->came = true;
	if (!make_current(writing, item, segment))
		return writing_fail(writing, STATUS_BAD_DATA);
	writing->current->offset = writing->held.length;
	writing->direct = is_direct(
		writing, item->type == PAYLOAD_STREAM ? item->stream : NULL);
	return writing->direct ? start_direct(writing) : STEP_MORE;
}

static enum step fail_size(struct archive_writing *writing)
{
	const struct member *member = writing->current;

	writing->problem.length = 0;
	text_add_string(&writing->problem, "the content of `");
	text_add_escaped(
		&writing->problem, member->name, strlen(member->name), 1000);
	text_add_format(&writing->problem,
		"` has %s bytes than the %" PRIu64 " that it should",
		writing->got > member->size ? "more" : "fewer", member->size);
	return writing_fail(writing, STATUS_BAD_DATA);
}

static enum step add_direct(
	struct archive_writing *writing, const struct slice *window)
{
	if (writing->got > writing->current->size)
		return fail_size(writing);
	return archive_writer_add(writing->writer, window->data, window->length,
		       &writing->problem)
		? STEP_MORE
		: writing_fail_written(writing);
}

static enum step add(
	struct archive_writing *writing, const struct slice *window)
{
	struct holes *holes = writing->current->holes;
	bool ok;

	writing->got += window->length;
	if (writing->direct)
		return add_direct(writing, window);
	if (holes)
		ok = holes_add(
			holes, &writing->held, window->data, window->length);
	else
		ok = held_add(&writing->held, window->data, window->length);
	return ok ? STEP_MORE : writing_fail_unwritten(writing);
}

static enum step end_held(struct archive_writing *writing)
{
	struct holes *holes = writing->current->holes;

	if (holes && !holes_complete(holes, &writing->held))
		return writing_fail_unwritten(writing);
	if (holes)
		writing->current->bytes +=
			(uint32_t)(holes->capacity * sizeof(*holes->extents));
	keep_current(writing);
	return STEP_MORE;
}

static enum step end_current(struct archive_writing *writing)
{
	if (!writing->direct)
		return end_held(writing);
	if (writing->got != writing->current->size)
		return fail_size(writing);
	writing_drop_current(writing);
	return archive_writer_end(writing->writer, &writing->problem)
		? STEP_MORE
		: writing_fail_written(writing);
}

/* Reads on, as far as one step goes. */
static enum step read_on(struct archive_writing *writing, struct item *item)
{
	enum step step = STEP_MORE;
	struct slice window;
	size_t bytes = 0;

	while (step == STEP_MORE && bytes < STEP_BYTES &&
		!writing_is_lost(writing) && !outbox_full(&writing->outbox)) {
		switch (operator_read(writing->op, IN, item->stream, &window)) {
		case READ_BLOCKED:
		case READ_MEMORY: return writing_hand_on(writing);
		case READ_DATA:
			bytes += window.length;
			step = add(writing, &window);
			continue;
		case READ_END: step = end_current(writing); break;
		case READ_FAILED: writing_drop_current(writing); break;
		}
		operator_release(writing->op, IN, 1);
		break;
	}
	return step;
}

static enum step take(struct archive_writing *writing, struct item *item)
{
	enum step step = writing->current ? STEP_MORE : start(writing, item);

	return step == STEP_MORE ? read_on(writing, item) : step;
}

/* A piece of a content that was pushed, which the next one or a segment
 * ends. */
static enum step take_bytes(struct archive_writing *writing, struct item *item)
{
	enum step step = STEP_MORE;

	if (writing->current && item->position == 0)
		return end_current(writing);
	if (!writing->current)
		step = start(writing, item);
	if (step == STEP_MORE && writing->current)
		step = add(writing, &item->slice);
	if (step != STEP_WAIT)
		operator_release(writing->op, IN, 1);
	return step;
}

/* No segment begins or ends amid a content that is pulled. */
static enum step end_pushed(struct archive_writing *writing)
{
	if (writing->current && writing_is_lost(writing))
		writing_drop_current(writing);
	return writing->current ? end_current(writing) : STEP_MORE;
}

/* ---- Segments --------------------------------------------------------------- */

/* What is held comes in its order from here on. */
static enum step start_writing(struct archive_writing *writing)
{
	writing->phase = PHASE_WRITE;
	if (!held_complete(&writing->held))
		return writing_fail_unwritten(writing);
	if (writing_is_ordered(writing) &&
		!members_order(&writing->members, &writing->problem))
		return writing_fail(writing, STATUS_BAD_DATA);
	return STEP_MORE;
}

static enum step begin(struct archive_writing *writing)
{
	const enum step step = end_pushed(writing);

	writing->came = false;
	if (step != STEP_MORE)
		return step;
	if (writing->depth++ > 0)
		return STEP_MORE;
	writing->unit_members = writing->members.count;
	return writing->spans ? STEP_MORE
			      : operator_pass(writing->op, IN, EVENT_BEGIN);
}

/* A unit ends in an archive of all. */
static enum step end_spanned(struct archive_writing *writing)
{
	writing->closes = false;
	writing_drop_current(writing);
	if (operator_segment(writing->op, IN)->failed)
		members_cut(&writing->members, writing->unit_members);
	if (writing->settings->order == ARCHIVE_BY_PATH) {
		writing->phase = PHASE_PASS;
		return STEP_MORE;
	}
	return start_writing(writing);
}

static enum step end(struct archive_writing *writing)
{
	const struct segment *segment = operator_segment(writing->op, IN);
	const enum step step = end_pushed(writing);

	if (step != STEP_MORE)
		return step;
	if (writing->depth > 1)
		writing->depth--;
	if (segment->parent) {
		const bool bare = !writing->came && !writing_is_lost(writing) &&
			member_is_bare(segment);

		writing->came = true; /* in the one around it */
		return bare ? take_bare(writing) : STEP_MORE;
	}
	writing->event = EVENT_END;
	if (writing->spans)
		return end_spanned(writing);
	writing->closes = !writing->joined && !segment->bare;
	return start_writing(writing);
}

/* No more will come. What is left has no unit. */
static enum step end_input(struct archive_writing *writing)
{
	writing->event = EVENT_CLOSED;
	writing->closes = writing->spans || writing->joined ||
		writing->members.count > 0 || writing->writer;
	return start_writing(writing);
}

static enum step pass(struct archive_writing *writing)
{
	writing->phase = PHASE_TAKE;
	if (writing->event == EVENT_END) {
		if (!writing->spans)
			writing_forget(writing);
		writing->depth = 0;
		if (writing->spans)
			return STEP_MORE;
	}
	return operator_pass(writing->op, IN, writing->event);
}

/* ---- The operator ----------------------------------------------------------- */

static bool open(struct operator *op, void *memory)
{
	struct archive_write *state = memory;
	struct archive_writing *writing = memory_zeroed(sizeof(*writing));
	const bool whole = operator_document_scope(op) == SCOPE_GRAPH;

	state->writing = writing;
	writing->op = op;
	writing->settings = state;
	writing->held.budget = operator_budget(op);
	writing->spans = operator_spans(op);
	writing->joined = whole && !writing->spans;
	writing->holds = writing->spans || writing_is_ordered(writing);
	outbox_init(&writing->outbox, op, OUT, state);
	if (member_maker_init(&writing->maker, state, operator_shape(op, IN)))
		return true;
	operator_fail(op, STATUS_BUG, "its template is wrong");
	return false;
}

/* The unit has failed: what there is of it is in vain. */
static void forget_unit(struct archive_writing *writing)
{
	outbox_reset(&writing->outbox);
	writing_forget(writing);
	if (writing->phase != PHASE_TAKE)
		writing->phase =
			writing->event == EVENT_ITEMS ? PHASE_TAKE : PHASE_PASS;
}

static enum step next(struct archive_writing *writing)
{
	struct span span;
	enum event event = operator_next(writing->op, IN, &span);

	switch (event) {
	case EVENT_ITEMS:
		if (!writing_is_lost(writing))
			return span.items[0]->type == PAYLOAD_STREAM
				? take(writing, span.items[0])
				: take_bytes(writing, span.items[0]);
		writing_drop_current(writing);
		operator_release(writing->op, IN, span.count);
		return STEP_MORE;
	case EVENT_BEGIN: return begin(writing);
	case EVENT_END: return end(writing);
	case EVENT_CLOSED: return end_input(writing);
	case EVENT_GAP:
		return writing->spans ? STEP_MORE
				      : operator_pass(writing->op, IN, event);
	case EVENT_KEPT:
	case EVENT_LOST:
	case EVENT_WAIT: break;
	}
	return writing_hand_on(writing);
}

static enum step work(struct archive_writing *writing)
{
	const bool whole = writing->phase >= PHASE_FLUSH;

	if (writing_is_lost(writing) && !writing->spans)
		forget_unit(writing);
	else if (whole ? outbox_busy(&writing->outbox)
		       : outbox_full(&writing->outbox))
		return writing_hand_on(writing);
	switch (writing->phase) {
	case PHASE_TAKE: return next(writing);
	case PHASE_WRITE: return writing_write_held(writing);
	case PHASE_CLOSE: return writing_close(writing);
	case PHASE_FLUSH: return writing_flush(writing);
	case PHASE_PASS: break;
	}
	return pass(writing);
}

/* What the members take, and the names. */
static enum step settle(struct archive_writing *writing)
{
	struct budget *budget = operator_budget(writing->op);

	if (!meter_settle(&writing->members.meter, budget))
		return operator_wait_memory(
			writing->op, meter_missing(&writing->members.meter));
	if (!meter_settle(&writing->names.meter, budget))
		return operator_wait_memory(
			writing->op, meter_missing(&writing->names.meter));
	return STEP_MORE;
}

static enum step step(struct operator *op, void *memory)
{
	struct archive_write *state = memory;
	enum step step = settle(state->writing);

	if (step == STEP_MORE)
		step = work(state->writing);
	if (step == STEP_MORE)
		operator_progressed(op);
	return step;
}

static void close_state(struct operator *op, void *memory)
{
	struct archive_write *state = memory;
	struct archive_writing *writing = state->writing;

	if (!writing)
		return;
	writing_forget(writing);
	members_finish(&writing->members);
	meter_finish(&writing->members.meter, operator_budget(op));
	meter_finish(&writing->names.meter, operator_budget(op));
	outbox_finish(&writing->outbox);
	member_maker_finish(&writing->maker);
	text_free(&writing->problem);
	free(writing);
}

static void libraries(const void *state, struct text *text)
{
	const struct archive_write *settings = state;

	text_add_string(text, archive_version_string());
	if (!archive_format_rows[settings->format].packs)
		return;
	text_add_format(text, ", %s, %s", archive_zlib_version(),
		archive_liblzma_version());
}

const struct operator_code code_archive_write = {
	.open = open,
	.step = step,
	.close = close_state,
	.libraries = libraries,
};
