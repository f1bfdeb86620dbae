/* SPDX-License-Identifier: MIT */
/*
 * What stands around deflate data: the header and the trailer of gzip (RFC
 * 1952) and zlib (RFC 1950). Both are taken byte by byte, however they are
 * split. The name in a gzip header is skipped: it is nobody's path.
 */
#ifndef LEAT_OPERATORS_SUPPORT_INFLATE_GZIP_H
#define LEAT_OPERATORS_SUPPORT_INFLATE_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gzip_format { GZIP_GZIP, GZIP_ZLIB };

enum gzip_result { GZIP_MORE, GZIP_DONE, GZIP_WRONG };

struct gzip_frame {
	enum gzip_format format;
	int part; /* of the header; see gzip.c */
	unsigned flags;
	uint32_t count; /* bytes of the part so far */
	uint32_t extra_length, header_crc;
	unsigned char trailer[8];
	const char *problem; /* after GZIP_WRONG: a sentence */
};

void gzip_frame_start(struct gzip_frame *frame, enum gzip_format format);

/* Take the next byte of the header, then of the trailer. After GZIP_WRONG
 * that byte is the one that is wrong. */
enum gzip_result gzip_take_header(struct gzip_frame *frame, unsigned char byte);
enum gzip_result gzip_take_trailer(
	struct gzip_frame *frame, unsigned char byte);

/* Whether the trailer says the same as the content: its checksum and its
 * length. Returns NULL, or what is wrong. */
const char *gzip_check(
	const struct gzip_frame *frame, uint32_t checksum, uint64_t length);

#endif
