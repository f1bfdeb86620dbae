/* SPDX-License-Identifier: MIT */
/* Copies of bytes in chunks that double in size up to a limit. */
#include "operators/support/pool.h"

#include <string.h>

#include "base/memory.h"

enum { FIRST_BYTES = 256, LAST_BYTES = 64 * 1024 };

struct pool_chunk {
	struct pool_chunk *next;
	size_t used_bytes, size_bytes;
	char data[];
};

static void add_chunk(struct pool *pool, struct meter *meter, size_t length)
{
	size_t size = FIRST_BYTES;

	if (pool->chunks)
		size = pool->chunks->size_bytes * 2;
	if (size > LAST_BYTES)
		size = LAST_BYTES;
	if (size < length)
		size = length;

	struct pool_chunk *chunk = memory_alloc(sizeof(*chunk) + size);
	*chunk = (struct pool_chunk){.next = pool->chunks, .size_bytes = size};
	pool->chunks = chunk;
	meter->used_bytes += sizeof(*chunk) + size;
}

static void remove_chunk(struct pool *pool, struct meter *meter)
{
	struct pool_chunk *chunk = pool->chunks;

	pool->chunks = chunk->next;
	meter->used_bytes -= sizeof(*chunk) + chunk->size_bytes;
	free(chunk);
}

char *pool_copy(
	struct pool *pool, struct meter *meter, const char *data, size_t length)
{
	struct pool_chunk *chunk = pool->chunks;

	if (!chunk || chunk->size_bytes - chunk->used_bytes < length) {
		add_chunk(pool, meter, length);
		chunk = pool->chunks;
	}
	char *copy = chunk->data + chunk->used_bytes;
	if (length > 0)
		memcpy(copy, data, length);
	chunk->used_bytes += length;
	return copy;
}

struct pool_mark pool_mark(const struct pool *pool)
{
	struct pool_chunk *chunk = pool->chunks;

	return (struct pool_mark){chunk, chunk ? chunk->used_bytes : 0};
}

void pool_rewind(struct pool *pool, struct meter *meter, struct pool_mark mark)
{
	while (pool->chunks != mark.chunk)
		remove_chunk(pool, meter);
	if (pool->chunks)
		pool->chunks->used_bytes = mark.used_bytes;
}

void pool_clear(struct pool *pool, struct meter *meter)
{
	while (pool->chunks && pool->chunks->next) {
		struct pool_chunk *newest = pool->chunks;

		pool->chunks = newest->next;
		remove_chunk(pool, meter);
		newest->next = pool->chunks;
		pool->chunks = newest;
	}
	if (pool->chunks)
		pool->chunks->used_bytes = 0;
}

void pool_finish(struct pool *pool, struct meter *meter)
{
	while (pool->chunks)
		remove_chunk(pool, meter);
}
