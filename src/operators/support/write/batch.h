/* SPDX-License-Identifier: MIT */
/*
 * Joins what sinks write into few large calls. A line gets its line feed;
 * what is large goes out as it is, without being copied.
 */
#ifndef LEAT_OPERATORS_SUPPORT_WRITE_BATCH_H
#define LEAT_OPERATORS_SUPPORT_WRITE_BATCH_H

#include <string.h>

#include "model/item.h"

struct batch {
	/* Writes all of it; false, with errno set, when that fails. */
	bool (*write)(void *target, const void *data, size_t length);
	void *target;
	char *data; /* what waits to be written */
	size_t used, size;
};

/* SIZE: the bytes that may wait. */
void batch_init(struct batch *batch,
	bool (*write)(void *target, const void *data, size_t length),
	void *target, size_t size);
void batch_finish(struct batch *batch); /* drops what waits */

/* Each returns false, with errno set, when a write failed. */
bool batch_flush(struct batch *batch);
bool batch_add_large(struct batch *batch, const char *data, size_t length);

static inline bool batch_add(
	struct batch *batch, const char *data, size_t length)
{
	if (length > batch->size - batch->used)
		return batch_add_large(batch, data, length);
	memcpy(batch->data + batch->used, data, length);
	batch->used += length;
	return true;
}

/* A line, or several that are packed, or a chunk of bytes. */
static inline bool batch_add_item(struct batch *batch, const struct item *item)
{
	const struct slice *slice = &item->slice;

	if (item->type == PAYLOAD_LINE &&
		slice->length < batch->size - batch->used) {
		char *at = batch->data + batch->used;

		memcpy(at, slice->data, slice->length);
		at[slice->length] = '\n';
		batch->used += slice->length + 1;
		return true;
	}
	return batch_add(batch, slice->data, slice->length) &&
		(item->type != PAYLOAD_LINE || batch_add(batch, "\n", 1));
}

#endif
