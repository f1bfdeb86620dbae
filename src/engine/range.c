/* SPDX-License-Identifier: MIT */
/* Part of a file as a stream. */
#include "engine/range.h"

#include <errno.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/system-error.h"

struct range_stream {
	struct stream base;
	int descriptor;
	uint64_t offset, left;
	struct buffer *buffer; /* that was lent last; or NULL */
	struct budget *budget;
};

static enum read_status read_range(struct stream *stream, struct slice *window)
{
	struct range_stream *range = (struct range_stream *)stream;
	size_t size =
		range->left < BUFFER_BYTES ? (size_t)range->left : BUFFER_BYTES;

	if (size == 0)
		return READ_END;
	buffer_unref(range->buffer);
	range->buffer = buffer_create(range->budget, BUFFER_BYTES);
	if (!range->buffer)
		return READ_MEMORY;
	ssize_t got = file_read_at(
		range->descriptor, range->buffer->data, size, range->offset);
	if (got <= 0)
		return stream_fail(stream, STATUS_IO_ERROR,
			"the last output can't be read: %s",
			got < 0 ? system_error(errno) : "it is shorter now");
	range->offset += (uint64_t)got;
	range->left -= (uint64_t)got;
	*window =
		(struct slice){range->buffer, range->buffer->data, (size_t)got};
	return READ_DATA;
}

static void destroy_range(struct stream *stream)
{
	struct range_stream *range = (struct range_stream *)stream;

	buffer_unref(range->buffer);
	free(range);
}

struct stream *range_stream_create(
	int descriptor, uint64_t offset, uint64_t length, struct budget *budget)
{
	static const struct stream_methods methods = {
		.read = read_range,
		.destroy = destroy_range,
	};
	struct range_stream *range = memory_zeroed(sizeof(*range));

	stream_init(&range->base, &methods);
	range->descriptor = descriptor;
	range->offset = offset;
	range->left = length;
	range->budget = budget;
	return &range->base;
}
