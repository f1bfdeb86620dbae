/* SPDX-License-Identifier: MIT */
/* Shapes carried along the links, in topological order. */
#include "loader/relate.h"

#include <string.h>

#include "loader/live.h"
#include "loader/template.h"
#include "registry/registry.h"
#include "registry/relation.h"

const struct pin_spec *graph_pin_row(
	const struct operator_plan *op, unsigned pin)
{
	unsigned last = (unsigned)spec_pin_count(op->spec) - 1;

	return &op->spec->pins[pin < last ? pin : last];
}

static void check_capacity(struct loader *loader, const struct link_plan *link,
	enum payload_type type)
{
	if (link->options.capacity_bytes &&
		(type == PAYLOAD_STREAM || type == PAYLOAD_NONE))
		loader_error(loader, link->options.capacity_location,
			"write a number of items, as in capacity: 64",
			"this link carries %s, which has no size in bytes",
			payload_specs[type].name);
}

/* Whether the input needs a converter to get streams that it can seek in. */
static bool needs_spool(const struct graph_work *work,
	const struct link_plan *link, enum payload_type type)
{
	const struct graph_plan *plan = work->plan;
	const struct pin_spec *row =
		graph_pin_row(&plan->operators[link->to], link->to_pin);

	return (row->flags & PIN_SEEKS) && type == PAYLOAD_STREAM &&
		!(plan->operators[link->from].spec->flags & OPERATOR_CONVERTS);
}

static void check_seeks(const struct graph_work *work,
	const struct link_plan *link, enum payload_type type)
{
	const struct operator_plan *to = &work->plan->operators[link->to];

	if (link->options.unconverted && needs_spool(work, link, type))
		loader_error(work->loader, link->location,
			"leave out convert: none, and the operator spool is "
			"put between them",
			"'%s' (%s) needs streams that it can seek in", to->name,
			to->spec->name);
}

static unsigned types_taken(const struct graph_work *work,
	const struct operator_plan *to, unsigned pin)
{
	unsigned types = graph_pin_row(to, pin)->types;

	return work->cuts && to->spec->flags & OPERATOR_NESTED
		? types | PAYLOAD_BIT(PAYLOAD_BYTES)
		: types;
}

/* Takes the shape that arrives by a link, if the input can take it. */
static void take_shape(struct graph_work *work, struct link_plan *link)
{
	struct operator_plan *from = &work->plan->operators[link->from];
	struct operator_plan *to = &work->plan->operators[link->to];
	struct shape *shape = &from->pins[link->from_pin].shape;
	unsigned statics = to->pin_count - to->live_count;

	if (link->to_pin >= statics) {
		link->type = shape->type;
		if (graph_relate_live(work, link, shape,
			    &to->lives[link->to_pin - statics]))
			to->pins[link->to_pin].shape = *shape;
		return;
	}
	unsigned wanted = types_taken(work, to, link->to_pin);

	if (shape->known && !(PAYLOAD_BIT(shape->type) & wanted)) {
		if (graph_pin_row(from, link->from_pin)->types & wanted)
			graph_report_types(work, link->location, link->from,
				link->to, PAYLOAD_BIT(shape->type), wanted);
		return; /* else it has been said */
	}
	if (shape->known) {
		check_capacity(work->loader, link, shape->type);
		check_seeks(work, link, shape->type);
	}
	link->type = shape->type;
	shape->known &= !work->links_broken;
	to->pins[link->to_pin].shape = *shape;
}

/* The converter that the link needs, or NULL. *WHY is then a phrase. */
static const struct operator_spec *converter_for(
	struct graph_work *work, const struct link_plan *link, const char **why)
{
	const struct operator_plan *to = &work->plan->operators[link->to];
	const struct shape *shape =
		&work->plan->operators[link->from].pins[link->from_pin].shape;
	unsigned wanted = types_taken(work, to, link->to_pin);
	unsigned type = shape->known ? PAYLOAD_BIT(shape->type) : 0;
	bool seeks = shape->known && needs_spool(work, link, shape->type);

	if (link->to_pin >= to->pin_count - to->live_count ||
		link->options.unconverted || (!seeks && (type & wanted)))
		return NULL;
	*why = seeks
		? arena_format(work->loader->arena, "'%s' seeks in its streams",
			  to->name)
		: arena_format(work->loader->arena, "'%s' takes %s", to->name,
			  graph_type_words(work->loader, wanted));
	return convert_find(type, seeks ? type : wanted);
}

/* Takes the shape that arrives by a link, converted where need be. */
static void take_link(struct graph_work *work, unsigned index)
{
	const char *why;
	const struct operator_spec *converter =
		converter_for(work, &work->plan->links[index], &why);

	if (converter) {
		unsigned behind = convert_insert(work, index, converter, why);

		graph_relate_operator(work, work->plan->links[behind].from);
		index = behind;
	}
	take_shape(work, &work->plan->links[index]);
}

static void relate_default(struct relation *relation)
{
	const struct operator_spec *spec = relation->op->spec;
	int in = spec_pin(spec, "in");

	if (in < 0)
		return;
	const struct shape *shape = relation_input(relation, (unsigned)in);
	for (unsigned i = 0; spec->pins[i].name; i++)
		if (spec->pins[i].direction == PIN_OUTPUT)
			relation_output(relation, i, shape);
}

void graph_relate_operator(struct graph_work *work, unsigned index)
{
	struct operator_plan *op = &work->plan->operators[index];
	unsigned flags = op->spec ? op->spec->flags : 0;

	if (!op->spec)
		return;
	for (unsigned i = 0, count = op->pin_count; i < count; i++) {
		int link = work->plan->operators[index].pins[i].link;

		if (link >= 0 && work->plan->links[link].to == index &&
			work->plan->links[link].to_pin == i)
			take_link(work, (unsigned)link);
	}
	op = &work->plan->operators[index]; /* others may have been added */
	struct relation relation = {work, op};
	work->loader->use = op->location.use;
	op->scope = SCOPE_UNIT;
	if (flags & OPERATOR_SPANS_ALWAYS)
		op->scope = SCOPE_GRAPH;
	else if (flags & OPERATOR_SCOPED)
		op->scope = op->per;
	template_check_all(work, index);
	if (op->spec->relate)
		op->spec->relate(&relation);
	else
		relate_default(&relation);
}

void graph_relate(struct graph_work *work)
{
	unsigned named = work->plan->operator_count;

	for (size_t i = 0; i < work->related; i++)
		graph_relate_operator(work, work->plan->ranks[i]);
	convert_rank(work, named);
	work->loader->use = NULL;
	if (work->related == work->plan->operator_count) {
		graph_order_live(work);
		graph_check_unit_order(work);
	}
	graph_check_sinks(work);
	graph_cut_streams(work);
}
