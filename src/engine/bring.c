/* SPDX-License-Identifier: MIT */
/*
 * Units that don't run here: what they contribute, kept by the host or made
 * elsewhere, is put into the frontiers in their place. See engine/host.h.
 */
#include <string.h>

#include "base/memory.h"
#include "engine/frontier.h"
#include "engine/range.h"

static struct item *new_item(
	struct operator *op, const struct codec *codec, unsigned type)
{
	return type == PAYLOAD_RECORD
		? operator_record(op, codec->schema, NULL)
		: operator_item(op, (enum payload_type)type);
}

/* Whatever the link's policy: what is brought is neither dropped nor asked
 * for. */
static void push(struct link *link, struct item *item)
{
	while (link->policy == LINK_BLOCKING ? link_room(link) == 0
					     : link_length(link) > link->mask)
		link_grow(link);
	link_push(link, &item, 1);
}

static const char *push_items(
	struct frontier_link *frontier, const struct slice *all)
{
	struct link *link = frontier->link;
	unsigned type = operator_shape(link->to, link->to_pin)->type;
	const char *at = all->data, *end = at + all->length;

	while (at < end) {
		size_t left = (size_t)(end - at);
		size_t length =
			left < CODEC_LENGTH_BYTES ? left + 1 : codec_length(at);

		if (length > left || length == 0)
			return "it is truncated";
		struct slice one = {all->buffer, at, length};
		struct item *item = new_item(link->to, &frontier->codec, type);
		const char *problem = codec_read(&frontier->codec, &one, item);
		if (problem) {
			item_unref(item);
			return problem;
		}
		push(link, item);
		at += length;
	}
	return NULL;
}

/* An operator that keeps results of its own gets them as they are. */
static const char *push_partial(struct link *link, const struct slice *data)
{
	struct item *item = operator_item(link->to, PAYLOAD_BYTES);

	item->slice = *data;
	buffer_ref(data->buffer);
	push(link, item);
	return NULL;
}

static const char *push_range(struct link *link, const struct brought *brought)
{
	struct item *item = operator_item(link->to, PAYLOAD_STREAM);

	item->stream = range_stream_create(brought->descriptor, brought->offset,
		brought->length, &link->to->graph->budget);
	push(link, item);
	return NULL;
}

/* A copy that lives as long as the items that refer to it. Where the unit ran
 * its items came one after the other, here they come at once: that may exceed
 * the budget, by what is kept of one unit at most. */
static bool copy(struct graph *graph, struct slice *data)
{
	struct buffer *buffer = buffer_create(&graph->budget, data->length);

	if (!buffer)
		buffer = buffer_create(&graph->frontiers->budget, data->length);
	if (!buffer)
		return false;
	memcpy(buffer->data, data->data, data->length);
	*data = (struct slice){buffer, buffer->data, data->length};
	return true;
}

static bool bring(struct operator *source, struct frontier_link *frontier,
	struct segment *segment)
{
	struct graph *graph = source->graph;
	struct link *link = frontier->link;
	struct brought brought = {.descriptor = -1};
	struct slice *data = &brought.data;
	const char *problem = NULL;

	if (!graph->host->contribution(graph->host_context, segment->unit,
		    frontier_name(link), &brought)) {
		graph_fail(graph, STATUS_IO_ERROR);
		return false;
	}
	if (brought.descriptor >= 0)
		problem = push_range(link, &brought);
	else if (!copy(graph, data))
		problem = "there is no memory left";
	else if (link->to->spec->flags & OPERATOR_PARTIAL)
		problem = push_partial(link, data);
	else
		problem = push_items(frontier, data);
	if (problem)
		operator_fail(source, STATUS_SYSTEM,
			"what was kept of %s can't be used: %s",
			segment->unit->name, problem);
	buffer_unref(data->buffer);
	return !problem;
}

void operator_bring(struct operator *op, unsigned pin, struct segment *segment)
{
	struct graph *graph = op->graph;
	struct frontiers *frontiers = graph->frontiers;
	struct unit *unit = segment->unit;

	(void)pin;
	unit->brought = true;
	unit->open_ends = 1; /* until all are there */
	unit_opened(op, unit);
	op->progress++;
	for (unsigned i = 0; i < frontiers->count; i++) {
		struct frontier_link *frontier = &frontiers->links[i];
		struct link *link = frontier->link;

		if (link->closed || !operator_stems_from(link->from, op))
			continue;
		unit->open_ends++;
		link_push_mark(link, MARK_BEGIN, segment_ref(segment));
		if (!bring(op, frontier, segment))
			return;
		link_push_mark(link, MARK_END, segment_ref(segment));
		operator_set_ready(link->to);
	}
	unit_end_arrived(graph, unit);
}

enum turn operator_turn(struct operator *op, uint64_t number)
{
	enum unit_way way = number < op->way_count
		? (enum unit_way)op->ways[number]
		: UNIT_RUNS;

	if (way == UNIT_RUNS)
		return TURN_BEGIN;
	if (way == UNIT_SKIPPED) {
		op->progress++;
		return TURN_SKIP;
	}
	if (source_may_bring(op))
		return TURN_BRING;
	if (source_has_turn(op))
		op->wait = WAIT_UNITS;
	else
		source_wait_turn(op);
	return TURN_WAIT;
}

/* ---- From elsewhere --------------------------------------------------------- */

unsigned frontier_index(const struct link *link)
{
	return (unsigned)(link->frontier - link->to->graph->frontiers->links);
}

const struct codec *frontier_codec(const struct link *link)
{
	return &link->frontier->codec;
}

bool frontiers_are_empty(const struct graph *graph)
{
	const struct frontiers *frontiers = graph->frontiers;

	for (unsigned i = 0; i < frontiers->count; i++) {
		struct link *link = frontiers->links[i].link;

		if (!link->exported && !link->closed &&
			(!link_empty(link) || link->segment))
			return false;
	}
	return true;
}

void frontiers_begin(struct graph *graph, struct segment *segment)
{
	for (unsigned i = 0; i < graph->frontiers->count; i++) {
		struct frontier_link *frontier = &graph->frontiers->links[i];
		struct link *link = frontier->link;

		frontier->begun = !link->closed;
		if (link->closed)
			continue;
		segment->unit->open_ends++;
		frontier_begin(link, segment);
		frontier->innermost = segment_ref(segment);
		link_push_mark(link, MARK_BEGIN, segment_ref(segment));
		operator_set_ready(link->to);
	}
}

/* A partial result that came in pieces. */
static bool put_partial(struct frontier_link *frontier, struct unit *unit)
{
	struct graph *graph = frontier->link->to->graph;
	struct slice data = {NULL, frontier->part.data, frontier->part.length};

	if (data.length == 0)
		return true;
	if (!copy(graph, &data)) {
		operator_fail(frontier->link->to, STATUS_SYSTEM,
			"%zu bytes of %s don't fit in what is left of the "
			"memory budget of %zu bytes; raise `resources: memory`",
			data.length, unit->name, graph->budget.limit_bytes);
		return false;
	}
	push_partial(frontier->link, &data);
	buffer_unref(data.buffer);
	/* One item in place of those that it is made of: they were counted. */
	frontier->link->to->statistics.items_in--;
	frontier_keep(frontier->link, unit, &frontier->part);
	return true;
}

void frontiers_end(struct graph *graph, struct segment *segment)
{
	for (unsigned i = 0; i < graph->frontiers->count; i++) {
		struct frontier_link *frontier = &graph->frontiers->links[i];
		struct link *link = frontier->link;

		if (frontier->begun && !link->closed &&
			put_partial(frontier, segment->unit)) {
			frontier_end(link);
			frontier_end_nested(frontier);
			link_push_mark(link, MARK_END, segment_ref(segment));
			operator_set_ready(link->to);
		}
		segment_unref(frontier->innermost); /* of one that is closed */
		frontier->innermost = NULL;
		frontier->begun = false;
		frontier->part.length = 0;
	}
}

static enum put wrong(struct operator *source, const char *problem)
{
	operator_fail(
		source, STATUS_BUG, "what a worker gave is wrong: %s", problem);
	return PUT_WRONG;
}

/* Gathers an item that comes in several pieces; when it is whole, PIECE becomes
 * all of it. */
static void gather(struct frontier_link *frontier, struct slice *piece)
{
	struct text *part = &frontier->part;

	text_add(part, piece->data, piece->length);
	*piece = (struct slice){NULL, part->data, part->length};
	if (part->length < CODEC_LENGTH_BYTES ||
		codec_length(part->data) > part->length)
		piece->length = 0;
	else
		part->length = 0; /* the bytes stay until more is added */
}

static void push_span(
	struct frontier_link *frontier, struct item *const *items, size_t count)
{
	frontier_give(frontier->link, items, count);
	link_push(frontier->link, items, count);
	operator_set_ready(frontier->link->to);
}

/* Puts in what there is room for; returns NULL, or what is wrong. */
static const char *put_items(
	struct frontier_link *frontier, struct slice *piece)
{
	struct link *link = frontier->link;
	unsigned type = operator_shape(link->to, link->to_pin)->type;
	size_t room = link_room(link), count = 0;
	struct item *items[SPAN_ITEMS];
	const char *problem = NULL;

	while (!problem && piece->length > 0 && count < room &&
		count < SPAN_ITEMS) {
		size_t length = piece->length < CODEC_LENGTH_BYTES
			? piece->length + 1
			: codec_length(piece->data);

		if (length > piece->length) {
			problem = "it is truncated";
			break;
		}
		struct slice one = {piece->buffer, piece->data, length};
		piece->data += length;
		piece->length -= length;
		if (frontier->nests && codec_is_none(&one)) {
			push_span(frontier, items, count);
			count = 0;
			room = link_room(link);
			problem = frontier_put_nested(frontier, &one);
			continue;
		}
		items[count] = new_item(link->to, &frontier->codec, type);
		problem = codec_read(&frontier->codec, &one, items[count++]);
	}
	if (problem) {
		while (count > 0)
			item_unref(items[--count]);
		return problem;
	}
	push_span(frontier, items, count);
	return NULL;
}

static void frontier_drop(struct slice *piece)
{
	buffer_unref(piece->buffer);
	*piece = (struct slice){0};
}

enum put frontier_put(struct operator *source, unsigned index,
	struct slice *piece, size_t *missing)
{
	struct graph *graph = source->graph;

	if (index >= graph->frontiers->count)
		return wrong(source, "there is no such frontier");
	struct frontier_link *frontier = &graph->frontiers->links[index];
	struct link *link = frontier->link;
	if (link->closed) {
		frontier_drop(piece);
		return PUT_ALL;
	}
	if (link->to->spec->flags & OPERATOR_PARTIAL) {
		text_add(&frontier->part, piece->data, piece->length);
		piece->length = 0;
		return PUT_ALL;
	}
	if (!piece->buffer &&
		(frontier->part.length > 0 ||
			piece->length < CODEC_LENGTH_BYTES ||
			codec_length(piece->data) > piece->length))
		gather(frontier, piece);
	if (!piece->buffer && piece->length > 0 && !copy(graph, piece)) {
		*missing = piece->length;
		return PUT_MEMORY;
	}
	const char *problem = piece->length ? put_items(frontier, piece) : NULL;
	if (problem || piece->length == 0)
		frontier_drop(piece);
	if (problem)
		return wrong(source, problem);
	if (piece->length == 0)
		return PUT_ALL;
	source->wait = WAIT_FRONTIER;
	source->wait_frontier = link;
	return PUT_PART;
}
