/* SPDX-License-Identifier: MIT */
/*
 * In which order units come where several inputs become one. What takes its
 * inputs in turn gives the units of the first input, then what the others have
 * besides; of a unit that comes by two inputs it waits for both. So each input
 * must bring its units in an order that fits the others.
 */
#include "loader/graph.h"

/* The sources whose units pass an operator, in their order. */
struct sequence {
	unsigned *sources;
	unsigned count;
};

static unsigned position(const struct sequence *sequence, unsigned source)
{
	unsigned at = 0;

	while (at < sequence->count && sequence->sources[at] != source)
		at++;
	return at;
}

static void append(struct sequence *to, const struct sequence *from)
{
	for (unsigned i = 0; i < from->count; i++)
		if (position(to, from->sources[i]) == to->count)
			to->sources[to->count++] = from->sources[i];
}

/* The first two sources that WHOLE has in another order; false: there are
 * none. */
static bool find_conflict(const struct sequence *whole,
	const struct sequence *part, unsigned *first, unsigned *second)
{
	for (unsigned i = 1; i < part->count; i++) {
		*first = part->sources[i - 1];
		*second = part->sources[i];
		if (position(whole, *first) > position(whole, *second))
			return true;
	}
	return false;
}

/* The sequence that comes by the input PIN of an operator, or NULL: no units
 * do. */
static const struct sequence *comes_by(const struct graph_plan *plan,
	const struct sequence *all, unsigned op, unsigned pin)
{
	int index = plan->operators[op].pins[pin].link;
	const struct link_plan *link = &plan->links[index < 0 ? 0 : index];

	if (index < 0 || link->to != op || link->to_pin != pin ||
		!plan->operators[link->from].pins[link->from_pin].shape.units)
		return NULL;
	return &all[link->from];
}

/* What passes an operator, after those in front of it; none: its own units. */
static void put_together(
	struct graph_work *work, struct sequence *all, unsigned op)
{
	const struct operator_plan *at = &work->plan->operators[op];
	unsigned data = at->pin_count - at->live_count, parts = 0, most = 1;
	const struct sequence *part;

	for (unsigned i = 0; i < data; i++) {
		if (!(part = comes_by(work->plan, all, op, i)))
			continue;
		all[op] = *part;
		most += part->count;
		parts++;
	}
	if (parts == 1)
		return;
	all[op].count = 0;
	all[op].sources = arena_array(
		work->loader->arena, most, sizeof(*all[op].sources));
	for (unsigned i = 0; i < data; i++)
		if ((part = comes_by(work->plan, all, op, i)))
			append(&all[op], part);
	if (all[op].count == 0)
		all[op].sources[all[op].count++] = op;
}

static void check_operator(
	struct graph_work *work, const struct sequence *all, unsigned op)
{
	const struct graph_plan *plan = work->plan;
	const struct operator_plan *at = &plan->operators[op];
	unsigned data = at->pin_count - at->live_count, first, second;

	for (unsigned i = 0; i < data; i++) {
		const struct sequence *part = comes_by(plan, all, op, i);

		if (!part || !find_conflict(&all[op], part, &first, &second))
			continue;
		loader_error(work->loader, at->location,
			"give its links, and those of what is in front of "
			"it, one order",
			"by one input of '%s' the units of '%s' come before "
			"those of '%s', by another one behind them",
			at->name, plan->operators[first].name,
			plan->operators[second].name);
		return;
	}
}

static bool is_source(const struct operator_spec *spec)
{
	for (const struct pin_spec *pin = spec->pins; pin->name; pin++)
		if (pin->direction == PIN_INPUT)
			return false;
	return true;
}

void graph_check_unit_order(struct graph_work *work)
{
	const struct graph_plan *plan = work->plan;
	unsigned count = plan->operator_count, sources = 0;

	for (unsigned i = 0; i < count && !work->loader->failed; i++)
		sources += is_source(plan->operators[i].spec);
	if (sources < 2)
		return;
	struct sequence *all =
		arena_array(work->loader->arena, count, sizeof(*all));
	for (unsigned i = 0; i < count; i++) {
		put_together(work, all, plan->ranks[i]);
		check_operator(work, all, plan->ranks[i]);
	}
}
