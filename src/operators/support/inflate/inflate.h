/* SPDX-License-Identifier: MIT */
/*
 * Inflates raw deflate data (RFC 1951), by isa-l where leat was built with it,
 * else by zlib. What is around that data is gzip.h's.
 */
#ifndef LEAT_OPERATORS_SUPPORT_INFLATE_INFLATE_H
#define LEAT_OPERATORS_SUPPORT_INFLATE_INFLATE_H

#include <stddef.h>
#include <stdint.h>

enum inflate_library { INFLATE_ZLIB, INFLATE_ISAL };

/* The fastest that there is. */
enum inflate_library inflate_library(void);

struct inflater;

/* NULL when leat was built without the library. */
struct inflater *inflate_create(enum inflate_library library);
void inflate_destroy(struct inflater *inflater); /* takes NULL */

/* Makes it ready for other data. */
void inflate_reset(struct inflater *inflater);

enum inflate_status {
	INFLATE_GOING, /* the input is used up or the output is full */
	INFLATE_DONE, /* the data is whole */
	INFLATE_BROKEN, /* the data is damaged */
};

/* Where to read and write; inflate_run moves both on. */
struct inflate_io {
	const unsigned char *in;
	size_t in_length;
	unsigned char *out;
	size_t out_length; /* at least 1 */

	/* When it is done: bytes from behind the data that an earlier call
	 * has read already; they come before what IN has left. */
	unsigned char ahead[8];
	size_t ahead_length;
};

/* Goes on until something is used up. With the output full there may be more
 * to come: call it again, even without input. */
enum inflate_status inflate_run(
	struct inflater *inflater, struct inflate_io *io);

/* The CRC-32 of RFC 1952, and the Adler-32 of RFC 1950, of some bytes more;
 * they start from 0 and 1. */
uint32_t inflate_crc32(uint32_t crc, const void *data, size_t length);
uint32_t inflate_adler32(uint32_t adler, const void *data, size_t length);

#endif
