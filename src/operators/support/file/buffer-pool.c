/* SPDX-License-Identifier: MIT */
/* Buffers that sources fill again and again. */
#include "operators/support/file/buffer-pool.h"

#include "base/memory.h"

/* Readers keep a few windows at most; more would only leave the cache. */
enum { KEPT = 4 };

struct buffer_pool {
	unsigned references;
	struct budget *budget;
	size_t size;
	struct buffer *kept[KEPT];
};

struct buffer_pool *buffer_pool_create(struct budget *budget, size_t size)
{
	struct buffer_pool *pool = memory_zeroed(sizeof(*pool));

	pool->references = 1;
	pool->budget = budget;
	pool->size = size;
	return pool;
}

struct buffer_pool *buffer_pool_ref(struct buffer_pool *pool)
{
	pool->references++;
	return pool;
}

void buffer_pool_unref(struct buffer_pool *pool)
{
	if (!pool || --pool->references > 0)
		return;
	for (int i = 0; i < KEPT; i++)
		buffer_unref(pool->kept[i]);
	free(pool);
}

struct budget *buffer_pool_budget(const struct buffer_pool *pool)
{
	return pool->budget;
}

size_t buffer_pool_bytes(const struct buffer_pool *pool)
{
	return sizeof(struct buffer) + pool->size + BUFFER_PADDING;
}

struct buffer *buffer_pool_take(struct buffer_pool *pool)
{
	struct buffer **vacant = NULL;

	for (int i = 0; i < KEPT; i++) {
		struct buffer *kept = pool->kept[i];

		if (!kept)
			vacant = &pool->kept[i];
		else if (kept->references == 1)
			return buffer_ref(kept);
	}
	struct buffer *buffer = buffer_create(pool->budget, pool->size);
	if (buffer && vacant)
		*vacant = buffer_ref(buffer);
	return buffer;
}

/* ---- Windows -------------------------------------------------------------- */

void buffer_filler_init(struct buffer_filler *filler, struct buffer_pool *pool)
{
	*filler = (struct buffer_filler){.pool = buffer_pool_ref(pool)};
}

void buffer_filler_finish(struct buffer_filler *filler)
{
	buffer_unref(filler->buffer);
	buffer_pool_unref(filler->pool);
}

char *buffer_filler_space(struct buffer_filler *filler, size_t *size)
{
	const size_t least = filler->pool->size / 8;

	if (filler->buffer && filler->buffer->size - filler->used < least) {
		buffer_unref(filler->buffer);
		filler->buffer = NULL;
	}
	if (!filler->buffer) {
		filler->buffer = buffer_pool_take(filler->pool);
		filler->used = 0;
	}
	if (!filler->buffer)
		return NULL;
	*size = filler->buffer->size - filler->used;
	return filler->buffer->data + filler->used;
}

void buffer_filler_lend(
	struct buffer_filler *filler, size_t length, struct slice *window)
{
	*window = (struct slice){
		filler->buffer, filler->buffer->data + filler->used, length};
	filler->used += length;
}
