/* SPDX-License-Identifier: MIT */
/* The contents of members that are held: one behind the other as they came,
 * read in any order. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_HELD_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_HELD_H

#include "operators/support/content/content.h"

/* With BUDGET set and else zero it is empty. */
struct held {
	struct budget *budget;
	struct content *content; /* or NULL */
	uint64_t length;
	struct stream *reader; /* or NULL */
	struct slice window; /* what it lent last, from WINDOW_OFFSET on */
	uint64_t window_offset;
};

/* Forgets all of it. */
void held_drop(struct held *held);

/* Adds a copy of the bytes; then nothing more will be added. False: errno says
 * why they can't be held. */
bool held_add(struct held *held, const void *data, size_t length);
bool held_complete(struct held *held);

/* Lends some of the WANTED bytes from OFFSET on, or more: READ_DATA,
 * READ_MEMORY or READ_FAILED, of which held_problem says why. The window holds
 * until the next call. */
enum read_status held_read(struct held *held, uint64_t offset, uint64_t wanted,
	struct slice *window);
const char *held_problem(const struct held *held);

#endif
