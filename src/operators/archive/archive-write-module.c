/* SPDX-License-Identifier: MIT */
/* archive-write: what it does. */
#include <archive.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "operators/support/archive/members.h"
#include "operators/support/archive/outbox.h"

extern const struct operator_code code_archive_write
	__attribute__((visibility("default")));

enum { IN = ARCHIVE_WRITE_IN, OUT = ARCHIVE_WRITE_OUT };

/* One step holds so much at least, if there is as much. */
enum { STEP_BYTES = 64 * 1024 };

enum phase {
	PHASE_TAKE, /* what arrives */
	PHASE_WRITE, /* the members that are held */
	PHASE_CLOSE, /* the end of the archive */
	PHASE_FLUSH, /* the end of what is compressed */
	PHASE_PASS, /* the event that it was about */
};

struct archive_writing {
	struct operator *op;
	const struct archive_write *settings;
	struct member_maker maker;
	struct outbox outbox;
	struct archive_writer *writer; /* or NULL */
	struct names names; /* as they come */

	/* How a document comes about: */
	bool spans; /* all units make one */
	bool joined; /* they do, each a part of its own */
	bool holds; /* contents are held before they are written */

	struct members members; /* that are held */
	struct content *held; /* their contents, one after the other; or NULL */
	uint64_t held_bytes;
	size_t unit_members; /* those in front of the unit in progress */

	struct member *current; /* that is being read; or NULL */
	bool direct; /* it is written as it is read */
	uint64_t got; /* bytes of it */
	bool came; /* something, in the innermost segment */

	enum phase phase;
	enum event event; /* END or CLOSED: PHASE_PASS passes it on */
	bool closes; /* with the event the archive ends */
	size_t next; /* of the members to be written */
	struct stream *reader; /* of what is held; or NULL */
	struct slice window; /* what it lent last */
	uint64_t window_offset;
	uint64_t left; /* to be written of the member that has begun */
	bool writes; /* one has */

	unsigned depth; /* open segments */
	struct text problem;
};

/* ---- Letting go ------------------------------------------------------------- */

static void forget_held(struct archive_writing *writing)
{
	members_cut(&writing->members, 0);
	stream_destroy(writing->reader);
	content_unref(writing->held);
	writing->reader = NULL;
	writing->held = NULL;
	writing->held_bytes = 0;
	writing->window = (struct slice){0};
	writing->window_offset = 0;
	writing->next = writing->unit_members = 0;
	writing->writes = false;
}

static void close_writer(struct archive_writing *writing)
{
	if (writing->writer)
		budget_give(operator_budget(writing->op),
			archive_writer_bytes(writing->settings));
	archive_writer_destroy(writing->writer);
	writing->writer = NULL;
}

static void drop_current(struct archive_writing *writing)
{
	free(writing->current);
	writing->current = NULL;
}

/* The archive, or its part, ends here, or was in vain. */
static void forget_document(struct archive_writing *writing)
{
	forget_held(writing);
	close_writer(writing);
	names_finish(&writing->names);
	drop_current(writing);
}

/* ---- Failure ---------------------------------------------------------------- */

/* It fails its unit; the run where there is none to blame. */
static enum step fail(struct archive_writing *writing, enum exit_status status)
{
	const char *problem = writing->problem.data;
	const struct segment *segment = operator_segment(writing->op, IN);

	if (!segment || !segment->unit || segment->unit->decided)
		return operator_fail(writing->op, status, "%s", problem);
	operator_fail_unit(
		writing->op, IN, status, (struct place){0}, "%s", problem);
	return STEP_MORE;
}

static enum step fail_held(struct archive_writing *writing, const char *why)
{
	writing->problem.length = 0;
	text_add_string(&writing->problem, why);
	return fail(writing, STATUS_IO_ERROR);
}

static enum step fail_unwritten(struct archive_writing *writing)
{
	struct text why = {0};

	text_add_format(&why, "it can't be held in a temporary file: %s",
		strerror(errno));
	enum step step = fail_held(writing, why.data);
	text_free(&why);
	return step;
}

/* What the writer couldn't do. */
static enum step fail_written(struct archive_writing *writing)
{
	return fail(writing,
		writing->outbox.written.error ? STATUS_IO_ERROR
					      : STATUS_BAD_DATA);
}

/* Moves on what was written; waits if that is nothing, as is named. */
static enum step hand_on(struct archive_writing *writing)
{
	enum step step;

	if (!outbox_busy(&writing->outbox))
		return STEP_WAIT;
	step = outbox_run(&writing->outbox);
	return step == STEP_FAIL ? fail_unwritten(writing) : step;
}

/* ---- Entries written -------------------------------------------------------- */

/* Makes sure of a writer. STEP_WAIT: there is no memory for one now. */
static enum step want_writer(struct archive_writing *writing)
{
	size_t bytes = archive_writer_bytes(writing->settings);

	if (writing->writer)
		return STEP_MORE;
	if (!budget_take(operator_budget(writing->op), bytes))
		return operator_wait_memory(writing->op, bytes);
	writing->writer = archive_writer_create(
		writing->settings, &writing->outbox.written, &writing->problem);
	if (writing->writer)
		return STEP_MORE;
	budget_give(operator_budget(writing->op), bytes);
	return operator_fail(
		writing->op, STATUS_SYSTEM, "%s", writing->problem.data);
}

/* Begins an entry as they come. NAME_AGAIN: nothing has begun. */
static enum name_result begin_next(
	struct archive_writing *writing, const struct member *member)
{
	enum name_result result =
		names_add(&writing->names, member, &writing->problem);

	if (result != NAME_NEW)
		return result;
	return archive_writer_begin(writing->writer, member, member,
		       member->type == MEMBER_HARDLINK ? member->link : NULL,
		       &writing->problem)
		? NAME_NEW
		: NAME_REFUSED;
}

/* The same of one that is in its place. */
static enum name_result begin_ordered(
	struct archive_writing *writing, struct member *member)
{
	const bool links = archive_format_rows[writing->settings->format].links;
	const struct member *target = member_target(member);
	const char *link =
		links && member_is_link(member) ? target->first->name : NULL;

	writing->left = link || target->type != MEMBER_FILE ? 0 : target->size;
	return archive_writer_begin(
		       writing->writer, member, target, link, &writing->problem)
		? NAME_NEW
		: NAME_REFUSED;
}

static bool is_ordered(const struct archive_writing *writing)
{
	return writing->settings->order == ARCHIVE_BY_PATH;
}

/* ---- What is held, written -------------------------------------------------- */

/* Reads what is held at OFFSET. Members that come in their order are read
 * together, others one by one. */
static enum read_status read_held(
	struct archive_writing *writing, uint64_t offset)
{
	struct slice *window = &writing->window;
	const bool follows = offset ==
		writing->window_offset + window->length;
	struct stream *reader = writing->reader;

	if (!reader)
		reader = writing->reader = content_stream(writing->held);
	*window = (struct slice){0};
	if (!reader->methods->seek(reader, offset))
		return READ_FAILED;
	content_stream_expect(reader, follows ? 0 : writing->left);
	writing->window_offset = offset;
	return stream_read(reader, window);
}

/* Lends what is held at OFFSET, in writing->window. */
static enum step lend(struct archive_writing *writing, uint64_t offset)
{
	struct slice *window = &writing->window;
	uint64_t skip = offset - writing->window_offset;

	if (offset >= writing->window_offset && skip < window->length) {
		window->data += skip;
		window->length -= skip;
		writing->window_offset = offset;
		return STEP_MORE;
	}
	enum read_status status = read_held(writing, offset);
	if (status == READ_MEMORY)
		return operator_wait_memory(writing->op, BUFFER_BYTES);
	if (status == READ_DATA)
		return STEP_MORE;
	const char *problem = writing->reader->problem.data;
	return fail_held(writing, problem ? problem : strerror(EIO));
}

/* Whether LEND has lent something. */
static bool has_window(const struct archive_writing *writing, uint64_t offset)
{
	return writing->window.length > 0 && writing->window_offset == offset;
}

static enum step write_begin(struct archive_writing *writing)
{
	struct member *member = writing->members.all[writing->next];
	enum name_result result;

	if (is_ordered(writing)) {
		result = begin_ordered(writing, member);
	} else {
		writing->left = member->size;
		result = begin_next(writing, member);
	}
	if (result == NAME_REFUSED)
		return fail_written(writing);
	writing->writes = result == NAME_NEW;
	if (!writing->writes)
		writing->next++;
	return STEP_MORE;
}

static enum step write_more(struct archive_writing *writing)
{
	const struct member *target =
		member_target(writing->members.all[writing->next]);
	uint64_t offset = target->offset + target->size - writing->left;
	size_t length;

	if (writing->left > 0) {
		enum step step = lend(writing, offset);

		if (step != STEP_MORE || !has_window(writing, offset))
			return step;
		length = writing->window.length < writing->left
			? writing->window.length
			: (size_t)writing->left;
		if (!archive_writer_add(writing->writer, writing->window.data,
			    length, &writing->problem))
			return fail_written(writing);
		writing->left -= length;
	}
	if (writing->left > 0)
		return STEP_MORE;
	writing->writes = false;
	writing->next++;
	return archive_writer_end(writing->writer, &writing->problem)
		? STEP_MORE
		: fail_written(writing);
}

static bool is_lost(const struct archive_writing *writing)
{
	return writing->depth > 0 && operator_unit_failed(writing->op, IN);
}

/* Writes some of what is held. */
static enum step write_held(struct archive_writing *writing)
{
	enum step step = want_writer(writing);

	while (step == STEP_MORE && writing->next < writing->members.count &&
		!outbox_full(&writing->outbox) && !is_lost(writing))
		step = writing->writes ? write_more(writing)
				       : write_begin(writing);
	if (step != STEP_MORE || is_lost(writing) ||
		writing->next < writing->members.count)
		return step;
	forget_held(writing);
	writing->phase = writing->closes ? PHASE_CLOSE : PHASE_FLUSH;
	if (writing->event == EVENT_ITEMS)
		writing->phase =
			PHASE_TAKE; /* one that was too long to guess */
	return STEP_MORE;
}

static enum step close_archive(struct archive_writing *writing)
{
	enum step step = want_writer(writing);

	if (step != STEP_MORE)
		return step;
	writing->phase = PHASE_FLUSH;
	if (!archive_writer_finish(writing->writer, &writing->problem))
		return fail_written(writing);
	forget_document(writing);
	return STEP_MORE;
}

/* What spans units has one member, which goes on. */
static enum step flush(struct archive_writing *writing)
{
	if (writing->closes || writing->joined)
		outbox_end_member(&writing->outbox);
	writing->phase = PHASE_PASS;
	return STEP_MORE;
}

/* ---- Entries taken ---------------------------------------------------------- */

/* All of the current one is held. */
static void keep_current(struct archive_writing *writing)
{
	writing->current->size = writing->got;
	writing->current->offset = writing->held_bytes - writing->got;
	members_add(&writing->members, writing->current);
	writing->current = NULL;
	if (writing->holds)
		return;
	writing->event = EVENT_ITEMS;
	writing->closes = false;
	writing->phase = PHASE_WRITE;
}

/* What has no content is written, or held, at once. */
static enum step take_bare(struct archive_writing *writing)
{
	const struct segment *segment = operator_segment(writing->op, IN);

	if (member_is_root(&writing->maker, segment))
		return STEP_MORE;
	writing->current = member_create(&writing->maker, NULL, segment);
	if (!writing->current) {
		writing->problem.length = 0;
		text_add_string(&writing->problem, writing->maker.problem.data);
		return fail(writing, STATUS_BAD_DATA);
	}
	writing->got = 0;
	keep_current(writing);
	return STEP_MORE;
}

/* Whether the content goes straight into the archive: its size is known. */
static bool is_direct(struct archive_writing *writing, struct stream *stream)
{
	return !writing->holds && stream->methods->size &&
		stream->methods->size(stream, &writing->current->size);
}

static enum step start_direct(struct archive_writing *writing)
{
	enum step step = want_writer(writing);

	if (step != STEP_MORE) {
		drop_current(writing); /* to be made anew */
		return step;
	}
	return begin_next(writing, writing->current) == NAME_NEW
		? STEP_MORE
		: fail_written(writing);
}

static enum step start(struct archive_writing *writing, struct item *item)
{
	const struct segment *segment = operator_segment(writing->op, IN);

	writing->came = true;
	writing->current = member_create(&writing->maker, item, segment);
	if (!writing->current) {
		writing->problem.length = 0;
		text_add_string(&writing->problem, writing->maker.problem.data);
		return fail(writing, STATUS_BAD_DATA);
	}
	writing->got = 0;
	writing->direct = is_direct(writing, item->stream);
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
	return fail(writing, STATUS_BAD_DATA);
}

static enum step add_direct(
	struct archive_writing *writing, const struct slice *window)
{
	if (writing->got > writing->current->size)
		return fail_size(writing);
	return archive_writer_add(writing->writer, window->data, window->length,
		       &writing->problem)
		? STEP_MORE
		: fail_written(writing);
}

static enum step add(
	struct archive_writing *writing, const struct slice *window)
{
	writing->got += window->length;
	if (writing->direct)
		return add_direct(writing, window);
	if (!writing->held)
		writing->held = content_create(operator_budget(writing->op));
	if (!content_add(writing->held, window->data, window->length))
		return fail_unwritten(writing);
	writing->held_bytes += window->length;
	return STEP_MORE;
}

static enum step end_current(struct archive_writing *writing)
{
	if (!writing->direct) {
		keep_current(writing);
		return STEP_MORE;
	}
	if (writing->got != writing->current->size)
		return fail_size(writing);
	drop_current(writing);
	return archive_writer_end(writing->writer, &writing->problem)
		? STEP_MORE
		: fail_written(writing);
}

/* Reads on, as far as one step goes. */
static enum step read_on(struct archive_writing *writing, struct item *item)
{
	enum step step = STEP_MORE;
	struct slice window;
	size_t bytes = 0;

	while (step == STEP_MORE && bytes < STEP_BYTES && !is_lost(writing) &&
		!outbox_full(&writing->outbox)) {
		switch (operator_read(writing->op, IN, item->stream, &window)) {
		case READ_BLOCKED:
		case READ_MEMORY: return hand_on(writing);
		case READ_DATA:
			bytes += window.length;
			step = add(writing, &window);
			continue;
		case READ_END: step = end_current(writing); break;
		case READ_FAILED: drop_current(writing); break;
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

/* ---- Segments --------------------------------------------------------------- */

/* What is held comes in its order from here on. */
static enum step start_writing(struct archive_writing *writing)
{
	writing->phase = PHASE_WRITE;
	if (writing->held && !content_complete(writing->held))
		return fail_unwritten(writing);
	if (is_ordered(writing) &&
		!members_order(&writing->members, &writing->problem))
		return fail(writing, STATUS_BAD_DATA);
	return STEP_MORE;
}

static enum step begin(struct archive_writing *writing)
{
	writing->came = false;
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
	if (operator_segment(writing->op, IN)->failed)
		members_cut(&writing->members, writing->unit_members);
	if (is_ordered(writing)) {
		writing->phase = PHASE_PASS;
		return STEP_MORE;
	}
	return start_writing(writing);
}

static enum step end(struct archive_writing *writing)
{
	const struct segment *segment = operator_segment(writing->op, IN);

	if (writing->depth > 1)
		writing->depth--;
	if (segment->parent) {
		const bool bare = !writing->came && !is_lost(writing) &&
			member_is_bare(&writing->maker, segment);

		writing->came = true; /* in the one around it */
		return bare ? take_bare(writing) : STEP_MORE;
	}
	writing->event = EVENT_END;
	if (writing->spans)
		return end_spanned(writing);
	writing->closes = !writing->joined;
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
			forget_document(writing);
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
	writing->spans = operator_spans(op);
	writing->joined = whole && !writing->spans;
	writing->holds = writing->spans || is_ordered(writing);
	outbox_init(&writing->outbox, op, OUT, state);
	if (member_maker_init(&writing->maker, state, operator_shape(op, IN)))
		return true;
	operator_fail(op, STATUS_BUG, "its template is wrong");
	return false;
}

/* The unit has failed: what there is of it is in vain. */
static void forget_unit(struct archive_writing *writing)
{
	drop_current(writing);
	if (!writing->spans) {
		outbox_reset(&writing->outbox);
		forget_document(writing);
	}
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
		if (!is_lost(writing))
			return take(writing, span.items[0]);
		drop_current(writing);
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
	return hand_on(writing);
}

static enum step work(struct archive_writing *writing)
{
	const bool whole = writing->phase >= PHASE_FLUSH;

	if (is_lost(writing) && !writing->spans)
		forget_unit(writing);
	else if (whole ? outbox_busy(&writing->outbox)
		       : outbox_full(&writing->outbox))
		return hand_on(writing);
	switch (writing->phase) {
	case PHASE_TAKE: return next(writing);
	case PHASE_WRITE: return write_held(writing);
	case PHASE_CLOSE: return close_archive(writing);
	case PHASE_FLUSH: return flush(writing);
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
	forget_document(writing);
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

	text_add_string(text,
		archive_format_rows[settings->format].packs
			? archive_version_details()
			: archive_version_string());
}

const struct operator_code code_archive_write = {
	.open = open,
	.step = step,
	.close = close_state,
	.libraries = libraries,
};
