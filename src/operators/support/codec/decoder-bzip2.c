/* SPDX-License-Identifier: MIT */
/* bzip2, by libbz2, which checks the CRC of each block and of them all. */
#include <bzlib.h>

#include "base/memory.h"
#include "operators/support/codec/decoder.h"

struct bzip2 {
	struct decoder base;
	bz_stream stream;
	bool begun;
};

static struct decoder *bzip2_create(void)
{
	struct bzip2 *self = memory_zeroed(sizeof(*self));

	return &self->base;
}

static void bzip2_restart(struct decoder *decoder)
{
	struct bzip2 *self = (struct bzip2 *)decoder;

	if (self->begun)
		BZ2_bzDecompressEnd(&self->stream);
	self->begun = false;
}

static void bzip2_destroy(struct decoder *decoder)
{
	bzip2_restart(decoder);
	free(decoder);
}

/* "BZh", and the size of blocks in units of 100 kB. bzip2(1): it takes 100k +
 * 4 times the block size. */
static enum decoder_status begin(struct bzip2 *self, struct decoder_io *io)
{
	enum { SILENT = 0, FAST = 0 };
	struct decoder *base = &self->base;
	enum decoder_status status = decoder_take_mark(base, io, "BZh", 3);

	if (status != DECODER_DONE)
		return status;
	if (base->head_length == 3 && io->in_length > 0 &&
		(*io->in < '1' || *io->in > '9'))
		return DECODER_FOREIGN;
	if (!decoder_take_head(base, io, 4))
		return DECODER_GOING;
	status = decoder_charge(
		base, 100000 + 4 * 100000 * (uint64_t)(base->head[3] - '0'));
	if (status != DECODER_DONE)
		return status;
	self->stream = (bz_stream){0};
	if (BZ2_bzDecompressInit(&self->stream, SILENT, FAST) != BZ_OK)
		memory_abort();
	self->begun = true;
	return DECODER_DONE;
}

static enum decoder_status decode(struct bzip2 *self, struct decoder_io *io)
{
	struct decoder_input in = decoder_next(&self->base, io);
	bz_stream *stream = &self->stream;

	stream->next_in = (char *)(uintptr_t)in.data; /* it only reads */
	stream->avail_in = (unsigned)in.length;
	stream->next_out = (char *)io->out;
	stream->avail_out = (unsigned)io->out_length;
	int result = BZ2_bzDecompress(stream);
	io->out += io->out_length - stream->avail_out;
	io->out_length = stream->avail_out;
	decoder_advance(&self->base, io, in.length - stream->avail_in);
	switch (result) {
	case BZ_OK: return DECODER_GOING;
	case BZ_STREAM_END: return DECODER_DONE;
	case BZ_MEM_ERROR: memory_abort();
	default: return decoder_damaged(&self->base);
	}
}

static enum decoder_status bzip2_run(
	struct decoder *decoder, struct decoder_io *io)
{
	struct bzip2 *self = (struct bzip2 *)decoder;
	enum decoder_status status =
		self->begun ? DECODER_DONE : begin(self, io);

	return status == DECODER_DONE ? decode(self, io) : status;
}

const struct decoder_methods decoder_bzip2 = {
	.create = bzip2_create,
	.destroy = bzip2_destroy,
	.restart = bzip2_restart,
	.run = bzip2_run,
};
