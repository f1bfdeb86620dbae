/* SPDX-License-Identifier: MIT */
/* Pins connected: implicit tees, numbers of requested pins, loose ends. */
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

static void report_taken(struct graph_work *work, const struct draft_link *link,
	const struct draft_link *first)
{
	const struct operator_plan *to = &work->plan->operators[link->to];

	loader_error(work->loader, link->location,
		"put a gather in front: it takes several links",
		"the input '%s' of '%s' has a link already, in line %u",
		pin_of(work, link->to, link->to_pin)->name, to->name,
		first->location.line);
}

/* Whether a live property has no link yet; else reported. SLOT holds the number
 * of the one that it has. */
static bool check_live(struct graph_work *work, const struct draft_link *link,
	const unsigned *slot)
{
	const struct operator_plan *to = &work->plan->operators[link->to];

	if (!*slot)
		return true;
	loader_error(work->loader, link->location, NULL,
		"'%s@%s' has a link already, in line %u", to->name,
		to->spec->properties[link->live - 1].name,
		work->links[*slot - 1].location.line);
	return false;
}

/* Whether a pin takes one more than the links in *SLOT; else reported. */
static bool check_slot(struct graph_work *work, const struct draft_link *link,
	bool output, const unsigned *slot)
{
	unsigned op = output ? link->from : link->to;
	const struct pin_spec *pin =
		pin_of(work, op, output ? link->from_pin : link->to_pin);

	if (!(pin->flags & PIN_REQUESTED) && !output && *slot) {
		report_taken(work, link, &work->links[*slot - 1]);
		return false;
	}
	if (!(pin->flags & PIN_REQUESTED) || !pin->maximum ||
		*slot < pin->maximum)
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

/* Leaves out links that a pin can't take. For each row, SLOTS counts the links
 * of a requested pin, and holds the number of the link of a static one. */
static void check_room(
	struct graph_work *work, const unsigned *bases, unsigned *slots)
{
	size_t kept = 0;

	for (size_t i = 0; i < work->link_count; i++) {
		struct draft_link link = work->links[i];
		unsigned *from = &slots[bases[link.from] + link.from_pin];
		unsigned *to = &slots[bases[link.to] + target_row(work, &link)];

		if (!check_slot(work, &link, true, from) ||
			!(link.live ? check_live(work, &link, to)
				    : check_slot(work, &link, false, to))) {
			work->links_broken = true;
			continue;
		}
		work->links[kept++] = link;
		*from += 1;
		if (!link.live &&
			pin_of(work, link.to, link.to_pin)->flags &
				PIN_REQUESTED)
			*to += 1;
		else
			*to = (unsigned)kept;
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

/* ---- Loose ends --------------------------------------------------------- */

/* The operator is left out of the chain that it belongs to. */
static void report_left_out(
	struct loader *loader, const struct operator_plan *op)
{
	loader_error(loader, op->location, NULL,
		"no link reaches '%s', and none takes what it yields",
		op->name);
}

static void report_loose(struct loader *loader, const struct operator_plan *op,
	const struct pin_spec *pin)
{
	if (pin->direction == PIN_INPUT)
		loader_error(loader, op->location, NULL,
			"no link reaches the input '%s' of '%s'", pin->name,
			op->name);
	else
		loader_error(loader, op->location,
			"the operator discard takes what isn't wanted",
			"no link takes the output '%s' of '%s'", pin->name,
			op->name);
}

static bool is_loose(
	const struct operator_plan *op, unsigned statics, unsigned row)
{
	bool linked = row < statics ? op->pins[row].link >= 0
				    : op->pin_count - op->live_count > statics;

	return !linked &&
		!(op->spec->pins[row].flags & (PIN_OPTIONAL | PIN_DYNAMIC));
}

static void check_loose(struct loader *loader, const struct operator_plan *op)
{
	const struct pin_spec *pins = op->spec->pins;
	unsigned statics = static_pins(op->spec);
	bool used = false, needed = false;
	unsigned loose[2] = {0, 0};

	for (unsigned i = 0; i < op->pin_count; i++)
		used |= op->pins[i].link >= 0;
	for (unsigned i = 0; pins[i].name; i++)
		needed |= !(pins[i].flags & PIN_OPTIONAL);
	if (!used && needed) {
		loader_error(loader, op->location, NULL,
			"'%s' is not used: no link names it", op->name);
		return;
	}
	for (unsigned i = 0; pins[i].name; i++)
		loose[pins[i].direction] += is_loose(op, statics, i);
	if (loose[PIN_INPUT] && loose[PIN_OUTPUT]) {
		report_left_out(loader, op);
		return;
	}
	for (unsigned i = 0; pins[i].name; i++)
		if (is_loose(op, statics, i))
			report_loose(loader, op, &pins[i]);
}

static void check_loose_ends(struct graph_work *work)
{
	unsigned named = (unsigned)work->names->count;
	size_t errors =
		diagnostics_count(work->loader->diagnostics, SEVERITY_ERROR);

	for (unsigned i = 0; i < named; i++)
		if (work->plan->operators[i].spec && !work->touched[i])
			check_loose(work->loader, &work->plan->operators[i]);
	work->links_broken = diagnostics_count(work->loader->diagnostics,
				     SEVERITY_ERROR) > errors;
}

void graph_connect(struct graph_work *work)
{
	unsigned total;

	add_tees(work);
	unsigned *bases = pin_bases(work, &total);
	check_room(work, bases,
		arena_array(work->loader->arena, total, sizeof(unsigned)));
	number_pins(work);
	graph_check_types(work);
	if (!work->links_broken)
		check_loose_ends(work);
}
