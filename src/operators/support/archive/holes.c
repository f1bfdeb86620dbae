/* SPDX-License-Identifier: MIT */
/* Holes found, and found again. */
#include "operators/support/archive/holes.h"

#include <string.h>

#include "base/memory.h"

/* What file systems have; what comes behind so many extents is no hole. */
enum { BLOCK_BYTES = 4096, EXTENTS_MAX = 100000 };

static const char zeros[BLOCK_BYTES];

void holes_finish(struct holes *holes)
{
	free(holes->extents);
	*holes = (struct holes){0};
}

static bool is_zero(const char *data, size_t length)
{
	return memcmp(data, zeros, length) == 0;
}

/* The block in progress isn't a hole: it is part of the last extent, if that
 * ends where it starts, or begins another. */
static bool begin_data(struct holes *holes, struct held *held)
{
	const uint64_t start = holes->size - holes->zeros;
	const struct extent *last =
		holes->count > 0 ? &holes->extents[holes->count - 1] : NULL;
	uint64_t before = last ? last->held + last->length : 0;

	if (!last || last->offset + last->length < start) {
		if (holes->count == holes->capacity) {
			holes->capacity = holes->capacity * 2 + 4;
			holes->extents = memory_resize(holes->extents,
				holes->capacity, sizeof(*holes->extents));
		}
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): room */
		holes->extents[holes->count++] =
			(struct extent){.offset = start, .held = before};
	}
	holes->extents[holes->count - 1].length += holes->zeros;
	bool ok = held_add(held, zeros, (size_t)holes->zeros);
	holes->zeros = 0;
	return ok;
}

/* Adds a piece of one block. */
static bool add_part(
	struct holes *holes, struct held *held, const char *data, size_t length)
{
	const uint64_t before = holes->size % BLOCK_BYTES;
	bool blank, ok = true;

	if (before == 0)
		holes->zeros = 0;
	blank = holes->zeros == before;
	if (blank && holes->count < EXTENTS_MAX && is_zero(data, length)) {
		holes->zeros += length;
	} else {
		if (blank)
			ok = begin_data(holes, held);
		holes->extents[holes->count - 1].length += length;
		ok = ok && held_add(held, data, length);
	}
	holes->size += length;
	return ok;
}

bool holes_add(
	struct holes *holes, struct held *held, const char *data, size_t length)
{
	while (length > 0) {
		size_t part = BLOCK_BYTES - (size_t)(holes->size % BLOCK_BYTES);

		if (part > length)
			part = length;
		if (!add_part(holes, held, data, part))
			return false;
		data += part;
		length -= part;
	}
	return true;
}

bool holes_complete(struct holes *holes, struct held *held)
{
	return holes->count > 0 || holes->size == 0 || begin_data(holes, held);
}

bool holes_find(const struct holes *holes, uint64_t at, uint64_t *held,
	uint64_t *length)
{
	size_t low = 0, high = holes->count;

	while (low < high) { /* the first extent that ends behind AT */
		size_t middle = low + (high - low) / 2;
		const struct extent *extent = &holes->extents[middle];

		if (extent->offset + extent->length > at)
			high = middle;
		else
			low = middle + 1;
	}
	const struct extent *next =
		low < holes->count ? &holes->extents[low] : NULL;
	if (!next || next->offset > at) {
		*length = (next ? next->offset : holes->size) - at;
		return false;
	}
	*held = next->held + (at - next->offset);
	*length = next->offset + next->length - at;
	return true;
}
