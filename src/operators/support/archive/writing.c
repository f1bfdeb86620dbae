/* SPDX-License-Identifier: MIT */
/* The half of archive-write that writes. */
#include "operators/support/archive/writing.h"

#include <errno.h>

#include "base/system-error.h"

enum { IN = ARCHIVE_WRITE_IN };

/* ---- Letting go ------------------------------------------------------------- */

static void forget_held(struct archive_writing *writing)
{
	members_cut(&writing->members, 0);
	held_drop(&writing->held);
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

void writing_drop_current(struct archive_writing *writing)
{
	member_destroy(writing->current);
	writing->current = NULL;
}

void writing_forget(struct archive_writing *writing)
{
	forget_held(writing);
	close_writer(writing);
	names_finish(&writing->names);
	writing_drop_current(writing);
	writing->warned = false;
}

/* ---- Failure ---------------------------------------------------------------- */

enum step writing_fail(struct archive_writing *writing, enum exit_status status)
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
	return writing_fail(writing, STATUS_IO_ERROR);
}

enum step writing_fail_unwritten(struct archive_writing *writing)
{
	struct text why = {0};

	text_add_format(&why, "it can't be held in a temporary file: %s",
		system_error(errno));
	enum step step = fail_held(writing, why.data);
	text_free(&why);
	return step;
}

enum step writing_fail_written(struct archive_writing *writing)
{
	return writing_fail(writing,
		writing->outbox.written.error ? STATUS_IO_ERROR
					      : STATUS_BAD_DATA);
}

enum step writing_hand_on(struct archive_writing *writing)
{
	enum step step;

	if (!outbox_busy(&writing->outbox))
		return STEP_WAIT;
	step = outbox_run(&writing->outbox);
	return step == STEP_FAIL ? writing_fail_unwritten(writing) : step;
}

/* ---- Entries written -------------------------------------------------------- */

enum step writing_want_writer(struct archive_writing *writing)
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

enum name_result writing_begin_next(
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

/* Whether a unit before this one had the name. */
static enum name_result check_units(
	struct archive_writing *writing, const struct member *member)
{
	struct member file = *member;

	if (!writing->spans || writing->settings->order != ARCHIVE_BY_UNIT)
		return NAME_NEW;
	if (file.type == MEMBER_HARDLINK)
		file.type = MEMBER_FILE; /* what it leads to is known */
	return names_add(&writing->names, &file, &writing->problem);
}

/* The same of one that is in its place. */
static enum name_result begin_ordered(
	struct archive_writing *writing, struct member *member)
{
	const bool links = archive_format_rows[writing->settings->format].links;
	const struct member *target = member_target(member);
	const char *link =
		links && member_is_link(member) ? target->first->name : NULL;
	enum name_result result = check_units(writing, member);

	if (result != NAME_NEW)
		return result;
	writing->left = link || target->type != MEMBER_FILE ? 0 : target->size;
	return archive_writer_begin(
		       writing->writer, member, target, link, &writing->problem)
		? NAME_NEW
		: NAME_REFUSED;
}

bool writing_is_ordered(const struct archive_writing *writing)
{
	return writing->settings->order != ARCHIVE_AS_THEY_COME;
}

/* ---- What is held, written -------------------------------------------------- */

static enum step write_begin(struct archive_writing *writing)
{
	struct member *member = writing->members.all[writing->next];
	enum name_result result;

	if (writing_is_ordered(writing)) {
		result = begin_ordered(writing, member);
	} else {
		writing->left = member->size;
		result = writing_begin_next(writing, member);
	}
	if (result == NAME_REFUSED)
		return writing_fail_written(writing);
	writing->writes = result == NAME_NEW;
	if (!writing->writes)
		writing->next++;
	return STEP_MORE;
}

static enum step write_piece(struct archive_writing *writing, const char *data,
	size_t length, uint64_t wanted)
{
	if (length > wanted)
		length = (size_t)wanted;
	writing->left -= length;
	return archive_writer_add(
		       writing->writer, data, length, &writing->problem)
		? STEP_MORE
		: writing_fail_written(writing);
}

/* The next piece of a content; a hole is written, too: libarchive leaves it
 * out. */
static enum step write_content(
	struct archive_writing *writing, const struct member *target)
{
	static const char zeros[BUFFER_BYTES];
	uint64_t at = target->size - writing->left, wanted = writing->left;
	struct slice window;

	if (target->holes && !holes_find(target->holes, at, &at, &wanted))
		return write_piece(writing, zeros, sizeof(zeros), wanted);
	switch (held_read(
		&writing->held, target->offset + at, wanted, &window)) {
	case READ_DATA:
		return write_piece(writing, window.data, window.length, wanted);
	case READ_MEMORY:
		return operator_wait_memory(writing->op, BUFFER_BYTES);
	default: return fail_held(writing, held_problem(&writing->held));
	}
}

static enum step write_more(struct archive_writing *writing)
{
	if (writing->left > 0)
		return write_content(writing,
			member_target(writing->members.all[writing->next]));
	writing->writes = false;
	writing->next++;
	return archive_writer_end(writing->writer, &writing->problem)
		? STEP_MORE
		: writing_fail_written(writing);
}

bool writing_is_lost(const struct archive_writing *writing)
{
	return writing->depth > 0 && operator_unit_failed(writing->op, IN);
}

/* Writes some of what is held. */
enum step writing_write_held(struct archive_writing *writing)
{
	enum step step = writing_want_writer(writing);

	while (step == STEP_MORE && writing->next < writing->members.count &&
		!outbox_full(&writing->outbox) && !writing_is_lost(writing))
		step = writing->writes ? write_more(writing)
				       : write_begin(writing);
	if (step != STEP_MORE || writing_is_lost(writing) ||
		writing->next < writing->members.count)
		return step;
	forget_held(writing);
	writing->phase = writing->closes ? PHASE_CLOSE : PHASE_FLUSH;
	if (writing->event ==
		EVENT_ITEMS) /* only one, whose size wasn't known */
		writing->phase = PHASE_TAKE;
	return STEP_MORE;
}

enum step writing_close(struct archive_writing *writing)
{
	enum step step = writing_want_writer(writing);

	if (step != STEP_MORE)
		return step;
	writing->phase = PHASE_FLUSH;
	if (!archive_writer_finish(writing->writer, &writing->problem))
		return writing_fail_written(writing);
	writing_forget(writing);
	return STEP_MORE;
}

/* What spans units has one member, which goes on. */
enum step writing_flush(struct archive_writing *writing)
{
	if (writing->closes || writing->joined)
		outbox_end_member(&writing->outbox);
	writing->phase = PHASE_PASS;
	return STEP_MORE;
}
