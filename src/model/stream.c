/* SPDX-License-Identifier: MIT */
/* What all streams share. */
#include "model/stream.h"

#include <stdarg.h>

void stream_init(struct stream *stream, const struct stream_methods *methods)
{
	*stream = (struct stream){.methods = methods, .descriptor = -1};
}

enum read_status stream_read(struct stream *stream, struct slice *window)
{
	stream->wanted_bytes = 0;
	enum read_status status = stream->methods->read(stream, window);

	if (status != READ_DATA)
		return status;
	stream->position += window->length;
	if (stream->lent_bytes)
		*stream->lent_bytes += window->length;
	return status;
}

void stream_destroy(struct stream *stream)
{
	if (!stream)
		return;
	if (stream->released)
		stream->released(stream->owner);
	text_free(&stream->problem);
	stream->methods->destroy(stream);
}

enum read_status stream_fail(
	struct stream *stream, enum exit_status status, const char *format, ...)
{
	va_list args;

	stream->status = status;
	stream->blamed = stream->owner;
	stream->problem.length = 0;
	va_start(args, format);
	text_add_vformat(&stream->problem, format, args);
	va_end(args);
	return READ_FAILED;
}

enum read_status stream_fail_as(
	struct stream *stream, const struct stream *inner)
{
	stream_fail(stream, inner->status, "%s", inner->problem.data);
	if (inner->blamed)
		stream->blamed = inner->blamed;
	return READ_FAILED;
}
