/* SPDX-License-Identifier: MIT */
/* The operators of a graph. */
#include "loader/graph.h"

#include <stddef.h>
#include <string.h>

#include "loader/live.h"
#include "loader/settings.h"
#include "registry/registry.h"

static const char *const on_error_names[] = {"fail", "skip", NULL};

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
	if (strcmp(node->text, "quarantine") == 0)
		loader_error(loader, node->location, NULL,
			"'on-error: quarantine' is not available yet");
	else if (plain_check(loader, &rule, node->text, node->location, &plain))
		*on_error = (enum on_error)plain.integer;
}

/* ---- One operator ------------------------------------------------------- */

/* Checks the keys beside the properties. */
static void check_reserved(struct loader *loader, const struct node *map)
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

/* The scalar that says which operator it is; NULL: reported. */
static const struct node *find_use(
	struct loader *loader, const struct node *key, const struct node *node)
{
	const struct node *use = node;
	const char *what =
		arena_format(loader->arena, "the operator '%s'", key->text);

	if (node->kind == NODE_MAP) {
		use = node_get(node, "use");
		what = "'use'";
	}
	if (use)
		return loader_expect(loader, use, NODE_SCALAR, what) ? use
								     : NULL;
	const char *hint = "say which operator it is, as in use: lines";
	if (registry_operator(key->text))
		hint = arena_format(loader->arena, "add use: %s", key->text);
	loader_error(loader, key->location, hint,
		"the operator '%s' has no 'use'", key->text);
	return NULL;
}

static const struct operator_spec *find_spec(
	struct loader *loader, const struct node *use)
{
	const struct operator_spec *spec = registry_operator(use->text);

	if (!spec)
		loader_error(loader, use->location,
			loader_nearest(loader, use->text,
				registry_operator_names(),
				"`leat list` shows all operators"),
			"there is no operator '%s'", use->text);
	return spec;
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

static void read_operator(struct graph_work *work, const struct node *key,
	const struct node *node, struct operator_plan *plan)
{
	struct loader *loader = work->loader;
	const struct node *use = find_use(loader, key, node);
	const struct operator_spec *spec = use ? find_spec(loader, use) : NULL;
	const struct node *map = node->kind == NODE_MAP ? node : NULL;

	plan->name = key->text;
	plan->location = key->location;
	if (!loader_check_name(loader, key, "an operator"))
		work->touched[plan - work->plan->operators] = true;
	if (map)
		check_reserved(loader, map);
	if (map)
		graph_read_on_error(loader, map, &plan->on_error);
	if (!spec)
		return;
	start_operator(loader, plan, spec);
	if (map)
		read_per(loader, map, plan);
	struct settings settings = {.specs = spec->properties,
		.what = arena_format(loader->arena, "'%s'", spec->name),
		.owner = key->location,
		.state = plan->settings,
		.locations = plan->property_locations};
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

void graph_add_link(struct graph_work *work, struct draft_link link)
{
	work->links = loader_grow(work->loader, work->links, work->link_count,
		&work->link_capacity, sizeof(*work->links));
	work->links[work->link_count++] = link;
}

static void read_operators(
	struct graph_work *work, const struct node *map, enum on_error on_error)
{
	struct loader *loader = work->loader;
	struct graph_plan *plan = work->plan;
	const char **names =
		arena_array(loader->arena, map->count, sizeof(*names));

	plan->operators = arena_array(
		loader->arena, map->count, sizeof(*plan->operators));
	plan->operator_count = (unsigned)map->count;
	work->operator_capacity = map->count;
	work->touched =
		arena_array(loader->arena, map->count, sizeof(*work->touched));
	for (size_t i = 0; i < map->count; i++) {
		names[i] = map->keys[i]->text;
		plan->operators[i].on_error = on_error;
		read_operator(
			work, map->keys[i], map->items[i], &plan->operators[i]);
	}
	work->names = names_create(loader->arena, names, map->count);
}

/* ---- The graph ---------------------------------------------------------- */

void graph_load(
	struct loader *loader, const struct node *map, struct graph_plan *plan)
{
	struct graph_work work = {.loader = loader, .plan = plan};
	const struct node *operators = node_get(map, "operators");
	const struct node *links = node_get(map, "links");
	const struct node *rejected = node_get(map, "rejected");
	enum on_error on_error = loader->on_error;

	if (!operators) {
		loader_error(loader, plan->location, NULL,
			"the graph '%s' has no 'operators'", plan->name);
		return;
	}
	if (operators->kind != NODE_MAP)
		return;
	graph_read_on_error(loader, map, &on_error);
	read_operators(&work, operators, on_error);
	if (links && links->kind == NODE_SEQUENCE)
		graph_read_links(&work, links);
	else
		work.links_broken = true;
	if (!links && operators->count)
		loader_error(loader, operators->keys[0]->location,
			"add links, as in links: [a -> b -> c]",
			"the graph '%s' has no 'links'", plan->name);
	if (rejected && rejected->kind == NODE_SCALAR)
		graph_read_rejected(&work, rejected);
	graph_check_missing(&work);
	graph_connect(&work);
	graph_rank(&work);
	graph_relate(&work);
}
