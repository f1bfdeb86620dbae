/* SPDX-License-Identifier: MIT */
/* `rejected: OPERATOR` of a graph, which takes every pin `rejected` that no
 * link names. */
#include <string.h>

#include "loader/graph.h"
#include "registry/registry.h"

/* The part of a flat graph that is looked at. */
struct rejected_work {
	struct graph_work *work;
	struct graph_part part;
	uint64_t *linked; /* for each operator of it: bits of the rows of its
			     outputs that have a link */
	bool *behind; /* ... whether it is the target, or behind it */
};

/* The operators behind the target get no link to it: that would be a cycle. */
static void find_behind(struct rejected_work *rejected, unsigned target)
{
	struct graph_work *work = rejected->work;
	struct graph_part part = rejected->part;
	struct arena *arena = work->loader->arena;
	size_t operators = work->plan->operator_count - part.op;
	size_t links = work->link_count - part.link, count = 0;
	size_t *first = arena_array(arena, operators, sizeof(*first));
	size_t *next = arena_array(arena, links + 1, sizeof(*next));
	unsigned *queue = arena_array(arena, operators, sizeof(*queue));

	for (size_t i = 0; i < links; i++) {
		const struct draft_link *link = &work->links[part.link + i];
		unsigned from = link->from - part.op;

		next[i + 1] = first[from];
		first[from] = i + 1;
		if (link->from_pin < 64)
			rejected->linked[from] |= UINT64_C(1) << link->from_pin;
	}
	queue[count++] = target - part.op;
	rejected->behind[target - part.op] = true;
	for (size_t i = 0; i < count; i++)
		for (size_t j = first[queue[i]]; j; j = next[j]) {
			unsigned to =
				work->links[part.link + j - 1].to - part.op;

			if (!rejected->behind[to])
				queue[count++] = to;
			rejected->behind[to] = true;
		}
}

/* Whether the end is to be linked. */
static bool is_open(
	const struct rejected_work *rejected, const struct graph_end *end)
{
	unsigned op = end->op - rejected->part.op;

	return !rejected->behind[op] &&
		!(end->row < 64 && rejected->linked[op] >> end->row & 1);
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

void graph_link_rejected(struct graph_work *work, struct graph_part part,
	struct draft_link link, const bool *shown)
{
	size_t operators = work->plan->operator_count - part.op;
	struct arena *arena = work->loader->arena;
	struct rejected_work rejected = {work, part,
		arena_array(arena, operators, sizeof(uint64_t)),
		arena_array(arena, operators, sizeof(bool))};
	const struct pin_spec *pins = work->plan->operators[link.to].spec->pins;
	size_t count = work->reject_count - part.reject, found = 0;
	const struct graph_end *ends =
		count ? &work->rejects[part.reject] : NULL;

	find_behind(&rejected, link.to);
	for (size_t i = 0; i < count; i++)
		found += !shown[i] && is_open(&rejected, &ends[i]);
	work->links_broken |= !found;
	if (!found)
		loader_error(work->loader, link.location, NULL,
			"no operator has a pin 'rejected' without a link");
	if (found > 1 && !(pins[link.to_pin].flags & PIN_REQUESTED))
		add_gather(work, &link);
	for (size_t i = 0; found && i < count; i++) {
		if (shown[i] || !is_open(&rejected, &ends[i]))
			continue;
		link.from = ends[i].op;
		link.from_pin = ends[i].row;
		graph_add_link(work, link);
	}
}
