/* SPDX-License-Identifier: MIT */
/* What operators give: items and punctuation to their outputs. */
#include "engine/frontier.h"
#include "engine/share.h"

static struct link *output(const struct operator *op, unsigned pin)
{
	return op->pins[pin].link;
}

bool operator_linked(const struct operator *op, unsigned pin)
{
	struct link *link = output(op, pin);

	return link && !link->closed;
}

unsigned operator_links(const struct operator *op, unsigned pin)
{
	return op->plan->pin_count - op->plan->live_count - pin;
}

bool operator_takes_packed(const struct operator *op, unsigned pin)
{
	struct link *link = output(op, pin);

	return link && link->takes_packed;
}

size_t operator_room(const struct operator *op, unsigned pin)
{
	const struct link *link = output(op, pin);

	return !link || link->closed ? SPAN_ITEMS : link_room(link);
}

/* In a worker the next unit may come by any input. */
static void wake_consumer(struct link *link)
{
	struct operator *to = link->to;

	if (to->wait == WAIT_INPUT &&
		(to->wait_pin == link->to_pin || to->live_awaited ||
			to->graph->worker))
		operator_set_ready(to);
}

/* Drops what there is no room for. What the consumer is at work on is not
 * queued any more. */
static void give_leaky(
	struct link *link, struct item *const *items, size_t count)
{
	bool newest = link->policy == LINK_LEAKY_PRODUCER;
	size_t held = newest ? 0 : link->to->pins[link->to_pin].lent;

	for (size_t i = 0; i < count; i++) {
		for (; !newest && link_is_full(link, held);
			link->statistics.dropped++)
			link_drop_oldest(link, held);
		if (!link_is_full(link, held)) {
			link_push(link, &items[i], 1);
			continue;
		}
		item_unref(items[i]);
		link_push_gap(link, 1);
		link->statistics.dropped++;
	}
}

static void reject_excess(
	struct operator *op, struct item *const *items, size_t count)
{
	graph_violation(op, "gave more items than there is room");
	for (size_t i = 0; i < count; i++)
		item_unref(items[i]);
}

/* Out of the way of what most links do. */
__attribute__((noinline)) static void give_by_policy(struct operator *op,
	struct link *link, struct item *const *items, size_t count)
{
	if (link_is_leaky(link)) {
		give_leaky(link, items, count);
	} else if (count > link_room(link)) {
		reject_excess(op, items, count);
	} else {
		link_push(link, items, count);
		link->capacity_items = 0; /* until it asks again */
	}
}

void operator_give(struct operator *op, unsigned pin, struct item *const *items,
	size_t count)
{
	struct link *link = output(op, pin);

	op->progress += count;
	if (!link || link->closed || op->graph->failed) {
		for (size_t i = 0; i < count; i++)
			item_unref(items[i]);
		return;
	}
	op->statistics.items_out += count;
	if (link->exported) {
		worker_give(link, items, count);
		return;
	}
	if (link->frontier)
		frontier_give(link, items, count);
	if (link->policy != LINK_BLOCKING)
		give_by_policy(op, link, items, count);
	else if (count > link->capacity_items - link_length(link))
		reject_excess(op, items, count);
	else
		link_push(link, items, count);
	if (link_is_full(link, 0))
		link->statistics.full_count++;
	wake_consumer(link);
}

void operator_begin(struct operator *op, unsigned pin, struct segment *segment)
{
	struct link *link = output(op, pin);

	op->progress++;
	if (!link || link->closed)
		return;
	if (link->exported) {
		worker_begin(link, segment);
		return;
	}
	if (!segment->parent && segment->unit) {
		unit_opened(op, segment->unit);
		segment->unit->open_ends++;
	}
	if (link->frontier)
		frontier_begin(link, segment);
	segment_unref(link->given);
	link->given = segment_ref(segment);
	link_push_mark(link, MARK_BEGIN, segment_ref(segment));
	wake_consumer(link);
}

void operator_end(struct operator *op, unsigned pin)
{
	struct link *link = output(op, pin);

	op->progress++;
	if (!link || link->closed)
		return;
	if (link->exported) {
		worker_end_segment(link);
		return;
	}
	struct segment *segment = link->given;
	if (!segment) {
		graph_violation(op, "ended a segment that it didn't begin");
		return;
	}
	/* The next unit may get the memory of this one. */
	if (!segment->parent)
		op->failed_unit = NULL;
	if (link->frontier && !segment->parent)
		frontier_end(link);
	link->given = segment_ref(segment->parent);
	link_push_mark(link, MARK_END, segment); /* the reference moves */
	wake_consumer(link);
}

void operator_gap(struct operator *op, unsigned pin, uint64_t dropped)
{
	struct link *link = output(op, pin);

	op->progress++;
	if (!link || link->closed || link->exported || dropped == 0)
		return;
	link_push_gap(link, dropped);
	wake_consumer(link);
}
