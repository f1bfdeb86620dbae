/* SPDX-License-Identifier: MIT */
/* The ends of a graph as it is written: inputs that have several links, pins
 * that have none. What a subgraph shows counts as linked. */
#include <string.h>

#include "loader/relate.h"
#include "loader/subgraph.h"
#include "registry/registry.h"

struct ends {
	struct graph_body *body;
	unsigned *bases; /* where the rows of each operator start in ... */
	unsigned *counts; /* ... the links of all rows */
	struct location *first; /* of the first link */
};

static struct ends count_rows(struct graph_body *body)
{
	const struct graph_plan *plan = body->work.plan;
	struct arena *arena = body->work.loader->arena;
	struct ends ends = {.body = body};
	size_t total = 0;

	ends.bases =
		arena_array(arena, plan->operator_count, sizeof(*ends.bases));
	for (unsigned i = 0; i < plan->operator_count; i++) {
		ends.bases[i] = (unsigned)total;
		if (plan->operators[i].spec)
			total += spec_pin_count(plan->operators[i].spec);
	}
	ends.counts = arena_array(arena, total, sizeof(*ends.counts));
	ends.first = arena_array(arena, total, sizeof(*ends.first));
	return ends;
}

/* Adds a link to a row; false: the input has one already, reported. */
static bool take(struct ends *ends, struct graph_end end,
	struct location location, bool shown)
{
	struct graph_body *body = ends->body;
	const struct operator_plan *op = &body->work.plan->operators[end.op];
	const struct pin_spec *pin = &op->spec->pins[end.row];
	unsigned row = ends->bases[end.op] + end.row;

	if (pin->direction == PIN_OUTPUT || (pin->flags & PIN_REQUESTED) ||
		!ends->counts[row]) {
		if (!ends->counts[row]++)
			ends->first[row] = location;
		return true;
	}
	loader_error(body->work.loader, location,
		shown ? "show the input of a gather in front: it takes several "
			"links"
		      : "put a gather in front: it takes several links",
		"the input '%s' of '%s' has a link already, in line %u",
		pin->name, op->name, ends->first[row].line);
	body->work.links_broken = true;
	return false;
}

static void take_links(struct ends *ends)
{
	struct graph_work *work = &ends->body->work;
	size_t kept = 0;

	for (size_t i = 0; i < work->link_count; i++) {
		const struct draft_link link = work->links[i];
		struct graph_end from = {link.from, link.from_pin};
		struct graph_end to = {link.to, link.to_pin};

		if (!link.live && !take(ends, to, link.location, false))
			continue;
		take(ends, from, link.location, false);
		work->links[kept++] = link;
	}
	work->link_count = kept;
}

/* What is linked inside needs no link outside. */
static void take_shown(struct ends *ends, struct subgraph *subgraph)
{
	struct pin_spec *pins = subgraph->rows;

	for (unsigned i = 0; pins[i].name; i++) {
		const struct shown_pin *shown = &subgraph->pins[i];
		unsigned row = ends->bases[shown->end.op] + shown->end.row;

		if (ends->counts[row])
			pins[i].flags |= PIN_OPTIONAL;
		if (!take(ends, shown->end, shown->node->content, true))
			subgraph->broken = true;
	}
}

/* Reports links whose pins have no type in common. What several links take is
 * left to relating: it may be one of them that is wrong. */
static void check_types(struct ends *ends)
{
	struct graph_work *work = &ends->body->work;
	const struct operator_plan *ops = work->plan->operators;

	for (size_t i = 0; i < work->link_count; i++) {
		const struct draft_link *link = &work->links[i];
		const struct pin_spec *from =
			&ops[link->from].spec->pins[link->from_pin];
		const struct pin_spec *to =
			&ops[link->to].spec->pins[link->to_pin];
		unsigned row = ends->bases[link->from] + link->from_pin;

		if (link->live || (from->types & to->types) ||
			ends->counts[row] > 1 ||
			(!link->options.unconverted &&
				convert_find(from->types, to->types)))
			continue;
		graph_report_types(work, link->location, link->from, link->to,
			from->types, to->types);
		work->links_broken = true;
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
	const struct pin_spec *pin, bool shows)
{
	const char *hint = pin->direction == PIN_OUTPUT
		? "the operator discard takes what isn't wanted"
		: NULL;

	loader_error(loader, op->location,
		shows ? "link it, or show it under 'pins'" : hint,
		pin->direction == PIN_INPUT
			? "no link reaches the input '%s' of '%s'"
			: "no link takes the output '%s' of '%s'",
		pin->name, op->name);
}

static bool is_loose(const struct pin_spec *pin, unsigned links)
{
	return !links && !(pin->flags & (PIN_OPTIONAL | PIN_DYNAMIC));
}

static void check_operator(
	const struct ends *ends, const struct subgraph *subgraph, unsigned op)
{
	const struct operator_plan *plan =
		&ends->body->work.plan->operators[op];
	const struct pin_spec *pins = plan->spec->pins;
	const unsigned *counts = &ends->counts[ends->bases[op]];
	struct loader *loader = ends->body->work.loader;
	unsigned loose[2] = {0, 0};
	bool used = false, needed = false;

	for (unsigned i = 0; pins[i].name; i++) {
		used |= counts[i] > 0;
		needed |= !(pins[i].flags & PIN_OPTIONAL);
		loose[pins[i].direction] += is_loose(&pins[i], counts[i]);
	}
	if (!used && needed) {
		loader_error(loader, plan->location, NULL,
			"'%s' is not used: no link names it", plan->name);
		return;
	}
	if (loose[PIN_INPUT] && loose[PIN_OUTPUT]) {
		report_left_out(loader, plan);
		return;
	}
	for (unsigned i = 0; pins[i].name; i++)
		if (is_loose(&pins[i], counts[i]))
			report_loose(loader, plan, &pins[i], subgraph != NULL);
}

void body_check_ends(struct graph_body *body, struct subgraph *subgraph)
{
	struct ends ends = count_rows(body);
	const struct graph_plan *plan = body->work.plan;

	take_links(&ends);
	if (body->rejected &&
		!take(&ends, body->rejected_end, body->rejected->content,
			false))
		body->rejected = NULL;
	if (subgraph)
		take_shown(&ends, subgraph);
	check_types(&ends);
	if (body->work.links_broken)
		return;
	size_t errors = body->work.loader->errors;
	for (unsigned i = 0; i < plan->operator_count; i++)
		if (plan->operators[i].spec && !body->work.touched[i])
			check_operator(&ends, subgraph, i);
	body->work.links_broken = body->work.loader->errors > errors;
}
