/* SPDX-License-Identifier: MIT */
/*
 * Streams over files and descriptors. The bytes are read into buffers of a
 * pool; nothing is mapped, since a file that shrinks would then kill us.
 */
#ifndef LEAT_OPERATORS_SUPPORT_FILE_STREAM_H
#define LEAT_OPERATORS_SUPPORT_FILE_STREAM_H

#include "model/segment.h"
#include "model/stream.h"
#include "operators/support/file/buffer-pool.h"

/* The content of the regular file that is the unit of SEGMENT, opened by the
 * first read. One that isn't any more what the unit says, or that changes
 * while it is read, is an error. The unit gets the digest of what was read
 * from the first to the last byte. Copies PATH, takes its own reference to
 * SEGMENT; the pool is shared. */
struct stream *file_stream_create(
	const char *path, struct segment *segment, struct buffer_pool *pool);

/* The same of what somebody else has opened: DESCRIPTOR, which it takes, or -1
 * and the errno of that. */
struct stream *file_stream_adopt(int descriptor, int error,
	struct segment *segment, struct buffer_pool *pool);

/* What a descriptor yields until its end; it stays open. Reads that would block
 * answer READ_BLOCKED; the descriptor's flags, which other processes may share,
 * stay as they are. */
struct stream *file_stream_borrow(int descriptor, struct buffer_pool *pool);

/* The status that goes with errno when an input can't be opened or read. */
enum exit_status file_input_status(int error);

#endif
