/* SPDX-License-Identifier: MIT */
/* Windows that are kept and lent again; and streams that are borrowed. */
#include "operators/support/archive/rewind.h"

#include "base/memory.h"

struct rewind {
	struct stream base;
	struct stream *inner;
	struct slice *kept; /* each holds a reference */
	size_t count, capacity;
	size_t next; /* to be lent; COUNT: what INNER gives */
	bool settled;
};

static struct rewind *of(struct stream *stream)
{
	return (struct rewind *)stream;
}

static void forget(struct rewind *self)
{
	for (size_t i = 0; i < self->count; i++)
		buffer_unref(self->kept[i].buffer);
	self->count = self->next = 0;
}

static void keep(struct rewind *self, const struct slice *window)
{
	self->kept = memory_grow(
		self->kept, self->count, &self->capacity, sizeof(*self->kept));
	buffer_ref(window->buffer);
	self->kept[self->count++] = *window;
	self->next = self->count;
}

static enum read_status read_rewind(struct stream *stream, struct slice *window)
{
	struct rewind *self = of(stream);

	if (self->next < self->count) {
		*window = self->kept[self->next++];
		return READ_DATA;
	}
	if (self->settled)
		forget(self);
	enum read_status status = stream_read(self->inner, window);
	if (status == READ_DATA && !self->settled)
		keep(self, window);
	return status == READ_FAILED ? stream_fail_as(stream, self->inner)
				     : status;
}

static void destroy_rewind(struct stream *stream)
{
	struct rewind *self = of(stream);

	forget(self);
	free(self->kept);
	stream_destroy(self->inner);
	free(self);
}

static bool size_of_inner(struct stream *stream, uint64_t *bytes)
{
	struct stream *inner = of(stream)->inner;
	bool ok = inner->methods->size(inner, bytes);

	if (!ok)
		stream_fail_as(stream, inner);
	return ok;
}

static bool seek_inner(struct stream *stream, uint64_t offset)
{
	struct rewind *self = of(stream);
	bool ok = self->inner->methods->seek(self->inner, offset);

	forget(self);
	self->settled = true;
	if (!ok)
		stream_fail_as(stream, self->inner);
	return ok;
}

struct stream *rewind_create(struct stream *inner)
{
	static const struct stream_methods plain = {
		.read = read_rewind,
		.destroy = destroy_rewind,
	};
	static const struct stream_methods seeking = {
		.read = read_rewind,
		.destroy = destroy_rewind,
		.size = size_of_inner,
		.seek = seek_inner,
	};
	struct rewind *self = memory_zeroed(sizeof(*self));

	stream_init(&self->base,
		inner->methods->seek && inner->methods->size ? &seeking
							     : &plain);
	self->base.descriptor = inner->descriptor;
	self->base.may_block = inner->may_block;
	self->inner = inner;
	return &self->base;
}

void rewind_back(struct stream *stream)
{
	of(stream)->next = 0;
}

void rewind_settle(struct stream *stream)
{
	of(stream)->settled = true;
}

/* ---- Borrowed --------------------------------------------------------------- */

struct borrowed {
	struct stream base;
	struct stream *inner;
};

static enum read_status read_borrowed(
	struct stream *stream, struct slice *window)
{
	struct stream *inner = ((struct borrowed *)stream)->inner;
	enum read_status status = stream_read(inner, window);

	return status == READ_FAILED ? stream_fail_as(stream, inner) : status;
}

static void destroy_borrowed(struct stream *stream)
{
	free(stream);
}

struct stream *rewind_borrow(struct stream *inner)
{
	static const struct stream_methods methods = {
		.read = read_borrowed,
		.destroy = destroy_borrowed,
	};
	struct borrowed *self = memory_zeroed(sizeof(*self));

	stream_init(&self->base, &methods);
	self->base.descriptor = inner->descriptor;
	self->base.may_block = inner->may_block;
	self->inner = inner;
	return &self->base;
}
