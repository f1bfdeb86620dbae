/* SPDX-License-Identifier: MIT */
/* Pins connected: implicit tees, numbers of requested pins. */
#include <string.h>

#include "loader/graph.h"
#include "registry/registry.h"

/* Where the rows of an operator's pins, then those of its properties, start in
 * an array of those of all. */
static unsigned *pin_bases(struct graph_work *work, unsigned *total)
{
	const struct graph_plan *plan = work->plan;
	unsigned *bases = arena_array(
		work->loader->arena, plan->operator_count, sizeof(*bases));

	*total = 0;
	for (unsigned i = 0; i < plan->operator_count; i++) {
		bases[i] = *total;
		if (plan->operators[i].spec)
			*total += (unsigned)(spec_pin_count(
						     plan->operators[i].spec) +
				spec_property_count(plan->operators[i].spec));
	}
	return bases;
}

static const struct pin_spec *pin_of(
	const struct graph_work *work, unsigned op, unsigned pin)
{
	return &work->plan->operators[op].spec->pins[pin];
}

/* ---- Several links from one output -------------------------------------- */

/* Puts a tee behind the output that LINK starts from; the link then starts
 * from the tee, as others will. */
static unsigned add_tee(struct graph_work *work, size_t link)
{
	const struct operator_spec *tee = registry_operator("tee");
	struct draft_link first = work->links[link];
	const char *name = work->plan->operators[first.from].name;
	const char *pin = pin_of(work, first.from, first.from_pin)->name;

	name = strcmp(pin, "out") == 0
		? arena_format(work->loader->arena, "%s.tee", name)
		: arena_format(work->loader->arena, "%s.%s.tee", name, pin);
	unsigned index = graph_add_operator(work, tee, name,
		"the output has several links", first.location);
	first.options = (struct link_options){.policy = LINK_BLOCKING};
	first.to = index;
	first.live = 0;
	first.to_pin = (unsigned)spec_pin(tee, "in");
	graph_add_link(work, first);
	return index;
}

static void add_tees(struct graph_work *work)
{
	unsigned total, *bases = pin_bases(work, &total);
	struct fan {
		unsigned links;
		unsigned tee; /* its index and 1 */
		size_t link; /* that leads to the tee */
	} *fans = arena_array(work->loader->arena, total, sizeof(*fans));
	size_t count = work->link_count;

	for (size_t i = 0; i < count; i++)
		fans[bases[work->links[i].from] + work->links[i].from_pin]
			.links++;
	for (size_t i = 0; i < count; i++) {
		const struct draft_link link = work->links[i];
		struct fan *fan = &fans[bases[link.from] + link.from_pin];

		if (fan->links < 2 ||
			(pin_of(work, link.from, link.from_pin)->flags &
				PIN_REQUESTED))
			continue;
		if (!fan->tee) {
			fan->link = work->link_count;
			fan->tee = add_tee(work, i) + 1;
		}
		/* Else a queue in front of the tee would fill up. */
		if (link.options.policy == LINK_BACK_PRESSURE)
			work->links[fan->link].options.policy =
				link.options.policy;
		work->links[i].from = fan->tee - 1;
		work->links[i].from_pin =
			(unsigned)spec_pin(registry_operator("tee"), "out");
	}
}

/* ---- Pins --------------------------------------------------------------- */

/* Whether a live property has no link yet; else reported. SLOT holds the number
 * of the one that it has. */
static bool check_live(
	struct graph_work *work, const struct draft_link *link, unsigned slot)
{
	const struct operator_plan *to = &work->plan->operators[link->to];

	if (!slot)
		return true;
	loader_error(work->loader, link->location, NULL,
		"'%s@%s' has a link already, in line %u", to->name,
		to->spec->properties[link->live - 1].name,
		work->links[slot - 1].location.line);
	return false;
}

/* Whether a pin takes one more than SLOT links; else reported. */
static bool check_slot(struct graph_work *work, const struct draft_link *link,
	bool output, unsigned slot)
{
	unsigned op = output ? link->from : link->to;
	const struct pin_spec *pin =
		pin_of(work, op, output ? link->from_pin : link->to_pin);

	if (!(pin->flags & PIN_REQUESTED) || !pin->maximum ||
		slot < pin->maximum)
		return true;
	loader_error(work->loader, link->location, NULL,
		"the pin '%s' of '%s' takes at most %u links", pin->name,
		work->plan->operators[op].name, pin->maximum);
	return false;
}

/* The row of a link's target among its operator's pins and properties. */
static unsigned target_row(
	const struct graph_work *work, const struct draft_link *link)
{
	const struct operator_spec *spec = work->plan->operators[link->to].spec;

	return link->live ? (unsigned)spec_pin_count(spec) + link->live - 1
			  : link->to_pin;
}

/* Leaves out links that a requested pin or a live property can't take. For each
 * row, SLOTS counts the links of a pin, and holds the number of the link of a
 * property. */
static void check_room(
	struct graph_work *work, const unsigned *bases, unsigned *slots)
{
	size_t kept = 0;

	for (size_t i = 0; i < work->link_count; i++) {
		struct draft_link link = work->links[i];
		unsigned *from = &slots[bases[link.from] + link.from_pin];
		unsigned *to = &slots[bases[link.to] + target_row(work, &link)];

		if (!check_slot(work, &link, true, *from) ||
			!(link.live ? check_live(work, &link, *to)
				    : check_slot(work, &link, false, *to))) {
			work->links_broken = true;
			continue;
		}
		work->links[kept++] = link;
		*from += 1;
		*to = link.live ? (unsigned)kept : *to + 1;
	}
	work->link_count = kept;
}

/* The number of static pins, which is that of the first requested one. */
static unsigned static_pins(const struct operator_spec *spec)
{
	unsigned count = (unsigned)spec_pin_count(spec);

	return count && (spec->pins[count - 1].flags & PIN_REQUESTED)
		? count - 1
		: count;
}

static void allocate_pins(struct graph_work *work)
{
	struct graph_plan *plan = work->plan;

	for (unsigned i = 0; i < plan->operator_count; i++)
		if (plan->operators[i].spec)
			plan->operators[i].pin_count =
				static_pins(plan->operators[i].spec);
	for (size_t i = 0; i < work->link_count; i++) {
		const struct draft_link *link = &work->links[i];

		if (pin_of(work, link->from, link->from_pin)->flags &
			PIN_REQUESTED)
			plan->operators[link->from].pin_count++;
		if (link->live)
			plan->operators[link->to].live_count++;
		if (link->live ||
			pin_of(work, link->to, link->to_pin)->flags &
				PIN_REQUESTED)
			plan->operators[link->to].pin_count++;
	}
	for (unsigned i = 0; i < plan->operator_count; i++) {
		struct operator_plan *op = &plan->operators[i];

		op->pins = arena_array(
			work->loader->arena, op->pin_count, sizeof(*op->pins));
		op->lives = arena_array(work->loader->arena, op->live_count,
			sizeof(*op->lives));
		for (unsigned j = 0; j < op->pin_count; j++)
			op->pins[j].link = -1;
	}
}

/* The pin for row ROW: itself, or the next requested one. */
static unsigned next_pin(
	struct operator_plan *op, unsigned row, int link, unsigned *requested)
{
	unsigned pin = row;

	if (op->spec->pins[row].flags & PIN_REQUESTED)
		pin += (*requested)++;
	op->pins[pin].link = link;
	return pin;
}

/* The pin for a link that sets the live property in row ROW. */
static unsigned next_live(
	struct operator_plan *op, unsigned row, int link, unsigned *lives)
{
	unsigned pin = op->pin_count - op->live_count + *lives;

	op->lives[(*lives)++].property = row;
	op->pins[pin].link = link;
	return pin;
}

static void number_pins(struct graph_work *work)
{
	struct graph_plan *plan = work->plan;

	allocate_pins(work);
	unsigned *requested = arena_array(
		work->loader->arena, plan->operator_count, sizeof(*requested));
	unsigned *lives = arena_array(
		work->loader->arena, plan->operator_count, sizeof(*lives));
	plan->link_count = (unsigned)work->link_count;
	plan->links = arena_array(
		work->loader->arena, work->link_count, sizeof(*plan->links));
	for (size_t i = 0; i < work->link_count; i++) {
		const struct draft_link *draft = &work->links[i];
		struct link_plan *link = &plan->links[i];

		link->from = draft->from;
		link->to = draft->to;
		link->location = draft->location;
		link->options = draft->options;
		link->from_pin = next_pin(&plan->operators[draft->from],
			draft->from_pin, (int)i, &requested[draft->from]);
		struct operator_plan *to = &plan->operators[draft->to];
		link->to_pin = draft->live ? next_live(to, draft->live - 1,
						     (int)i, &lives[draft->to])
					   : next_pin(to, draft->to_pin, (int)i,
						     &requested[draft->to]);
	}
}

void graph_connect(struct graph_work *work)
{
	unsigned total;

	add_tees(work);
	unsigned *bases = pin_bases(work, &total);
	check_room(work, bases,
		arena_array(work->loader->arena, total, sizeof(unsigned)));
	number_pins(work);
}
