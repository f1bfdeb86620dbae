/* SPDX-License-Identifier: MIT */
/* Properties that are SQL: named expressions, lists of names, orders. */
#include <string.h>

#include "loader/settings.h"

/* TEXT as an identifier of SQL. */
static const char *identifier(struct arena *arena, const char *text)
{
	char *quoted = arena_alloc(arena, 2 * strlen(text) + 3);
	char *at = quoted;

	*at++ = '"';
	for (; *text; text++) {
		if (*text == '"')
			*at++ = '"';
		*at++ = *text;
	}
	*at = '"';
	return quoted;
}

static bool read_sql(struct loader *loader, struct setting *setting,
	const struct node *node, struct setting_text *sql)
{
	struct substitution value;

	if (!setting_substitute(loader, setting, node, SUBSTITUTE_SQL, &value))
		return false;
	*sql = (struct setting_text){.text = value.text,
		.location = value.location,
		.bindings = value.bindings,
		.binding_count = value.binding_count,
		.now_us = value.now_us};
	return true;
}

/* A field's name, which stands for the expression of that name. */
static bool read_name(struct loader *loader, struct setting *setting,
	const struct node *node, struct setting_expression *item)
{
	struct substitution value;

	if (!setting_substitute(
		    loader, setting, node, SUBSTITUTE_PLAIN, &value) ||
		value.unknown)
		return false;
	item->name = value.text;
	item->name_location = value.location;
	item->sql.text = identifier(loader->arena, value.text);
	item->sql.location = value.location;
	return true;
}

static size_t read_map(struct loader *loader, struct setting *setting,
	const struct node *map, struct setting_expression *items)
{
	size_t count = 0;

	for (size_t i = 0; i < map->count; i++) {
		struct setting_expression *item = &items[count];

		item->name = map->keys[i]->text;
		item->name_location = map->keys[i]->location;
		setting->part = item->name;
		if (!*item->name)
			loader_error(loader, item->name_location, NULL,
				"an expression has no name");
		count += read_sql(loader, setting, map->items[i], &item->sql);
	}
	return count;
}

static size_t read_list(struct loader *loader, struct setting *setting,
	const struct node *node, struct setting_expression *items)
{
	bool names = setting->spec->type == SETTING_EXPRESSIONS &&
		node->kind == NODE_SEQUENCE;
	size_t count, filled = 0;
	const struct node *const *nodes = setting_elements(&node, &count);

	for (size_t i = 0; i < count; i++)
		filled += names
			? read_name(loader, setting, nodes[i], &items[filled])
			: read_sql(loader, setting, nodes[i],
				  &items[filled].sql);
	return filled;
}

void setting_read_expressions(
	struct loader *loader, struct setting *setting, const struct node *node)
{
	struct setting_expressions *into = setting->member;
	bool map = node->kind == NODE_MAP &&
		setting->spec->type == SETTING_EXPRESSIONS;
	size_t most = node->kind == NODE_SCALAR ? 1 : node->count;

	if (!map && !setting_check_list(loader, setting, node))
		return;
	struct setting_expression *items =
		arena_array(loader->arena, most, sizeof(*items));
	into->count = map ? read_map(loader, setting, node, items)
			  : read_list(loader, setting, node, items);
	into->items = items;
}
