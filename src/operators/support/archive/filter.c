/* SPDX-License-Identifier: MIT */
/* Compressed streams by libarchive, which takes them for a raw archive. */
#include "operators/support/archive/filter.h"

#include <string.h>

#include "base/memory.h"
#include "operators/support/archive/feed.h"
#include "operators/support/inflate/stream.h"

struct filter_stream {
	struct stream base;
	struct stream *inner;
	enum filter filter;
	struct feed feed;
	struct archive *archive; /* NULL until the first read */
	const char *data; /* of libarchive, not lent yet */
	size_t left;
	bool over;
	struct buffer_filler filler;
};

/* From the definitions of the formats: RFC 1952, 8878, and the files that
 * come with bzip2, xz and lz4. An LZMA file has no mark, but in practice a
 * dictionary of at least 64 KiB, and the usual properties. */
enum filter filter_detect(const unsigned char *head, size_t length)
{
	static const struct {
		enum filter filter;
		size_t least, length;
		const char *mark;
	} marks[] = {
		{FILTER_GZIP, 3, 3, "\x1f\x8b\x08"},
		{FILTER_BZIP2, 3, 3, "BZh"},
		{FILTER_XZ, 6, 6,
			"\xfd"
			"7zXZ\0"},
		{FILTER_ZSTD, 4, 4, "\x28\xb5\x2f\xfd"},
		{FILTER_LZ4, 4, 4, "\x04\x22\x4d\x18"},
		{FILTER_LZMA, 13, 3, "\x5d\0\0"},
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (length >= marks[i].least &&
			memcmp(head, marks[i].mark, marks[i].length) == 0)
			return marks[i].filter;
	return FILTER_NONE;
}

static void enable(struct archive *archive, enum filter filter)
{
	switch (filter) {
	case FILTER_BZIP2: archive_read_support_filter_bzip2(archive); break;
	case FILTER_XZ: archive_read_support_filter_xz(archive); break;
	case FILTER_LZMA: archive_read_support_filter_lzma(archive); break;
	case FILTER_ZSTD: archive_read_support_filter_zstd(archive); break;
	case FILTER_LZ4: archive_read_support_filter_lz4(archive); break;
	case FILTER_GZIP:
	case FILTER_NONE: break;
	}
	archive_read_support_format_raw(archive);
}

static enum read_status fail(struct filter_stream *self)
{
	return feed_fail(&self->feed, self->archive, &self->base,
		"what is compressed is damaged or truncated: ");
}

static enum read_status open_filter(struct filter_stream *self)
{
	struct archive_entry *entry;

	feed_init(&self->feed, self->feed.op, self->inner);
	self->archive = archive_read_new();
	if (!self->archive)
		memory_abort();
	enable(self->archive, self->filter);
	if (feed_open(&self->feed, self->archive) != ARCHIVE_OK ||
		archive_read_next_header(self->archive, &entry) != ARCHIVE_OK)
		return fail(self);
	if (archive_filter_count(self->archive) == 2)
		return READ_DATA;
	return stream_fail(&self->base, STATUS_BAD_DATA,
		"what is compressed is damaged: its header is wrong");
}

/* At the end of what is compressed: it must have used all bytes up. */
static enum read_status check_end(struct filter_stream *self)
{
	uint64_t used = (uint64_t)archive_filter_bytes(self->archive, -1);
	struct slice window;

	self->over = true;
	if (used == self->feed.offset &&
		feed_pull(&self->feed, &window) == READ_END)
		return READ_END;
	if (feed_problem(&self->feed))
		return fail(self);
	return stream_fail(&self->base, STATUS_BAD_DATA,
		"something follows the end of what is compressed, at byte "
		"%llu",
		(unsigned long long)used);
}

/* Gets what to lend next from libarchive. */
static enum read_status refill(struct filter_stream *self)
{
	const void *data;
	la_int64_t offset;

	while (self->left == 0) {
		int result = archive_read_data_block(
			self->archive, &data, &self->left, &offset);

		self->data = data;
		if (result == ARCHIVE_EOF)
			return check_end(self);
		if (result != ARCHIVE_OK)
			return fail(self);
	}
	return READ_DATA;
}

static enum read_status read_filter(struct stream *stream, struct slice *window)
{
	struct filter_stream *self = (struct filter_stream *)stream;
	enum read_status status = READ_DATA;
	size_t size;

	if (self->over)
		return stream->problem.length > 0 ? READ_FAILED : READ_END;
	char *space = buffer_filler_space(&self->filler, &size);
	if (!space)
		return READ_MEMORY;
	if (!self->archive)
		status = open_filter(self);
	if (status == READ_DATA)
		status = refill(self);
	self->over = status != READ_DATA;
	if (status != READ_DATA)
		return status;
	if (size > self->left)
		size = self->left;
	memcpy(space, self->data, size);
	self->data += size;
	self->left -= size;
	buffer_filler_lend(&self->filler, size, window);
	return READ_DATA;
}

static void destroy_filter(struct stream *stream)
{
	struct filter_stream *self = (struct filter_stream *)stream;

	archive_read_free(self->archive);
	feed_finish(&self->feed);
	stream_destroy(self->inner);
	buffer_filler_finish(&self->filler);
	free(self);
}

struct stream *filter_create(enum filter filter, struct stream *inner,
	struct operator *op, struct buffer_pool *pool)
{
	static const struct stream_methods methods = {
		.read = read_filter,
		.destroy = destroy_filter,
	};

	if (filter == FILTER_GZIP)
		return inflate_stream_create(
			inner, INFLATE_EXPECT_GZIP, inflate_library(), pool);
	struct filter_stream *self = memory_zeroed(sizeof(*self));
	stream_init(&self->base, &methods);
	self->inner = inner;
	self->filter = filter;
	self->feed.op = op;
	buffer_filler_init(&self->filler, pool);
	return &self->base;
}
