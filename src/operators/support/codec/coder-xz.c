/* SPDX-License-Identifier: MIT */
/* xz, by liblzma, with a checksum as xz(1) makes it. */
#include <lzma.h>

#include "base/memory.h"
#include "operators/support/codec/coder.h"

struct coder {
	lzma_stream lzma;
	struct compressor_settings settings;
};

static lzma_mt threaded(const struct compressor_settings *settings)
{
	return (lzma_mt){
		.threads = settings->threads,
		.preset = (uint32_t)settings->level,
		.check = LZMA_CHECK_CRC64,
	};
}

static size_t xz_bytes(const struct compressor_settings *settings)
{
	lzma_mt options = threaded(settings);

	return settings->threads
		? (size_t)lzma_stream_encoder_mt_memusage(&options)
		: (size_t)lzma_easy_encoder_memusage(options.preset);
}

static void xz_restart(void *memory)
{
	struct coder *coder = memory;
	lzma_mt options = threaded(&coder->settings);
	lzma_ret result = coder->settings.threads
		? lzma_stream_encoder_mt(&coder->lzma, &options)
		: lzma_easy_encoder(
			  &coder->lzma, options.preset, options.check);

	if (result != LZMA_OK)
		memory_abort();
}

static void *xz_create(const struct compressor_settings *settings)
{
	struct coder *coder = memory_zeroed(sizeof(*coder));

	coder->settings = *settings;
	xz_restart(coder);
	return coder;
}

static void xz_destroy(void *memory)
{
	struct coder *coder = memory;

	lzma_end(&coder->lzma);
	free(coder);
}

static bool xz_run(void *memory, struct coder_io *io, bool last)
{
	lzma_stream *lzma = &((struct coder *)memory)->lzma;

	lzma->next_in = (const uint8_t *)io->in;
	lzma->avail_in = io->in_length;
	lzma->next_out = (uint8_t *)io->out;
	lzma->avail_out = io->out_length;
	lzma_ret result = lzma_code(lzma, last ? LZMA_FINISH : LZMA_RUN);
	if (result == LZMA_MEM_ERROR)
		memory_abort();
	io->in_length = lzma->avail_in;
	io->out_length = lzma->avail_out;
	return result == LZMA_STREAM_END;
}

const struct coder_methods coder_xz = {
	.bytes = xz_bytes,
	.create = xz_create,
	.destroy = xz_destroy,
	.restart = xz_restart,
	.run = xz_run,
};
