/* SPDX-License-Identifier: MIT */
/*
 * Sources come one after the other, in the order that origin.c has found: so
 * which units have been published when one fails, and in which order, depends
 * neither on the schedule nor on who runs them or brings them. An operator with
 * several inputs is told which of them have to wait.
 */
#include "engine/internal.h"

bool source_has_turn(const struct operator *source)
{
	const struct graph *graph = source->graph;

	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		const struct operator *other = &graph->operators[i];

		if (source_precedes(other, source) &&
			(!other->finished || other->open_units > 0))
			return false;
	}
	return true;
}

/* What stands outside of all units is there. */
static bool all_have_begun(const struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		const struct operator *op = &graph->operators[i];

		if (op->within && op->input_count > 0 && !op->finished &&
			op->statistics.runs == 0)
			return false;
	}
	return true;
}

bool source_may_bring(const struct operator *source)
{
	return source->open_units == 0 && source_has_turn(source) &&
		all_have_begun(source->graph);
}

bool operator_awaits_turn(
	const struct operator *op, unsigned pin, const struct unit *unit)
{
	const struct graph *graph = op->graph;
	struct link *link = op->pins[pin].link;

	if (!link_empty(link) || link->segment || !all_have_begun(graph))
		return false;
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		const struct operator *source = &graph->operators[i];

		if (operator_stems_from(link->from, source) &&
			(i == unit->source ||
				(!source->finished &&
					source->wait != WAIT_TURN)))
			return false;
	}
	return true;
}

/* What the source brings later needn't be waited for now. */
static void tell_readers(struct operator *source)
{
	struct graph *graph = source->graph;

	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = &graph->operators[i];

		if (op->input_count > 1 && op->wait == WAIT_INPUT &&
			operator_stems_from(op, source))
			operator_set_ready(op);
	}
}

enum step source_wait_turn(struct operator *source)
{
	source->wait = WAIT_TURN;
	tell_readers(source);
	return STEP_WAIT;
}

void turns_operator_begun(const struct operator *op)
{
	struct graph *graph = op->graph;

	if (!op->within || !all_have_begun(graph))
		return;
	for (unsigned i = 0; i < graph->source_count; i++)
		if (graph->sources[i]->wait == WAIT_TURN)
			tell_readers(graph->sources[i]);
}

/* The steps of a source until it has its turn. */
static enum step first_step(struct operator *source)
{
	if (!source_has_turn(source))
		return source_wait_turn(source);
	source->instead = NULL;
	return source->code.step(source, source->state);
}

void turns_begin(struct graph *graph)
{
	for (unsigned i = 1; graph->ordered && i < graph->source_count; i++)
		graph->sources[i]->instead = first_step;
}

void graph_wake_sources(struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = &graph->operators[i];

		if ((op->wait == WAIT_UNITS || op->wait == WAIT_TURN) &&
			!op->finished && wait_over(op))
			operator_set_ready(op);
	}
}
