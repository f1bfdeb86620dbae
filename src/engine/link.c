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

void link_init(struct link *link, enum link_policy policy,
	size_t capacity_items, size_t capacity_bytes, bool count_bytes)
{
	/* The consumer of a leaky link may hold one beside what is queued. */
	size_t slots =
		power_of_two(capacity_items + (policy == LINK_LEAKY_CONSUMER));

	link->policy = policy;
	link->capacity_items = capacity_items;
	link->capacity_bytes = capacity_bytes;
	if (policy == LINK_BACK_PRESSURE) {
		link->capacity_items = 0;
		link->capacity_bytes = SIZE_MAX;
		count_bytes = false;
		slots = 1;
	}
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

static struct mark *mark_at(struct link *link, uint64_t index)
{
	return &link->marks[index & link->mark_mask];
}

static void push_mark(struct link *link, struct mark mark)
{
	if (link->mark_tail - link->mark_head > link->mark_mask)
		grow_marks(link);
	*mark_at(link, link->mark_tail++) = mark;
}

void link_push_mark(
	struct link *link, enum mark_kind kind, struct segment *segment)
{
	push_mark(link,
		(struct mark){
			.at = link->tail, .kind = kind, .segment = segment});
}

/* Whether the mark before INDEX is a gap at the same place, which then
 * grows. */
static bool widen_gap(
	struct link *link, uint64_t index, uint64_t at, uint64_t dropped)
{
	struct mark *last = mark_at(link, index - 1);

	if (index == link->mark_head || last->kind != MARK_GAP ||
		last->at != at)
		return false;
	last->dropped += dropped;
	return true;
}

void link_push_gap(struct link *link, uint64_t dropped)
{
	if (!widen_gap(link, link->mark_tail, link->tail, dropped))
		push_mark(link,
			(struct mark){.at = link->tail,
				.kind = MARK_GAP,
				.dropped = dropped});
}

/* Puts a gap of one item behind the marks up to INDEX. */
static void insert_gap(struct link *link, uint64_t index, uint64_t at)
{
	if (widen_gap(link, index, at, 1))
		return;
	if (link->mark_tail - link->mark_head > link->mark_mask)
		grow_marks(link);
	link->mark_head--;
	for (uint64_t i = link->mark_head; i + 1 != index; i++)
		*mark_at(link, i) = *mark_at(link, i + 1);
	*mark_at(link, index - 1) =
		(struct mark){.at = at, .kind = MARK_GAP, .dropped = 1};
}

/* Lets the items in front of NUMBER take the places behind theirs. */
static void move_up(struct link *link, uint64_t number)
{
	if (link->sizes)
		link->bytes -= link->sizes[number & link->mask];
	for (; number != link->head; number--) {
		link->items[number & link->mask] =
			link->items[(number - 1) & link->mask];
		if (link->sizes)
			link->sizes[number & link->mask] =
				link->sizes[(number - 1) & link->mask];
	}
	link->head++;
}

void link_drop_oldest(struct link *link, size_t skip)
{
	uint64_t number = link->head + skip, index = link->mark_head;

	item_unref(link->items[number & link->mask]);
	move_up(link, number);
	/* What stood before it stands before the next. */
	for (; index != link->mark_tail && mark_at(link, index)->at <= number;
		index++)
		mark_at(link, index)->at = number + 1;
	insert_gap(link, index, number + 1);
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

	if (!link_needs_slots(link)) {
		link->capacity_bytes *= 2;
		return;
	}
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
	if (link->policy != LINK_BLOCKING)
		return;
	link->capacity_items *= 2;
	link->capacity_bytes *= 2;
}
