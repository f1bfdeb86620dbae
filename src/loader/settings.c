/* SPDX-License-Identifier: MIT */
/* Properties read by a table into the members of a struct. */
#include "loader/settings.h"

#include <string.h>

#include "base/text.h"
#include "loader/path.h"
#include "loader/subgraph.h"
#include "loader/yaml-hint.h"

#define BIT(type) (1u << SETTING_##type)

/* Whether a param of TYPE alone may stand for a value of the property. */
static bool accepts(enum setting_type property, enum setting_type type)
{
	static const unsigned paths = BIT(TEXT) | BIT(CHOICE) | BIT(PATH) |
		BIT(FILE) | BIT(DIRECTORY);
	const unsigned any = ~0u;
	const unsigned accepted[SETTING_TYPES] = {
		[SETTING_TEXT] = any,
		[SETTING_INTEGER] = BIT(INTEGER),
		[SETTING_REAL] = BIT(REAL) | BIT(INTEGER),
		[SETTING_BOOLEAN] = BIT(BOOLEAN),
		[SETTING_CHOICE] = BIT(CHOICE) | BIT(TEXT),
		[SETTING_DATE] = BIT(DATE),
		[SETTING_TIMESTAMP] = BIT(TIMESTAMP),
		[SETTING_DURATION] = BIT(DURATION),
		[SETTING_SIZE] = BIT(SIZE) | BIT(INTEGER),
		[SETTING_BITRATE] = BIT(BITRATE) | BIT(INTEGER),
		[SETTING_REGEX] = any,
		[SETTING_SQL] = any,
		[SETTING_PATH] = paths,
		[SETTING_FILE] = paths,
		[SETTING_DIRECTORY] = paths,
		[SETTING_GLOB] = paths | BIT(GLOB),
		[SETTING_INPUTS] = paths | BIT(GLOB) | BIT(INPUTS),
		[SETTING_TEMPLATE] = any,
		[SETTING_PATH_TEMPLATE] = any,
		[SETTING_TEXTS] = any,
		[SETTING_FIELDS] = any,
		[SETTING_EXPRESSIONS] = any,
		[SETTING_ORDER] = any,
	};

	return accepted[property] & (1u << type);
}

bool setting_check_param(struct loader *loader, const struct setting *setting,
	const struct node *node)
{
	struct param_reference reference = substitution_whole(loader, node);
	const struct param *param = reference.param;

	if (!param || reference.value->broken ||
		accepts(setting->spec->type, param->type))
		return true;
	loader_error(loader, node->location, NULL,
		"'%s' is of the type %s, but the %s '%s' of the type %s",
		setting->spec->name, setting_type_names[setting->spec->type],
		param->variable ? "variable" : "param", param->name,
		setting_type_names[param->type]);
	return false;
}

bool setting_substitute(struct loader *loader, struct setting *setting,
	const struct node *node, enum substitution_mode mode,
	struct substitution *result)
{
	const char *what = arena_format(loader->arena, "'%s'",
		setting->part ? setting->part : setting->spec->name);

	if (mode != SUBSTITUTE_PLAIN)
		setting_note_plain(loader, node);
	if (!loader_expect(loader, node, NODE_SCALAR, what) ||
		!setting_check_param(loader, setting, node) ||
		(mode == SUBSTITUTE_SQL &&
			!setting_check_comment(loader, node)) ||
		!substitute(loader, node, mode, result))
		return false;
	setting_note_state(setting,
		result->absent		  ? PARAM_ABSENT
			: result->unknown ? PARAM_UNKNOWN
					  : PARAM_KNOWN);
	setting->optional |=
		result->optional && mode != SUBSTITUTE_SQL && !setting->part;
	return !result->absent;
}

void setting_note_state(struct setting *setting, enum param_state state)
{
	setting->unknown |= state == PARAM_UNKNOWN;
	if (setting->element)
		setting->left_out |= state == PARAM_ABSENT;
	else
		setting->absent |= state == PARAM_ABSENT;
}

void setting_begin_many(struct setting *setting, const struct node *node)
{
	setting->element = node->kind != NODE_SCALAR;
}

void setting_end_many(struct setting *setting, size_t count)
{
	setting->absent |= setting->left_out && count == 0;
}

/* ---- Scalars ------------------------------------------------------------ */

/* The bytes of the directory before the first placeholder of a template. */
static size_t root_length(const char *template)
{
	size_t root = 0;

	for (size_t i = 0; template[i]; i++) {
		if (template[i] == '/')
			root = i + 1;
		if (template[i] != '{')
			continue;
		if (template[i + 1] != '{')
			break;
		i++;
	}
	return root;
}

static enum substitution_mode mode_of(enum setting_type type)
{
	switch (type) {
	case SETTING_REGEX: return SUBSTITUTE_PATTERN;
	case SETTING_SQL: return SUBSTITUTE_SQL;
	case SETTING_TEMPLATE:
	case SETTING_PATH_TEMPLATE: return SUBSTITUTE_TEMPLATE;
	default: return SUBSTITUTE_PLAIN;
	}
}

static void store_text(struct setting *setting,
	const struct substitution *value, const char *text)
{
	*(struct setting_text *)setting->member = (struct setting_text){
		.text = text,
		.location = value->location,
		.bindings = value->bindings,
		.binding_count = value->binding_count,
		.now_us = value->now_us,
		.root_length = setting->spec->type == SETTING_PATH_TEMPLATE
			? root_length(text)
			: 0,
	};
}

static void store_plain(
	struct setting *setting, const struct plain *plain, const char *text)
{
	switch (setting->spec->type) {
	case SETTING_REAL: *(double *)setting->member = plain->real; break;
	case SETTING_BOOLEAN: *(bool *)setting->member = plain->boolean; break;
	case SETTING_CHOICE:
		*(int *)setting->member = (int)plain->integer;
		break;
	case SETTING_INTEGER:
	case SETTING_DATE:
	case SETTING_TIMESTAMP:
	case SETTING_DURATION:
	case SETTING_SIZE:
	case SETTING_BITRATE:
		*(int64_t *)setting->member = plain->integer;
		break;
	default: *(const char **)setting->member = text; break;
	}
}

static void store(struct loader *loader, struct setting *setting,
	const struct substitution *value)
{
	const struct property_spec *spec = setting->spec;
	bool ranged = spec->minimum || spec->maximum;
	struct plain minimum = {
		.integer = spec->minimum, .real = (double)spec->minimum};
	struct plain maximum = {
		.integer = spec->maximum, .real = (double)spec->maximum};
	struct plain_rule rule = {.type = spec->type,
		.choices = spec->choices,
		.minimum = ranged ? &minimum : NULL,
		.maximum = ranged ? &maximum : NULL};
	const char *text = value->text;
	struct plain plain = {0};

	if (!plain_check(loader, &rule, text, value->location, &plain))
		return;
	if (plain_is_path(spec->type) && value->hollow && *text == '/') {
		loader_error(loader, value->location,
			"a path of the root is written without the param",
			"the param in front of the / is empty");
		return;
	}
	if (plain_is_path(spec->type) && !value->anchored)
		text = path_resolve(loader, spec->type, text);
	if (mode_of(spec->type) != SUBSTITUTE_PLAIN)
		store_text(setting, value, text);
	else
		store_plain(setting, &plain, text);
}

static void read_scalar(
	struct loader *loader, struct setting *setting, const struct node *node)
{
	enum substitution_mode mode = mode_of(setting->spec->type);
	struct substitution value;

	if (!setting_substitute(loader, setting, node, mode, &value))
		return;
	if (!value.unknown || mode == SUBSTITUTE_SQL)
		store(loader, setting, &value);
}

static void read_setting(
	struct loader *loader, struct setting *setting, const struct node *node)
{
	switch (setting->spec->type) {
	case SETTING_INPUTS:
	case SETTING_TEXTS: setting_read_list(loader, setting, node); break;
	case SETTING_FIELDS: setting_read_fields(loader, setting, node); break;
	case SETTING_EXPRESSIONS:
	case SETTING_ORDER:
		setting_read_expressions(loader, setting, node);
		break;
	default: read_scalar(loader, setting, node); break;
	}
}

/* ---- Maps --------------------------------------------------------------- */

static void store_fallbacks(struct loader *loader, struct settings *settings)
{
	const struct property_spec *spec = settings->specs;

	for (; spec->name; spec++) {
		struct setting setting = {.spec = spec,
			.member = (char *)settings->state + spec->offset};
		struct node node = {.kind = NODE_SCALAR,
			.style = STYLE_DOUBLE,
			.location = settings->owner,
			.content = settings->owner,
			.text = spec->fallback};

		if (!spec->fallback)
			continue;
		node.length = strlen(spec->fallback);
		read_setting(loader, &setting, &node);
	}
}

static int find(const struct property_spec *specs, const char *name)
{
	for (int i = 0; specs[i].name; i++)
		if (strcmp(specs[i].name, name) == 0)
			return i;
	return -1;
}

static bool is_reserved(const struct key_rule *reserved, const char *name)
{
	for (; reserved && reserved->name; reserved++)
		if (strcmp(reserved->name, name) == 0)
			return true;
	return false;
}

/* Returns the index of the property that the key is near to, or -1. */
static int unknown_property(struct loader *loader, const struct node *key,
	const struct node *value, const struct key_rule *reserved,
	const struct settings *settings)
{
	const struct property_spec *specs = settings->specs;
	const char *names[96];
	size_t count = 0;

	for (; specs->name && count < 64; specs++)
		names[count++] = specs->name;
	names[count] = NULL;
	const char *all = count
		? arena_format(loader->arena, "its properties are: %s",
			  loader_join(loader, names))
		: "it has none";
	for (; reserved && reserved->name && count < 95; reserved++)
		names[count++] = reserved->name;
	names[count] = NULL;
	if (node_is_empty(value) && loader_is_verbose(loader) &&
		yaml_hint_empty(value))
		all = yaml_hint_empty(value);
	loader_error(loader, key->location,
		loader_nearest(loader, key->text, names, all),
		"%s has no property '%s'", settings->what, key->text);
	const char *nearest = text_nearest(key->text, names);
	return nearest ? find(settings->specs, nearest) : -1;
}

/* SPEC is the row INDEX, maybe under another name. */
static void read_property(struct loader *loader,
	const struct property_spec *spec, const struct node *node,
	struct settings *settings, unsigned index, bool *given)
{
	uint64_t bit = index < 64 ? UINT64_C(1) << index : 0;
	struct setting setting = {
		.spec = spec, .member = (char *)settings->state + spec->offset};
	size_t errors = loader->errors;

	read_setting(loader, &setting, node);
	if (loader->errors > errors)
		setting.unknown = true; /* what follows from it is, too */
	if (!setting.absent) {
		settings->unknown &= ~bit;
		settings->unknown |= setting.unknown ? bit : 0;
		settings->locations[index] = node->kind == NODE_SCALAR
			? node->content
			: node->location;
	} else if (!*given && (spec->flags & PROPERTY_REQUIRED))
		loader_error(loader, node->location, NULL,
			"'%s' is required, but this param has no value",
			spec->name);
	if (setting.optional && spec->flags & PROPERTY_REQUIRED)
		loader_error(loader, node->location,
			"leave out `required: false`, or give it a default",
			"'%s' is required, but this param may be left out",
			spec->name);
	*given = true; /* nothing more to say */
}

/* Reads what uses around the operator give to its live properties. */
static void read_live(
	struct loader *loader, struct settings *settings, bool *given)
{
	struct param_scope *scope = loader->scope;
	const struct use *use = loader->use;
	const struct live_value *live = settings->live;

	for (; live; live = live->next) {
		if (live->op != settings->op)
			continue;
		loader->scope = live->scope;
		loader->use = live->use;
		read_property(loader, live->spec, live->node, settings,
			live->row, &given[live->row]);
	}
	loader->scope = scope;
	loader->use = use;
}

void settings_report_missing(struct loader *loader, struct location owner,
	const char *what, const struct property_spec *spec)
{
	loader_error(loader, owner,
		arena_format(
			loader->arena, "%s: %s", spec->name, spec->summary),
		"%s needs the property '%s'", what, spec->name);
}

/* A live property may still get its value by a link. */
static void check_missing(
	struct loader *loader, struct settings *settings, const bool *given)
{
	const struct property_spec *spec = settings->specs;

	for (unsigned i = 0; spec[i].name; i++) {
		if (given[i] || !(spec[i].flags & PROPERTY_REQUIRED))
			continue;
		if (spec[i].flags & PROPERTY_LIVE && i < 64)
			settings->missing |= UINT64_C(1) << i;
		else
			settings_report_missing(loader, settings->owner,
				settings->what, &spec[i]);
	}
}

void settings_read(struct loader *loader, const struct node *map,
	const struct key_rule *reserved, struct settings *settings)
{
	static const struct property_spec none[] = {{.name = NULL}};
	bool given[96] = {false}, strange = false;

	if (!settings->specs)
		settings->specs = none;
	store_fallbacks(loader, settings);
	for (size_t i = 0; map && i < map->count; i++) {
		const struct node *key = map->keys[i];
		int index = find(settings->specs, key->text);

		if (index < 0 && is_reserved(reserved, key->text))
			continue;
		if (index < 0) {
			index = unknown_property(
				loader, key, map->items[i], reserved, settings);
			strange |= index < 0;
			if (index >= 0 &&
				node_get(map, settings->specs[index].name))
				continue;
		}
		if (index >= 0)
			read_property(loader, &settings->specs[index],
				map->items[i], settings, (unsigned)index,
				&given[index]);
	}
	read_live(loader, settings, given);
	/* What is missing may stand under the strange name. */
	if (strange)
		settings->unknown = UINT64_MAX;
	else
		check_missing(loader, settings, given);
}
