/* SPDX-License-Identifier: MIT */
/* One operator: the keys that all have, and its settings. */
#include <stddef.h>
#include <string.h>

#include "loader/subgraph.h"
#include "registry/registry.h"

const struct key_rule graph_reserved_keys[] = {
	{"use", KEY_SCALAR, NULL},
	{"doc", KEY_SCALAR, NULL},
	{"on-error", KEY_SCALAR, NULL},
	{"keep", KEY_LATER, NULL},
	{"per", KEY_SCALAR, NULL},
	{NULL, KEY_ANY, NULL},
};

void graph_read_on_error(
	struct loader *loader, const struct node *map, enum on_error *on_error)
{
	static const struct plain_rule rule = {
		.type = SETTING_CHOICE, .choices = on_error_names};
	const struct node *node = node_get(map, "on-error");
	struct plain plain;

	if (!node || node->kind != NODE_SCALAR || node_is_empty(node))
		return;
	if (plain_check(loader, &rule, node->text, node->location, &plain))
		*on_error = (enum on_error)plain.integer;
}

/* Checks the keys beside the properties. */
void operator_check_reserved(struct loader *loader, const struct node *map)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct node *key = map->keys[i];

		if (strcmp(key->text, "keep") == 0)
			loader_error(loader, key->location, NULL,
				"'keep' is not available yet");
		else if (strcmp(key->text, "doc") == 0 ||
			strcmp(key->text, "per") == 0 ||
			strcmp(key->text, "on-error") == 0)
			loader_expect(loader, map->items[i], NODE_SCALAR,
				arena_format(loader->arena, "'%s'", key->text));
	}
}

static void read_per(struct loader *loader, const struct node *map,
	struct operator_plan *plan)
{
	struct plain_rule rule = {
		.type = SETTING_CHOICE, .choices = scope_names};
	const struct node *node = node_get(map, "per");
	struct plain plain;

	if (!node || node->kind != NODE_SCALAR || node_is_empty(node))
		return;
	if (!(plan->spec->flags & OPERATOR_SCOPED))
		loader_error(loader, node->location, NULL,
			"'%s' keeps nothing between items, so 'per' doesn't "
			"go with it",
			plan->spec->name);
	else if (plain_check(loader, &rule, node->text, node->location, &plain))
		plan->per = (enum scope)plain.integer;
}

static void start_operator(struct loader *loader, struct operator_plan *plan,
	const struct operator_spec *spec)
{
	plan->spec = spec;
	plan->settings = arena_alloc(loader->arena, spec->state_size);
	plan->property_locations = arena_array(loader->arena,
		spec_property_count(spec), sizeof(*plan->property_locations));
	plan->per = spec->scope;
}

void operator_load(struct loader *loader, const struct node *node,
	struct operator_plan *plan, const struct live_value *live, unsigned op)
{
	const struct operator_spec *spec = plan->spec;
	const struct node *map = node->kind == NODE_MAP ? node : NULL;

	start_operator(loader, plan, spec);
	if (map)
		read_per(loader, map, plan);
	struct settings settings = {.specs = spec->properties,
		.what = arena_format(loader->arena, "'%s'", spec->name),
		.owner = plan->location,
		.state = plan->settings,
		.locations = plan->property_locations,
		.live = live,
		.op = op};
	settings_read(loader, map, graph_reserved_keys, &settings);
	plan->unknown = settings.unknown;
	plan->missing = settings.missing;
}

unsigned graph_add_operator(struct graph_work *work,
	const struct operator_spec *spec, const char *name, const char *why,
	struct location location)
{
	struct graph_plan *plan = work->plan;
	struct operator_plan op = {
		.name = name, .location = location, .inserted = why};
	struct settings settings = {
		.specs = spec->properties, .what = name, .owner = location};

	start_operator(work->loader, &op, spec);
	settings.state = op.settings;
	settings.locations = op.property_locations;
	settings_read(work->loader, NULL, NULL, &settings);
	plan->operators =
		loader_grow(work->loader, plan->operators, plan->operator_count,
			&work->operator_capacity, sizeof(*plan->operators));
	plan->operators[plan->operator_count] = op;
	return plan->operator_count++;
}
