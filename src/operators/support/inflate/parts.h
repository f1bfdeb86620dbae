/* SPDX-License-Identifier: MIT */
/* What the files of the inflating stream share; nobody else includes it. */
#ifndef LEAT_OPERATORS_SUPPORT_INFLATE_PARTS_H
#define LEAT_OPERATORS_SUPPORT_INFLATE_PARTS_H

#include "operators/support/inflate/stream.h"

enum inflate_part {
	DETECT,
	PLAIN,
	HEADER,
	BODY,
	TRAILER,
	BEHIND,
	ENDED,
	FAILED
};

struct inflate_stream {
	struct stream base;
	struct stream *inner;
	enum inflate_expect expect;
	enum inflate_part state;

	/* Compressed bytes that are at hand: what the inflater has read ahead
	 * comes before the rest of the window. */
	const unsigned char *at, *end;
	unsigned char ahead[8];
	const unsigned char *window_at, *window_end;
	bool in_ahead;

	unsigned char start[2]; /* of the content, to detect the format */
	size_t start_length;
	struct slice held; /* the plain windows that detecting has used up */
	struct slice window; /* the last that was read */

	struct gzip_frame frame;
	bool later; /* the member isn't the first */
	bool padded; /* zeros were seen behind the last member */
	enum inflate_library library;
	struct inflater *inflater; /* made when it is needed */
	uint32_t checksum;
	uint64_t length; /* of the member's content so far */
	bool more_output; /* the inflater may hold more than there was room */

	struct buffer_filler filler;
	unsigned char *space; /* being filled; NULL: none */
	size_t space_size, produced;
};

/* ---- inflate-stream.c ------------------------------------------------------- */

/* Makes sure that at least a byte is at hand: READ_DATA. */
enum read_status inflate_need_input(struct inflate_stream *gzip);

/* ---- inflate-member.c ------------------------------------------------------- */

/* The next bytes are the header of a member. */
void inflate_start_member(struct inflate_stream *gzip, enum gzip_format format);

/* They are its compressed content. */
void inflate_start_body(struct inflate_stream *gzip);

/* Does a bounded piece of work on a member, or behind the last, and adds to
 * what is produced. READ_DATA: go on; READ_END: all is read. */
enum read_status inflate_advance(struct inflate_stream *gzip);

#endif
