/* SPDX-License-Identifier: MIT */
/* Links whose two ends have no payload type in common, in words. */
#include "base/text.h"
#include "loader/relate.h"
#include "registry/registry.h"

const char *graph_type_words(struct loader *loader, unsigned types)
{
	struct text text = {0};

	text_add_string(&text, "");
	for (unsigned i = 0; i < PAYLOAD_TYPES; i++)
		if (types & PAYLOAD_BIT(i))
			text_add_format(&text, "%s%s",
				text.length ? " or " : "",
				payload_specs[i].name);
	const char *words = arena_string(loader->arena, text.data);
	text_free(&text);
	return words;
}

/* Whether an operator makes something else of TYPES, of the types WANTED. */
static bool converts(
	const struct operator_spec *spec, unsigned types, unsigned wanted)
{
	int in = spec_pin(spec, "in"), out = spec_pin(spec, "out");

	return in >= 0 && out >= 0 && spec->pins[in].direction == PIN_INPUT &&
		spec->pins[out].direction == PIN_OUTPUT &&
		(spec->pins[in].types & types) &&
		!(spec->pins[in].types & wanted) &&
		(spec->pins[out].types & wanted);
}

/* An operator that no link names and that converts, or NULL. */
static const struct operator_plan *find_unused(
	struct graph_work *work, unsigned types, unsigned wanted)
{
	const struct graph_plan *plan = work->plan;
	bool *linked = arena_array(
		work->loader->arena, plan->operator_count, sizeof(*linked));

	for (size_t i = 0; i < work->link_count; i++)
		linked[work->links[i].from] = linked[work->links[i].to] = true;
	for (unsigned i = 0; i < plan->operator_count; i++)
		if (!linked[i] && plan->operators[i].spec &&
			converts(plan->operators[i].spec, types, wanted))
			return &plan->operators[i];
	return NULL;
}

static const char *convert_hint(
	struct graph_work *work, unsigned types, unsigned wanted)
{
	struct loader *loader = work->loader;

	if (!loader_is_verbose(loader))
		return NULL;
	const struct operator_plan *unused = find_unused(work, types, wanted);
	if (unused)
		return arena_format(loader->arena, "put '%s' (%s) between them",
			unused->name, unused->spec->name);
	/* Nor was one forgotten that opens archives. */
	for (size_t i = 0; registry_operators[i]; i++)
		if (!(registry_operators[i]->flags &
			    (OPERATOR_CONVERTS | OPERATOR_UNTRUSTED)) &&
			converts(registry_operators[i], types, wanted))
			return arena_format(loader->arena,
				"put the operator %s between them",
				registry_operators[i]->name);
	return NULL;
}

/* The operator, or that before it if it is a tee that the session doesn't
 * name. */
static const struct operator_plan *named_source(
	const struct graph_work *work, unsigned index)
{
	const struct graph_plan *plan = work->plan;
	const struct operator_plan *op = &plan->operators[index];
	int in = spec_pin(op->spec, "in");

	if (!op->inserted || op->spec->pins[in].flags & PIN_REQUESTED)
		return op;
	return &plan->operators[plan->links[op->pins[in].link].from];
}

void graph_report_types(struct graph_work *work, struct location location,
	unsigned from, unsigned to, unsigned types, unsigned wanted)
{
	const struct operator_spec *converter = convert_find(types, wanted);
	const char *hint = converter
		? arena_format(work->loader->arena,
			  "leave out convert: none, and the operator %s is put "
			  "between them",
			  converter->name)
		: convert_hint(work, types, wanted);
	const struct operator_plan *source = named_source(work, from);
	const struct operator_plan *target = &work->plan->operators[to];

	loader_error(work->loader, location, hint,
		"'%s' (%s) yields %s, but '%s' (%s) takes %s", source->name,
		source->spec->name, graph_type_words(work->loader, types),
		target->name, target->spec->name,
		graph_type_words(work->loader, wanted));
}
