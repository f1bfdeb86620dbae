/* SPDX-License-Identifier: MIT */
/* Reference-counted blocks of bytes. */
#include "model/buffer.h"

#include <string.h>

struct buffer *buffer_create(struct budget *budget, size_t size)
{
	size_t bytes;

	if (__builtin_add_overflow(
		    size, sizeof(struct buffer) + BUFFER_PADDING, &bytes))
		return NULL;
	if (!budget_take(budget, bytes))
		return NULL;
	struct buffer *buffer = malloc(bytes);
	if (!buffer) {
		budget_give(budget, bytes);
		return NULL;
	}
	buffer->references = 1;
	buffer->size = size;
	buffer->budget = budget;
	memset(buffer->data + size, 0, BUFFER_PADDING);
	return buffer;
}

void buffer_destroy(struct buffer *buffer)
{
	budget_give(buffer->budget,
		buffer->size + sizeof(struct buffer) + BUFFER_PADDING);
	free(buffer);
}
