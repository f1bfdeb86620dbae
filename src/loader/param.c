/* SPDX-License-Identifier: MIT */
/* The declarations of params. */
#include "loader/declaration.h"

#include <string.h>

static bool read_boolean(
	struct loader *loader, const struct node *node, bool *value)
{
	static const struct plain_rule rule = {.type = SETTING_BOOLEAN};
	struct plain plain;

	if (!plain_check(loader, &rule, node->text, node->location, &plain))
		return false;
	*value = plain.boolean;
	return true;
}

static void read_type(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	struct declaration *declaration = into;
	const char *names[SETTING_TEMPLATE + 1];

	(void)key;
	for (int i = 0; i < SETTING_TEMPLATE; i++) {
		names[i] = setting_type_names[i];
		if (strcmp(names[i], value->text) == 0) {
			declaration->param->type = (enum setting_type)i;
			declaration->type = value;
			return;
		}
	}
	names[SETTING_TEMPLATE] = NULL;
	declaration->value->broken = true;
	declaration->type = value;
	loader_error(loader, value->location,
		loader_nearest(loader, value->text, names,
			arena_format(loader->arena, "the types are: %s",
				loader_join(loader, names))),
		"there is no type '%s'", value->text);
}

#define KEEP_NODE(member)                                                     \
	static void read_##member(struct loader *loader,                      \
		const struct node *key, const struct node *value, void *into) \
	{                                                                     \
		(void)loader;                                                 \
		(void)key;                                                    \
		((struct declaration *)into)->member = value;                 \
	}
KEEP_NODE(minimum)
KEEP_NODE(maximum)
KEEP_NODE(choices)
KEEP_NODE(unit)
KEEP_NODE(fallback)

#define READ_FLAG(member)                                                     \
	static void read_##member(struct loader *loader,                      \
		const struct node *key, const struct node *value, void *into) \
	{                                                                     \
		struct declaration *declaration = into;                       \
		(void)key;                                                    \
		read_boolean(loader, value, &declaration->param->member);     \
	}
READ_FLAG(list)
READ_FLAG(secret)

static void read_required(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	struct declaration *declaration = into;

	declaration->required = key;
	read_boolean(loader, value, &declaration->param->required);
}

static void read_args(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	struct declaration *declaration = into;

	declaration->args = key;
	read_boolean(loader, value, &declaration->param->args);
}

static void read_doc(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	(void)loader;
	(void)key;
	((struct declaration *)into)->param->doc = value->text;
}

static const struct key_rule keys[] = {
	{"type", KEY_SCALAR, read_type},
	{"default", KEY_ANY, read_fallback},
	{"required", KEY_SCALAR, read_required},
	{"list", KEY_SCALAR, read_list},
	{"min", KEY_SCALAR, read_minimum},
	{"max", KEY_SCALAR, read_maximum},
	{"choices", KEY_SEQUENCE, read_choices},
	{"unit", KEY_SCALAR, read_unit},
	{"secret", KEY_SCALAR, read_secret},
	{"args", KEY_SCALAR, read_args},
	{"doc", KEY_SCALAR, read_doc},
	{NULL, KEY_ANY, NULL},
};

static const struct key_rule variable_keys[] = {
	{"default", KEY_SCALAR, read_fallback},
	{"required", KEY_SCALAR, read_required},
	{"secret", KEY_SCALAR, read_secret},
	{"doc", KEY_SCALAR, read_doc},
	{NULL, KEY_ANY, NULL},
};

/* ---- Parts that depend on the type -------------------------------------- */

static const struct plain *read_limit(struct loader *loader,
	struct declaration *declaration, const struct node *node,
	const char *what)
{
	struct plain_rule rule = {.type = declaration->param->type};
	struct plain *limit = arena_alloc(loader->arena, sizeof(*limit));

	if (!node)
		return NULL;
	if (!plain_is_number(rule.type)) {
		loader_error(loader, node->location, NULL,
			"'%s' doesn't go with the type %s", what,
			setting_type_names[rule.type]);
		return NULL;
	}
	if (!plain_check(loader, &rule, node->text, node->location, limit)) {
		declaration->value->broken = true;
		return NULL;
	}
	return limit;
}

static void read_limits(struct loader *loader, struct declaration *declaration)
{
	struct param *param = declaration->param;
	struct param_value *value = declaration->value;

	value->minimum =
		read_limit(loader, declaration, declaration->minimum, "min");
	value->maximum =
		read_limit(loader, declaration, declaration->maximum, "max");
	param->minimum = value->minimum ? declaration->minimum->text : NULL;
	param->maximum = value->maximum ? declaration->maximum->text : NULL;
	if (value->minimum && value->maximum) {
		struct plain_rule rule = {
			.type = param->type, .minimum = value->minimum};
		struct plain plain;

		if (!plain_check(loader, &rule, param->maximum,
			    declaration->maximum->location, &plain))
			value->broken = true;
	}
}

static void choose(struct loader *loader, struct declaration *declaration)
{
	const struct node *list = declaration->choices;
	const char **choices;

	if (list->count == 0) {
		loader_error(
			loader, list->location, NULL, "'choices' is empty");
		declaration->value->broken = true;
		return;
	}
	choices = arena_array(loader->arena, list->count + 1, sizeof(*choices));
	for (size_t i = 0; i < list->count; i++) {
		if (!loader_expect(
			    loader, list->items[i], NODE_SCALAR, "a choice")) {
			declaration->value->broken = true;
			return;
		}
		choices[i] = list->items[i]->text;
	}
	declaration->param->choices = choices;
}

static void read_unit_and_choices(
	struct loader *loader, struct declaration *declaration)
{
	struct param *param = declaration->param;
	bool choice = param->type == SETTING_CHOICE;

	if (declaration->choices && choice)
		choose(loader, declaration);
	else if (declaration->choices)
		loader_error(loader, declaration->choices->location, NULL,
			"'choices' goes only with the type choice");
	else if (choice) {
		loader_error(loader, declaration->type->location,
			"add choices: [...]", "a choice needs 'choices'");
		declaration->value->broken = true;
	}
	if (!declaration->unit)
		return;
	if (param->type == SETTING_INTEGER || param->type == SETTING_REAL)
		param->unit = declaration->unit->text;
	else
		loader_error(loader, declaration->unit->location, NULL,
			"'unit' goes only with the types integer and real");
}

/* ---- All params --------------------------------------------------------- */

void declaration_read(struct loader *loader, const struct node *key,
	const struct node *node, struct declaration *declaration)
{
	struct param *param = declaration->param;

	const char *what = param->variable ? "variable" : "param";
	const char *hint = param->variable ? "for example: {secret: true}"
					   : "for example: {type: text}";

	param->name = key->text;
	param->location = key->location;
	if (node->kind != NODE_MAP) {
		loader_error(loader, node->location, hint,
			"the %s '%s' takes a map, not %s", what, key->text,
			node_kind_name(node));
		declaration->value->broken = true;
		return;
	}
	grammar_read(loader, node, param->variable ? variable_keys : keys,
		param->variable ? "a variable" : "a param", declaration);
	if (!declaration->type && !param->variable) {
		declaration->value->broken = true;
		if (!node_get(node, "type"))
			loader_error(loader, key->location, hint,
				"the param '%s' has no 'type'", key->text);
		return;
	}
	if (declaration->value->broken)
		return;
	declaration->value->many = param->list || param->type == SETTING_INPUTS;
	read_limits(loader, declaration);
	read_unit_and_choices(loader, declaration);
	if (!declaration->value->broken)
		declaration_read_default(loader, declaration);
	if (!declaration->required)
		param->required = !param->has_value;
}

/* INNER: the param is one of a subgraph. */
static void check_args(struct loader *loader, const struct node *args,
	const struct param **first, const struct param *param, bool inner)
{
	if (!args || !param->args)
		return;
	if (inner)
		loader_error(loader, args->location, NULL,
			"'args' goes only with the params of a session");
	else if (*first)
		loader_error(loader, args->location, NULL,
			"only one param can take the arguments, and '%s' does",
			(*first)->name);
	else
		*first = param;
}

void params_read(struct loader *loader, const struct node *map,
	struct param_scope *scope)
{
	const char **names =
		arena_array(loader->arena, map->count, sizeof(*names));
	const struct param *args = NULL;

	scope->params =
		arena_array(loader->arena, map->count, sizeof(*scope->params));
	scope->values =
		arena_array(loader->arena, map->count, sizeof(*scope->values));
	scope->count = (unsigned)map->count;
	for (size_t i = 0; i < map->count; i++) {
		struct declaration declaration = {
			.param = &scope->params[i], .value = &scope->values[i]};

		names[i] = map->keys[i]->text;
		declaration.value->broken =
			!loader_check_name(loader, map->keys[i], "a param");
		declaration_read(
			loader, map->keys[i], map->items[i], &declaration);
		check_args(loader, declaration.args, &args, declaration.param,
			scope->session);
	}
	scope->names = names_create(loader->arena, names, map->count);
}
