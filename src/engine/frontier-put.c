/* SPDX-License-Identifier: MIT */
/*
 * A unit that runs elsewhere: what comes of it is put into the frontiers in its
 * place.
 */
#include "engine/frontier.h"

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

void frontiers_begin(struct operator *source, struct segment *segment)
{
	struct graph *graph = source->graph;

	for (unsigned i = 0; i < graph->frontiers->count; i++) {
		struct frontier_link *frontier = &graph->frontiers->links[i];
		struct link *link = frontier->link;

		frontier->begun = !link->closed &&
			operator_stems_from(link->from, source);
		if (!frontier->begun)
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
	if (!frontier_copy(graph, &data)) {
		operator_fail(frontier->link->to, STATUS_SYSTEM,
			"%zu bytes of %s don't fit in what is left of the "
			"memory budget of %zu bytes; raise `resources: memory`",
			data.length, unit->name, graph->budget.limit_bytes);
		return false;
	}
	frontier_push(frontier->link, frontier_partial(frontier->link, &data));
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

/* ---- What comes of it --------------------------------------------------- */

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

/* Whether a segment within the unit begins or ends next. */
static bool is_mark(const struct frontier_link *frontier, struct slice bytes)
{
	struct slice one;

	return frontier->nests && !frontier_cut(&bytes, &one) &&
		codec_is_none(&one);
}

/* Puts in the items up to the next mark, as far as there is room; returns NULL,
 * or what is wrong. */
static const char *put_span(struct frontier_link *frontier, struct slice *piece)
{
	size_t room = link_room(frontier->link), count = 0;
	struct item *items[SPAN_ITEMS];
	const char *problem;

	while (piece->length > 0 && count < room && count < SPAN_ITEMS &&
		!is_mark(frontier, *piece)) {
		items[count] = frontier_read(frontier, piece, &problem);
		if (!items[count]) {
			while (count > 0)
				item_unref(items[--count]);
			return problem;
		}
		count++;
	}
	push_span(frontier, items, count);
	return NULL;
}

/* The same with the marks. */
static const char *put_items(
	struct frontier_link *frontier, struct slice *piece)
{
	const char *problem = put_span(frontier, piece);
	struct slice one;

	while (!problem && link_room(frontier->link) > 0 &&
		is_mark(frontier, *piece)) {
		frontier_cut(piece, &one);
		problem = frontier_put_nested(frontier, &one);
		if (!problem)
			problem = put_span(frontier, piece);
	}
	return problem;
}

static void drop(struct slice *piece)
{
	buffer_unref(piece->buffer);
	*piece = (struct slice){0};
}

/* Makes PIECE whole items in a buffer of ours, or empty where none is whole
 * yet. False: there is no memory for it now. */
static bool own(struct frontier_link *frontier, struct slice *piece)
{
	if (piece->buffer)
		return true;
	if (frontier->part.length > 0 || piece->length < CODEC_LENGTH_BYTES ||
		codec_length(piece->data) > piece->length)
		gather(frontier, piece);
	return piece->length == 0 ||
		frontier_copy(frontier->link->to->graph, piece);
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
		drop(piece);
		return PUT_ALL;
	}
	if (!frontier->begun)
		return wrong(source, "its source has nothing to do with it");
	if (link->to->spec->flags & OPERATOR_PARTIAL) {
		text_add(&frontier->part, piece->data, piece->length);
		piece->length = 0;
		return PUT_ALL;
	}
	if (!own(frontier, piece)) {
		*missing = piece->length;
		return PUT_MEMORY;
	}
	const char *problem = piece->length ? put_items(frontier, piece) : NULL;
	if (problem || piece->length == 0)
		drop(piece);
	if (problem)
		return wrong(source, problem);
	if (piece->length == 0)
		return PUT_ALL;
	source->wait = WAIT_FRONTIER;
	source->wait_frontier = link;
	return PUT_PART;
}
