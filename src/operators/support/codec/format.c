/* SPDX-License-Identifier: MIT */
/* The formats of compressed contents. */
#include "operators/support/codec/format.h"

#include <bzlib.h>
#include <lz4.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

const char *const compression_names[] = {
	[COMPRESSION_GZIP] = "gzip",
	[COMPRESSION_ZSTD] = "zstd",
	[COMPRESSION_XZ] = "xz",
	[COMPRESSION_BZIP2] = "bzip2",
	[COMPRESSION_LZ4] = "lz4",
	[COMPRESSION_ZLIB] = "zlib",
	[COMPRESSION_LZMA] = "lzma",
	[COMPRESSIONS] = NULL,
};

const struct compression_levels *compression_levels(enum compression format)
{
	/* Those of the programs, as is what is usual, but for xz: its 6 takes
	 * more memory than a run has if nothing is said. */
	static const struct compression_levels levels[] = {
		[COMPRESSION_GZIP] = {1, 9, 6},
		[COMPRESSION_ZSTD] = {1, 22, 3},
		[COMPRESSION_XZ] = {1, 9, 4},
		[COMPRESSION_BZIP2] = {1, 9, 9},
		[COMPRESSION_LZ4] = {1, 12, 1},
	};

	return &levels[format];
}

void compression_add_library(enum compression format, struct text *text)
{
	switch (format) {
	case COMPRESSION_GZIP:
		text_add_format(text, "zlib %s", zlibVersion());
		break;
	case COMPRESSION_ZSTD:
		text_add_format(text, "libzstd %s", ZSTD_versionString());
		break;
	case COMPRESSION_XZ:
		text_add_format(text, "liblzma %s", lzma_version_string());
		break;
	case COMPRESSION_BZIP2:
		text_add_format(text, "libbz2 %s", BZ2_bzlibVersion());
		break;
	case COMPRESSION_LZ4:
		text_add_format(text, "liblz4 %s", LZ4_versionString());
		break;
	default: break;
	}
}
