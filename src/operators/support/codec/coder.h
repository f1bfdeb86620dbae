/* SPDX-License-Identifier: MIT */
/* What compressors have behind them: a table for each library. Nobody but
 * compressor.c and those libraries' files includes it. */
#ifndef LEAT_OPERATORS_SUPPORT_CODEC_CODER_H
#define LEAT_OPERATORS_SUPPORT_CODEC_CODER_H

#include "operators/support/codec/compressor.h"

/* Where to read and write; `run` moves both on. */
struct coder_io {
	const char *in;
	size_t in_length;
	char *out;
	size_t out_length; /* at least CODER_SPACE_BYTES */
};

/* What a library gets at once, and the space for what comes of it: room for a
 * block that can't be compressed. */
enum {
	CODER_BLOCK_BYTES = 128 * 1024,
	CODER_SPACE_BYTES = CODER_BLOCK_BYTES + 16 * 1024
};

/* Where memory is out they abort. */
struct coder_methods {
	/* What `create` takes, about. */
	size_t (*bytes)(const struct compressor_settings *settings);

	void *(*create)(const struct compressor_settings *settings);
	void (*destroy)(void *coder);

	/* Puts it back to the start of a member. */
	void (*restart)(void *coder);

	/* Goes on until the input is used up or the space is full. LAST: no
	 * more will follow the input; true: the member is complete. */
	bool (*run)(void *coder, struct coder_io *io, bool last);
};

extern const struct coder_methods coder_gzip, coder_zstd, coder_xz, coder_bzip2,
	coder_lz4;

#endif
