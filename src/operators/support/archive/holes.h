/* SPDX-License-Identifier: MIT */
/* Where a content that is held has holes: blocks of zeros, which are neither
 * held nor written. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_HOLES_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_HOLES_H

#include "operators/support/archive/held.h"

/* What isn't a hole. */
struct extent {
	uint64_t offset, length; /* in the content, in bytes */
	uint64_t held; /* so many bytes of the content are held before it */
};

/* Zero-initialised it is that of no content. */
struct holes {
	struct extent *extents; /* in their order; they don't touch */
	size_t count, capacity; /* a content of some bytes has one at least */
	uint64_t size; /* of the content so far */
	uint64_t zeros; /* at its end, of the block in progress, not held */
};

void holes_finish(struct holes *holes);

/* Adds the next bytes of the content, in pieces of any length, to what HELD
 * holds; then no more come. Blocks are counted from the start of the content,
 * so that pieces don't matter. The last block is held if all are zeros: GNU tar
 * doesn't read a file that is nothing but a hole. False as held_add. */
bool holes_add(struct holes *holes, struct held *held, const char *data,
	size_t length);
bool holes_complete(struct holes *holes, struct held *held);

/* What stands AT so many bytes, fewer than there are: true: *HELD says where it
 * is held, counted from the start of the content; false: zeros. *LENGTH says
 * how much is alike from there on. */
bool holes_find(const struct holes *holes, uint64_t at, uint64_t *held,
	uint64_t *length);

#endif
