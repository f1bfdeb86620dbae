/* SPDX-License-Identifier: MIT */
/* `rejected: OPERATOR` of a graph, which takes every pin `rejected` that no
 * link names. */
#include <string.h>

#include "loader/graph.h"
#include "registry/registry.h"

/* The row of the output `rejected`, or -1. */
static int rejected_pin(const struct operator_plan *op)
{
	int pin = op->spec ? spec_pin(op->spec, "rejected") : -1;

	if (pin >= 0 && op->spec->pins[pin].direction != PIN_OUTPUT)
		return -1;
	return pin;
}

/* The operators that must not be linked to TARGET: itself and those behind
 * it, and those whose pin has a link. */
static bool *find_excluded(struct graph_work *work, unsigned target)
{
	size_t operators = work->plan->operator_count, links = work->link_count;
	struct arena *arena = work->loader->arena;
	bool *excluded = arena_array(arena, operators, sizeof(*excluded));
	bool *behind = arena_array(arena, operators, sizeof(*behind));
	size_t *first = arena_array(arena, operators, sizeof(*first));
	size_t *next = arena_array(arena, links + 1, sizeof(*next));
	unsigned *queue = arena_array(arena, operators, sizeof(*queue));
	size_t count = 0;

	for (size_t i = 0; i < links; i++) {
		unsigned from = work->links[i].from;

		next[i + 1] = first[from];
		first[from] = i + 1;
		if ((int)work->links[i].from_pin ==
			rejected_pin(&work->plan->operators[from]))
			excluded[from] = true;
	}
	queue[count++] = target;
	behind[target] = excluded[target] = true;
	for (size_t i = 0; i < count; i++)
		for (size_t j = first[queue[i]]; j; j = next[j]) {
			unsigned to = work->links[j - 1].to;

			if (!behind[to])
				queue[count++] = to;
			behind[to] = excluded[to] = true;
		}
	return excluded;
}

/* Puts a gather in front of the input and names its input instead. */
static void add_gather(struct graph_work *work, struct draft_link *link)
{
	const struct operator_spec *gather = registry_operator("gather");
	const char *name = work->plan->operators[link->to].name;

	name = arena_format(work->loader->arena, "%s.gather", name);
	link->from = graph_add_operator(work, gather, name,
		"'rejected' takes several pins", link->location);
	link->from_pin = (unsigned)spec_pin(gather, "out");
	graph_add_link(work, *link);
	link->to = link->from;
	link->to_pin = (unsigned)spec_pin(gather, "in");
}

void graph_read_rejected(struct graph_work *work, const struct node *scalar)
{
	struct draft_link link = {.location = scalar->content};
	unsigned named = work->plan->operator_count, found = 0;

	if (!graph_find_input(work, scalar, &link.to, &link.to_pin))
		return;
	bool requested =
		work->plan->operators[link.to].spec->pins[link.to_pin].flags &
		PIN_REQUESTED;
	bool *excluded = find_excluded(work, link.to);
	for (unsigned i = 0; i < named; i++) {
		excluded[i] |= rejected_pin(&work->plan->operators[i]) < 0;
		found += !excluded[i];
	}
	if (!found) {
		work->links_broken = true;
		loader_error(work->loader, link.location, NULL,
			"no operator has a pin 'rejected' without a link");
		return;
	}
	if (found > 1 && !requested)
		add_gather(work, &link);
	for (unsigned i = 0; i < named; i++) {
		if (excluded[i])
			continue;
		link.from = i;
		link.from_pin =
			(unsigned)rejected_pin(&work->plan->operators[i]);
		graph_add_link(work, link);
	}
}
