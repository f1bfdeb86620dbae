/* SPDX-License-Identifier: MIT */
/*
 * Frontiers: which they are, and what of units is kept there. See
 * engine/host.h.
 */
#include "engine/frontier.h"

#include <string.h>

#include "base/memory.h"
#include "engine/share.h"

/* More than this isn't kept of a unit: running it again is as good. */
enum { KEPT_BYTES = 1024 * 1024 };

/* What goes over a frontier for one unit, until that is decided. */
struct contribution {
	struct contribution *next;
	struct unit *unit;
	struct link *link;
	struct text data;
	uint64_t items_left; /* of those that matter */
	bool lost; /* not all of it is here */
};

/* ---- Which they are ------------------------------------------------------- */

bool operator_is_collective(const struct operator *op)
{
	unsigned flags = op->spec->flags;

	return operator_spans(op) ||
		((flags & OPERATOR_AWAITS_VERDICT) &&
			op->plan->per == SCOPE_GRAPH);
}

/* Marks the operators that don't work within units: those that are collective
 * and all behind them. */
static void mark_operators(struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = graph->ranked[i];

		op->within = !operator_is_collective(op);
		for (unsigned j = 0; j < op->plan->pin_count; j++) {
			const struct pin *pin = &op->pins[j];

			if (!pin->output && pin->link &&
				!pin->link->from->within)
				op->within = false;
		}
	}
}

static void find_codec(struct frontier_link *frontier)
{
	struct link *link = frontier->link;
	const struct shape *shape = operator_shape(link->to, link->to_pin);

	frontier->codec = (struct codec){
		.schema = shape->schema,
		.attributes = shape->attributes,
		.attribute_count = shape->attribute_count,
	};
	frontier->items = UINT64_MAX;
	frontier->nests = link->to->spec->flags & OPERATOR_NESTED;
	frontier->marks = frontier->codec;
	frontier->marks.segments = true;
	frontier->keeps = shape->type != PAYLOAD_STREAM && !frontier->nests &&
		!(link->to->spec->flags & OPERATOR_PARTIAL);
	link->frontier = frontier;
}

void frontiers_find(struct graph *graph)
{
	struct frontiers *frontiers = memory_zeroed(sizeof(*frontiers));

	graph->frontiers = frontiers;
	frontiers->budget.limit_bytes = SIZE_MAX;
	mark_operators(graph);
	for (unsigned i = 0; i < graph->plan->link_count; i++)
		if (graph->links[i].from->within && !graph->links[i].to->within)
			frontiers->count++;
	frontiers->links = memory_zeroed(memory_product(
		frontiers->count + 1, sizeof(*frontiers->links)));
	struct frontier_link *next = frontiers->links;
	for (unsigned i = 0; i < graph->plan->link_count; i++) {
		struct link *link = &graph->links[i];

		if (!link->from->within || link->to->within)
			continue;
		next->link = link;
		find_codec(next++);
	}
}

struct frontier frontier_name(const struct link *link)
{
	return (struct frontier){
		.op = (unsigned)(link->to - link->to->graph->operators),
		.pin = link->to_pin,
	};
}

unsigned frontier_index(const struct link *link)
{
	return (unsigned)(link->frontier - link->to->graph->frontiers->links);
}

const struct codec *frontier_codec(const struct link *link)
{
	return &link->frontier->codec;
}

/* ---- Keeping -------------------------------------------------------------- */

bool frontiers_are_kept(const struct graph *graph)
{
	return graph->host && graph->host->keep;
}

void frontier_begin(struct link *link, struct segment *segment)
{
	struct graph *graph = link->to->graph;
	struct frontier_link *frontier = link->frontier;

	if (!frontier->keeps || !segment->unit || segment->parent ||
		segment->unit->brought || !frontiers_are_kept(graph))
		return;
	struct contribution *contribution =
		memory_zeroed(sizeof(*contribution));
	contribution->unit = segment->unit;
	contribution->link = link;
	contribution->items_left = frontier->items;
	contribution->next = graph->frontiers->contributions;
	graph->frontiers->contributions = contribution;
	frontier->current = contribution;
}

void frontier_end(struct link *link)
{
	link->frontier->current = NULL;
}

void frontier_lose(struct link *link)
{
	struct contribution *current = link->frontier->current;

	if (current && current->items_left > 0)
		current->lost = true;
}

static void keep_item(struct contribution *contribution,
	const struct codec *codec, const struct item *item)
{
	struct text *data = &contribution->data;
	size_t size = codec_size(codec, item);

	if (data->length + size > KEPT_BYTES) {
		contribution->lost = true;
		text_free(data);
		return;
	}
	char *at = text_space(data, size);
	data->length += (size_t)(codec_write(codec, item, at) - at);
	contribution->items_left--;
}

void frontier_give(struct link *link, struct item *const *items, size_t count)
{
	struct contribution *current = link->frontier->current;

	for (size_t i = 0; current && i < count && !current->lost &&
		current->items_left > 0;
		i++)
		keep_item(current, &link->frontier->codec, items[i]);
}

void operator_needs(struct operator *op, unsigned pin, uint64_t items)
{
	struct link *link = op->pins[pin].link;

	/* What a link sets may be another number next time. */
	if (link && link->frontier && op->plan->live_count == 0)
		link->frontier->items = items;
}

bool operator_keeps(const struct operator *op, unsigned pin)
{
	const struct link *link = op->pins[pin].link;

	return link && link->frontier &&
		(op->graph->worker || frontiers_are_kept(op->graph)) &&
		link->segment && link->segment->unit &&
		!link->segment->failed && !link->segment->unit->brought &&
		!op->graph->share;
}

void operator_keep(
	struct operator *op, unsigned pin, const void *data, size_t length)
{
	struct graph *graph = op->graph;
	struct link *link = op->pins[pin].link;

	if (graph->worker)
		worker_keep(link, data, length);
	else if (length <= KEPT_BYTES)
		graph->host->keep(graph->host_context, link->segment->unit,
			frontier_name(link), data, length);
}

void operator_keep_range(
	struct operator *op, unsigned pin, uint64_t offset, uint64_t length)
{
	const struct graph_host *host = op->graph->host;
	struct link *link = op->pins[pin].link;

	if (host && host->keep_range && link->frontier && link->segment &&
		link->segment->unit)
		host->keep_range(op->graph->host_context, link->segment->unit,
			frontier_name(link), offset, length);
}

void frontier_keep(struct link *link, struct unit *unit, struct text *data)
{
	struct graph *graph = link->to->graph;

	if (!frontiers_are_kept(graph) || data->length > KEPT_BYTES)
		return;
	struct contribution *contribution =
		memory_zeroed(sizeof(*contribution));
	contribution->unit = unit;
	contribution->link = link;
	contribution->data = *data;
	*data = (struct text){0};
	contribution->next = graph->frontiers->contributions;
	graph->frontiers->contributions = contribution;
}

static void hand_over(struct graph *graph, struct contribution *contribution)
{
	const struct unit *unit = contribution->unit;

	if (!unit->failed && !contribution->lost)
		graph->host->keep(graph->host_context, unit,
			frontier_name(contribution->link),
			contribution->data.data, contribution->data.length);
	text_free(&contribution->data);
	free(contribution);
}

void frontiers_decide(struct graph *graph, const struct unit *unit)
{
	struct contribution **at = &graph->frontiers->contributions;

	while (*at) {
		struct contribution *contribution = *at;

		if (contribution->unit == unit) {
			*at = contribution->next;
			hand_over(graph, contribution);
		} else {
			at = &contribution->next;
		}
	}
}

void frontiers_destroy(struct frontiers *frontiers)
{
	if (!frontiers)
		return;
	while (frontiers->contributions) {
		struct contribution *next = frontiers->contributions->next;

		text_free(&frontiers->contributions->data);
		free(frontiers->contributions);
		frontiers->contributions = next;
	}
	for (unsigned i = 0; i < frontiers->count; i++) {
		segment_unref(frontiers->links[i].innermost);
		text_free(&frontiers->links[i].part);
	}
	free(frontiers->links);
	free(frontiers);
}

unsigned graph_frontier_count(const struct graph *graph)
{
	return graph->frontiers->count;
}

struct frontier graph_frontier(const struct graph *graph, unsigned index)
{
	return frontier_name(graph->frontiers->links[index].link);
}

bool frontiers_keep_all(const struct graph *graph)
{
	const struct frontiers *frontiers = graph->frontiers;

	for (unsigned i = 0; i < frontiers->count; i++) {
		const struct frontier_link *frontier = &frontiers->links[i];

		if (!frontier->keeps &&
			!(frontier->link->to->spec->flags &
				(OPERATOR_PARTIAL | OPERATOR_RANGES)))
			return false;
	}
	return true;
}
