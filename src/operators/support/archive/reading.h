/* SPDX-License-Identifier: MIT */
/*
 * A stream that archive-read is amid: the archives that are open in it, the
 * entry that is out, and what becomes of it when something is wrong.
 */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_READING_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_READING_H

#include "operators/support/archive/layer.h"
#include "operators/support/archive/read-settings.h"
#include "operators/support/content/content.h"

struct archive_reading {
	struct archive_context context;
	struct nesting nesting;
	struct layer *layer; /* the innermost that is open; or NULL */
	struct item *item; /* that the outermost came as; or NULL */
	bool opening; /* nothing of the outermost has been read yet */
	bool in_entry; /* the entry's segment has begun */
	/* The entry that is held until it is known to be whole; or NULL: */
	struct content *held; /* what was read of it */
	struct stream *checked; /* what it is read from */
	struct attributes *described;
	bool warned; /* of a time, in this stream */
};

/* ---- reading.c: what is let go of, and why -------------------------------- */

/* The bytes of an entry's name; not NULL. */
const char *reading_entry_name(struct archive_entry *entry);

/* The innermost archive is through. */
void reading_pop(struct archive_reading *reading);

/* Lets go of the entry that is held. */
void reading_release(struct archive_reading *reading);

/* Lets go of the stream and all that is open in it. */
void reading_drop(struct operator *op, struct archive_reading *reading);

/* Fails the unit because of the innermost archive: for its problem, or for
 * WHAT; returns STEP_MORE, as all of these do. */
enum step reading_fail(struct operator *op, struct archive_reading *reading);
enum step reading_fail_with(
	struct operator *op, struct archive_reading *reading, const char *what);

/* Rejects the entry of LAYER, whose ATTRIBUTES it takes, in a sentence: WHAT
 * stands before its name, PROBLEM behind it. */
enum step reading_reject(struct operator *op, const struct layer *layer,
	struct attributes *attributes, const char *what, const char *problem);

/* The content of the current entry has failed before anything of it came out:
 * if those behind it can be read, it is just rejected. Takes its ATTRIBUTES. */
enum step reading_fail_entry(struct operator *op,
	struct archive_reading *reading, struct attributes *attributes);

/* The innermost archive has failed. If it is an entry that should be one, but
 * can't be opened, it is rejected; all else fails the unit. */
enum step reading_fail_layer(
	struct operator *op, struct archive_reading *reading);

/* ---- reading-entry.c: how an entry is given ------------------------------- */

bool reading_is_regular(struct archive_entry *entry);

/* Begins the segment of an entry, whose ATTRIBUTES it takes. BARE: it has no
 * content. */
void reading_begin_entry(struct operator *op, struct archive_reading *reading,
	struct attributes *attributes, bool bare);

/* Gives the current entry, whose ATTRIBUTES it takes; or opens it as an
 * archive, or begins to hold it. */
enum step reading_give_entry(struct operator *op, struct archive_read *state,
	struct attributes *attributes);

/* Reads on in what is held. */
enum step reading_hold(struct operator *op, struct archive_reading *reading);

#endif
