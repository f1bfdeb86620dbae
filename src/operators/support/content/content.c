/* SPDX-License-Identifier: MIT */
/* Contents held in memory, then in a file. */
#include "operators/support/content/internal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

struct content *content_create(struct budget *budget)
{
	struct content *content = memory_zeroed(sizeof(*content));

	content->references = 1;
	content->budget = budget;
	content->descriptor = -1;
	return content;
}

struct content *content_of(struct budget *budget, struct stream *source)
{
	struct content *content = content_create(budget);

	content->source = source;
	return content;
}

void content_unref(struct content *content)
{
	if (!content || --content->references > 0)
		return;
	stream_destroy(content->source);
	for (size_t i = 0; i < content->block_count; i++)
		buffer_unref(content->blocks[i]);
	if (content->descriptor >= 0)
		close(content->descriptor);
	free(content->blocks);
	free(content);
}

/* ---- The file --------------------------------------------------------------- */

static bool write_bytes(
	struct content *content, const void *data, size_t length)
{
	if (content->descriptor < 0)
		content->descriptor = file_create_unnamed();
	/* What a write that failed has left is written over. */
	if (content->descriptor < 0 ||
		lseek(content->descriptor, (off_t)content->written, SEEK_SET) <
			0 ||
		!file_write(content->descriptor, data, length))
		return false;
	content->written += length;
	if (content->written > content->length)
		content->length = content->written;
	return true;
}

static size_t block_length(const struct content *content, size_t index)
{
	uint64_t left = content->length - content->written;

	return index + 1 < content->block_count
		? BUFFER_BYTES
		: (size_t)(left - index * BUFFER_BYTES);
}

/* Moves what is in memory to the file, as far as that can be written. */
static bool flush(struct content *content)
{
	size_t count = content->block_count, done = 0;

	if (count == 0)
		return true;
	size_t last = block_length(content, count - 1);
	for (; done < count; done++) {
		struct buffer *block = content->blocks[done];

		if (!write_bytes(content, block->data,
			    done + 1 < count ? BUFFER_BYTES : last))
			break;
		buffer_unref(block);
	}
	content->block_count -= done;
	memmove(content->blocks, content->blocks + done,
		content->block_count * sizeof(*content->blocks));
	return done == count;
}

/* ---- Memory ----------------------------------------------------------------- */

/* Others need memory as well, also who comes later: to compress by xz takes
 * three quarters of the usual budget. What is in the file takes one block for
 * what comes next. */
static bool may_grow(const struct content *content)
{
	const size_t limit_bytes = content->budget->limit_bytes;

	if (content->descriptor >= 0)
		return content->block_count == 0;
	return content->block_count * BUFFER_BYTES < limit_bytes / 8 &&
		budget_left(content->budget) > limit_bytes / 2 + BUFFER_BYTES;
}

static bool add_block(struct content *content)
{
	struct buffer *block = may_grow(content)
		? buffer_create(content->budget, BUFFER_BYTES)
		: NULL;

	if (!block)
		return false;
	content->blocks = memory_grow(content->blocks, content->block_count,
		&content->block_capacity, sizeof(*content->blocks));
	content->blocks[content->block_count++] = block;
	return true;
}

/* The bytes that fit into the last block. */
static size_t space(const struct content *content)
{
	return content->block_count == 0 ? 0
					 : BUFFER_BYTES -
			block_length(content, content->block_count - 1);
}

static void fill(struct content *content, const char *data, size_t length)
{
	struct buffer *block = content->blocks[content->block_count - 1];

	memcpy(block->data + BUFFER_BYTES - space(content), data, length);
	content->length += length;
}

static bool add(struct content *content, const char *data, size_t length)
{
	while (length > 0) {
		if (space(content) == 0 && !add_block(content)) {
			if (!flush(content))
				return false;
			/* What is large needn't be copied first. */
			if (length >= BUFFER_BYTES || !add_block(content))
				return write_bytes(content, data, length);
		}
		size_t part = space(content);
		if (part > length)
			part = length;
		fill(content, data, part);
		data += part;
		length -= part;
	}
	return true;
}

bool content_add(struct content *content, const void *data, size_t length)
{
	if (content->error == 0 && !add(content, data, length))
		content->error = errno;
	errno = content->error;
	return content->error == 0;
}

/* Puts what the last block holds into one of its size. */
static void shrink(struct content *content)
{
	size_t last = content->block_count - 1;
	size_t length = block_length(content, last);
	struct buffer *smaller = buffer_create(content->budget, length);

	if (!smaller)
		return;
	memcpy(smaller->data, content->blocks[last]->data, length);
	buffer_unref(content->blocks[last]);
	content->blocks[last] = smaller;
}

bool content_complete(struct content *content)
{
	if (content->error == 0 && content->descriptor >= 0 && !flush(content))
		content->error = errno;
	if (content->error == 0 && content->block_count > 0)
		shrink(content);
	errno = content->error;
	return content->error == 0;
}
