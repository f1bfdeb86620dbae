/* SPDX-License-Identifier: MIT */
/*
 * When nothing is ready and nothing can be polled, operators wait for each
 * other: a branch of a diamond is full while the other one is what the place
 * where they meet waits for. Room in the full link resolves it.
 */
#include "engine/internal.h"

static struct link *waited_link(const struct operator *op)
{
	return op->wait == WAIT_FRONTIER ? op->wait_frontier
					 : op->pins[op->wait_pin].link;
}

static bool waits_for_room(const struct operator *op)
{
	return op->wait == WAIT_OUTPUT || op->wait == WAIT_FRONTIER;
}

/* The operator that OPERATOR waits for, or NULL. */
static struct operator *waits_for(const struct operator *op)
{
	struct link *link = waited_link(op);

	switch (op->wait) {
	case WAIT_INPUT: return link->from;
	case WAIT_FRONTIER:
	case WAIT_OUTPUT: return link->to;
	default: return NULL;
	}
}

/* The last operator that waits for room, as far as START's waits lead: round
 * the cycle, or to the end of the chain. */
static struct operator *find_full(struct graph *graph, struct operator *start)
{
	struct operator *at = start, *full = NULL;

	for (unsigned i = 0; at && i < 2 * graph->plan->operator_count; i++) {
		if (waits_for_room(at))
			full = at;
		at = waits_for(at);
	}
	return full;
}

/* The end of UNIT on its way to PIN, or NULL. */
static struct mark *find_end(struct pin *pin, const struct unit *unit)
{
	struct link *link = pin->link;

	for (uint64_t i = link->mark_head; i != link->mark_tail; i++) {
		struct mark *mark = &link->marks[i & link->mark_mask];

		if (mark->kind == MARK_END && !mark->arrived &&
			!mark->segment->parent && mark->segment->unit == unit)
			return mark;
	}
	return NULL;
}

/* An operator that spans units and takes its inputs one after the other waits
 * at one of them for a unit whose end lies in the next one: that end has run
 * its way. */
static bool arrive_at_other_inputs(struct operator *op)
{
	struct unit *unit = wait_unit(op);

	for (unsigned i = 0; i < op->plan->pin_count; i++) {
		struct pin *pin = &op->pins[i];
		struct mark *mark;

		if (pin->output || !pin->link || !(mark = find_end(pin, unit)))
			continue;
		mark->arrived = true;
		unit_end_arrived(op->graph, unit);
		return true;
	}
	return false;
}

/* An operator waits at one input for what may come next, while its other inputs
 * hold back ends that a spanning operator upstream of that input needs for its
 * verdict: from there no more units come. */
static bool tell_units_are_over(struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = graph->ranked[i], *at = op;

		if (op->finished || op->wait != WAIT_INPUT ||
			op->input_count < 2 ||
			op->pins[op->wait_pin].units_over)
			continue;
		while (at && at->wait == WAIT_INPUT)
			at = waits_for(at);
		if (!at || at->wait != WAIT_VERDICT || !operator_spans(at))
			continue;
		op->pins[op->wait_pin].units_over = true;
		operator_set_ready(op);
		return true;
	}
	return false;
}

/* Lets go of what is kept only because something near it is. The copies may
 * take more than the budget for a moment, until the blocks are free. */
static void pack_links(struct graph *graph)
{
	size_t more_bytes = graph->budget.limit_bytes / 4;

	graph->budget.limit_bytes += more_bytes;
	for (unsigned i = 0; i < graph->plan->link_count; i++) {
		struct link *link = &graph->links[i];

		link_pack(link, link->to->pins[link->to_pin].lent,
			&graph->budget);
	}
	graph->budget.limit_bytes -= more_bytes;
}

static bool grow(struct graph *graph, struct operator *op)
{
	enum { ITEM_BYTES = 128 }; /* an item and its place, about */
	struct link *link = waited_link(op);
	size_t slots = link->mask + 1;

	link_pack(link, link->to->pins[link->to_pin].lent, &graph->budget);
	if (link_needs_slots(link) &&
		!budget_take(&graph->budget, slots * ITEM_BYTES))
		return false;
	if (link->policy == LINK_BLOCKING || link_needs_slots(link))
		link_grow(link);
	/* With back-pressure, one more than was asked for. */
	if (link->policy == LINK_BACK_PRESSURE)
		link->capacity_items = link_length(link) + 1;
	operator_set_ready(op);
	return true;
}

static void report_cycle(struct graph *graph, struct operator *start)
{
	struct text text = {0};
	struct operator *at = start;

	do {
		struct operator *next = waits_for(at);
		if (!next)
			break;
		text_add_format(&text, "%s%s waits for %s",
			at == start ? "" : ", ", at->plan->name,
			waits_for_room(at) ? "room at " : "");
		text_add_string(&text, next->plan->name);
		at = next;
	} while (at != start && text.length < 1000);
	operator_fail(start, STATUS_SYSTEM,
		"the graph is stuck: %s; the memory budget of %zu bytes is "
		"used up, raise `resources: memory`",
		text.data, graph->budget.limit_bytes);
	text_free(&text);
}

static struct operator *first_that_waits(struct graph *graph, enum wait wait)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = graph->ranked[i];

		if (!op->finished && op->wait == wait)
			return op;
	}
	return NULL;
}

static void report_memory(struct operator *op)
{
	operator_fail(op, STATUS_SYSTEM,
		"it needs %zu bytes more than what is left of the memory "
		"budget of %zu bytes; raise `resources: memory`",
		op->wait_bytes, op->graph->budget.limit_bytes);
}

/* What spans units waits for those of one source to be through, which others
 * take only behind those of another. */
static void report_stuck(struct graph *graph)
{
	unsigned i = 0;

	while (graph->operators[i].finished)
		i++;
	if (graph->ordered)
		graph_violation(
			&graph->operators[i], "waits for what nobody brings");
	else
		operator_fail(&graph->operators[i], STATUS_SESSION_WRONG,
			"the graph is stuck: each of its sources waits for "
			"another; let all that gathers them do it in one "
			"order");
}

void stall_resolve(struct graph *graph)
{
	struct operator *verdict = first_that_waits(graph, WAIT_VERDICT);
	struct operator *room = first_that_waits(graph, WAIT_OUTPUT);
	struct operator *frontier = first_that_waits(graph, WAIT_FRONTIER);
	struct operator *memory = first_that_waits(graph, WAIT_MEMORY);

	if (verdict &&
		(arrive_at_other_inputs(verdict) || tell_units_are_over(graph)))
		return;
	if (memory) {
		pack_links(graph);
		if (wait_over(memory))
			operator_set_ready(memory);
		else
			report_memory(memory);
		return;
	}
	if (room || frontier) {
		struct operator *full =
			find_full(graph, room ? room : frontier);

		if (!grow(graph, full))
			report_cycle(graph, full);
		return;
	}
	report_stuck(graph);
}
