/* SPDX-License-Identifier: MIT */
/*
 * Compressed streams. The first byte says what is expected; with the input
 * whole and split, and of gzip and zlib each library, must find the same in the
 * rest.
 */
#include "fuzz.h"

#include "operators/support/codec/decompress.h"

enum { MOST = 16 << 20 };

struct pieces {
	struct stream base;
	const uint8_t *data;
	size_t length, at, piece;
	struct budget budget;
	struct buffer *window; /* a new one for each: late reads are seen */
};

static enum read_status read_pieces(struct stream *stream, struct slice *window)
{
	struct pieces *pieces = (struct pieces *)stream;
	size_t length = pieces->length - pieces->at;

	buffer_unref(pieces->window);
	pieces->window = NULL;
	if (length > pieces->piece)
		length = pieces->piece;
	if (length == 0)
		return READ_END;
	pieces->window = buffer_create(&pieces->budget, length);
	memcpy(pieces->window->data, pieces->data + pieces->at, length);
	pieces->at += length;
	*window = (struct slice){pieces->window, pieces->window->data, length};
	return READ_DATA;
}

static void destroy_pieces(struct stream *stream)
{
	struct pieces *pieces = (struct pieces *)stream;

	buffer_unref(pieces->window);
	fuzz_check(pieces->budget.used_bytes == 0, "a window is still held");
	free(pieces);
}

static struct stream *pieces_create(
	const uint8_t *data, size_t length, size_t piece)
{
	static const struct stream_methods methods = {
		.read = read_pieces, .destroy = destroy_pieces};
	struct pieces *pieces = calloc(1, sizeof(*pieces));

	if (!pieces)
		abort();
	stream_init(&pieces->base, &methods);
	pieces->budget.limit_bytes = 64 << 20;
	pieces->data = data;
	pieces->length = length;
	pieces->piece = piece;
	return &pieces->base;
}

struct outcome {
	enum read_status status;
	uint64_t length;
	uint32_t checksum;
	bool cut; /* there is more */
};

static struct outcome decompress_all(const uint8_t *data, size_t size,
	enum compression expect, enum inflate_library library, size_t piece,
	size_t buffer)
{
	struct budget budget = {.limit_bytes = 16 << 20};
	struct buffer_pool *pool = buffer_pool_create(&budget, buffer);
	struct outcome outcome = {0};
	struct slice window;
	struct stream *stream = decompress_create(
		pieces_create(data, size, piece), expect, library, pool);

	buffer_pool_unref(pool);
	/* Without memory it would wait for others: that's the end here. */
	while (!outcome.cut &&
		(outcome.status = stream_read(stream, &window)) == READ_DATA) {
		fuzz_check(window.length > 0, "an empty window");
		outcome.checksum = inflate_crc32(
			outcome.checksum, window.data, window.length);
		outcome.length += window.length;
		outcome.cut = outcome.length > MOST;
	}
	if (outcome.status == READ_MEMORY) {
		fuzz_check(stream->wanted_bytes > budget_left(&budget),
			"it waits for what there is");
		outcome.cut = true;
	}
	fuzz_check(outcome.cut || outcome.status == READ_END ||
			outcome.status == READ_FAILED,
		"it neither ends nor fails");
	stream_destroy(stream);
	fuzz_check(budget.used_bytes == 0, "a buffer is lost");
	return outcome;
}

/* As the first bytes of the corpus have them. */
static const enum compression formats[] = {COMPRESSION_AUTO, COMPRESSION_GZIP,
	COMPRESSION_ZLIB, COMPRESSION_ZSTD, COMPRESSION_XZ, COMPRESSION_BZIP2,
	COMPRESSION_LZ4, COMPRESSION_LZMA};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		size_t piece, buffer;
	} ways[] = {{1 << 20, 256 << 10}, {7, 1 << 10}, {1, 64}};

	if (size == 0 || size > 4096)
		return 0;
	enum compression expect =
		formats[data[0] % (sizeof(formats) / sizeof(*formats))];
	struct outcome first = decompress_all(
		data + 1, size - 1, expect, INFLATE_ZLIB, 1 << 20, 256 << 10);
	for (unsigned i = 0; i < 6 && !first.cut; i++) {
		struct outcome other = decompress_all(data + 1, size - 1,
			expect, i % 2 ? inflate_library() : INFLATE_ZLIB,
			ways[i / 2].piece, ways[i / 2].buffer);

		if (other.cut)
			continue;
		fuzz_check(other.status == first.status, "another end");
		fuzz_check(first.status == READ_FAILED ||
				(other.length == first.length &&
					other.checksum == first.checksum),
			"another content");
	}
	return 0;
}
