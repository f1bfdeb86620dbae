/* SPDX-License-Identifier: MIT */
/* What the files of the decompressing stream share; nobody else includes
 * it. */
#ifndef LEAT_OPERATORS_SUPPORT_CODEC_DECOMPRESS_PARTS_H
#define LEAT_OPERATORS_SUPPORT_CODEC_DECOMPRESS_PARTS_H

#include "operators/support/codec/decoder.h"
#include "operators/support/codec/decompress.h"
#include "operators/support/inflate/gzip.h"

enum decompress_state {
	DETECT,
	PLAIN,
	/* gzip and zlib: */
	HEADER,
	BODY,
	TRAILER,
	BEHIND,
	/* The others: */
	MEMBER,
	PADDING,

	ENDED,
	FAILED
};

struct decompress {
	struct stream base;
	struct stream *inner;
	enum compression expect, format;
	enum decompress_state state;

	/* Compressed bytes that are at hand: what the inflater has read ahead
	 * comes before the rest of the window. */
	const unsigned char *at, *end;
	unsigned char ahead[8];
	const unsigned char *window_at, *window_end;
	bool in_ahead;
	struct slice window; /* the last that was read */

	/* Of the content, to detect the format; where it came in pieces. */
	unsigned char start[COMPRESSION_START_BYTES];
	size_t start_length;

	bool later; /* the member isn't the first */
	uint64_t padding; /* zeros that were seen behind the last one */
	bool more_output; /* there may be more than there was room for */

	enum inflate_library library;
	struct gzip_frame frame;
	struct inflater *inflater; /* made when it is needed */
	uint32_t checksum;
	uint64_t length; /* of the member's content so far */

	struct decoder *decoder; /* of other formats; made when it is needed */

	struct buffer_filler filler;
	unsigned char *space; /* being filled; NULL: none */
	size_t space_size, produced;
};

/* ---- decompress.c ----------------------------------------------------------- */

/* Makes sure that at least a byte is at hand: READ_DATA. */
enum read_status decompress_need(struct decompress *self);

/* Each fails at the next byte at hand. */
enum read_status decompress_fail(
	struct decompress *self, const char *problem, const char *advice);
enum read_status decompress_fail_truncated(struct decompress *self);
enum read_status decompress_fail_empty(struct decompress *self);
enum read_status decompress_fail_behind(struct decompress *self);

/* The first bytes of a member are wrong. */
enum read_status decompress_fail_start(
	struct decompress *self, const char *problem);

/* ---- decompress-gzip.c, decompress-member.c: other formats, and padding ------ */

/* The next bytes are the start of a member. */
void decompress_start_gzip(struct decompress *self);
void decompress_start_member(struct decompress *self);

/* Does a bounded piece of work on a member, or behind the last, and adds to
 * what is produced. READ_DATA: go on; READ_END: all is read. */
enum read_status decompress_advance_gzip(struct decompress *self);
enum read_status decompress_advance_member(struct decompress *self);

#endif
