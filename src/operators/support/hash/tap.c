/* SPDX-License-Identifier: MIT */
/* A stream that digests what its reader pulls. */
#include "operators/support/hash/tap.h"

#include "base/memory.h"

struct tap_stream {
	struct stream base;
	struct stream *inner;
	struct tap *tap;
	bool over; /* read to the end, or failed */
};

static enum read_status read_tap(struct stream *stream, struct slice *window)
{
	struct tap_stream *self = (struct tap_stream *)stream;
	struct tap *tap = self->tap;
	enum read_status status = stream_read(self->inner, window);

	if (status == READ_DATA && tap->hasher)
		hasher_add(tap->hasher, window->data, window->length);
	self->over = status == READ_END || status == READ_FAILED;
	stream->wanted_bytes = self->inner->wanted_bytes;
	if (status != READ_FAILED)
		return status;
	tap->failed = true;
	return stream_fail_as(stream, self->inner);
}

static void destroy_tap(struct stream *stream)
{
	struct tap_stream *self = (struct tap_stream *)stream;
	struct tap *tap = self->tap;

	tap->lent = false;
	if (tap->hasher && !self->over)
		tap->rest = self->inner;
	else
		stream_destroy(self->inner);
	free(self);
}

struct stream *tap_create(struct tap *tap, struct stream *inner)
{
	static const struct stream_methods methods = {
		.read = read_tap,
		.destroy = destroy_tap,
	};
	struct tap_stream *self = memory_zeroed(sizeof(*self));

	stream_init(&self->base, &methods);
	self->base.descriptor = inner->descriptor;
	self->base.may_block = inner->may_block;
	self->inner = inner;
	self->tap = tap;
	tap->lent = true;
	tap->failed = false;
	return &self->base;
}

void tap_finish(struct tap *tap)
{
	stream_destroy(tap->rest);
	tap->rest = NULL;
	tap->hasher = NULL;
}
