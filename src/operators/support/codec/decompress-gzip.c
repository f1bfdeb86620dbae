/* SPDX-License-Identifier: MIT */
/* The members of gzip and zlib: header, content, trailer, what follows. */
#include "operators/support/codec/decompress-parts.h"

/* ---- Parts ----------------------------------------------------------------- */

static const char get_again[] = "the file is damaged: get it again";

void decompress_start_gzip(struct decompress *self)
{
	gzip_frame_start(&self->frame,
		self->format == COMPRESSION_ZLIB ? GZIP_ZLIB : GZIP_GZIP);
	self->state = HEADER;
}

/* The next bytes are the member's compressed content. */
static void start_body(struct decompress *self)
{
	if (!self->inflater)
		self->inflater = inflate_create(self->library);
	else
		inflate_reset(self->inflater);
	self->checksum = self->frame.format == GZIP_ZLIB ? 1 : 0;
	self->length = 0;
	self->more_output = false;
	self->state = BODY;
}

static enum read_status read_header(struct decompress *self)
{
	enum read_status status = decompress_need(self);

	if (status == READ_END && self->inner->position == 0)
		return decompress_fail_empty(self);
	if (status == READ_END)
		return decompress_fail_truncated(self);
	if (status != READ_DATA)
		return status;
	while (self->at < self->end) {
		switch (gzip_take_header(&self->frame, *self->at)) {
		case GZIP_WRONG:
			return decompress_fail_start(self, self->frame.problem);
		case GZIP_DONE:
			self->at++;
			start_body(self);
			return READ_DATA;
		case GZIP_MORE: self->at++; break;
		}
	}
	return READ_DATA;
}

static void add_to_check(
	struct decompress *self, const unsigned char *data, size_t length)
{
	self->checksum = self->frame.format == GZIP_ZLIB
		? inflate_adler32(self->checksum, data, length)
		: inflate_crc32(self->checksum, data, length);
	self->length += length;
}

static void end_body(struct decompress *self, const struct inflate_io *io)
{
	self->state = TRAILER;
	self->frame.count = 0;
	if (io->ahead_length == 0)
		return;
	self->window_at = self->at;
	self->window_end = self->end;
	for (size_t i = 0; i < io->ahead_length; i++)
		self->ahead[i] = io->ahead[i];
	self->at = self->ahead;
	self->end = self->ahead + io->ahead_length;
	self->in_ahead = true;
}

/* Inflates into what is left of the space. READ_DATA: go on. */
static enum read_status read_body(struct decompress *self)
{
	enum read_status status =
		self->more_output ? READ_DATA : decompress_need(self);

	if (status == READ_END)
		return decompress_fail_truncated(self);
	if (status != READ_DATA)
		return status;

	struct inflate_io io = {
		.in = self->at,
		.in_length = (size_t)(self->end - self->at),
		.out = self->space + self->produced,
		.out_length = self->space_size - self->produced,
	};
	const unsigned char *start = io.out;
	enum inflate_status result = inflate_run(self->inflater, &io);

	self->at = io.in;
	add_to_check(self, start, (size_t)(io.out - start));
	self->produced += (size_t)(io.out - start);
	self->more_output = io.out_length == 0;
	if (result == INFLATE_BROKEN)
		return decompress_fail(self,
			"it is damaged here or shortly before",
			"get the file again");
	if (result == INFLATE_DONE)
		end_body(self, &io);
	return READ_DATA;
}

static enum read_status read_trailer(struct decompress *self)
{
	enum read_status status = decompress_need(self);
	enum gzip_result result = GZIP_MORE;

	if (status == READ_END)
		return decompress_fail_truncated(self);
	if (status != READ_DATA)
		return status;
	while (result == GZIP_MORE && self->at < self->end)
		result = gzip_take_trailer(&self->frame, *self->at++);
	if (result == GZIP_MORE)
		return READ_DATA;
	const char *problem =
		gzip_check(&self->frame, self->checksum, self->length);
	if (problem)
		return decompress_fail(self, problem, get_again);
	self->state = BEHIND;
	self->later = true;
	return READ_DATA;
}

/* Behind a member: the next one, or zeros until the end. */
static enum read_status read_behind(struct decompress *self)
{
	enum read_status status = decompress_need(self);

	if (status == READ_END)
		self->state = ENDED;
	if (status != READ_DATA)
		return status;
	if (*self->at == 0x1f && self->frame.format == GZIP_GZIP &&
		self->padding == 0) {
		decompress_start_gzip(self);
		return READ_DATA;
	}
	for (; self->at < self->end; self->at++) {
		if (*self->at != 0)
			return decompress_fail_behind(self);
		self->padding++;
	}
	return READ_DATA;
}

enum read_status decompress_advance_gzip(struct decompress *self)
{
	switch (self->state) {
	case HEADER: return read_header(self);
	case BODY: return read_body(self);
	case TRAILER: return read_trailer(self);
	default: return read_behind(self);
	}
}
