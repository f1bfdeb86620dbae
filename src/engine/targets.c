/* SPDX-License-Identifier: MIT */
/* Which files units will be written to, as far as their names tell; and which a
 * source would find. */
#include "engine/internal.h"

struct telling {
	struct graph *graph;
	bool (*each)(void *context, const struct graph_target *target);
	void *context;
	struct text path;
};

/* Whether all units that come to the operator write a file, or none does. */
static bool is_certain(const struct operator *op)
{
	return op->spec->target && (op->gets_all || operator_spans(op));
}

static bool tell(struct telling *telling, struct operator *op,
	const struct segment *segment)
{
	struct graph_target target = {
		.op = (unsigned)(op - op->graph->operators),
		.unit = segment ? segment->unit->name : NULL,
	};

	if (is_certain(op) &&
		op->spec->target(op, op->state, segment, &telling->path))
		target.path = telling->path.data;
	return telling->each(telling->context, &target);
}

static bool tell_unit(struct telling *telling, struct operator *source,
	uint64_t number, const char *name)
{
	struct graph *graph = telling->graph;
	struct segment *segment = segment_create_unit(name, number,
		source->spec->named
			? source->spec->named(source, source->state, number)
			: NULL);
	bool ok = true;

	for (unsigned i = 0; i < graph->plan->operator_count && ok; i++) {
		struct operator *op = &graph->operators[i];

		if (op->spec->flags & OPERATOR_WRITES && op->gets_all &&
			operator_stems_from(op, source))
			ok = tell(telling, op, segment);
	}
	segment_unref(segment);
	return ok;
}

/* Those that don't write for each unit; opens all. */
static bool tell_others(struct telling *telling)
{
	struct graph *graph = telling->graph;
	bool ok = true;

	for (unsigned i = 0; i < graph->plan->operator_count && ok; i++) {
		struct operator *op = &graph->operators[i];

		if (!(op->spec->flags & OPERATOR_WRITES))
			continue;
		if (is_certain(op) && !operator_open(op))
			return false;
		if (!op->gets_all)
			ok = tell(telling, op, NULL);
	}
	return ok;
}

static bool writes_units(const struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++)
		if (graph->operators[i].gets_all &&
			graph->operators[i].spec->flags & OPERATOR_WRITES)
			return true;
	return false;
}

bool graph_targets(struct graph *graph,
	bool (*each)(void *context, const struct graph_target *target),
	void *context)
{
	struct telling telling = {graph, each, context, {0}};
	bool ok = tell_others(&telling), units = writes_units(graph);
	struct found_unit found;

	for (unsigned i = 0; i < graph->plan->operator_count && units; i++) {
		struct operator *source = &graph->operators[i];

		if (source->input_count > 0 || !source->spec->unit)
			continue;
		for (uint64_t number = 0;
			ok && graph_unit(graph, i, number, &found); number++)
			ok = tell_unit(&telling, source, number, found.name);
	}
	text_free(&telling.path);
	return ok;
}

bool graph_finds(const struct graph *graph, const char *path)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = &graph->operators[i];

		if (op->spec->finds && op->opened && !op->finished &&
			op->spec->finds(op, op->state, path))
			return true;
	}
	return false;
}

void graph_refuse(struct graph *graph, unsigned op, const char *message)
{
	operator_fail(
		&graph->operators[op], STATUS_CANNOT_CREATE, "%s", message);
}
