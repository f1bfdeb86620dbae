/* SPDX-License-Identifier: MIT */
/*
 * Which sources things stem from, and in which order the sources come: that in
 * which operators with several inputs take these, and values before what waits
 * for them; where nothing says, that of the file, files before all else.
 */
#include <string.h>

#include "base/memory.h"
#include "engine/frontier.h"

static size_t cell(
	const struct graph *graph, const struct operator *row, unsigned column)
{
	return (size_t)(row - graph->operators) * graph->plan->operator_count +
		column;
}

static unsigned index_of(const struct operator *op)
{
	return (unsigned)(op - op->graph->operators);
}

bool operator_stems_from(
	const struct operator *op, const struct operator *source)
{
	return op->graph->origins[cell(op->graph, op, index_of(source))];
}

/* Adds the sources of FROM to what is known of OP. */
static void inherit(struct operator *op, const struct operator *from)
{
	struct graph *graph = op->graph;

	for (unsigned i = 0; i < graph->plan->operator_count; i++)
		graph->origins[cell(graph, op, i)] |=
			graph->origins[cell(graph, from, i)];
}

/* Values of live properties bring no units. */
static void find_origins(struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = graph->ranked[i];

		op->gets_all = !operator_is_collective(op);
		if (op->input_count == 0)
			graph->origins[cell(graph, op, index_of(op))] = true;
		for (unsigned j = 0; j < op->plan->pin_count; j++) {
			const struct pin *pin = &op->pins[j];

			if (pin->output || !pin->link || pin->live)
				continue;
			inherit(op, pin->link->from);
			op->gets_all &= pin->link->from->gets_all;
		}
	}
}

/* ---- Order ------------------------------------------------------------------ */

/* The units of FIRST come before those of SECOND. */
static void put_before(struct operator *first, const struct operator *second)
{
	struct graph *graph = first->graph;

	graph->precedence[cell(graph, first, index_of(second))] = true;
}

bool source_precedes(
	const struct operator *first, const struct operator *second)
{
	const struct graph *graph = first->graph;

	return graph->precedence[cell(graph, first, index_of(second))];
}

/* What comes by PIN follows what came by the inputs before it. SEEN are the
 * sources of these. */
static void order_pin(
	struct operator *op, const struct pin *pin, const bool *seen)
{
	struct graph *graph = op->graph;

	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *later = &graph->operators[i];

		if (!operator_stems_from(pin->link->from, later) || seen[i])
			continue;
		for (unsigned j = 0; j < graph->plan->operator_count; j++)
			if (seen[j])
				put_before(&graph->operators[j], later);
	}
}

static bool takes_units(const struct pin *pin)
{
	return !pin->output && pin->link && !pin->live &&
		(pin->link->from->within ||
			operator_shape(pin->op, (unsigned)(pin - pin->op->pins))
				->units);
}

static void order_inputs(struct operator *op)
{
	struct graph *graph = op->graph;
	bool *seen = memory_zeroed(graph->plan->operator_count);
	unsigned data = op->plan->pin_count - op->plan->live_count;

	for (unsigned i = 0; i < data; i++) {
		const struct pin *pin = &op->pins[i];

		if (!takes_units(pin))
			continue;
		order_pin(op, pin, seen);
		for (unsigned j = 0; j < graph->plan->operator_count; j++)
			seen[j] |= operator_stems_from(
				pin->link->from, &graph->operators[j]);
	}
	free(seen);
}

/* What a value that comes once stems from comes before all that waits for it;
 * where no frontier lies between, it is a part of what becomes of the units. */
static void order_live(struct operator *op, const struct live *live)
{
	struct graph *graph = op->graph;
	const struct operator *from = op->pins[live->pin].link->from;

	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *source = &graph->operators[i];

		if (!operator_stems_from(from, source))
			continue;
		source->side |= op->within;
		for (unsigned j = 0; j < graph->plan->operator_count; j++)
			if (j != i &&
				operator_stems_from(op, &graph->operators[j]))
				put_before(source, &graph->operators[j]);
	}
}

/* What precedes what precedes. False: something precedes itself. */
static bool close_order(struct graph *graph)
{
	unsigned count = graph->plan->operator_count;
	bool ok = true;

	for (unsigned k = 0; k < count; k++)
		for (unsigned i = 0; i < count; i++)
			if (source_precedes(
				    &graph->operators[i], &graph->operators[k]))
				for (unsigned j = 0; j < count; j++)
					if (source_precedes(
						    &graph->operators[k],
						    &graph->operators[j]))
						put_before(&graph->operators[i],
							&graph->operators[j]);
	for (unsigned i = 0; i < count; i++)
		ok = ok &&
			!source_precedes(
				&graph->operators[i], &graph->operators[i]);
	return ok;
}

/* Those that may not end, such as standard input, had better not be waited
 * for. */
static unsigned patience(const struct operator *source)
{
	const struct operator_spec *spec = source->spec;

	return spec->unit && spec->segment ? 0 : spec->unit ? 1 : 2;
}

/* Of the sources that have no place yet, and that none of those precedes, the
 * one that comes next. */
static struct operator *choose_next(const struct graph *graph)
{
	struct operator *best = NULL;

	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = graph->ranked[i];
		bool free = op->input_count == 0 && !op->placed;

		for (unsigned j = 0; j < graph->plan->operator_count; j++)
			free = free &&
				(graph->operators[j].placed ||
					!source_precedes(
						&graph->operators[j], op));
		if (free && (!best || patience(op) < patience(best)))
			best = op;
	}
	return best;
}

/* Each source comes before all that follow it. */
static void place_sources(struct graph *graph)
{
	struct operator *next;

	while ((next = choose_next(graph))) {
		for (unsigned i = 0; i < graph->source_count; i++)
			put_before(graph->sources[i], next);
		next->placed = true;
		graph->sources[graph->source_count++] = next;
	}
}

/* Where they have no order they run as they come. */
static void list_sources(struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++)
		if (graph->ranked[i]->input_count == 0)
			graph->sources[graph->source_count++] =
				graph->ranked[i];
}

void origins_find(struct graph *graph)
{
	size_t count = graph->plan->operator_count;

	graph->origins = memory_zeroed(memory_product(count, count));
	graph->precedence = memory_zeroed(memory_product(count, count));
	find_origins(graph);
	for (unsigned i = 0; i < count; i++) {
		struct operator *op = &graph->operators[i];

		order_inputs(op);
		for (unsigned j = 0; j < op->plan->live_count; j++)
			if (!op->lives[j].plan->per_unit)
				order_live(op, &op->lives[j]);
	}
	graph->ordered = close_order(graph);
	graph->sources =
		memory_zeroed(memory_product(count, sizeof(*graph->sources)));
	if (graph->ordered)
		place_sources(graph);
	else
		list_sources(graph);
}
