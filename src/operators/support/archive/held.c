/* SPDX-License-Identifier: MIT */
/* Contents of members, held. */
#include "operators/support/archive/held.h"

#include <errno.h>

#include "base/system-error.h"

void held_drop(struct held *held)
{
	stream_destroy(held->reader);
	content_unref(held->content);
	*held = (struct held){.budget = held->budget};
}

bool held_add(struct held *held, const void *data, size_t length)
{
	if (!held->content)
		held->content = content_create(held->budget);
	if (!content_add(held->content, data, length))
		return false;
	held->length += length;
	return true;
}

bool held_complete(struct held *held)
{
	return !held->content || content_complete(held->content);
}

/* Members that come in their order are read together, others one by one. */
static enum read_status refill(
	struct held *held, uint64_t offset, uint64_t wanted)
{
	const bool follows =
		offset == held->window_offset + held->window.length;

	if (!held->reader)
		held->reader = content_stream(held->content);
	held->window = (struct slice){0};
	if (!held->reader->methods->seek(held->reader, offset))
		return READ_FAILED;
	content_stream_expect(held->reader, follows ? 0 : wanted);
	held->window_offset = offset;
	return stream_read(held->reader, &held->window);
}

enum read_status held_read(struct held *held, uint64_t offset, uint64_t wanted,
	struct slice *window)
{
	enum read_status status = READ_DATA;

	if (offset < held->window_offset ||
		offset - held->window_offset >= held->window.length)
		status = refill(held, offset, wanted);
	if (status != READ_DATA)
		return status == READ_MEMORY ? READ_MEMORY : READ_FAILED;
	uint64_t skip = offset - held->window_offset;
	*window = held->window;
	window->data += skip;
	window->length -= skip;
	return READ_DATA;
}

const char *held_problem(const struct held *held)
{
	return held->reader->problem.data ? held->reader->problem.data
					  : system_error(EIO);
}
