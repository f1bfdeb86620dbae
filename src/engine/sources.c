/* SPDX-License-Identifier: MIT */
/* What is known of a graph's units before it runs. */
#include "engine/frontier.h"

bool graph_find_units(struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = graph->ranked[i];

		if (!operator_load_code(op) ||
			(op->input_count == 0 && !operator_open(op)))
			return false;
	}
	return true;
}

enum exit_status graph_status(const struct graph *graph)
{
	return graph->result.status;
}

unsigned graph_sources(const struct graph *graph, unsigned *sources)
{
	for (unsigned i = 0; i < graph->source_count; i++)
		sources[i] = (unsigned)(graph->sources[i] - graph->operators);
	return graph->source_count;
}

enum unit_knowledge graph_units_known(const struct graph *graph)
{
	for (unsigned i = 0; i < graph->source_count; i++)
		if (!graph->sources[i]->spec->unit)
			return UNITS_UNKNOWN;
	return graph->ordered && frontiers_keep_all(graph) ? UNITS_APART
							   : UNITS_TOGETHER;
}

bool graph_unit(struct graph *graph, unsigned source, uint64_t number,
	struct found_unit *unit)
{
	struct operator *op = &graph->operators[source];

	return !op->finished && op->spec->unit &&
		op->spec->unit(op, op->state, number, unit);
}

bool graph_is_within(const struct graph *graph, unsigned op)
{
	return graph->operators[op].within;
}

bool operator_remembers(const struct operator *op)
{
	return op->graph->host;
}

void graph_set_host(
	struct graph *graph, const struct graph_host *host, void *context)
{
	graph->host = host;
	graph->host_context = context;
}

bool graph_is_side(const struct graph *graph, unsigned source)
{
	return graph->operators[source].side;
}

bool graph_contributes(
	const struct graph *graph, unsigned source, unsigned frontier)
{
	return operator_stems_from(graph->frontiers->links[frontier].link->from,
		&graph->operators[source]);
}

void graph_set_ways(struct graph *graph, unsigned source,
	const unsigned char *ways, uint64_t count)
{
	graph->operators[source].ways = ways;
	graph->operators[source].way_count = count;
}
