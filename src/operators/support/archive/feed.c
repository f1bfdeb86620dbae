/* SPDX-License-Identifier: MIT */
/* What libarchive calls to read. */
#include "operators/support/archive/feed.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

enum { LOOK_MS = 200 };

void feed_init(struct feed *feed, struct operator *op, struct stream *stream)
{
	*feed = (struct feed){.op = op, .stream = stream};
}

void feed_finish(struct feed *feed)
{
	text_free(&feed->problem);
}

/* ---- Reading ---------------------------------------------------------------- */

static enum read_status fail(struct feed *feed, const char *problem)
{
	feed->problem.length = 0;
	text_add_string(&feed->problem, problem);
	return READ_FAILED;
}

/* Waits for what may block. False: the run is to end. */
static bool wait_for(const struct feed *feed)
{
	struct pollfd poller = {
		.fd = feed->stream->descriptor, .events = POLLIN};

	for (;;) {
		int ready = poll(&poller, 1, LOOK_MS);

		/* Where that can't be told, reading waits. */
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return true;
		if (operator_stopping(feed->op))
			return false;
	}
}

/* Keeps count of the zeros at the end of what was read. */
static void count_zeros(struct feed *feed, const struct slice *window)
{
	size_t left = window->length;

	while (left > 0 && window->data[left - 1] == '\0')
		left--;
	if (left > 0)
		feed->zeros = window->length - left;
	else
		feed->zeros += window->length;
}

static enum read_status take(struct feed *feed, const struct slice *window)
{
	count_zeros(feed, window);
	feed->offset += window->length;
	if (feed->limits &&
		!limits_add(feed->limits, feed->counter, window->length,
			&feed->problem))
		return READ_FAILED;
	return READ_DATA;
}

enum read_status feed_pull(struct feed *feed, struct slice *window)
{
	for (;;) {
		switch (stream_read(feed->stream, window)) {
		case READ_DATA: return take(feed, window);
		case READ_END: return READ_END;
		case READ_FAILED: feed->failed = true; return READ_FAILED;
		case READ_MEMORY:
			return fail(feed,
				"the memory budget is used up; raise "
				"`resources: memory`");
		case READ_BLOCKED:
			if (!wait_for(feed))
				return fail(feed, "the run was interrupted");
		}
	}
}

const char *feed_problem(const struct feed *feed)
{
	if (feed->failed)
		return feed->stream->problem.data;
	return feed->problem.length > 0 ? feed->problem.data : NULL;
}

/* ---- What libarchive calls --------------------------------------------------- */

static int refuse(struct archive *archive, const struct feed *feed)
{
	archive_set_error(archive, EIO, "%s", feed_problem(feed));
	return ARCHIVE_FATAL;
}

static la_ssize_t read_feed(
	struct archive *archive, void *context, const void **data)
{
	struct feed *feed = context;
	struct slice window;

	switch (feed_pull(feed, &window)) {
	case READ_DATA: *data = window.data; return (la_ssize_t)window.length;
	case READ_END: return 0;
	default: return refuse(archive, feed);
	}
}

static la_int64_t seek_feed(
	struct archive *archive, void *context, la_int64_t offset, int whence)
{
	struct feed *feed = context;
	struct stream *stream = feed->stream;
	uint64_t size = 0, from = 0;

	if (!stream->methods->size(stream, &size)) {
		feed->failed = true;
		return refuse(archive, feed);
	}
	if (whence == SEEK_CUR)
		from = feed->offset;
	else if (whence == SEEK_END)
		from = size;
	if (from > size ||
		(offset < 0 ? (uint64_t)-offset > from
			    : (uint64_t)offset > size - from)) {
		archive_set_error(archive, EINVAL,
			"it refers to bytes behind its end or before its "
			"start");
		return ARCHIVE_FATAL;
	}
	feed->offset =
		offset < 0 ? from - (uint64_t)-offset : from + (uint64_t)offset;
	feed->zeros = 0;
	if (stream->methods->seek(stream, feed->offset))
		return (la_int64_t)feed->offset;
	feed->failed = true;
	return refuse(archive, feed);
}

int feed_open(struct feed *feed, struct archive *archive)
{
	const struct stream_methods *methods = feed->stream->methods;

	archive_read_set_callback_data(archive, feed);
	archive_read_set_read_callback(archive, read_feed);
	if (methods->seek && methods->size)
		archive_read_set_seek_callback(archive, seek_feed);
	return archive_read_open1(archive);
}
