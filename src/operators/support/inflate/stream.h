/* SPDX-License-Identifier: MIT */
/*
 * A stream that yields what another one holds compressed: gzip of one or
 * several members, zlib, or plain content. Checksums and lengths are checked;
 * a failure names the byte of the compressed content.
 */
#ifndef LEAT_OPERATORS_SUPPORT_INFLATE_STREAM_H
#define LEAT_OPERATORS_SUPPORT_INFLATE_STREAM_H

#include "model/stream.h"
#include "operators/support/file/buffer-pool.h"
#include "operators/support/inflate/gzip.h"
#include "operators/support/inflate/inflate.h"

/* What the content has to be. AUTO: what its first bytes say. */
enum inflate_expect {
	INFLATE_EXPECT_AUTO,
	INFLATE_EXPECT_GZIP,
	INFLATE_EXPECT_ZLIB
};

/* Takes INNER, which is destroyed with the stream; shares the pool, whose
 * buffers are the windows of what was compressed. Plain content keeps INNER's
 * windows. */
struct stream *inflate_stream_create(struct stream *inner,
	enum inflate_expect expect, enum inflate_library library,
	struct buffer_pool *pool);

#endif
