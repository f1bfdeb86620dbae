/* SPDX-License-Identifier: MIT */
/* Streams over memory that are split as wanted. */
#include "pieces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"

void add(struct bytes *bytes, const void *data, size_t length)
{
	bytes->data = memory_resize(bytes->data, bytes->length + length, 1);
	memcpy(bytes->data + bytes->length, data, length);
	bytes->length += length;
}

struct bytes content(size_t length)
{
	struct bytes bytes = {memory_alloc(length), length};
	uint64_t random = 88172645463325252u;

	for (size_t i = 0; i < length; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		bytes.data[i] = i / 40000 % 3 == 2
			? (unsigned char)random
			: (unsigned char)('a' + i % 23 + random % 2);
	}
	return bytes;
}

struct pieces {
	struct stream base;
	const unsigned char *data;
	size_t length, at, piece;
	bool blocks; /* every other read answers READ_BLOCKED */
	bool blocked;
	struct budget budget;
	struct buffer *window; /* a new one for each: late reads are seen */
};

static enum read_status read_pieces(struct stream *stream, struct slice *window)
{
	struct pieces *pieces = (struct pieces *)stream;
	size_t length = pieces->length - pieces->at;

	buffer_unref(pieces->window);
	pieces->window = NULL;
	pieces->blocked = !pieces->blocked;
	if (pieces->blocks && pieces->blocked)
		return READ_BLOCKED;
	if (length > pieces->piece)
		length = pieces->piece;
	if (length == 0)
		return READ_END;
	pieces->window = buffer_create(&pieces->budget, length);
	memcpy(pieces->window->data, pieces->data + pieces->at, length);
	pieces->at += length;
	*window = (struct slice){pieces->window, pieces->window->data, length};
	return READ_DATA;
}

static void destroy_pieces(struct stream *stream)
{
	struct pieces *pieces = (struct pieces *)stream;

	buffer_unref(pieces->window);
	assert_int_equal(pieces->budget.used_bytes, 0);
	free(pieces);
}

struct stream *pieces_create(
	const void *data, size_t length, size_t piece, bool blocks)
{
	static const struct stream_methods methods = {
		.read = read_pieces,
		.destroy = destroy_pieces,
	};
	struct pieces *pieces = memory_zeroed(sizeof(*pieces));

	stream_init(&pieces->base, &methods);
	pieces->base.may_block = blocks;
	pieces->budget.limit_bytes = 64 << 20;
	pieces->data = data;
	pieces->length = length;
	pieces->piece = piece;
	pieces->blocks = blocks;
	return &pieces->base;
}
