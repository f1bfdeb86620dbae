/* SPDX-License-Identifier: MIT */
/* A stream that yields what another one holds compressed. */
#include "operators/support/codec/decompress.h"

#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "operators/support/codec/decompress-parts.h"

enum read_status decompress_need(struct decompress *self)
{
	if (self->at < self->end)
		return READ_DATA;
	if (self->in_ahead) {
		self->in_ahead = false;
		self->at = self->window_at;
		self->end = self->window_end;
		return decompress_need(self);
	}
	enum read_status status = stream_read(self->inner, &self->window);
	if (status == READ_DATA) {
		self->at = (const unsigned char *)self->window.data;
		self->end = self->at + self->window.length;
	} else if (status == READ_FAILED) {
		stream_fail_as(&self->base, self->inner);
	} else if (status == READ_MEMORY) {
		self->base.wanted_bytes = self->inner->wanted_bytes;
	}
	return status;
}

/* ---- Failure --------------------------------------------------------------- */

/* Where in the compressed content the next byte at hand stands. */
static uint64_t offset(const struct decompress *self)
{
	uint64_t left = (uint64_t)(self->end - self->at);

	if (self->in_ahead)
		left += (uint64_t)(self->window_end - self->window_at);
	return self->inner->position - left;
}

enum read_status decompress_fail(
	struct decompress *self, const char *problem, const char *advice)
{
	return stream_fail(&self->base, STATUS_BAD_DATA,
		"byte %" PRIu64 " of the %s data: %s; %s", offset(self),
		compression_names[self->format], problem, advice);
}

enum read_status decompress_fail_truncated(struct decompress *self)
{
	return decompress_fail(self, "it ends too early",
		"the file is truncated: get the whole of it");
}

enum read_status decompress_fail_empty(struct decompress *self)
{
	return decompress_fail(self, "the content is empty",
		"get the file again, or say `format: auto` if it may be empty");
}

enum read_status decompress_fail_behind(struct decompress *self)
{
	return decompress_fail(self, "what follows the data is something else",
		"cut the file off here, or get it again");
}

enum read_status decompress_fail_start(
	struct decompress *self, const char *problem)
{
	const char *advice = "say `format: auto` if some inputs are not";

	if (self->later)
		return decompress_fail_behind(self);
	if (self->expect == COMPRESSION_AUTO)
		advice = "get the file again, or say `format: none` if it is"
			 " plain";
	return decompress_fail(self, problem, advice);
}

/* ---- Which format ---------------------------------------------------------- */

static bool is_deflated(enum compression format)
{
	return format == COMPRESSION_GZIP || format == COMPRESSION_ZLIB;
}

/* What was taken to detect the format is the start of the content. */
static void start(struct decompress *self, enum compression format)
{
	self->format = format;
	if (is_deflated(format))
		decompress_start_gzip(self);
	else if (format == COMPRESSION_NONE)
		self->state = PLAIN;
	else
		decompress_start_member(self);
	if (self->start_length == 0 || self->state == PLAIN)
		return;
	self->window_at = self->at;
	self->window_end = self->end;
	self->at = self->start;
	self->end = self->start + self->start_length;
	self->in_ahead = true;
}

/* Looks at the first bytes, which mostly are in one window; they stay in it.
 * Only where they come in pieces they are taken, and lent from elsewhere if the
 * content is plain. */
static enum read_status detect(struct decompress *self)
{
	unsigned char bytes[COMPRESSION_START_BYTES];
	size_t length = self->start_length, taken = 0;
	enum read_status status = decompress_need(self);

	if (status != READ_DATA && status != READ_END)
		return status;
	memcpy(bytes, self->start, length);
	if (status == READ_DATA) {
		taken = (size_t)(self->end - self->at);
		if (taken > sizeof(bytes) - length)
			taken = sizeof(bytes) - length;
		memcpy(bytes + length, self->at, taken);
		length += taken;
	}
	enum compression format = compression_detect(bytes, length);
	if (status == READ_END || format != COMPRESSION_NONE ||
		!compression_may_start(bytes, length)) {
		start(self, format);
		return READ_DATA;
	}
	memcpy(self->start, bytes, length);
	self->start_length = length;
	self->at += taken;
	return READ_DATA;
}

/* Lends what was taken to detect the format. */
static enum read_status lend_start(
	struct decompress *self, struct slice *window)
{
	size_t size;
	char *space = buffer_filler_space(&self->filler, &size);

	if (!space) {
		self->base.wanted_bytes = buffer_pool_bytes(self->filler.pool);
		return READ_MEMORY;
	}
	if (size > self->start_length)
		size = self->start_length;
	memcpy(space, self->start, size);
	memmove(self->start, self->start + size, self->start_length - size);
	self->start_length -= size;
	buffer_filler_lend(&self->filler, size, window);
	return READ_DATA;
}

/* Lends the inner stream's windows as they are. */
static enum read_status read_plain(
	struct decompress *self, struct slice *window)
{
	if (self->start_length > 0)
		return lend_start(self, window);
	enum read_status status = decompress_need(self);
	if (status == READ_DATA) {
		*window = self->window;
		self->at = self->end;
	}
	return status;
}

/* ---- The stream ------------------------------------------------------------ */

static enum read_status advance(struct decompress *self)
{
	switch (self->state) {
	case MEMBER:
	case PADDING: return decompress_advance_member(self);
	case ENDED: return READ_END;
	case FAILED: return READ_FAILED;
	default: return decompress_advance_gzip(self);
	}
}

/* Fills a window: until it is full, or until there is nothing more now. What
 * was decompressed before a failure or a wait is lent first, so that the reader
 * gets the same bytes however the input was split. */
static enum read_status read_compressed(
	struct decompress *self, struct slice *window)
{
	enum read_status status = READ_DATA;

	self->produced = 0;
	self->space = (unsigned char *)buffer_filler_space(
		&self->filler, &self->space_size);
	if (!self->space) {
		self->base.wanted_bytes = buffer_pool_bytes(self->filler.pool);
		return READ_MEMORY;
	}
	while (status == READ_DATA && self->produced < self->space_size)
		status = advance(self);
	if (status == READ_FAILED)
		self->state = FAILED;
	if (self->produced == 0)
		return status;
	buffer_filler_lend(&self->filler, self->produced, window);
	return READ_DATA;
}

static enum read_status read_decompress(
	struct stream *stream, struct slice *window)
{
	struct decompress *self = (struct decompress *)stream;

	if (self->state == DETECT && self->expect != COMPRESSION_AUTO)
		start(self, self->expect);
	while (self->state == DETECT) {
		enum read_status status = detect(self);

		if (status != READ_DATA)
			return status;
	}
	if (self->state == PLAIN)
		return read_plain(self, window);
	return read_compressed(self, window);
}

static void destroy_decompress(struct stream *stream)
{
	struct decompress *self = (struct decompress *)stream;

	stream_destroy(self->inner);
	inflate_destroy(self->inflater);
	decoder_destroy(self->decoder);
	buffer_filler_finish(&self->filler);
	free(self);
}

struct stream *decompress_create(struct stream *inner, enum compression expect,
	enum inflate_library library, struct buffer_pool *pool)
{
	static const struct stream_methods methods = {
		.read = read_decompress,
		.destroy = destroy_decompress,
	};
	struct decompress *self = memory_zeroed(sizeof(*self));

	stream_init(&self->base, &methods);
	self->base.descriptor = inner->descriptor;
	self->base.may_block = inner->may_block;
	self->inner = inner;
	self->expect = expect;
	self->library = library;
	self->state = DETECT;
	buffer_filler_init(&self->filler, pool);
	return &self->base;
}
