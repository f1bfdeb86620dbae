/* SPDX-License-Identifier: MIT */
/* Contents read: each stream at its own place. */
#include <errno.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/system-error.h"
#include "operators/support/content/internal.h"

struct content_stream {
	struct stream base;
	struct content *content;
	uint64_t offset; /* where the next read starts */
	uint64_t expected; /* so many bytes are wanted of it; 0: any number */
	struct buffer *lent; /* what holds the window; or NULL */
};

static struct content *content_under(struct stream *stream)
{
	return ((struct content_stream *)stream)->content;
}

static enum read_status fail_written(struct stream *stream)
{
	return stream_fail(stream, STATUS_IO_ERROR,
		"it can't be held in a temporary file: %s",
		system_error(content_under(stream)->error));
}

/* ---- What is held ------------------------------------------------------------- */

static void lend(struct content_stream *reader, struct buffer *buffer,
	const char *data, size_t length, struct slice *window)
{
	buffer_ref(buffer);
	buffer_unref(reader->lent);
	reader->lent = buffer;
	reader->offset += length;
	*window = (struct slice){buffer, data, length};
}

static enum read_status read_memory(
	struct content_stream *reader, struct slice *window)
{
	const struct content *content = reader->content;
	uint64_t place = reader->offset - content->written;
	struct buffer *block = content->blocks[place / BUFFER_BYTES];
	size_t skip = (size_t)(place % BUFFER_BYTES);
	uint64_t left = content->length - reader->offset;

	if (left > BUFFER_BYTES - skip)
		left = BUFFER_BYTES - skip;
	lend(reader, block, block->data + skip, (size_t)left, window);
	return READ_DATA;
}

/* A buffer that nobody else refers to, or NULL. */
static struct buffer *take_buffer(struct content_stream *reader)
{
	if (reader->lent && reader->lent->references == 1 &&
		reader->lent->size == BUFFER_BYTES)
		return buffer_ref(reader->lent);
	return buffer_create(reader->content->budget, BUFFER_BYTES);
}

static enum read_status read_back(
	struct content_stream *reader, struct slice *window)
{
	const struct content *content = reader->content;
	uint64_t left = content->written - reader->offset;
	struct buffer *buffer = take_buffer(reader);
	ssize_t got;

	if (!buffer)
		return READ_MEMORY;
	if (left > BUFFER_BYTES)
		left = BUFFER_BYTES;
	if (reader->expected > 0 && left > reader->expected)
		left = reader->expected;
	reader->expected = 0;
	do
		got = pread(content->descriptor, buffer->data, (size_t)left,
			(off_t)reader->offset);
	while (got < 0 && errno == EINTR);
	if (got > 0)
		lend(reader, buffer, buffer->data, (size_t)got, window);
	buffer_unref(buffer);
	if (got > 0)
		return READ_DATA;
	return stream_fail(&reader->base, STATUS_IO_ERROR,
		"it can't be read back from a temporary file: %s",
		system_error(got < 0 ? errno : EIO));
}

/* ---- What is not there yet ---------------------------------------------------- */

static enum read_status pull(
	struct content_stream *reader, struct slice *window)
{
	struct content *content = reader->content;
	enum read_status status = stream_read(content->source, window);

	switch (status) {
	case READ_DATA:
		if (!content_add(content, window->data, window->length))
			return fail_written(&reader->base);
		/* Others may read on meanwhile. */
		lend(reader, window->buffer, window->data, window->length,
			window);
		break;
	case READ_END:
		stream_destroy(content->source);
		content->source = NULL;
		if (!content_complete(content))
			return fail_written(&reader->base);
		break;
	case READ_FAILED: return stream_fail_as(&reader->base, content->source);
	case READ_MEMORY:
		reader->base.wanted_bytes = content->source->wanted_bytes;
		break;
	case READ_BLOCKED: break;
	}
	return status;
}

static enum read_status read_content(
	struct stream *stream, struct slice *window)
{
	struct content_stream *reader = (struct content_stream *)stream;
	const struct content *content = reader->content;

	if (reader->offset < content->written)
		return read_back(reader, window);
	if (reader->offset < content->length)
		return read_memory(reader, window);
	if (content->error)
		return fail_written(stream);
	return content->source ? pull(reader, window) : READ_END;
}

/* ---- The stream --------------------------------------------------------------- */

static bool content_size(struct stream *stream, uint64_t *bytes)
{
	*bytes = content_under(stream)->length;
	return true;
}

static bool content_seek(struct stream *stream, uint64_t offset)
{
	if (offset > content_under(stream)->length) {
		stream_fail(stream, STATUS_BAD_DATA, "it ends before byte %llu",
			(unsigned long long)offset);
		return false;
	}
	((struct content_stream *)stream)->offset = offset;
	return true;
}

void content_stream_expect(struct stream *stream, uint64_t bytes)
{
	((struct content_stream *)stream)->expected = bytes;
}

static struct stream *reopen(struct stream *stream)
{
	return content_stream(content_under(stream));
}

static void destroy(struct stream *stream)
{
	struct content_stream *reader = (struct content_stream *)stream;

	buffer_unref(reader->lent);
	content_unref(reader->content);
	free(reader);
}

struct stream *content_stream(struct content *content)
{
	static const struct stream_methods whole = {
		.read = read_content,
		.destroy = destroy,
		.size = content_size,
		.seek = content_seek,
		.reopen = reopen,
	};
	static const struct stream_methods growing = {
		.read = read_content,
		.destroy = destroy,
		.reopen = reopen,
	};
	struct content_stream *reader = memory_zeroed(sizeof(*reader));

	stream_init(&reader->base, content->source ? &growing : &whole);
	if (content->source) {
		reader->base.may_block = content->source->may_block;
		reader->base.descriptor = content->source->descriptor;
	}
	reader->content = content;
	content->references++;
	return &reader->base;
}
