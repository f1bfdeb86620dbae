/* SPDX-License-Identifier: MIT */
/* Segments and units. */
#include "model/segment.h"

#include "base/memory.h"

static struct segment *create(
	struct segment *parent, struct attributes *attributes)
{
	struct segment *segment = memory_zeroed(sizeof(*segment));

	segment->references = 1;
	segment->parent = segment_ref(parent);
	segment->attributes = attributes;
	return segment;
}

struct segment *segment_create_unit(
	const char *name, uint64_t number, struct attributes *attributes)
{
	struct segment *segment = create(NULL, attributes);

	segment->unit = memory_zeroed(sizeof(*segment->unit));
	segment->unit->name = memory_string(name);
	segment->unit->number = number;
	return segment;
}

struct segment *segment_create_nested(
	struct segment *parent, struct attributes *attributes)
{
	struct segment *segment = create(
		parent, attributes_inherit(attributes, parent->attributes));

	segment->unit = parent->unit;
	return segment;
}

struct segment *segment_create_unnamed(void)
{
	return create(NULL, NULL);
}

struct segment *segment_create_bare(struct segment *segment)
{
	struct segment *bare =
		create(segment->parent, attributes_ref(segment->attributes));

	bare->unit = segment->unit;
	bare->bare = true;
	if (!segment->parent)
		bare->original = segment_ref(segment);
	return bare;
}

struct segment *segment_ref(struct segment *segment)
{
	if (segment && ++segment->references == 0)
		memory_abort();
	return segment;
}

void segment_unref(struct segment *segment)
{
	while (segment && --segment->references == 0) {
		struct segment *holds =
			segment->parent ? segment->parent : segment->original;

		attributes_unref(segment->attributes);
		if (!holds && segment->unit) {
			free(segment->unit->name);
			free(segment->unit->reason);
			free(segment->unit->rejected);
			free(segment->unit);
		}
		free(segment);
		segment = holds;
	}
}
