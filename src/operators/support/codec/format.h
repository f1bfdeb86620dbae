/* SPDX-License-Identifier: MIT */
/* The formats of compressed contents, and what there is to know of each. */
#ifndef LEAT_OPERATORS_SUPPORT_CODEC_FORMAT_H
#define LEAT_OPERATORS_SUPPORT_CODEC_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

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

	COMPRESSION_NONE = COMPRESSIONS, /* it's plain */
	COMPRESSION_AUTO, /* what the content says */
};

extern const char *const compression_names[]; /* ends in NULL */

/* So many bytes at the start of a content tell its format. */
enum { COMPRESSION_START_BYTES = 13 };

/* What a content is that begins so; with fewer than COMPRESSION_START_BYTES:
 * that is all of it. Of zlib's headers only those that compressors write count:
 * others start texts too easily. So is .lzma, which has no mark: what has the
 * usual properties, a dictionary of 2^n or 2^n + 2^(n-1) bytes, and a length
 * below 256 GiB or none. */
enum compression compression_detect(const unsigned char *start, size_t length);

/* Whether a longer content that begins so could be one of the formats. */
bool compression_may_start(const unsigned char *start, size_t length);

/* How hard a compressor may try: of the formats that are written. */
struct compression_levels {
	int least, most, usual;
};

const struct compression_levels *compression_levels(enum compression format);

/* Whether one content can be compressed by several threads. */
bool compression_has_threads(enum compression format);

/* Adds the name and the version of the library that is used to compress: the
 * bytes may change with it. */
void compression_add_library(enum compression format, struct text *text);

#endif
