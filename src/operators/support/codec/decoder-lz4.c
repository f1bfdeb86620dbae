/* SPDX-License-Identifier: MIT */
/* LZ4 frames (lz4_Frame_format.md), by liblz4; frames to be skipped are members
 * without content. */
#include <lz4frame.h>
#include <string.h>

#include "base/memory.h"
#include "operators/support/codec/decoder.h"

struct lz4 {
	struct decoder base;
	LZ4F_dctx *context;
	bool begun;
};

static struct decoder *lz4_create(void)
{
	struct lz4 *self = memory_zeroed(sizeof(*self));

	if (LZ4F_isError(LZ4F_createDecompressionContext(
		    &self->context, LZ4F_VERSION)))
		memory_abort();
	return &self->base;
}

static void lz4_destroy(struct decoder *decoder)
{
	struct lz4 *self = (struct lz4 *)decoder;

	LZ4F_freeDecompressionContext(self->context);
	free(self);
}

static void lz4_restart(struct decoder *decoder)
{
	struct lz4 *self = (struct lz4 *)decoder;

	LZ4F_resetDecompressionContext(self->context);
	self->begun = false;
}

/* What liblz4 keeps: a compressed block, and one with the 64 KiB in front of it
 * and behind it. The size of blocks is 64 KiB, 256 KiB, 1 MiB or 4 MiB. */
static uint64_t bytes_for(unsigned char descriptor)
{
	unsigned size = descriptor >> 4 & 7;

	return size < 4 ? 0 : (UINT64_C(2) << (8 + 2 * size)) + (128 << 10);
}

static enum decoder_status begin(struct lz4 *self, struct decoder_io *io)
{
	enum { FLAGS = 4, DESCRIPTOR, NEEDS_DICTIONARY = 1 };
	struct decoder *base = &self->base;
	bool skipped;
	enum decoder_status status =
		decoder_take_frame_mark(base, io, "\x04\x22\x4d\x18", &skipped);

	if (status == DECODER_DONE && !skipped) {
		if (!decoder_take_head(base, io, DESCRIPTOR + 1))
			return DECODER_GOING;
		if (base->head[FLAGS] & NEEDS_DICTIONARY)
			return decoder_broken(base, "it needs a dictionary",
				"unpack it with `lz4 -D`");
		status =
			decoder_charge(base, bytes_for(base->head[DESCRIPTOR]));
	}
	self->begun = status == DECODER_DONE;
	return status;
}

static enum decoder_status decode(struct lz4 *self, struct decoder_io *io)
{
	struct decoder_input in = decoder_next(&self->base, io);
	size_t taken = in.length, given = io->out_length;
	size_t result = LZ4F_decompress(
		self->context, io->out, &given, in.data, &taken, NULL);

	if (LZ4F_isError(result))
		return strcmp(LZ4F_getErrorName(result),
			       "ERROR_contentChecksum_invalid") == 0
			? decoder_wrong_checksum(&self->base)
			: decoder_damaged(&self->base);
	decoder_advance(&self->base, io, taken);
	io->out += given;
	io->out_length -= given;
	return result == 0 ? DECODER_DONE : DECODER_GOING;
}

static enum decoder_status lz4_run(
	struct decoder *decoder, struct decoder_io *io)
{
	struct lz4 *self = (struct lz4 *)decoder;
	enum decoder_status status =
		self->begun ? DECODER_DONE : begin(self, io);

	return status == DECODER_DONE ? decode(self, io) : status;
}

const struct decoder_methods decoder_lz4 = {
	.create = lz4_create,
	.destroy = lz4_destroy,
	.restart = lz4_restart,
	.run = lz4_run,
};
