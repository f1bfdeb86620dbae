/* SPDX-License-Identifier: MIT */
/* Contents in memory, and streams over them that are split as wanted. */
#ifndef LEAT_TESTS_PIECES_H
#define LEAT_TESTS_PIECES_H

#include <stdbool.h>
#include <stddef.h>

#include "model/stream.h"

struct bytes {
	unsigned char *data; /* freed with free() */
	size_t length;
};

void add(struct bytes *bytes, const void *data, size_t length);

/* Text that compresses, and noise that doesn't, from a fixed seed. */
struct bytes content(size_t length);

/* Windows of PIECE bytes, which are borrowed. BLOCKS: every other read answers
 * READ_BLOCKED. Each window is a buffer of its own, so that late reads are
 * seen. */
struct stream *pieces_create(
	const void *data, size_t length, size_t piece, bool blocks);

#endif
