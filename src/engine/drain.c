/* SPDX-License-Identifier: MIT */
/* Stopping a run in order. */
#include "engine/frontier.h"
#include "engine/share.h"

void graph_drain(struct graph *graph, uint64_t limit)
{
	graph->drain_wanted = true;
	if (!graph->draining || limit < graph->drain_limit)
		graph->drain_limit = limit;
	graph->draining = true;
}

/* Too many have failed, or this one alone is enough. */
static bool is_enough(const struct graph *graph)
{
	const struct graph_settings *settings = &graph->settings;

	return !settings->keep_going ||
		(settings->failures_max > 0 &&
			graph->result.units_failed + 1 >=
				settings->failures_max);
}

void graph_drain_behind(struct graph *graph, const struct unit *unit)
{
	if (is_enough(graph))
		graph_drain(graph, unit->number + 1);
}

/* All that was begun is decided, and has passed the frontiers. */
static bool is_settled(const struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++)
		if (graph->operators[i].input_count == 0 &&
			!graph->operators[i].finished)
			return false;
	return worker_settled(graph);
}

bool drain_lingers(const struct operator *op)
{
	const struct graph *graph = op->graph;

	if (!graph->draining || graph->failed || !frontiers_are_kept(graph) ||
		is_settled(graph))
		return false;
	for (unsigned i = 0; i < op->plan->pin_count; i++)
		if (!op->pins[i].output && op->pins[i].link &&
			op->pins[i].link->frontier)
			return true;
	return false;
}

/* What a source has begun and not ended is not whole. */
static void cancel_open_units(struct operator *source)
{
	for (unsigned i = 0; i < source->output_count; i++) {
		struct segment *given = source->outputs[i]->given;

		if (given && given->unit && !given->unit->failed)
			given->unit->failed = given->unit->cancelled = true;
	}
}

static void stop(struct graph *graph, struct operator *op)
{
	if (op->input_count == 0)
		cancel_open_units(op);
	if (op->instead == share_step && share_drain(graph))
		operator_set_ready(op);
	else if (drain_lingers(op))
		graph->lingering = true;
	else if (op->input_count == 0 || operator_spans(op))
		operator_finish(op);
}

void drain(struct graph *graph)
{
	if (!graph->drain_wanted && !(graph->lingering && is_settled(graph)))
		return;
	graph->drain_wanted = graph->lingering = false;
	for (unsigned i = 0; i < graph->plan->operator_count; i++)
		if (!graph->ranked[i]->finished)
			stop(graph, graph->ranked[i]);
}

static bool is_endless(const struct operator *source)
{
	for (unsigned i = 0; i < source->output_count; i++) {
		const struct segment *given = source->outputs[i]->given;

		if (given && given->unit && given->unit->endless)
			return true;
	}
	return false;
}

/* Ends endless sources; what they gave so far is their whole content. Others
 * have not read all that they should: nothing that spans them is right. */
void drain_interrupt(struct graph *graph)
{
	graph->result.interrupted = true;
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = graph->ranked[i];

		if (op->wait == WAIT_DESCRIPTOR)
			operator_set_ready(op);
		if (op->finished || op->input_count > 0)
			continue;
		if (is_endless(op))
			operator_finish(op);
		else
			graph_drain(graph, UINT64_MAX);
	}
}
