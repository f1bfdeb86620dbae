/* SPDX-License-Identifier: MIT */
/* xz and lzma, by liblzma. Its limit on memory is what was charged: at more it
 * stops, and goes on when that is charged, too. */
#include <lzma.h>

#include "base/memory.h"
#include "operators/support/codec/decoder.h"

struct lzma {
	struct decoder base;
	lzma_stream stream;
	bool begun;
};

static struct decoder *lzma_create(void)
{
	struct lzma *self = memory_zeroed(sizeof(*self));

	return &self->base;
}

static void lzma_destroy(struct decoder *decoder)
{
	struct lzma *self = (struct lzma *)decoder;

	lzma_end(&self->stream);
	free(self);
}

static void lzma_restart(struct decoder *decoder)
{
	struct lzma *self = (struct lzma *)decoder;

	self->begun = false;
}

static enum decoder_status begin(struct lzma *self, struct decoder_io *io)
{
	struct decoder *base = &self->base;
	uint64_t limit = base->bytes > 0 ? base->bytes : 1;
	bool is_xz = base->format == COMPRESSION_XZ;
	enum decoder_status status = DECODER_DONE;

	if (is_xz)
		status = decoder_take_mark(base, io,
			"\xfd"
			"7zXZ",
			6);
	if (status != DECODER_DONE)
		return status;
	lzma_ret result = is_xz ? lzma_stream_decoder(&self->stream, limit,
					  LZMA_TELL_UNSUPPORTED_CHECK)
				: lzma_alone_decoder(&self->stream, limit);
	if (result != LZMA_OK)
		memory_abort();
	self->begun = true;
	return status;
}

static enum decoder_status refuse(struct lzma *self, lzma_ret result)
{
	struct decoder *base = &self->base;

	switch (result) {
	case LZMA_MEM_ERROR: memory_abort();
	case LZMA_UNSUPPORTED_CHECK:
		return decoder_broken(base,
			"its checksum is of a kind that nobody knows",
			"get the file again, with another one");
	case LZMA_OPTIONS_ERROR:
		return decoder_broken(base, "it has options that nobody knows",
			"get the file again, made by an older program");
	case LZMA_FORMAT_ERROR: return DECODER_FOREIGN; /* of lzma */
	default: return decoder_damaged(base);
	}
}

static enum decoder_status decode(struct lzma *self, struct decoder_io *io)
{
	struct decoder_input in = decoder_next(&self->base, io);
	lzma_stream *stream = &self->stream;
	enum decoder_status status;

	stream->next_in = in.data;
	stream->avail_in = in.length;
	stream->next_out = io->out;
	stream->avail_out = io->out_length;
	lzma_ret result = lzma_code(stream, LZMA_RUN);
	decoder_advance(&self->base, io, in.length - stream->avail_in);
	io->out = stream->next_out;
	io->out_length = stream->avail_out;
	switch (result) {
	case LZMA_OK:
	case LZMA_BUF_ERROR: return DECODER_GOING; /* nothing to go on with */
	case LZMA_STREAM_END: return DECODER_DONE;
	case LZMA_MEMLIMIT_ERROR:
		status = decoder_charge(&self->base, lzma_memusage(stream));
		if (status != DECODER_DONE)
			return status;
		lzma_memlimit_set(stream, self->base.bytes);
		return DECODER_GOING;
	default: return refuse(self, result);
	}
}

static enum decoder_status lzma_run(
	struct decoder *decoder, struct decoder_io *io)
{
	struct lzma *self = (struct lzma *)decoder;
	enum decoder_status status =
		self->begun ? DECODER_DONE : begin(self, io);

	return status == DECODER_DONE ? decode(self, io) : status;
}

const struct decoder_methods decoder_lzma = {
	.create = lzma_create,
	.destroy = lzma_destroy,
	.restart = lzma_restart,
	.run = lzma_run,
};
