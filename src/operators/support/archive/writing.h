/* SPDX-License-Identifier: MIT */
/* What archive-write has at hand, and the half of it that writes. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_WRITING_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_WRITING_H

#include "operators/support/archive/held.h"
#include "operators/support/archive/members.h"
#include "operators/support/archive/outbox.h"

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
	struct held held; /* their contents */
	size_t unit_members; /* those in front of the unit in progress */

	struct member *current; /* that is being read; or NULL */
	bool direct; /* it is written as it is read */
	uint64_t got; /* bytes of it */
	bool came; /* something, in the innermost segment */
	bool warned; /* of a time, in this archive */

	enum phase phase;
	enum event event; /* END or CLOSED: PHASE_PASS passes it on */
	bool closes; /* with the event the archive ends */
	size_t next; /* of the members to be written */
	uint64_t left; /* to be written of the member that has begun */
	bool writes; /* one has */

	unsigned depth; /* open segments */
	struct text problem;
};

/* Whether the unit at the input has failed; whether members are sorted. */
bool writing_is_lost(const struct archive_writing *writing);
bool writing_is_ordered(const struct archive_writing *writing);

/* Forgets the member that is being read; the archive, or its part, that ends
 * here or was in vain. */
void writing_drop_current(struct archive_writing *writing);
void writing_forget(struct archive_writing *writing);

/* Fails the unit for writing->problem, or the run where there is none to
 * blame; for what can't be held, by errno; for what the writer couldn't do. */
enum step writing_fail(
	struct archive_writing *writing, enum exit_status status);
enum step writing_fail_unwritten(struct archive_writing *writing);
enum step writing_fail_written(struct archive_writing *writing);

/* Moves on what was written; waits if that is nothing, as is named. */
enum step writing_hand_on(struct archive_writing *writing);

/* Makes sure of a writer. STEP_WAIT: there is no memory for one now. */
enum step writing_want_writer(struct archive_writing *writing);

/* Begins an entry as they come. NAME_AGAIN: nothing has begun. */
enum name_result writing_begin_next(
	struct archive_writing *writing, const struct member *member);

/* What is done in the phases of those names: some of it, and then the next
 * phase is set. */
enum step writing_write_held(struct archive_writing *writing);
enum step writing_close(struct archive_writing *writing);
enum step writing_flush(struct archive_writing *writing);

#endif
