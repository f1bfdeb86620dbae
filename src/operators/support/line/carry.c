/* SPDX-License-Identifier: MIT */
/* A line that crosses the borders of blocks. */
#include "operators/support/line/carry.h"

#include <string.h>

enum { SPARE_BYTES = 512 }; /* for the rest of a line of usual length */

/* Makes room for SIZE bytes, of which KEPT are there, and at most MOST will
 * be needed. */
static size_t reserve(struct carry *carry, struct budget *budget, size_t kept,
	size_t size, size_t most)
{
	if (carry->buffer && carry->buffer->size >= size)
		return 0;
	size_t wanted = kept ? 2 * size : size + SPARE_BYTES;
	if (wanted > most)
		wanted = most;
	struct buffer *buffer = buffer_create(budget, wanted);
	if (!buffer)
		return wanted + sizeof(struct buffer) + BUFFER_PADDING;
	if (kept > 0)
		memcpy(buffer->data, carry->buffer->data, kept);
	buffer_unref(carry->buffer);
	carry->buffer = buffer;
	return 0;
}

size_t carry_add(struct carry *carry, struct budget *budget, size_t max,
	const char *data, size_t length, uint64_t offset, bool ascii)
{
	size_t most = max + 1;
	size_t kept = carry->length < most ? (size_t)carry->length : most;
	size_t fits = length < most - kept ? length : most - kept;
	size_t lacking = reserve(carry, budget, kept, kept + fits, most);

	if (lacking)
		return lacking;
	memcpy(carry->buffer->data + kept, data, fits);
	if (carry->length == 0) {
		carry->offset = offset;
		carry->ascii = true;
	}
	carry->length += length;
	carry->ascii &= ascii;
	carry->cr = data[length - 1] == '\r';
	return 0;
}

void carry_clear(struct carry *carry)
{
	buffer_unref(carry->buffer);
	*carry = (struct carry){0};
}
