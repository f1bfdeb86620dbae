/* SPDX-License-Identifier: MIT */
/* When values of live properties come: per unit, or once. */
#include "loader/live.h"

/* What is known of the operators, by their index. */
struct order {
	struct graph_work *work;
	unsigned *origins; /* where their units come together */
	unsigned *parts; /* a forest; the root stands for the part */
};

static const struct shape *link_shape(
	const struct graph_plan *plan, const struct link_plan *link)
{
	return &plan->operators[link->from].pins[link->from_pin].shape;
}

static bool is_live(const struct graph_plan *plan, const struct link_plan *link)
{
	const struct operator_plan *to = &plan->operators[link->to];

	return link->to_pin >= to->pin_count - to->live_count;
}

static struct live_plan *live_of(
	const struct graph_plan *plan, const struct link_plan *link)
{
	struct operator_plan *to = &plan->operators[link->to];

	return &to->lives[link->to_pin - (to->pin_count - to->live_count)];
}

/* The link that brings the data of an operator, or NULL. */
static const struct link_plan *data_link(
	const struct graph_plan *plan, unsigned op)
{
	const struct operator_plan *at = &plan->operators[op];

	for (unsigned i = 0; i < at->pin_count - at->live_count; i++) {
		int index = at->pins[i].link;

		if (index >= 0 && plan->links[index].to == op &&
			plan->links[index].to_pin == i)
			return &plan->links[index];
	}
	return NULL;
}

/* ---- Origins ------------------------------------------------------------ */

/* The operator whose units pass this one, in the same order; itself where they
 * begin or are put together. */
static unsigned find_origin(const struct order *order, unsigned op)
{
	const struct graph_plan *plan = order->work->plan;
	const struct operator_plan *at = &plan->operators[op];
	unsigned origin = op;

	if (at->scope == SCOPE_GRAPH)
		return op;
	for (unsigned i = 0; i < at->pin_count - at->live_count; i++) {
		int index = at->pins[i].link;
		const struct link_plan *link = plan->links;

		if (index < 0)
			continue;
		link += index;
		if (link->to != op || link->to_pin != i ||
			!link_shape(plan, link)->units)
			continue;
		if (origin != op && origin != order->origins[link->from])
			return op;
		origin = order->origins[link->from];
	}
	return origin;
}

static unsigned find_part(const struct order *order, unsigned op)
{
	unsigned *parts = order->parts;

	while (parts[op] != op)
		op = parts[op] = parts[parts[op]];
	return op;
}

static void prepare(struct order *order)
{
	const struct graph_plan *plan = order->work->plan;

	for (unsigned i = 0; i < plan->operator_count; i++) {
		unsigned op = plan->ranks[i];

		order->parts[op] = op;
		order->origins[op] = find_origin(order, op);
	}
	for (unsigned i = 0; i < plan->link_count; i++) {
		const struct link_plan *link = &plan->links[i];

		if (link_shape(plan, link)->units && !is_live(plan, link))
			order->parts[find_part(order, link->from)] =
				find_part(order, link->to);
	}
}

/* ---- Per unit ----------------------------------------------------------- */

/* Whether units pass, and nothing else. */
static bool only_units(const struct shape *shape)
{
	return shape->units && shape->scope != SCOPE_GRAPH;
}

static void check_per_unit(
	struct graph_work *work, const struct link_plan *link)
{
	const struct operator_plan *to = &work->plan->operators[link->to];

	if (!(to->spec->flags & OPERATOR_SCOPED) || to->per != SCOPE_GRAPH)
		return;
	loader_error(work->loader, link->location,
		"with `per: unit` each value holds for its unit",
		"'%s' works over the whole graph, but gets a value for each "
		"unit",
		to->name);
}

/* Neither could be first: the value, and the items that it is for. */
static void report_circle(struct graph_work *work, const struct link_plan *link)
{
	const struct operator_plan *to = &work->plan->operators[link->to];
	unsigned row = live_of(work->plan, link)->property;

	loader_error(work->loader, link->location,
		"what spans units can't be had before they are through: "
		"compute it for each (`per: unit`), or from a source of its "
		"own",
		"'%s@%s' waits for a value that waits for '%s'", to->name,
		to->spec->properties[row].name, to->name);
}

/* Why a value from the operator's own part can't be had. */
static void report_late(struct graph_work *work, const struct link_plan *link)
{
	const struct operator_plan *to = &work->plan->operators[link->to];
	unsigned row = live_of(work->plan, link)->property;

	if (only_units(link_shape(work->plan, link)))
		loader_error(work->loader, link->location,
			"link both from the place where the units come "
			"together",
			"'%s@%s' gets its values in other units, or in another "
			"order, than '%s' its items",
			to->name, to->spec->properties[row].name, to->name);
	else
		report_circle(work, link);
}

/* ---- Parts that wait for each other ------------------------------------- */

/* Whether PLAN's link lets one part wait for another. */
static bool connects(const struct order *order, const struct link_plan *link)
{
	return find_part(order, link->from) != find_part(order, link->to);
}

/* Marks the parts that are neither in a circle nor before one (BACKWARD:
 * behind one), by counting what each still waits for. */
static void peel(const struct order *order, bool backward, bool *peeled)
{
	const struct graph_plan *plan = order->work->plan;
	struct arena *arena = order->work->loader->arena;
	unsigned count = plan->operator_count, found = 0;
	unsigned *waiting = arena_array(arena, count, sizeof(*waiting));
	unsigned *queue = arena_array(arena, count, sizeof(*queue));
	size_t *first = arena_array(arena, count, sizeof(*first));
	size_t *next = arena_array(arena, plan->link_count + 1, sizeof(*next));

	for (unsigned i = 0; i < plan->link_count; i++) {
		const struct link_plan *link = &plan->links[i];
		unsigned from = backward ? link->to : link->from;
		unsigned to = backward ? link->from : link->to;

		if (!connects(order, link))
			continue;
		from = find_part(order, from);
		next[i + 1] = first[from];
		first[from] = i + 1;
		waiting[find_part(order, to)]++;
	}
	for (unsigned i = 0; i < count; i++)
		if (order->parts[i] == i && !waiting[i])
			queue[found++] = i;
	for (unsigned i = 0; i < found; i++) {
		peeled[queue[i]] = true;
		for (size_t j = first[queue[i]]; j; j = next[j]) {
			const struct link_plan *link = &plan->links[j - 1];
			unsigned to = find_part(
				order, backward ? link->from : link->to);

			if (--waiting[to] == 0)
				queue[found++] = to;
		}
	}
}

static void check_circles(const struct order *order)
{
	struct graph_work *work = order->work;
	const struct graph_plan *plan = work->plan;
	bool *peeled = arena_array(
		work->loader->arena, plan->operator_count, sizeof(*peeled));

	peel(order, false, peeled);
	peel(order, true, peeled);
	for (unsigned i = 0; i < plan->link_count; i++) {
		const struct link_plan *link = &plan->links[i];

		if (!is_live(plan, link) || !connects(order, link) ||
			peeled[find_part(order, link->from)] ||
			peeled[find_part(order, link->to)])
			continue;
		report_circle(work, link);
		return;
	}
}

/* ---- All ---------------------------------------------------------------- */

/* Returns whether the link is of the kind once and may be. */
static bool order_link(const struct order *order, const struct link_plan *link)
{
	struct graph_work *work = order->work;
	const struct link_plan *data = data_link(work->plan, link->to);
	const struct shape *shape = link_shape(work->plan, link);

	if (!data || !shape->known || !link_shape(work->plan, data)->known)
		return false;
	struct live_plan *live = live_of(work->plan, link);
	live->per_unit = only_units(shape) &&
		only_units(link_shape(work->plan, data)) &&
		order->origins[link->from] == order->origins[data->from];
	if (live->per_unit)
		check_per_unit(work, link);
	else if (connects(order, link))
		return true;
	else
		report_late(work, link);
	return false;
}

void graph_order_live(struct graph_work *work)
{
	const struct graph_plan *plan = work->plan;
	struct arena *arena = work->loader->arena;
	struct order order = {.work = work};
	bool any = false, once = false;

	for (unsigned i = 0; i < plan->link_count; i++)
		any |= is_live(plan, &plan->links[i]);
	if (!any || work->loader->failed)
		return;
	order.origins = arena_array(
		arena, plan->operator_count, sizeof(*order.origins));
	order.parts =
		arena_array(arena, plan->operator_count, sizeof(*order.parts));
	prepare(&order);
	for (unsigned i = 0; i < plan->link_count; i++)
		if (is_live(plan, &plan->links[i]))
			once |= order_link(&order, &plan->links[i]);
	if (once)
		check_circles(&order);
}
