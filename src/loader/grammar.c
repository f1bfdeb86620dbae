/* SPDX-License-Identifier: MIT */
/* Maps read by tables. */
#include "loader/grammar.h"

#include <string.h>

#include "base/text.h"

/* Reports the key; one that is near to a key that MAP lacks becomes that, so
 * that its value is read and nothing more has to be said. */
static void unknown_key(struct loader *loader, const struct node *map,
	struct node *key, const struct key_rule *rules, const char *what)
{
	const char *names[64], *available[64];
	size_t count = 0, usable = 0;

	for (; rules->name && count < 63; rules++) {
		names[count++] = rules->name;
		if (rules->kind != KEY_LATER && rules->kind != KEY_REFUSED)
			available[usable++] = rules->name;
	}
	names[count] = available[usable] = NULL;
	const char *all = arena_format(loader->arena, "its keys are: %s",
		loader_join(loader, available));
	loader_error(loader, key->location,
		loader_nearest(loader, key->text, names, all),
		"%s has no key '%s'", what, key->text);
	const char *nearest = text_nearest(key->text, available);
	if (nearest && !node_get(map, nearest))
		key->text = nearest;
}

static bool check_kind(struct loader *loader, const struct key_rule *rule,
	const struct node *value)
{
	static const enum node_kind kinds[] = {
		[KEY_SCALAR] = NODE_SCALAR,
		[KEY_SEQUENCE] = NODE_SEQUENCE,
		[KEY_MAP] = NODE_MAP,
	};

	if (rule->kind == KEY_ANY || rule->kind == KEY_REFUSED)
		return true;
	return loader_expect(loader, value, kinds[rule->kind],
		arena_format(loader->arena, "'%s'", rule->name));
}

/* The rule of a key, or the row behind the last. */
static const struct key_rule *find_rule(
	const struct key_rule *rules, const char *name)
{
	while (rules->name && strcmp(rules->name, name) != 0)
		rules++;
	return rules;
}

void grammar_read(struct loader *loader, const struct node *map,
	const struct key_rule *rules, const char *what, void *into)
{
	for (size_t i = 0; i < map->count; i++) {
		struct node *key = map->keys[i];
		const struct key_rule *rule = find_rule(rules, key->text);

		if (!rule->name) {
			unknown_key(loader, map, key, rules, what);
			rule = find_rule(rules, key->text);
		}
		if (!rule->name)
			continue;
		if (rule->kind == KEY_LATER)
			loader_error(loader, key->location, NULL,
				"'%s' is not available yet", key->text);
		else if (check_kind(loader, rule, map->items[i]) && rule->read)
			rule->read(loader, key, map->items[i], into);
	}
}
