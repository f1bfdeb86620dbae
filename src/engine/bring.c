/* SPDX-License-Identifier: MIT */
/*
 * Units that don't run: what they had contributed, as the host has kept it, is
 * put into the frontiers in their place. See engine/host.h.
 */
#include "engine/frontier.h"
#include "engine/range.h"

static const char *push_items(struct frontier_link *frontier, struct slice *all)
{
	const char *problem;

	while (all->length > 0) {
		struct item *item = frontier_read(frontier, all, &problem);

		if (!item)
			return problem;
		frontier_push(frontier->link, item);
	}
	return NULL;
}

static void push_range(struct link *link, const struct brought *brought)
{
	struct item *item = operator_item(link->to, PAYLOAD_STREAM);

	item->stream = range_stream_create(brought->descriptor, brought->offset,
		brought->length, &link->to->graph->budget);
	frontier_push(link, item);
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
		push_range(link, &brought);
	else if (!frontier_copy(graph, data))
		problem = "there is no memory left";
	else if (link->to->spec->flags & OPERATOR_PARTIAL)
		frontier_push(link, frontier_partial(link, data));
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

static enum unit_way way_of(const struct operator *op, uint64_t number)
{
	return number < op->way_count ? (enum unit_way)op->ways[number]
				      : UNIT_RUNS;
}

bool operator_knows_file(const struct operator *op, uint64_t number,
	struct file_details *details)
{
	const struct graph *graph = op->graph;

	return way_of(op, number) == UNIT_BROUGHT && graph->host->details &&
		graph->host->details(graph->host_context,
			(unsigned)(op - graph->operators), number, details);
}

enum turn operator_turn(struct operator *op, uint64_t number)
{
	enum unit_way way = way_of(op, number);

	if (way == UNIT_RUNS)
		return TURN_BEGIN;
	if (way == UNIT_SKIPPED) {
		op->progress++;
		return TURN_SKIP;
	}
	if (source_may_bring(op))
		return TURN_BRING;
	op->wait = WAIT_UNITS;
	return TURN_WAIT;
}
