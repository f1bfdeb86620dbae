/* SPDX-License-Identifier: MIT */
/* Units: when they are decided, and who is told. */
#include <stdlib.h>

#include "engine/frontier.h"

static void wake_those_that_wait_for(struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++)
		if (graph->operators[i].wait == WAIT_VERDICT)
			operator_set_ready(&graph->operators[i]);
	graph_wake_sources(graph);
}

bool unit_is_lost(const struct graph *graph, struct unit *unit)
{
	if (!unit)
		return false;
	bool late = graph->draining && unit->number >= graph->drain_limit;
	if ((late || graph->failed) && !unit->failed)
		unit->failed = unit->cancelled = true;
	return unit->failed;
}

/* Tells the host of a unit that has failed. */
static void tell_failed(struct graph *graph, const struct unit *unit)
{
	const struct graph_host *host = graph->host;

	if (host && host->decided && !unit->cancelled)
		free(host->decided(graph->host_context, unit, NULL, 0));
}

static void show_unit(const struct graph *graph, const struct unit *unit)
{
	const struct graph_watch *watch = graph->settings.watch;

	if (watch && watch->unit && !unit->brought && !unit->cancelled)
		watch->unit(watch->context, unit);
}

void unit_opened(struct operator *op, struct unit *unit)
{
	if (unit->opened)
		return;
	op->graph->open_units++;
	op->open_units++;
	unit->opened = true;
	unit->source = (unsigned)(op - op->graph->operators);
}

static void decide(struct graph *graph, struct unit *unit)
{
	unit->decided = true;
	graph->open_units--;
	graph->operators[unit->source].open_units--;
	if (graph->worker) { /* who shares the units decides */
		wake_those_that_wait_for(graph);
		return;
	}
	graph->result.units += !unit->brought;
	if (!unit_is_lost(graph, unit))
		graph_decide_failures(graph, unit);
	if (!unit->failed)
		graph_publish(graph, unit);
	else
		graph_discard_unit(graph, unit);
	frontiers_decide(graph, unit);
	if (unit->failed)
		tell_failed(graph, unit);
	if (unit->quarantined)
		graph->result.units_quarantined++;
	else if (unit->failed && !unit->cancelled)
		graph->result.units_failed++;
	show_unit(graph, unit);
	wake_those_that_wait_for(graph);
}

void unit_end_arrived(struct graph *graph, struct unit *unit)
{
	if (--unit->open_ends == 0 && !unit->decided)
		decide(graph, unit);
}
