/* SPDX-License-Identifier: MIT */
/* Joins what sinks write into few large calls. */
#include "operators/support/write/batch.h"

#include "base/memory.h"

void batch_init(struct batch *batch,
	bool (*write)(void *target, const void *data, size_t length),
	void *target, size_t size)
{
	*batch = (struct batch){
		.write = write,
		.target = target,
		.data = memory_alloc(size),
		.size = size,
	};
}

void batch_finish(struct batch *batch)
{
	free(batch->data);
	*batch = (struct batch){0};
}

bool batch_flush(struct batch *batch)
{
	size_t used = batch->used;

	batch->used = 0;
	return used == 0 || batch->write(batch->target, batch->data, used);
}

bool batch_add_large(struct batch *batch, const char *data, size_t length)
{
	if (!batch_flush(batch))
		return false;
	if (length >= batch->size)
		return batch->write(batch->target, data, length);
	memcpy(batch->data, data, length);
	batch->used = length;
	return true;
}
