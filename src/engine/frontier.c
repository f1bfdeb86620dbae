/* SPDX-License-Identifier: MIT */
/*
 * Frontiers: where what units have contributed is kept, and where it is put
 * in again in place of units that don't run. See engine/host.h.
 */
#include "engine/frontier.h"

#include <string.h>

#include "base/memory.h"
#include "model/codec.h"

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

/* What a frontier link needs to keep and to bring. */
struct frontier_link {
	struct link *link;
	struct codec codec;
	uint64_t items; /* of a unit that matter */
	bool keeps; /* items can be kept, and are wanted */
	struct contribution *current; /* of the unit that is being given */
};

struct frontiers {
	struct frontier_link *links;
	unsigned count;
	struct contribution *contributions; /* of units not decided yet */
};

/* ---- Which they are ------------------------------------------------------- */

static bool is_collective(const struct operator *op)
{
	unsigned flags = op->spec->flags;

	return operator_spans(op) ||
		((flags & OPERATOR_AWAITS_VERDICT) &&
			op->plan->per == SCOPE_GRAPH) ||
		((flags & OPERATOR_BY_DOCUMENT) &&
			op->document_scope == SCOPE_GRAPH);
}

/* Marks the operators that don't work within units: those that are collective
 * and all behind them. */
static void mark_operators(struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = graph->ranked[i];

		op->within = !is_collective(op);
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
	frontier->keeps = shape->type != PAYLOAD_STREAM &&
		!(link->to->spec->flags & OPERATOR_PARTIAL);
	link->frontier = frontier;
}

void frontiers_find(struct graph *graph)
{
	struct frontiers *frontiers = memory_zeroed(sizeof(*frontiers));

	graph->frontiers = frontiers;
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

static struct frontier name_of(const struct link *link)
{
	return (struct frontier){
		.op = (unsigned)(link->to - link->to->graph->operators),
		.pin = link->to_pin,
	};
}

/* ---- Keeping -------------------------------------------------------------- */

static bool wants_contributions(const struct graph *graph)
{
	return graph->host && graph->host->keep;
}

void frontier_begin(struct link *link, struct segment *segment)
{
	struct graph *graph = link->to->graph;
	struct frontier_link *frontier = link->frontier;

	if (!frontier->keeps || !segment->unit || segment->parent ||
		segment->unit->brought || !wants_contributions(graph))
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

	if (link && link->frontier)
		link->frontier->items = items;
}

bool operator_keeps(const struct operator *op, unsigned pin)
{
	const struct link *link = op->pins[pin].link;

	return link && link->frontier && wants_contributions(op->graph) &&
		link->segment && link->segment->unit &&
		!link->segment->failed && !link->segment->unit->brought;
}

void operator_keep(
	struct operator *op, unsigned pin, const void *data, size_t length)
{
	struct graph *graph = op->graph;
	struct link *link = op->pins[pin].link;

	if (length <= KEPT_BYTES)
		graph->host->keep(graph->host_context, link->segment->unit,
			name_of(link), data, length);
}

static void hand_over(struct graph *graph, struct contribution *contribution)
{
	const struct unit *unit = contribution->unit;

	if (!unit->failed && !contribution->lost)
		graph->host->keep(graph->host_context, unit,
			name_of(contribution->link), contribution->data.data,
			contribution->data.length);
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
	free(frontiers->links);
	free(frontiers);
}

unsigned graph_frontier_count(const struct graph *graph)
{
	return graph->frontiers->count;
}

struct frontier graph_frontier(const struct graph *graph, unsigned index)
{
	return name_of(graph->frontiers->links[index].link);
}

bool frontiers_keep_all(const struct graph *graph)
{
	const struct frontiers *frontiers = graph->frontiers;

	for (unsigned i = 0; i < frontiers->count; i++) {
		const struct frontier_link *frontier = &frontiers->links[i];

		if (!frontier->keeps &&
			!(frontier->link->to->spec->flags & OPERATOR_PARTIAL))
			return false;
	}
	return true;
}

/* ---- Bringing ------------------------------------------------------------- */

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

/* A copy that lives as long as the items that refer to it. */
static bool copy(struct graph *graph, struct slice *data)
{
	struct buffer *buffer = buffer_create(&graph->budget, data->length);

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
	struct slice data;
	const char *problem = NULL;

	if (!graph->host->contribution(
		    graph->host_context, segment->unit, name_of(link), &data)) {
		graph_fail(graph, STATUS_IO_ERROR);
		return false;
	}
	if (!copy(graph, &data))
		problem = "the memory budget is used up; raise `resources: "
			  "memory`";
	else if (link->to->spec->flags & OPERATOR_PARTIAL)
		problem = push_partial(link, &data);
	else
		problem = push_items(frontier, &data);
	if (problem)
		operator_fail(source, STATUS_SYSTEM,
			"what was kept of %s can't be used: %s",
			segment->unit->name, problem);
	buffer_unref(data.buffer);
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

		if (link->closed)
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

/* A unit may be brought when those before it are behind the frontiers, and
 * what stands outside of all units is there. */
bool frontiers_ready(const struct graph *graph)
{
	if (graph->open_units > 0)
		return false;
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		const struct operator *op = &graph->operators[i];

		if (op->within && op->input_count > 0 && !op->finished &&
			op->statistics.runs == 0)
			return false;
	}
	return true;
}

enum turn operator_turn(struct operator *op, uint64_t number)
{
	struct graph *graph = op->graph;
	enum unit_way way = number < graph->way_count
		? (enum unit_way)graph->ways[number]
		: UNIT_RUNS;

	if (way == UNIT_RUNS)
		return TURN_BEGIN;
	if (way == UNIT_SKIPPED) {
		op->progress++;
		return TURN_SKIP;
	}
	if (frontiers_ready(graph))
		return TURN_BRING;
	op->wait = WAIT_UNITS;
	return TURN_WAIT;
}
