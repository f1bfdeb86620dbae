/* SPDX-License-Identifier: MIT */
/* The values of params, from their defaults and the command line. */
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "loader/param.h"
#include "loader/path.h"
#include "loader/secret.h"
#include "loader/variable.h"

int param_find(const struct param_scope *scope, const char *name)
{
	return scope->names ? names_find(scope->names, name) : -1;
}

struct param_reference param_refer(
	const struct loader *loader, const char *name)
{
	size_t prefix = strlen(VARIABLE_PREFIX);
	bool variable = strncmp(name, VARIABLE_PREFIX, prefix) == 0;
	const struct param_scope *scope =
		variable ? &loader->session->parts->variables : loader->scope;
	int index = param_find(scope, variable ? name + prefix : name);

	if (index < 0)
		return (struct param_reference){NULL, NULL, NULL};
	return (struct param_reference){
		scope, &scope->params[index], &scope->values[index]};
}

enum param_state param_state(const struct param_reference *reference)
{
	const struct param *param = reference->param;

	if (reference->value->broken || reference->value->unknown)
		return PARAM_UNKNOWN;
	if (param->has_value)
		return PARAM_KNOWN;
	return param->required || reference->scope->open ? PARAM_UNKNOWN
							 : PARAM_ABSENT;
}

bool param_add(struct loader *loader, const struct param *param,
	struct param_value *value, struct param_item item)
{
	struct plain_rule rule = {param->type, param->choices, value->minimum,
		value->maximum, param->secret};
	struct plain plain;

	if (param->secret)
		secret_add(loader, item.text);
	item.text = plain_resolve(loader, param->type, item.text);
	if (!plain_check(loader, &rule, item.text, item.location, &plain))
		return false;
	value->items = loader_grow(loader, value->items, value->count,
		&value->capacity, sizeof(*value->items));
	value->items[value->count++] = item;
	return true;
}

/* A place that names the option, and the text that it was given. */
static struct location option_location(struct loader *loader,
	const struct param *param, const char *option, const char *text)
{
	struct source *source = arena_alloc(loader->arena, sizeof(*source));

	source->name = arena_string(loader->arena, option);
	if (!param->secret) {
		source->text = text;
		source->length = strlen(text);
	}
	return (struct location){source, 0, 0, 1, NULL};
}

/* TEXT without the unit that the param counts in, and blanks before it. */
static const char *without_unit(
	struct loader *loader, const struct param *param, const char *text)
{
	size_t length = strlen(text);
	size_t unit = param->unit ? strlen(param->unit) : 0;

	if (!unit || unit >= length ||
		strcmp(text + length - unit, param->unit) != 0)
		return text;
	length -= unit;
	while (length && text[length - 1] == ' ')
		length--;
	return arena_copy(loader->arena, text, length);
}

bool param_set(struct loader *loader, struct param *param,
	struct param_value *value, const char *text, const char *option)
{
	const char *copy = arena_string(loader->arena, text);
	struct location location = option_location(loader, param, option, copy);
	struct param_item item = {.text = copy, .location = location};
	size_t length = strlen(text);

	if (text_valid(text, length) < length && !plain_is_path(param->type)) {
		loader_error(loader, location, NULL, "this is not UTF-8");
		return false;
	}
	if (value->given && !value->many && param->args) {
		loader_error(loader, location, NULL,
			"the param '%s' takes one value", param->name);
		return false;
	}
	item.text = without_unit(loader, param, copy);
	if (!value->given || !value->many)
		value->count = 0;
	value->given = true;
	item.literal = param->type == SETTING_INPUTS &&
		(!path_is_glob(text) || access(text, F_OK) == 0);
	if (param_add(loader, param, value, item))
		param->has_value = true;
	else
		value->broken = true;
	return !value->broken;
}

void params_require(struct loader *loader)
{
	const struct session *session = loader->session;
	struct text list = {0}, options = {0};
	unsigned missing = 0;

	for (unsigned i = 0; i < session->param_count; i++) {
		const struct param *param = &session->params[i];

		if (!param->required || param->has_value)
			continue;
		text_add_format(
			&list, "%s%s", missing ? ", " : "", param->name);
		text_add_format(&options, "%s--%s VALUE%s", missing ? " " : "",
			param->name, param->args ? " (or just VALUE)" : "");
		missing++;
	}
	if (missing)
		loader_error(loader,
			(struct location){
				&session->parts->source, 0, 0, 1, NULL},
			arena_format(loader->arena, "give %s", options.data),
			"%s no value: %s",
			missing == 1 ? "this param has" : "these params have",
			list.data);
	text_free(&list);
	text_free(&options);
}
