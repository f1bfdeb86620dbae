/* SPDX-License-Identifier: MIT */
/* The formats of compressed contents, and what there is to know of each. */
#ifndef LEAT_OPERATORS_SUPPORT_CODEC_FORMAT_H
#define LEAT_OPERATORS_SUPPORT_CODEC_FORMAT_H

#include "base/text.h"

enum compression {
	COMPRESSION_GZIP, /* RFC 1952 */
	COMPRESSION_ZSTD, /* RFC 8878 */
	COMPRESSION_XZ, /* xz-file-format.txt of XZ Utils */
	COMPRESSION_BZIP2,
	COMPRESSION_LZ4, /* frames: lz4_Frame_format.md of LZ4 */
	COMPRESSIONS_WRITTEN,

	/* Only read: one content can't follow the other in a file. */
	COMPRESSION_ZLIB = COMPRESSIONS_WRITTEN, /* RFC 1950 */
	COMPRESSION_LZMA, /* lzma-file-format.txt of XZ Utils: .lzma */
	COMPRESSIONS,

	COMPRESSION_NONE = COMPRESSIONS,
};

extern const char *const compression_names[]; /* ends in NULL */

/* How hard a compressor may try: of the formats that are written. */
struct compression_levels {
	int least, most, usual;
};

const struct compression_levels *compression_levels(enum compression format);

/* Adds the name and the version of the library that is used to compress: the
 * bytes may change with it. */
void compression_add_library(enum compression format, struct text *text);

#endif
