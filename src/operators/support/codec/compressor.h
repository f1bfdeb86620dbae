/* SPDX-License-Identifier: MIT */
/*
 * Compresses contents, each to a member: what the format calls a member, a
 * frame or a stream. It is a valid file by itself, and so are members that
 * follow each other.
 *
 * The bytes depend on the content, the settings and the version of the library
 * only, not on the pieces in which the content came, nor on the space that
 * there was for what came out: the library always gets blocks of one size, and
 * as much space each time.
 */
#ifndef LEAT_OPERATORS_SUPPORT_CODEC_COMPRESSOR_H
#define LEAT_OPERATORS_SUPPORT_CODEC_COMPRESSOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/budget.h"
#include "operators/support/codec/format.h"

struct compressor_settings {
	enum compression format; /* below COMPRESSIONS_WRITTEN */
	int level; /* within compression_levels() */
	/* 0: none. Others cut a content into parts, and work on so many at a
	 * time, if compression_has_threads(): that gives other bytes, but any
	 * number of them the same. */
	unsigned threads;
};

/* What one takes of the memory, about. */
size_t compressor_bytes(const struct compressor_settings *settings);

struct compressor;

/* One at the start of a member. It charges compressor_bytes() to BUDGET while
 * it lives; NULL: that is more than is left. */
struct compressor *compressor_create(
	const struct compressor_settings *settings, struct budget *budget);
void compressor_destroy(struct compressor *compressor); /* takes NULL */

/* Forgets the member that was begun, also what of it hasn't come out yet. */
void compressor_reset(struct compressor *compressor);

/* Whether compressor_run has to be called before more may be added. */
bool compressor_busy(const struct compressor *compressor);

/* Adds content to the member, as much as there is room for: returns how many
 * bytes; 0 when it is busy. */
size_t compressor_add(
	struct compressor *compressor, const char *data, size_t length);

/* The member ends. The compressor is busy until all of it has come out, and
 * then at the start of the next. A member without content is a valid one. */
void compressor_finish(struct compressor *compressor);

/* Compresses, while it is busy, into the SIZE > 0 bytes at SPACE; returns how
 * many it wrote, which may be none. */
size_t compressor_run(struct compressor *compressor, char *space, size_t size);

#endif
