/* SPDX-License-Identifier: MIT */
/* What streams hold compressed, by our own inflate or by libarchive. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_FILTER_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_FILTER_H

#include "engine/operator.h"
#include "operators/support/file/buffer-pool.h"

enum filter {
	FILTER_NONE,
	FILTER_GZIP, /* by operators/support/inflate: libarchive doesn't check
			CRC and length */
	FILTER_BZIP2,
	FILTER_XZ,
	FILTER_LZMA,
	FILTER_ZSTD,
	FILTER_LZ4,
};

/* What the first bytes of a content say. */
enum filter filter_detect(const unsigned char *head, size_t length);

/* A stream of what INNER, which it takes, holds compressed, all of it: what
 * follows the compressed data is an error. OP reads it. */
struct stream *filter_create(enum filter filter, struct stream *inner,
	struct operator *op, struct buffer_pool *pool);

#endif
