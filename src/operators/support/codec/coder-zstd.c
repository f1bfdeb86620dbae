/* SPDX-License-Identifier: MIT */
/* zstd frames, with a checksum as zstd(1) makes it. */
#define ZSTD_STATIC_LINKING_ONLY /* for what a level takes of the memory */
#include <zstd.h>

#include "base/memory.h"
#include "operators/support/codec/coder.h"

static size_t zstd_bytes(const struct compressor_settings *settings)
{
	return ZSTD_estimateCStreamSize(settings->level);
}

static void *zstd_create(const struct compressor_settings *settings)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();

	if (!zstd)
		memory_abort();
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, settings->level);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
	return zstd;
}

static void zstd_destroy(void *coder)
{
	ZSTD_freeCCtx(coder);
}

static void zstd_restart(void *coder)
{
	ZSTD_CCtx_reset(coder, ZSTD_reset_session_only);
}

/* The only error that there can be is that memory is out. */
static bool zstd_run(void *coder, struct coder_io *io, bool last)
{
	ZSTD_inBuffer in = {.src = io->in, .size = io->in_length};
	ZSTD_outBuffer out = {.dst = io->out, .size = io->out_length};
	size_t left = ZSTD_compressStream2(
		coder, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);

	if (ZSTD_isError(left))
		memory_abort();
	io->in_length -= in.pos;
	io->out_length -= out.pos;
	return last && left == 0;
}

const struct coder_methods coder_zstd = {
	.bytes = zstd_bytes,
	.create = zstd_create,
	.destroy = zstd_destroy,
	.restart = zstd_restart,
	.run = zstd_run,
};
