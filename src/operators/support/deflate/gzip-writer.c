/* SPDX-License-Identifier: MIT */
/* Writes gzip members by zlib. */
#include "operators/support/deflate/gzip-writer.h"

#include <string.h>
#include <zlib.h>

#include "base/memory.h"

enum { BLOCK_BYTES = 128 * 1024 };

struct gzip_writer {
	z_stream zlib;
	size_t used; /* of the block */
	bool running; /* zlib has got the block */
	bool finishing;
	char block[BLOCK_BYTES];
};

struct gzip_writer *gzip_writer_create(int level)
{
	enum { GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8 };
	struct gzip_writer *writer = memory_alloc(sizeof(*writer));

	memset(&writer->zlib, 0, sizeof(writer->zlib));
	writer->used = 0;
	writer->running = writer->finishing = false;
	/* Its header has no name, no time, and says that it's from Unix. */
	if (deflateInit2(&writer->zlib, level, Z_DEFLATED, GZIP_WINDOW,
		    MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		memory_abort();
	return writer;
}

void gzip_writer_destroy(struct gzip_writer *writer)
{
	if (!writer)
		return;
	deflateEnd(&writer->zlib);
	free(writer);
}

void gzip_writer_reset(struct gzip_writer *writer)
{
	deflateReset(&writer->zlib);
	writer->used = 0;
	writer->running = writer->finishing = false;
}

bool gzip_writer_busy(const struct gzip_writer *writer)
{
	return writer->finishing || writer->used == BLOCK_BYTES;
}

size_t gzip_writer_add(
	struct gzip_writer *writer, const char *data, size_t length)
{
	size_t room = BLOCK_BYTES - writer->used;

	if (gzip_writer_busy(writer))
		return 0;
	if (length > room)
		length = room;
	memcpy(writer->block + writer->used, data, length);
	writer->used += length;
	return length;
}

void gzip_writer_finish(struct gzip_writer *writer)
{
	writer->finishing = true;
}

size_t gzip_writer_run(struct gzip_writer *writer, char *space, size_t size)
{
	z_stream *zlib = &writer->zlib;

	if (!writer->running) {
		zlib->next_in = (unsigned char *)writer->block;
		zlib->avail_in = (unsigned)writer->used;
		writer->running = true;
	}
	zlib->next_out = (unsigned char *)space;
	zlib->avail_out = (unsigned)size;
	int result = deflate(zlib, writer->finishing ? Z_FINISH : Z_NO_FLUSH);
	size_t written = size - zlib->avail_out;
	if (result == Z_STREAM_END)
		gzip_writer_reset(writer);
	else if (!writer->finishing && zlib->avail_in == 0 &&
		zlib->avail_out > 0) {
		writer->running = false;
		writer->used = 0;
	}
	return written;
}
