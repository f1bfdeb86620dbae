/* SPDX-License-Identifier: MIT */
/*
 * A stream that yields what another one holds compressed, or that it is plain.
 * Members that follow each other are one content, also with what the format
 * lets stand between them. Checksums and lengths are checked; a failure names
 * the byte of the compressed content. What a format needs in memory is charged
 * before it is taken.
 */
#ifndef LEAT_OPERATORS_SUPPORT_CODEC_DECOMPRESS_H
#define LEAT_OPERATORS_SUPPORT_CODEC_DECOMPRESS_H

#include "model/stream.h"
#include "operators/support/codec/format.h"
#include "operators/support/file/buffer-pool.h"
#include "operators/support/inflate/inflate.h"

/* Takes INNER, which is destroyed with the stream; shares the pool, whose
 * buffers are the windows of what was compressed, and whose budget is charged.
 * EXPECT: a format, or COMPRESSION_AUTO for what compression_detect says;
 * plain content then keeps INNER's windows. LIBRARY: for gzip and zlib. */
struct stream *decompress_create(struct stream *inner, enum compression expect,
	enum inflate_library library, struct buffer_pool *pool);

#endif
