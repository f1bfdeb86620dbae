/* SPDX-License-Identifier: MIT */
/* The keys of a use of a subgraph: values of its params and of what is live in
 * it. */
#include <string.h>

#include "base/text.h"
#include "loader/param.h"
#include "loader/path.h"
#include "loader/subgraph.h"
#include "registry/registry.h"

/* A value while it is given to a param of a use. */
struct given {
	struct loader *loader; /* in the scope around the use */
	struct setting setting; /* for its flags; called like the param */
	const struct param *param;
	struct param_value *value;
};

/* ---- Values ------------------------------------------------------------- */

static enum substitution_mode mode_of(enum setting_type type)
{
	switch (type) {
	case SETTING_REGEX: return SUBSTITUTE_PATTERN;
	case SETTING_SQL: return SUBSTITUTE_SQL;
	default: return SUBSTITUTE_PLAIN;
	}
}

static void add_item(struct given *given, struct param_item item)
{
	if (!param_add(given->loader, given->param, given->value, item))
		given->value->broken = true;
}

/* All values of a param that is a list. */
static void splice(struct given *given, const struct node *node,
	const struct param_reference *reference)
{
	enum setting_type type = reference->param->type;

	if (!setting_check_param(given->loader, &given->setting, node)) {
		given->value->broken = true;
		return;
	}
	setting_note_state(&given->setting, param_state(reference));
	for (size_t i = 0; i < reference->value->count; i++) {
		struct param_item item = reference->value->items[i];

		item.literal |= plain_is_path(type) && type != SETTING_GLOB &&
			type != SETTING_INPUTS;
		add_item(given, item);
	}
}

static struct param_item resolve(struct given *given, const struct node *node,
	const struct substitution *value)
{
	struct loader *loader = given->loader;
	enum setting_type type = given->param->type;
	const struct param *whole = substitution_whole(loader, node).param;
	struct param_item item = {.text = value->text,
		.location = value->location,
		.bindings = value->bindings,
		.binding_count = value->binding_count};

	item.literal = !path_is_glob(item.text);
	if (whole)
		item.literal = whole->type != SETTING_GLOB;
	if (value->anchored || !*item.text)
		return item;
	if (type == SETTING_INPUTS)
		item.text = path_resolve_input(loader, item.literal, item.text);
	else if (plain_is_path(type))
		item.text = path_resolve(loader, type, item.text);
	return item;
}

static void give_item(struct given *given, const struct node *node)
{
	struct loader *loader = given->loader;
	struct param_reference whole = substitution_whole(loader, node);
	struct substitution value = {.absent = false};

	if (whole.param && given->value->many && whole.value->many)
		splice(given, node, &whole);
	else if (setting_substitute(loader, &given->setting, node,
			 mode_of(given->param->type), &value)) {
		if (!value.unknown)
			add_item(given, resolve(given, node, &value));
	} else if (!value.absent)
		given->value->broken = true;
}

static void give_all(struct given *given, const struct node *node)
{
	size_t count;
	const struct node *const *items = setting_elements(&node, &count);

	setting_begin_many(&given->setting, node);
	for (size_t i = 0; i < count; i++)
		give_item(given, items[i]);
	setting_end_many(&given->setting, given->value->count);
}

/* Gives NODE to a param of SCOPE; the params in NODE are those around. */
static void give(struct loader *loader, struct param_scope *scope,
	unsigned index, const struct node *node)
{
	struct param *param = &scope->params[index];
	struct param_value *value = &scope->values[index];
	const struct param_value fallback = *value;
	struct property_spec spec = {.name = param->name, .type = param->type};
	struct given given = {.loader = loader,
		.setting = {.spec = &spec},
		.param = param,
		.value = value};

	if (value->broken)
		return;
	if (node->kind == NODE_SEQUENCE && !value->many) {
		loader_error(loader, node->location, NULL,
			"the param '%s' isn't a list", param->name);
		value->broken = true;
		return;
	}
	value->items = NULL;
	value->count = value->capacity = 0;
	give_all(&given, node);
	value->unknown = given.setting.unknown;
	if (given.setting.absent && !value->count) {
		value->items = fallback.items;
		value->count = fallback.count;
		value->capacity = fallback.count;
		return;
	}
	value->given = param->has_value = true;
}

/* ---- Keys --------------------------------------------------------------- */

static struct param_scope *create_scope(
	struct loader *loader, const struct subgraph *subgraph)
{
	const struct param_scope *declared = &subgraph->scope;
	struct param_scope *scope = arena_alloc(loader->arena, sizeof(*scope));
	size_t count = declared->count;

	*scope = *declared;
	scope->open = false;
	scope->params =
		arena_array(loader->arena, count, sizeof(*scope->params));
	scope->values =
		arena_array(loader->arena, count, sizeof(*scope->values));
	for (size_t i = 0; i < count; i++) {
		scope->params[i] = declared->params[i];
		scope->values[i] = declared->values[i];
	}
	return scope;
}

static bool is_reserved(const char *name)
{
	const struct key_rule *rule = graph_reserved_keys;

	while (rule->name && strcmp(rule->name, name) != 0)
		rule++;
	return rule->name;
}

static void unknown_key(struct loader *loader, const struct subgraph *subgraph,
	const struct node *key)
{
	size_t params = subgraph->scope.count, count = 0;
	size_t live = spec_property_count(&subgraph->spec);
	const char **names =
		arena_array(loader->arena, params + live + 1, sizeof(*names));

	for (size_t i = 0; i < params; i++)
		names[count++] = subgraph->scope.params[i].name;
	for (size_t i = 0; i < live; i++)
		names[count++] = subgraph->spec.properties[i].name;
	const char *all = count
		? arena_format(loader->arena, "its params are: %s",
			  loader_join(loader, names))
		: "it has none";
	loader_error(loader, key->location,
		loader_nearest(loader, key->text, names, all),
		"'%s' has no param '%s'", subgraph->name, key->text);
}

static void set_live(struct loader *loader, const struct subgraph *subgraph,
	unsigned row, const struct node *node, struct live_value **live)
{
	struct live_value *value = arena_alloc(loader->arena, sizeof(*value));

	*value = (struct live_value){.next = *live,
		.op = subgraph->live[row].op,
		.row = subgraph->live[row].row,
		.spec = &subgraph->spec.properties[row],
		.node = node,
		.scope = loader->scope,
		.use = loader->use};
	*live = value;
}

static void read_key(struct loader *loader, const struct subgraph *subgraph,
	struct param_scope *scope, const struct node *key,
	const struct node *node, struct live_value **live)
{
	int param = param_find(scope, key->text);
	int row = spec_property(&subgraph->spec, key->text);

	if (param >= 0)
		give(loader, scope, (unsigned)param, node);
	else if (row >= 0)
		set_live(loader, subgraph, (unsigned)row, node, live);
	else if (strcmp(key->text, "per") == 0)
		loader_error(loader, key->location, NULL,
			"'per' goes with an operator, and '%s' is a subgraph",
			subgraph->name);
	else if (!is_reserved(key->text))
		unknown_key(loader, subgraph, key);
}

static void require(struct loader *loader, const struct subgraph *subgraph,
	struct param_scope *scope, const struct node *key,
	const struct node *map)
{
	for (unsigned i = 0; i < scope->count; i++) {
		const struct param *param = &scope->params[i];
		const struct node *given =
			map ? node_get(map, param->name) : NULL;

		if (!param->required || param->has_value ||
			scope->values[i].broken)
			continue;
		scope->values[i].broken = true;
		if (given)
			loader_error(loader, given->location, NULL,
				"'%s' is required, but this param has no value",
				param->name);
		else
			loader_error(loader, key->location,
				param->doc
					? arena_format(loader->arena, "%s: %s",
						  param->name, param->doc)
					: NULL,
				"'%s' needs the param '%s'", subgraph->name,
				param->name);
	}
}

struct param_scope *use_read(struct loader *loader,
	const struct subgraph *subgraph, const struct node *key,
	const struct node *node, struct live_value **live)
{
	struct param_scope *scope = create_scope(loader, subgraph);
	const struct node *map = node->kind == NODE_MAP ? node : NULL;

	for (size_t i = 0; map && i < map->count; i++)
		read_key(loader, subgraph, scope, map->keys[i], map->items[i],
			live);
	require(loader, subgraph, scope, key, map);
	return scope;
}
