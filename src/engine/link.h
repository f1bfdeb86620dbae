/* SPDX-License-Identifier: MIT */
/*
 * A link: a ring of items with a capacity, and punctuation that keeps its
 * place among them. Knows nothing of operators.
 *
 * Items and marks are numbered by the items that went before: a mark AT n
 * stands before item n. So the length of a span is known without touching the
 * items.
 */
#ifndef LEAT_ENGINE_LINK_H
#define LEAT_ENGINE_LINK_H

#include "engine/graph.h"
#include "model/item.h"
#include "model/segment.h"

struct operator;

struct mark {
	uint64_t at;
	bool end; /* of the segment; else its begin */
	bool arrived; /* an end that waits for its unit to be decided */
	struct segment *segment; /* holds a reference */
};

struct link {
	struct item **items; /* a ring of MASK + 1 */
	uint32_t *sizes; /* of the items, for BYTES; NULL: not counted */
	size_t mask;
	uint64_t head, tail; /* numbers of the first item and behind the last */
	size_t capacity_items;
	size_t bytes, capacity_bytes;

	struct mark *marks; /* a ring of MARK_MASK + 1 */
	size_t mark_mask;
	uint64_t mark_head, mark_tail;

	bool ended; /* by its producer, effective behind the last item */
	bool closed; /* by its consumer: what is given is thrown away */
	bool cut; /* closed before all was taken */
	struct segment *segment; /* the innermost, for the consumer; counted */
	struct segment *given; /* the same for the producer; counted */

	struct frontier_link *frontier; /* or NULL; see engine/frontier.c */
	struct operator *from, *to;
	unsigned from_pin, to_pin;
	struct link_statistics statistics;
};

/* COUNT_BYTES: whether the items have sizes worth counting. */
void link_init(struct link *link, size_t capacity_items, size_t capacity_bytes,
	bool count_bytes);

/* Releases all that is queued. */
void link_finish(struct link *link);

static inline size_t link_length(const struct link *link)
{
	return (size_t)(link->tail - link->head);
}

/* The first mark if it stands before the first item, else NULL. */
static inline struct mark *link_mark(struct link *link)
{
	if (link->mark_head == link->mark_tail)
		return NULL;
	struct mark *mark = &link->marks[link->mark_head & link->mark_mask];
	return mark->at == link->head ? mark : NULL;
}

static inline bool link_empty(struct link *link)
{
	return link->head == link->tail && !link_mark(link);
}

/* How many items there is room for. An item of any size fits an empty link. */
static inline size_t link_room(const struct link *link)
{
	size_t length = link_length(link);

	if (length >= link->capacity_items ||
		(link->bytes >= link->capacity_bytes && length > 0))
		return 0;
	return link->capacity_items - length;
}

/* How many items lie before the next mark and in one piece. */
size_t link_span(const struct link *link, struct item ***items);

/* Adds items, taking their references; there must be room. */
void link_push(struct link *link, struct item *const *items, size_t count);

/* Forgets the first COUNT items, which have got another owner. */
void link_drop(struct link *link, size_t count);

/* Adds a mark behind the items; takes the reference to SEGMENT. */
void link_push_mark(struct link *link, bool end, struct segment *segment);

/* Removes the first mark; its reference becomes the caller's. */
struct segment *link_pop_mark(struct link *link);

/* Lets the queued lines and records behind the first SKIP hold copies of their
 * bytes, side by side, in place of the blocks that they were cut from: few
 * items may keep much memory that way. Stops when BUDGET is used up. */
void link_pack(struct link *link, size_t skip, struct budget *budget);

/* Makes room for twice as much. */
void link_grow(struct link *link);

#endif
