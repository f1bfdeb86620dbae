/* SPDX-License-Identifier: MIT */
/* Memory that is freed all at once. */
#include "base/arena.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum { CHUNK_BYTES = 16 * 1024, ALIGNMENT = _Alignof(max_align_t) };

struct chunk {
	struct chunk *next;
	size_t used, size;
	max_align_t data[];
};

struct arena {
	struct chunk *chunks; /* the first one is being filled */
};

struct arena *arena_create(void)
{
	return memory_zeroed(sizeof(struct arena));
}

void arena_destroy(struct arena *arena)
{
	if (!arena)
		return;
	for (struct chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct chunk *chunk = arena->chunks;

	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (!chunk || chunk->size - chunk->used < size) {
		size_t bytes = size > CHUNK_BYTES ? size : CHUNK_BYTES;

		chunk = memory_zeroed(sizeof(*chunk) + bytes);
		chunk->size = bytes;
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	void *result = (char *)chunk->data + chunk->used;
	chunk->used += size;
	return result;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	return arena_alloc(arena, memory_product(count, size));
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *arena_string(struct arena *arena, const char *text)
{
	return arena_copy(arena, text, strlen(text));
}

char *arena_vformat(struct arena *arena, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		memory_abort();
	char *text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, args);
	return text;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = arena_vformat(arena, format, args);
	va_end(args);
	return text;
}
