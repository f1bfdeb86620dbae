/* SPDX-License-Identifier: MIT */
/* gzip, by zlib. */
#include <stdint.h>
#include <zlib.h>

#include "base/memory.h"
#include "operators/support/codec/coder.h"

static size_t gzip_bytes(const struct compressor_settings *settings)
{
	(void)settings;
	return 268 * 1024; /* zconf.h: the window, and memory level 8 */
}

static void *gzip_create(const struct compressor_settings *settings)
{
	enum { GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8 };
	z_stream *zlib = memory_zeroed(sizeof(*zlib));

	/* Its header has no name, no time, and says that it's from Unix. */
	if (deflateInit2(zlib, settings->level, Z_DEFLATED, GZIP_WINDOW,
		    MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		memory_abort();
	return zlib;
}

static void gzip_destroy(void *coder)
{
	deflateEnd(coder);
	free(coder);
}

static void gzip_restart(void *coder)
{
	deflateReset(coder);
}

static bool gzip_run(void *coder, struct coder_io *io, bool last)
{
	z_stream *zlib = coder;

	zlib->next_in = (z_const Bytef *)(uintptr_t)io->in;
	zlib->avail_in = (unsigned)io->in_length;
	zlib->next_out = (Bytef *)io->out;
	zlib->avail_out = (unsigned)io->out_length;
	int result = deflate(zlib, last ? Z_FINISH : Z_NO_FLUSH);
	io->in_length = zlib->avail_in;
	io->out_length = zlib->avail_out;
	return result == Z_STREAM_END;
}

const struct coder_methods coder_gzip = {
	.bytes = gzip_bytes,
	.create = gzip_create,
	.destroy = gzip_destroy,
	.restart = gzip_restart,
	.run = gzip_run,
};
