/* SPDX-License-Identifier: MIT */
/* LZ4 frames, with a checksum of the content as lz4(1) makes it. */
#include <lz4frame.h>

#include "base/memory.h"
#include "operators/support/codec/coder.h"

struct coder {
	LZ4F_cctx *lz4;
	LZ4F_preferences_t preferences;
	bool begun;
};

/* Its tables (those of high levels are the larger ones), and two blocks with
 * the 64 KiB in front of them. */
static size_t lz4_bytes(const struct compressor_settings *settings)
{
	(void)settings;
	return 512 * 1024;
}

/* Matches reach back 64 KiB, also into the block before: small blocks lose
 * nothing. All that comes of a block is out at once. */
static void *lz4_create(const struct compressor_settings *settings)
{
	struct coder *coder = memory_zeroed(sizeof(*coder));

	coder->preferences = (LZ4F_preferences_t){
		.frameInfo =
			{
				.blockSizeID = LZ4F_max64KB,
				.blockMode = LZ4F_blockLinked,
				.contentChecksumFlag =
					LZ4F_contentChecksumEnabled,
			},
		.compressionLevel = settings->level,
		.autoFlush = 1,
	};
	if (LZ4F_isError(
		    LZ4F_createCompressionContext(&coder->lz4, LZ4F_VERSION)) ||
		LZ4F_compressBound(CODER_BLOCK_BYTES, &coder->preferences) +
				LZ4F_HEADER_SIZE_MAX >
			CODER_SPACE_BYTES)
		memory_abort();
	return coder;
}

static void lz4_destroy(void *memory)
{
	struct coder *coder = memory;

	LZ4F_freeCompressionContext(coder->lz4);
	free(coder);
}

static void lz4_restart(void *memory)
{
	struct coder *coder = memory;

	coder->begun = false;
}

/* Moves on by what was written, unless memory is out. */
static void add(struct coder_io *io, size_t length)
{
	if (LZ4F_isError(length))
		memory_abort();
	io->out += length;
	io->out_length -= length;
}

static bool lz4_run(void *memory, struct coder_io *io, bool last)
{
	struct coder *coder = memory;

	if (!coder->begun)
		add(io,
			LZ4F_compressBegin(coder->lz4, io->out, io->out_length,
				&coder->preferences));
	coder->begun = true;
	if (io->in_length > 0)
		add(io,
			LZ4F_compressUpdate(coder->lz4, io->out, io->out_length,
				io->in, io->in_length, NULL));
	io->in_length = 0;
	if (last)
		add(io,
			LZ4F_compressEnd(
				coder->lz4, io->out, io->out_length, NULL));
	return last;
}

const struct coder_methods coder_lz4 = {
	.bytes = lz4_bytes,
	.create = lz4_create,
	.destroy = lz4_destroy,
	.restart = lz4_restart,
	.run = lz4_run,
};
