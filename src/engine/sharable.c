/* SPDX-License-Identifier: MIT */
/* Whether the units of a graph can be shared, and how much there is to share. */
#include "engine/share.h"

/* Nobody pulls a stream out of another process. */
static bool takes_streams_out(const struct link *link)
{
	return link->from->within && !link->to->within &&
		operator_shape(link->to, link->to_pin)->type == PAYLOAD_STREAM;
}

static bool link_can_be_shared(const struct link *link)
{
	if (!link->from->within)
		return true;
	if (link_is_leaky(link) || link->to->pins[link->to_pin].live)
		return false;
	return link->to->within ||
		(link->policy == LINK_BLOCKING && !takes_streams_out(link));
}

const char *graph_unshared(const struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->link_count; i++)
		if (takes_streams_out(&graph->links[i]))
			return graph->links[i].to->plan->name;
	return NULL;
}

struct operator *share_source(const struct graph *graph)
{
	struct operator *source = NULL;

	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = &graph->operators[i];

		if (op->input_count > 0)
			continue;
		if (source)
			return NULL;
		source = op;
	}
	return source;
}

bool share_find_unit(
	struct operator *source, uint64_t number, struct found_unit *found)
{
	return source->spec->unit
		? source->spec->unit(source, source->state, number, found)
		: number == 0;
}

bool graph_can_share(const struct graph *graph)
{
	const struct operator *source = share_source(graph);

	if (!source || !source->spec->segment || !source->within ||
		source->output_count != 1)
		return false;
	for (unsigned i = 0; i < graph->plan->operator_count; i++)
		if (graph->operators[i].spec->flags &
			(graph->operators[i].within ? OPERATOR_SHOWS
						    : OPERATOR_UNTRUSTED))
			return false;
	for (unsigned i = 0; i < graph->plan->link_count; i++)
		if (!link_can_be_shared(&graph->links[i]))
			return false;
	return true;
}

enum unit_way share_way(const struct graph *graph, uint64_t number)
{
	const struct operator *source = share_source(graph);

	return number < source->way_count ? (enum unit_way)source->ways[number]
					  : UNIT_RUNS;
}

uint64_t graph_count_work(struct graph *graph, uint64_t enough, uint64_t *bytes)
{
	struct operator *source = share_source(graph);
	struct found_unit found;
	struct stat stat_now;
	uint64_t count = 0;

	*bytes = 0;
	if (!source->spec->unit)
		return 1;
	for (uint64_t i = 0; count < enough &&
		source->spec->unit(source, source->state, i, &found);
		i++) {
		if (share_way(graph, i) != UNIT_RUNS)
			continue;
		count++;
		if (stat(found.name, &stat_now) == 0)
			*bytes += (uint64_t)stat_now.st_size;
	}
	return count;
}
