/* SPDX-License-Identifier: MIT */
/*
 * Streams over files and descriptors. The bytes are read into buffers of a
 * pool; nothing is mapped, since a file that shrinks would then kill us.
 */
#ifndef LEAT_OPERATORS_SUPPORT_FILE_STREAM_H
#define LEAT_OPERATORS_SUPPORT_FILE_STREAM_H

#include "base/file.h"
#include "model/stream.h"
#include "operators/support/file/buffer-pool.h"

/* The content of a regular file, opened by the first read. EXPECTED is what
 * the file was when it was found: one that isn't that any more, or that
 * changes while it is read, is an error. Copies PATH; the pool is shared. */
struct stream *file_stream_create(const char *path,
	const struct file_state *expected, struct buffer_pool *pool);

/* What a descriptor yields until its end; it stays open. NAME is for
 * messages and lives as long as the stream. Reads that would block answer
 * READ_BLOCKED; the descriptor's flags, which other processes may share, stay
 * as they are. */
struct stream *file_stream_borrow(
	int descriptor, const char *name, struct buffer_pool *pool);

/* The status that goes with errno when an input can't be opened or read. */
enum exit_status file_input_status(int error);

#endif
