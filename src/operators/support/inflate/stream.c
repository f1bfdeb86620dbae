/* SPDX-License-Identifier: MIT */
/* A stream that yields what another one holds compressed. */
#include "operators/support/inflate/stream.h"

#include "base/memory.h"
#include "operators/support/inflate/parts.h"

enum read_status inflate_need_input(struct inflate_stream *gzip)
{
	if (gzip->at < gzip->end)
		return READ_DATA;
	if (gzip->in_ahead) {
		gzip->in_ahead = false;
		gzip->at = gzip->window_at;
		gzip->end = gzip->window_end;
		return inflate_need_input(gzip);
	}
	enum read_status status = stream_read(gzip->inner, &gzip->window);
	if (status == READ_DATA) {
		gzip->at = (const unsigned char *)gzip->window.data;
		gzip->end = gzip->at + gzip->window.length;
	} else if (status == READ_FAILED) {
		stream_fail_as(&gzip->base, gzip->inner);
	}
	return status;
}

/* ---- Which format ---------------------------------------------------------- */

/* What was taken to detect the format is the start of the content. */
static enum read_status detected(
	struct inflate_stream *gzip, enum gzip_format format)
{
	if (format == GZIP_NONE) {
		gzip->state = PLAIN;
		return READ_DATA;
	}
	buffer_unref(gzip->held.buffer);
	gzip->held = (struct slice){0};
	inflate_start_member(gzip, format);
	for (size_t i = 0; i < gzip->start_length; i++)
		if (gzip_take_header(&gzip->frame, gzip->start[i]) == GZIP_DONE)
			inflate_start_body(gzip); /* zlib's has no more */
	return READ_DATA;
}

/* Looks at up to two bytes. When they come one by one, the window of the first
 * is held, since it is lent again if the content is plain. */
static enum read_status detect(struct inflate_stream *gzip)
{
	if (gzip->expect != INFLATE_EXPECT_AUTO) {
		inflate_start_member(gzip,
			gzip->expect == INFLATE_EXPECT_GZIP ? GZIP_GZIP
							    : GZIP_ZLIB);
		return READ_DATA;
	}
	enum read_status status = inflate_need_input(gzip);
	if (status == READ_END)
		return detected(gzip, GZIP_NONE);
	if (status != READ_DATA)
		return status;

	const unsigned char *at = gzip->at;
	gzip->start[gzip->start_length++] = *at++;
	if (gzip->start_length == 1 && at < gzip->end)
		gzip->start[gzip->start_length++] = *at++;
	if (gzip->start_length == 1 && gzip_may_start(gzip->start[0])) {
		gzip->held = gzip->window;
		buffer_ref(gzip->held.buffer);
		gzip->at = at;
		return READ_DATA;
	}
	enum gzip_format format =
		gzip->start_length == 2 ? gzip_detect(gzip->start) : GZIP_NONE;
	if (format != GZIP_NONE)
		gzip->at = at;
	return detected(gzip, format);
}

/* Lends the inner stream's windows as they are. */
static enum read_status read_plain(
	struct inflate_stream *gzip, struct slice *window)
{
	if (gzip->held.length > 0) {
		*window = gzip->held;
		gzip->held.length = 0; /* its buffer is kept while it's lent */
		return READ_DATA;
	}
	buffer_unref(gzip->held.buffer);
	gzip->held.buffer = NULL;

	enum read_status status = inflate_need_input(gzip);
	if (status == READ_DATA) {
		*window = gzip->window;
		gzip->at = gzip->end;
	}
	return status;
}

/* ---- The stream ------------------------------------------------------------ */

/* Fills a window: until it is full, or until there is nothing more now. What
 * was inflated before a failure or a wait is lent first, so that the reader
 * gets the same bytes however the input was split. */
static enum read_status read_compressed(
	struct inflate_stream *gzip, struct slice *window)
{
	enum read_status status = READ_DATA;

	gzip->produced = 0;
	gzip->space = (unsigned char *)buffer_filler_space(
		&gzip->filler, &gzip->space_size);
	if (!gzip->space)
		return READ_MEMORY;
	while (status == READ_DATA && gzip->produced < gzip->space_size)
		status = inflate_advance(gzip);
	if (status == READ_FAILED)
		gzip->state = FAILED;
	if (gzip->produced == 0)
		return status;
	buffer_filler_lend(&gzip->filler, gzip->produced, window);
	return READ_DATA;
}

static enum read_status read_inflate(
	struct stream *stream, struct slice *window)
{
	struct inflate_stream *gzip = (struct inflate_stream *)stream;

	while (gzip->state == DETECT) {
		enum read_status status = detect(gzip);

		if (status != READ_DATA)
			return status;
	}
	if (gzip->state == PLAIN)
		return read_plain(gzip, window);
	return read_compressed(gzip, window);
}

static void destroy_inflate(struct stream *stream)
{
	struct inflate_stream *gzip = (struct inflate_stream *)stream;

	stream_destroy(gzip->inner);
	inflate_destroy(gzip->inflater);
	buffer_unref(gzip->held.buffer);
	buffer_filler_finish(&gzip->filler);
	free(gzip);
}

struct stream *inflate_stream_create(struct stream *inner,
	enum inflate_expect expect, enum inflate_library library,
	struct buffer_pool *pool)
{
	static const struct stream_methods methods = {
		.read = read_inflate,
		.destroy = destroy_inflate,
	};
	struct inflate_stream *gzip = memory_zeroed(sizeof(*gzip));

	stream_init(&gzip->base, &methods);
	gzip->base.descriptor = inner->descriptor;
	gzip->base.may_block = inner->may_block;
	gzip->inner = inner;
	gzip->expect = expect;
	gzip->library = library;
	gzip->state = DETECT;
	buffer_filler_init(&gzip->filler, pool);
	return &gzip->base;
}
