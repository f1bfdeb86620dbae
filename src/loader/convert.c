/* SPDX-License-Identifier: MIT */
/* Converters, put where an operator gives something else than the next one
 * takes. */
#include "loader/relate.h"
#include "registry/registry.h"

static bool is_one(unsigned types)
{
	return types && !(types & (types - 1));
}

const struct operator_spec *convert_find(unsigned types, unsigned wanted)
{
	if (!is_one(types) || !is_one(wanted))
		return NULL;
	for (size_t i = 0; registry_operators[i]; i++) {
		const struct operator_spec *spec = registry_operators[i];

		if ((spec->flags & OPERATOR_CONVERTS) &&
			(spec->pins[spec_pin(spec, "in")].types & types) &&
			spec->pins[spec_pin(spec, "out")].types == wanted)
			return spec;
	}
	return NULL;
}

static unsigned add_link(struct graph_work *work, struct link_plan link)
{
	struct graph_plan *plan = work->plan;

	if (work->plan_link_capacity < plan->link_count)
		work->plan_link_capacity = plan->link_count;
	plan->links = loader_grow(work->loader, plan->links, plan->link_count,
		&work->plan_link_capacity, sizeof(*plan->links));
	plan->links[plan->link_count] = link;
	plan->operators[link.from].pins[link.from_pin].link =
		(int)plan->link_count;
	plan->operators[link.to].pins[link.to_pin].link = (int)plan->link_count;
	return plan->link_count++;
}

/* The converter in front of OPERATOR's input, with its pins. */
static unsigned add_converter(struct graph_work *work, unsigned op,
	const struct operator_spec *spec, const char *why,
	struct location location)
{
	struct loader *loader = work->loader;
	const char *name = arena_format(loader->arena, "%s.%s",
		work->plan->operators[op].name, spec->name);
	unsigned index = graph_add_operator(work, spec, name, why, location);
	struct operator_plan *plan = &work->plan->operators[index];

	plan->on_error = work->plan->operators[op].on_error;
	plan->pin_count = (unsigned)spec_pin_count(spec);
	plan->pins = arena_array(
		loader->arena, plan->pin_count, sizeof(*plan->pins));
	return index;
}

unsigned convert_insert(struct graph_work *work, unsigned index,
	const struct operator_spec *spec, const char *why)
{
	const struct link_options none = {.policy = LINK_BLOCKING};
	struct graph_plan *plan = work->plan;
	struct link_plan before = plan->links[index], after = before;
	unsigned converter =
		add_converter(work, before.to, spec, why, before.location);

	before.to = after.from = converter;
	before.to_pin = (unsigned)spec_pin(spec, "in");
	after.from_pin = (unsigned)spec_pin(spec, "out");
	/* What the session says of the link holds for whole contents. */
	if (spec->pins[after.from_pin].types == PAYLOAD_BIT(PAYLOAD_STREAM))
		before.options = none;
	else
		after.options = none;
	plan->links[index] = before;
	plan->operators[converter].pins[before.to_pin].link = (int)index;
	return add_link(work, after);
}

void convert_rank(struct graph_work *work, unsigned named)
{
	struct graph_plan *plan = work->plan;
	unsigned *ranks = arena_array(
		work->loader->arena, plan->operator_count, sizeof(*ranks));
	size_t count = 0;

	if (plan->operator_count == named)
		return;
	for (size_t i = 0; i < work->related; i++) {
		unsigned index = plan->ranks[i];
		const struct operator_plan *op = &plan->operators[index];

		for (unsigned j = 0; j < op->pin_count; j++) {
			int link = op->pins[j].link;

			if (link >= 0 && plan->links[link].to == index &&
				plan->links[link].from >= named)
				ranks[count++] = plan->links[link].from;
		}
		ranks[count++] = index;
	}
	plan->ranks = ranks;
	work->related = count;
}
