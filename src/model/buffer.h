/* SPDX-License-Identifier: MIT */
/*
 * Reference-counted blocks of bytes, and slices of them. Counts are plain: one
 * thread uses them all. Every block has BUFFER_PADDING bytes behind its size
 * that may be read, so that vector code needs no end cases, and is charged to
 * a budget while it lives.
 */
#ifndef LEAT_MODEL_BUFFER_H
#define LEAT_MODEL_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/memory.h"

enum { BUFFER_PADDING = 64, BUFFER_BYTES = 128 * 1024 };

struct buffer {
	uint32_t references;
	size_t size; /* without the padding */
	struct budget *budget;
	char data[];
};

/* Part of a buffer. A slice lends unless its owner says that it holds a
 * reference. */
struct slice {
	struct buffer *buffer; /* NULL: memory that lives long enough */
	const char *data;
	size_t length;
};

/* SIZE bytes, not initialised, one reference; NULL when BUDGET is exceeded or
 * memory is out. */
struct buffer *buffer_create(struct budget *budget, size_t size);

void buffer_destroy(struct buffer *buffer);

/* Another reference; aborts the process when the count would overflow. */
static inline struct buffer *buffer_ref(struct buffer *buffer)
{
	if (buffer && ++buffer->references == 0)
		memory_abort();
	return buffer;
}

static inline void buffer_unref(struct buffer *buffer) /* takes NULL */
{
	if (buffer && --buffer->references == 0)
		buffer_destroy(buffer);
}

#endif
