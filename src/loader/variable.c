/* SPDX-License-Identifier: MIT */
/* The variables of the environment that a session declares. */
#include "loader/variable.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "loader/declaration.h"

/* POSIX.1-2017, Base Definitions, 3.235; small letters, too. */
static bool check_name(struct loader *loader, const struct node *key)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz_0123456789";
	const char *name = key->text;

	if (*name && !strchr("0123456789", *name) &&
		strspn(name, letters) == key->length)
		return true;
	loader_error(loader, key->location,
		"use letters, digits and _, no digit first",
		"'%s' can't be the name of a variable", name);
	return false;
}

void variables_read(struct loader *loader, const struct node *map)
{
	struct session *session = loader->session;
	struct param_scope *scope = &session->parts->variables;
	const char **names =
		arena_array(loader->arena, map->count, sizeof(*names));

	scope->params =
		arena_array(loader->arena, map->count, sizeof(*scope->params));
	scope->values =
		arena_array(loader->arena, map->count, sizeof(*scope->values));
	scope->count = (unsigned)map->count;
	for (size_t i = 0; i < map->count; i++) {
		struct declaration declaration = {
			.param = &scope->params[i], .value = &scope->values[i]};

		names[i] = map->keys[i]->text;
		declaration.param->variable = true;
		declaration.param->type = SETTING_TEXT;
		declaration.value->broken = !check_name(loader, map->keys[i]);
		declaration_read(
			loader, map->keys[i], map->items[i], &declaration);
	}
	scope->names = names_create(loader->arena, names, map->count);
	session->variables = scope->params;
	session->variable_count = scope->count;
}

void variables_take(struct loader *loader)
{
	const struct session *session = loader->session;

	for (unsigned i = 0; i < session->variable_count; i++) {
		struct param *variable = &session->variables[i];
		const char *text = getenv(variable->name);

		if (text)
			param_set(loader, variable,
				&session->parts->variables.values[i], text,
				arena_format(
					loader->arena, "$%s", variable->name));
	}
}

void variables_require(struct loader *loader)
{
	const struct session *session = loader->session;
	struct text list = {0};
	unsigned missing = 0;

	for (unsigned i = 0; i < session->variable_count; i++) {
		const struct param *variable = &session->variables[i];

		if (!variable->required || variable->has_value)
			continue;
		text_add_format(
			&list, "%s%s", missing++ ? ", " : "", variable->name);
	}
	if (missing)
		loader_error(loader,
			(struct location){
				.source = &session->parts->source, .width = 1},
			NULL, "%s of the environment %s: %s",
			missing == 1 ? "this variable" : "these variables",
			missing == 1 ? "isn't set" : "aren't set", list.data);
	text_free(&list);
}
