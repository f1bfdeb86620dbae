/* SPDX-License-Identifier: MIT */
/* Inflates raw deflate data, by isa-l or zlib. */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "operators/support/inflate/inflate.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#ifdef HAVE_ISAL
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#endif

#include "base/memory.h"

struct inflater {
	enum inflate_library library;
	bool broken; /* isa-l: what came before is still to be given */
	union {
		z_stream zlib;
#ifdef HAVE_ISAL
		struct inflate_state isal;
#endif
	};
};

/* ---- zlib ------------------------------------------------------------------ */

static struct inflater *create_zlib(void)
{
	struct inflater *inflater = memory_zeroed(sizeof(*inflater));

	inflater->library = INFLATE_ZLIB;
	if (inflateInit2(&inflater->zlib, -MAX_WBITS) != Z_OK)
		memory_abort();
	return inflater;
}

static unsigned at_most_an_int(size_t length)
{
	return length < INT_MAX ? (unsigned)length : INT_MAX;
}

static enum inflate_status run_zlib(
	struct inflater *inflater, struct inflate_io *io)
{
	z_stream *zlib = &inflater->zlib;

	zlib->next_in = (z_const Bytef *)(uintptr_t)io->in;
	zlib->avail_in = at_most_an_int(io->in_length);
	zlib->next_out = io->out;
	zlib->avail_out = at_most_an_int(io->out_length);

	int result = inflate(zlib, Z_NO_FLUSH);
	io->in_length -= (size_t)(zlib->next_in - io->in);
	io->in = zlib->next_in;
	io->out_length -= (size_t)(zlib->next_out - io->out);
	io->out = zlib->next_out;
	switch (result) {
	case Z_STREAM_END: return INFLATE_DONE;
	case Z_OK:
	case Z_BUF_ERROR: return INFLATE_GOING; /* nothing to go on with */
	case Z_MEM_ERROR: memory_abort();
	default: return INFLATE_BROKEN;
	}
}

/* ---- isa-l ----------------------------------------------------------------- */

#ifdef HAVE_ISAL

static struct inflater *create_isal(void)
{
	struct inflater *inflater = memory_alloc(sizeof(*inflater));

	inflater->library = INFLATE_ISAL;
	inflater->broken = false;
	isal_inflate_init(&inflater->isal);
	return inflater;
}

/* isa-l reads ahead by up to 8 bytes. Gives back what of that came with this
 * call, and hands over what came before. */
static void give_back(struct inflater *inflater, struct inflate_io *io,
	const unsigned char *start)
{
	struct inflate_state *isal = &inflater->isal;
	size_t unused = (size_t)isal->read_in_length / 8;
	size_t here = (size_t)(io->in - start);
	uint64_t bits = isal->read_in >> (isal->read_in_length % 8);

	if (here > unused)
		here = unused;
	io->in -= here;
	io->in_length += here;
	io->ahead_length = unused - here;
	for (size_t i = 0; i < io->ahead_length; i++)
		io->ahead[i] = (unsigned char)(bits >> (8 * i));
}

/* At damaged data, isa-l leaves what it has inflated and has no room for: gives
 * that first, so that the reader gets the same however it reads. */
static enum inflate_status give_rest(
	struct inflater *inflater, struct inflate_io *io)
{
	struct inflate_state *isal = &inflater->isal;
	size_t rest = (size_t)(isal->tmp_out_valid - isal->tmp_out_processed);

	inflater->broken = true;
	if (rest > io->out_length)
		rest = io->out_length;
	memcpy(io->out, isal->tmp_out_buffer + isal->tmp_out_processed, rest);
	isal->tmp_out_processed += (int32_t)rest;
	io->out += rest;
	io->out_length -= rest;
	return isal->tmp_out_processed < isal->tmp_out_valid ? INFLATE_GOING
							     : INFLATE_BROKEN;
}

static enum inflate_status run_isal(
	struct inflater *inflater, struct inflate_io *io)
{
	struct inflate_state *isal = &inflater->isal;
	const unsigned char *start = io->in;

	isal->next_in = (uint8_t *)(uintptr_t)io->in;
	isal->avail_in = at_most_an_int(io->in_length);
	isal->next_out = io->out;
	isal->avail_out = at_most_an_int(io->out_length);

	if (inflater->broken)
		return give_rest(inflater, io);
	int result = isal_inflate(isal);
	io->in_length -= (size_t)(isal->next_in - io->in);
	io->in = isal->next_in;
	io->out_length -= (size_t)(isal->next_out - io->out);
	io->out = isal->next_out;
	if (result < 0 || result == ISAL_NEED_DICT)
		return give_rest(inflater, io);
	if (isal->block_state != ISAL_BLOCK_FINISH)
		return INFLATE_GOING;
	give_back(inflater, io, start);
	return INFLATE_DONE;
}

#endif

/* ---- Either ---------------------------------------------------------------- */

enum inflate_library inflate_library(void)
{
#ifdef HAVE_ISAL
	return INFLATE_ISAL;
#else
	return INFLATE_ZLIB;
#endif
}

struct inflater *inflate_create(enum inflate_library library)
{
	if (library == INFLATE_ZLIB)
		return create_zlib();
#ifdef HAVE_ISAL
	return create_isal();
#else
	return NULL;
#endif
}

void inflate_destroy(struct inflater *inflater)
{
	if (inflater && inflater->library == INFLATE_ZLIB)
		inflateEnd(&inflater->zlib);
	free(inflater);
}

void inflate_reset(struct inflater *inflater)
{
	inflater->broken = false;
	if (inflater->library == INFLATE_ZLIB)
		inflateReset(&inflater->zlib);
#ifdef HAVE_ISAL
	else
		isal_inflate_reset(&inflater->isal);
#endif
}

enum inflate_status inflate_run(
	struct inflater *inflater, struct inflate_io *io)
{
	io->ahead_length = 0;
#ifdef HAVE_ISAL
	if (inflater->library == INFLATE_ISAL)
		return run_isal(inflater, io);
#endif
	return run_zlib(inflater, io);
}

uint32_t inflate_crc32(uint32_t crc, const void *data, size_t length)
{
#ifdef HAVE_ISAL
	return crc32_gzip_refl(crc, data, length);
#else
	return (uint32_t)crc32_z(crc, data, length);
#endif
}

uint32_t inflate_adler32(uint32_t adler, const void *data, size_t length)
{
	return (uint32_t)adler32_z(adler, data, length);
}
