/* SPDX-License-Identifier: MIT */
/*
 * A stream is a whole content that its one reader pulls. Reading lends a
 * window of the source's own buffer; a reader that wants to keep part of it
 * takes a reference to that buffer. Streams wrap streams; nothing is done
 * until somebody pulls.
 */
#ifndef LEAT_MODEL_STREAM_H
#define LEAT_MODEL_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/exit.h"
#include "base/text.h"
#include "model/buffer.h"

enum read_status {
	READ_DATA, /* the window holds at least one byte */
	READ_END,
	READ_BLOCKED, /* nothing now: poll stream->descriptor for reading */
	READ_MEMORY, /* no memory within the budget now: try again */
	READ_FAILED, /* stream->problem says why; final */
};

struct stream;

struct stream_methods {
	/* Lends the next window. It holds until the next call, and its buffer
	 * as long as somebody has a reference to it; the source doesn't write
	 * to a buffer that others refer to. */
	enum read_status (*read)(struct stream *stream, struct slice *window);

	/* Frees all that the stream owns, itself too. Called once. */
	void (*destroy)(struct stream *stream);

	/* Where the storage allows, else NULL. The size is in bytes; seek
	 * makes the next read start at OFFSET. Both return false, and set
	 * stream->problem, when they fail. */
	bool (*size)(struct stream *stream, uint64_t *bytes);
	bool (*seek)(struct stream *stream, uint64_t offset);

	/* Another stream over the same content, from its start, wherever this
	 * one is; NULL where there can't be one. */
	struct stream *(*reopen)(struct stream *stream);
};

/* The head of every kind of stream. */
struct stream {
	const struct stream_methods *methods;
	uint64_t position; /* bytes lent so far; kept by stream_read */
	int descriptor; /* what READ_BLOCKED waits for, or -1 */
	bool may_block; /* reads may answer READ_BLOCKED */
	size_t wanted_bytes; /* that READ_MEMORY waits for; 0: a buffer */
	struct text problem; /* why a call failed, as a sentence without a
				full stop: "the file is truncated" */
	enum exit_status status; /* that goes with the problem */
	void *blamed; /* the owner of the stream where the problem arose */

	uint64_t *lent_bytes; /* counts what is lent, for its maker; or NULL */

	/* Called by stream_destroy: the item was released. May be NULL. */
	void (*released)(void *owner);
	void *owner;
};

/* Sets up the head: methods, no descriptor, position 0. */
void stream_init(struct stream *stream, const struct stream_methods *methods);

enum read_status stream_read(struct stream *stream, struct slice *window);

/* Tells the owner and frees the stream; takes NULL. */
void stream_destroy(struct stream *stream);

/* Sets the problem and returns READ_FAILED. */
enum read_status stream_fail(struct stream *stream, enum exit_status status,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Copies the problem of INNER, which STREAM reads, and who is to blame, unless
 * INNER is just a part of STREAM and nobody's; returns READ_FAILED. */
enum read_status stream_fail_as(
	struct stream *stream, const struct stream *inner);

#endif
