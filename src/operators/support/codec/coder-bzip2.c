/* SPDX-License-Identifier: MIT */
/* bzip2, by libbz2. */
#include <bzlib.h>
#include <stdint.h>

#include "base/memory.h"
#include "operators/support/codec/coder.h"

struct coder {
	bz_stream bzip2;
	int level;
};

/* bzip2(1): 400k + 8 times the block size. */
static size_t bzip2_bytes(const struct compressor_settings *settings)
{
	return 400000 + 8 * 100000 * (size_t)settings->level;
}

static void begin(struct coder *coder)
{
	enum { USUAL_EFFORT = 0, SILENT = 0 };

	coder->bzip2 = (bz_stream){0};
	if (BZ2_bzCompressInit(
		    &coder->bzip2, coder->level, SILENT, USUAL_EFFORT) != BZ_OK)
		memory_abort();
}

static void *bzip2_create(const struct compressor_settings *settings)
{
	struct coder *coder = memory_alloc(sizeof(*coder));

	coder->level = settings->level;
	begin(coder);
	return coder;
}

static void bzip2_destroy(void *memory)
{
	struct coder *coder = memory;

	BZ2_bzCompressEnd(&coder->bzip2);
	free(coder);
}

static void bzip2_restart(void *memory)
{
	struct coder *coder = memory;

	BZ2_bzCompressEnd(&coder->bzip2);
	begin(coder);
}

static bool bzip2_run(void *memory, struct coder_io *io, bool last)
{
	bz_stream *bzip2 = &((struct coder *)memory)->bzip2;

	bzip2->next_in = (char *)(uintptr_t)io->in; /* which it only reads */
	bzip2->avail_in = (unsigned)io->in_length;
	bzip2->next_out = io->out;
	bzip2->avail_out = (unsigned)io->out_length;
	int result = BZ2_bzCompress(bzip2, last ? BZ_FINISH : BZ_RUN);
	io->in_length = bzip2->avail_in;
	io->out_length = bzip2->avail_out;
	return result == BZ_STREAM_END;
}

const struct coder_methods coder_bzip2 = {
	.bytes = bzip2_bytes,
	.create = bzip2_create,
	.destroy = bzip2_destroy,
	.restart = bzip2_restart,
	.run = bzip2_run,
};
