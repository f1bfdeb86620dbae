/* SPDX-License-Identifier: MIT */
/* The members of all formats but gzip and zlib, and what follows them. */
#include <stdio.h>

#include "operators/support/codec/decompress-parts.h"

void decompress_start_member(struct decompress *self)
{
	if (!self->decoder)
		self->decoder = decoder_create(
			self->format, buffer_pool_budget(self->filler.pool));
	else
		decoder_restart(self->decoder);
	self->more_output = false;
	self->state = MEMBER;
}

static enum read_status fail_foreign(struct decompress *self)
{
	char problem[40];

	snprintf(problem, sizeof(problem), "this is not %s data",
		compression_names[self->format]);
	return decompress_fail_start(self, problem);
}

static enum read_status run(struct decompress *self)
{
	struct decoder *decoder = self->decoder;
	struct decoder_io io = {
		.in = self->at,
		.in_length = (size_t)(self->end - self->at),
		.out = self->space + self->produced,
		.out_length = self->space_size - self->produced,
	};
	enum decoder_status status = decoder->methods->run(decoder, &io);

	self->at = io.in;
	self->produced = self->space_size - io.out_length;
	self->more_output = io.out_length == 0;
	switch (status) {
	case DECODER_GOING: return READ_DATA;
	case DECODER_DONE:
		self->later = true;
		self->padding = 0;
		self->state = PADDING;
		return READ_DATA;
	case DECODER_MEMORY:
		self->base.wanted_bytes = decoder->wanted_bytes;
		return READ_MEMORY;
	case DECODER_FOREIGN: return fail_foreign(self);
	default:
		return decompress_fail(self, decoder->problem, decoder->advice);
	}
}

static enum read_status read_member(struct decompress *self)
{
	enum read_status status =
		self->more_output ? READ_DATA : decompress_need(self);

	if (status == READ_END)
		return self->inner->position == 0
			? decompress_fail_empty(self)
			: decompress_fail_truncated(self);
	return status == READ_DATA ? run(self) : status;
}

/* xz-file-format.txt, 2.2: zeros, four at a time, may follow a stream. */
static enum read_status read_padding(struct decompress *self)
{
	enum read_status status = decompress_need(self);
	bool whole = self->padding % 4 == 0;

	if (status == READ_END && !whole)
		return decompress_fail_truncated(self);
	if (status == READ_END)
		self->state = ENDED;
	if (status != READ_DATA)
		return status;
	if (self->format == COMPRESSION_XZ && *self->at == 0) {
		for (; self->at < self->end && *self->at == 0; self->at++)
			self->padding++;
		return READ_DATA;
	}
	if (!whole || self->format == COMPRESSION_LZMA)
		return decompress_fail_behind(self);
	decompress_start_member(self);
	return READ_DATA;
}

enum read_status decompress_advance_member(struct decompress *self)
{
	return self->state == MEMBER ? read_member(self) : read_padding(self);
}
