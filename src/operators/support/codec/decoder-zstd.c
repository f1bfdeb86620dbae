/* SPDX-License-Identifier: MIT */
/* zstd frames (RFC 8878), by libzstd; frames to be skipped are members without
 * content. */
#define ZSTD_STATIC_LINKING_ONLY /* for what a frame takes of the memory */
#include <zstd.h>
#include <zstd_errors.h>

#include "base/memory.h"
#include "operators/support/codec/decoder.h"

struct zstd {
	struct decoder base;
	ZSTD_DCtx *context;
	bool begun;
};

static struct decoder *zstd_create(void)
{
	struct zstd *self = memory_zeroed(sizeof(*self));

	self->context = ZSTD_createDCtx();
	if (!self->context)
		memory_abort();
	/* The budget is the limit. */
	ZSTD_DCtx_setParameter(self->context, ZSTD_d_windowLogMax,
		ZSTD_dParam_getBounds(ZSTD_d_windowLogMax).upperBound);
	return &self->base;
}

static void zstd_destroy(struct decoder *decoder)
{
	struct zstd *self = (struct zstd *)decoder;

	ZSTD_freeDCtx(self->context);
	free(self);
}

static void zstd_restart(struct decoder *decoder)
{
	struct zstd *self = (struct zstd *)decoder;

	ZSTD_DCtx_reset(self->context, ZSTD_reset_session_only);
	self->begun = false;
}

/* The header says how large the window is. */
static enum decoder_status begin(struct zstd *self, struct decoder_io *io)
{
	enum { SIZE_TELLS = 5 };
	struct decoder *base = &self->base;
	bool skipped;
	enum decoder_status status =
		decoder_take_frame_mark(base, io, "\x28\xb5\x2f\xfd", &skipped);

	self->begun = status == DECODER_DONE && skipped;
	if (status != DECODER_DONE || skipped)
		return status;
	if (!decoder_take_head(base, io, SIZE_TELLS) ||
		!decoder_take_head(
			base, io, ZSTD_frameHeaderSize(base->head, SIZE_TELLS)))
		return DECODER_GOING;
	size_t bytes = ZSTD_estimateDStreamSize_fromFrame(
		base->head, base->head_length);
	if (ZSTD_isError(bytes))
		return ZSTD_getErrorCode(bytes) ==
				ZSTD_error_frameParameter_windowTooLarge
			? decoder_broken(base,
				  "its window is too large, whatever the "
				  "memory",
				  "get the file again")
			: decoder_damaged(base);
	status = decoder_charge(base, bytes);
	self->begun = status == DECODER_DONE;
	return status;
}

static enum decoder_status refuse(struct decoder *base, size_t result)
{
	switch (ZSTD_getErrorCode(result)) {
	case ZSTD_error_checksum_wrong: return decoder_wrong_checksum(base);
	case ZSTD_error_dictionary_wrong:
		return decoder_broken(base, "it needs a dictionary",
			"unpack it with `zstd -D`");
	case ZSTD_error_memory_allocation: memory_abort();
	default: return decoder_damaged(base);
	}
}

static enum decoder_status decode(struct zstd *self, struct decoder_io *io)
{
	struct decoder_input input = decoder_next(&self->base, io);
	ZSTD_inBuffer in = {.src = input.data, .size = input.length};
	ZSTD_outBuffer out = {.dst = io->out, .size = io->out_length};
	size_t result = ZSTD_decompressStream(self->context, &out, &in);

	decoder_advance(&self->base, io, in.pos);
	io->out += out.pos;
	io->out_length -= out.pos;
	if (ZSTD_isError(result))
		return refuse(&self->base, result);
	return result == 0 ? DECODER_DONE : DECODER_GOING;
}

static enum decoder_status zstd_run(
	struct decoder *decoder, struct decoder_io *io)
{
	struct zstd *self = (struct zstd *)decoder;
	enum decoder_status status =
		self->begun ? DECODER_DONE : begin(self, io);

	return status == DECODER_DONE ? decode(self, io) : status;
}

const struct decoder_methods decoder_zstd = {
	.create = zstd_create,
	.destroy = zstd_destroy,
	.restart = zstd_restart,
	.run = zstd_run,
};
