/* SPDX-License-Identifier: MIT */
/* Maps read by tables. */
#include "loader/grammar.h"

#include <string.h>

static void unknown_key(struct loader *loader, const struct node *key,
	const struct key_rule *rules, const char *what)
{
	const char *names[64], *available[64];
	size_t count = 0, usable = 0;

	for (; rules->name && count < 63; rules++) {
		names[count++] = rules->name;
		if (rules->kind != KEY_LATER)
			available[usable++] = rules->name;
	}
	names[count] = available[usable] = NULL;
	const char *all = arena_format(loader->arena, "its keys are: %s",
		loader_join(loader, available));
	loader_error(loader, key->location,
		loader_nearest(loader, key->text, names, all),
		"%s has no key '%s'", what, key->text);
}

static bool check_kind(struct loader *loader, const struct key_rule *rule,
	const struct node *value)
{
	static const enum node_kind kinds[] = {
		[KEY_SCALAR] = NODE_SCALAR,
		[KEY_SEQUENCE] = NODE_SEQUENCE,
		[KEY_MAP] = NODE_MAP,
	};

	if (rule->kind == KEY_ANY)
		return true;
	return loader_expect(loader, value, kinds[rule->kind],
		arena_format(loader->arena, "'%s'", rule->name));
}

void grammar_read(struct loader *loader, const struct node *map,
	const struct key_rule *rules, const char *what, void *into)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct node *key = map->keys[i];
		const struct key_rule *rule = rules;

		while (rule->name && strcmp(rule->name, key->text) != 0)
			rule++;
		if (!rule->name)
			unknown_key(loader, key, rules, what);
		else if (rule->kind == KEY_LATER)
			loader_error(loader, key->location, NULL,
				"'%s' is not available yet", key->text);
		else if (check_kind(loader, rule, map->items[i]) && rule->read)
			rule->read(loader, key, map->items[i], into);
	}
}
