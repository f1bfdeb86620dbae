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

enum mark_kind {
	MARK_BEGIN, /* of the segment */
	MARK_END,
	MARK_GAP, /* items were dropped here */
};

struct mark {
	uint64_t at;
	enum mark_kind kind;
	bool arrived; /* an end that waits for its unit to be decided */
	struct segment *segment; /* holds a reference; of a gap: NULL */
	uint64_t dropped; /* of a gap: how many items */
};

struct link {
	struct item **items; /* a ring of MASK + 1 */
	uint32_t *sizes; /* of the items, for BYTES; NULL: not counted */
	size_t mask;
	uint64_t head, tail; /* numbers of the first item and behind the last */
	enum link_policy policy;
	size_t capacity_items; /* with back-pressure: what was asked for */
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
	bool takes_packed; /* see operator_takes_packed */
	bool exported; /* what is given goes to another process */
	struct operator *from, *to;
	unsigned from_pin, to_pin;
	struct link_statistics statistics;
};

/* COUNT_BYTES: whether the items have sizes worth counting. With back-pressure
 * the capacities are not used. */
void link_init(struct link *link, enum link_policy policy,
	size_t capacity_items, size_t capacity_bytes, bool count_bytes);

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

static inline bool link_is_leaky(const struct link *link)
{
	return link->policy >= LINK_LEAKY_PRODUCER;
}

/* Whether what is queued behind the first SKIP items takes all the room. An
 * item of any size fits an empty link. */
static inline bool link_is_full(const struct link *link, size_t skip)
{
	size_t length = link_length(link) - skip;

	return length >= link->capacity_items ||
		(link->bytes >= link->capacity_bytes && length > 0);
}

/* How many items may be given. Nobody waits for a leaky link. */
static inline size_t link_room(const struct link *link)
{
	if (link_is_full(link, 0))
		return link_is_leaky(link) ? link->capacity_items : 0;
	return link->capacity_items - link_length(link);
}

/* How many items lie before the next mark and in one piece. */
size_t link_span(const struct link *link, struct item ***items);

/* Adds items, taking their references; there must be room. */
void link_push(struct link *link, struct item *const *items, size_t count);

/* Forgets the first COUNT items, which have got another owner. */
void link_drop(struct link *link, size_t count);

/* Adds a mark behind the items; takes the reference to SEGMENT. */
void link_push_mark(
	struct link *link, enum mark_kind kind, struct segment *segment);

/* Adds a gap behind all else; gaps that follow each other become one. */
void link_push_gap(struct link *link, uint64_t dropped);

/* Releases the item behind the first SKIP, with a gap in its place. Takes time
 * by the number of marks before it. */
void link_drop_oldest(struct link *link, size_t skip);

/* Removes the first mark; its reference becomes the caller's. */
struct segment *link_pop_mark(struct link *link);

/* Lets the queued lines and records behind the first SKIP hold copies of their
 * bytes, side by side, in place of the blocks that they were cut from: few
 * items may keep much memory that way. Stops when BUDGET is used up. */
void link_pack(struct link *link, size_t skip, struct budget *budget);

/* Whether more room takes more slots, not only a higher limit on bytes. */
static inline bool link_needs_slots(const struct link *link)
{
	size_t length = link_length(link);

	return length > link->mask ||
		(link->policy == LINK_BLOCKING &&
			length >= link->capacity_items);
}

/* Makes room for twice as much, and lets a blocking link use it. */
void link_grow(struct link *link);

#endif
