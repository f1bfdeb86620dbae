/* SPDX-License-Identifier: MIT */
/* The topological order of a graph, and its cycles. */
#include <string.h>

#include "base/text.h"
#include "loader/graph.h"

enum { SHOWN = 8 }; /* operators of a cycle */

/* Whether an output pin of OPERATOR has a link, which is then *LINK. */
static bool output_link(const struct graph_plan *plan, unsigned op,
	unsigned pin, const struct link_plan **link)
{
	int index = plan->operators[op].pins[pin].link;

	if (index < 0 || plan->links[index].from != op ||
		plan->links[index].from_pin != pin)
		return false;
	*link = &plan->links[index];
	return true;
}

/* The operators in an order of Kahn's algorithm, with the length of the
 * longest way to each in LEVELS. Returns how many are in no cycle, nor behind
 * one. */
static unsigned sort(const struct graph_plan *plan, unsigned *order,
	unsigned *levels, unsigned *waiting)
{
	unsigned count = 0;

	for (unsigned i = 0; i < plan->link_count; i++)
		waiting[plan->links[i].to]++;
	for (unsigned i = 0; i < plan->operator_count; i++)
		if (!waiting[i])
			order[count++] = i;
	for (unsigned i = 0; i < count; i++) {
		const struct link_plan *link;
		unsigned from = order[i];

		for (unsigned p = 0; p < plan->operators[from].pin_count; p++) {
			if (!output_link(plan, from, p, &link))
				continue;
			if (levels[link->to] < levels[from] + 1)
				levels[link->to] = levels[from] + 1;
			if (--waiting[link->to] == 0)
				order[count++] = link->to;
		}
	}
	return count;
}

/* Sorts by level, then by the order in the file: by counting. */
static void fill_ranks(struct graph_work *work, const unsigned *order,
	const unsigned *levels, unsigned count)
{
	struct graph_plan *plan = work->plan;
	unsigned operators = plan->operator_count;
	unsigned *starts = arena_array(
		work->loader->arena, operators + 2, sizeof(*starts));
	bool *sorted =
		arena_array(work->loader->arena, operators, sizeof(*sorted));

	for (unsigned i = 0; i < count; i++) {
		sorted[order[i]] = true;
		starts[levels[order[i]] + 1]++;
	}
	for (unsigned i = 1; i <= operators; i++)
		starts[i] += starts[i - 1];
	for (unsigned i = 0; i < operators; i++)
		if (sorted[i])
			plan->ranks[starts[levels[i]]++] = i;
	work->related = count;
}

/* A link that leads to OPERATOR from one that still waits. */
static const struct link_plan *back_link(
	const struct graph_plan *plan, unsigned op, const unsigned *waiting)
{
	for (unsigned p = 0; p < plan->operators[op].pin_count; p++) {
		int index = plan->operators[op].pins[p].link;

		if (index < 0)
			continue;
		const struct link_plan *link = &plan->links[index];
		if (link->to == op && link->to_pin == p && waiting[link->from])
			return link;
	}
	return NULL;
}

static void report_cycle(
	struct graph_work *work, unsigned start, const unsigned *waiting)
{
	const struct graph_plan *plan = work->plan;
	const struct link_plan **way = arena_array(work->loader->arena,
		plan->operator_count + 1, sizeof(const struct link_plan *));
	const struct link_plan *last = NULL;
	struct text names = {0};
	unsigned length = 0, op = start;

	do {
		way[length] = back_link(plan, op, waiting);
		op = way[length++]->from;
	} while (op != start);
	text_add_string(&names, plan->operators[start].name);
	for (unsigned i = length; i-- > 0;) {
		if (!last || way[i]->location.line > last->location.line ||
			(way[i]->location.line == last->location.line &&
				way[i]->location.column >
					last->location.column))
			last = way[i];
		const char *name = plan->operators[way[i]->to].name;
		if (length - i == SHOWN && i > 0)
			text_add_string(&names, " -> ...");
		else if ((length - i < SHOWN || i == 0) && !strchr(name, '.'))
			text_add_format(&names, " -> %s", name);
	}
	loader_error(work->loader, last->location, NULL,
		"the links form a cycle: %s", names.data);
	text_free(&names);
}

/* An operator on a cycle: one that is met twice going back from one that
 * waits; the first of the file on it. */
static unsigned find_cycle(struct graph_work *work, const unsigned *waiting)
{
	const struct graph_plan *plan = work->plan;
	bool *seen = arena_array(
		work->loader->arena, plan->operator_count, sizeof(*seen));
	unsigned op = 0;

	while (!waiting[op])
		op++;
	for (; !seen[op];) {
		seen[op] = true;
		op = back_link(plan, op, waiting)->from;
	}
	unsigned first = op, at = op;
	do {
		at = back_link(plan, at, waiting)->from;
		if (at < first)
			first = at;
	} while (at != op);
	return first;
}

void graph_rank(struct graph_work *work)
{
	struct graph_plan *plan = work->plan;
	struct arena *arena = work->loader->arena;
	unsigned operators = plan->operator_count;
	unsigned *order = arena_array(arena, operators, sizeof(*order));
	unsigned *levels = arena_array(arena, operators, sizeof(*levels));
	unsigned *waiting = arena_array(arena, operators, sizeof(*waiting));
	unsigned count = sort(plan, order, levels, waiting);

	plan->ranks = arena_array(arena, operators, sizeof(*plan->ranks));
	fill_ranks(work, order, levels, count);
	if (count < operators)
		report_cycle(work, find_cycle(work, waiting), waiting);
}
