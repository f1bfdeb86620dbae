/* SPDX-License-Identifier: MIT */
/* A link: a ring of items, and marks among them. */
#include "engine/link.h"

#include <string.h>

#include "base/memory.h"
#include "model/packer.h"

enum { FIRST_MARKS = 16 };

static size_t power_of_two(size_t at_least)
{
	size_t size = 1;

	while (size < at_least)
		size *= 2;
	return size;
}

void link_init(struct link *link, size_t capacity_items, size_t capacity_bytes,
	bool count_bytes)
{
	size_t slots = power_of_two(capacity_items);

	link->capacity_items = capacity_items;
	link->capacity_bytes = capacity_bytes;
	link->items = memory_alloc(memory_product(slots, sizeof(*link->items)));
	if (count_bytes)
		link->sizes = memory_alloc(
			memory_product(slots, sizeof(*link->sizes)));
	link->mask = slots - 1;
	link->marks = memory_alloc(FIRST_MARKS * sizeof(*link->marks));
	link->mark_mask = FIRST_MARKS - 1;
}

void link_finish(struct link *link)
{
	for (; link->head != link->tail; link->head++)
		item_unref(link->items[link->head & link->mask]);
	for (; link->mark_head != link->mark_tail; link->mark_head++)
		segment_unref(
			link->marks[link->mark_head & link->mark_mask].segment);
	segment_unref(link->segment);
	segment_unref(link->given);
	free(link->items);
	free(link->sizes);
	free(link->marks);
}

size_t link_span(const struct link *link, struct item ***items)
{
	size_t start = (size_t)link->head & link->mask;
	size_t count = link_length(link);

	if (link->mark_head != link->mark_tail) {
		uint64_t at = link->marks[link->mark_head & link->mark_mask].at;
		if (at - link->head < count)
			count = (size_t)(at - link->head);
	}
	if (count > link->mask + 1 - start)
		count = link->mask + 1 - start;
	*items = link->items + start;
	return count;
}

static void count_bytes(
	struct link *link, struct item *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t size = item_size(items[i]);

		link->sizes[(link->tail + i) & link->mask] =
			size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
		link->bytes += link->sizes[(link->tail + i) & link->mask];
	}
}

void link_push(struct link *link, struct item *const *items, size_t count)
{
	/* From the start of the ring, so that spans stay in one piece. */
	if (link->head == link->tail && link->mark_head == link->mark_tail)
		link->head = link->tail = 0;

	size_t start = (size_t)link->tail & link->mask;
	size_t first = link->mask + 1 - start;

	if (first > count)
		first = count;
	memcpy(link->items + start, items, first * sizeof(*items));
	memcpy(link->items, items + first, (count - first) * sizeof(*items));
	if (link->sizes)
		count_bytes(link, items, count);
	link->tail += count;
	if (link_length(link) > link->statistics.peak_items)
		link->statistics.peak_items = link_length(link);
}

void link_drop(struct link *link, size_t count)
{
	if (link->sizes)
		for (size_t i = 0; i < count; i++)
			link->bytes -=
				link->sizes[(link->head + i) & link->mask];
	link->head += count;
}

static void grow_marks(struct link *link)
{
	size_t size = link->mark_mask + 1;
	struct mark *marks =
		memory_alloc(memory_product(size * 2, sizeof(*marks)));

	for (uint64_t i = link->mark_head; i != link->mark_tail; i++)
		marks[i & (size * 2 - 1)] = link->marks[i & link->mark_mask];
	free(link->marks);
	link->marks = marks;
	link->mark_mask = size * 2 - 1;
}

void link_push_mark(struct link *link, bool end, struct segment *segment)
{
	if (link->mark_tail - link->mark_head > link->mark_mask)
		grow_marks(link);
	link->marks[link->mark_tail++ & link->mark_mask] = (struct mark){
		.at = link->tail,
		.end = end,
		.segment = segment,
	};
}

struct segment *link_pop_mark(struct link *link)
{
	return link->marks[link->mark_head++ & link->mark_mask].segment;
}

void link_pack(struct link *link, size_t skip, struct budget *budget)
{
	struct packer packer = {0};

	for (uint64_t i = link->head + skip; i < link->tail; i++) {
		struct item **at = &link->items[i & link->mask];

		if ((*at)->type != PAYLOAD_RECORD &&
			((*at)->type != PAYLOAD_LINE || (*at)->packed))
			continue;
		struct item *item = packer_add(&packer, budget, *at);
		if (!item)
			break;
		*at = item;
	}
	packer_finish(&packer);
}

void link_grow(struct link *link)
{
	size_t slots = (link->mask + 1) * 2;
	struct item **items =
		memory_alloc(memory_product(slots, sizeof(*items)));
	uint32_t *sizes = link->sizes
		? memory_alloc(memory_product(slots, sizeof(*sizes)))
		: NULL;

	for (uint64_t i = link->head; i != link->tail; i++) {
		items[i & (slots - 1)] = link->items[i & link->mask];
		if (sizes)
			sizes[i & (slots - 1)] = link->sizes[i & link->mask];
	}
	free(link->items);
	free(link->sizes);
	link->items = items;
	link->sizes = sizes;
	link->mask = slots - 1;
	link->capacity_items *= 2;
	link->capacity_bytes *= 2;
}
