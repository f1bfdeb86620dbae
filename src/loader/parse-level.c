/* SPDX-License-Identifier: MIT */
/* Collections put together from nodes; anchors; keys checked. */
#include <string.h>

#include "base/memory.h"
#include "loader/parse.h"

static struct anchor **anchor_slot(struct parser *parser, const char *name)
{
	unsigned hash = 5381;

	for (const char *at = name; *at; at++)
		hash = hash * 33 + (unsigned char)*at;
	return &parser->anchors[hash % 256];
}

struct anchor *parse_find_anchor(struct parser *parser, const char *name)
{
	struct anchor *anchor = *anchor_slot(parser, name);

	while (anchor && strcmp(anchor->name, name) != 0)
		anchor = anchor->next;
	return anchor;
}

struct anchor *parse_add_anchor(
	struct parser *parser, const yaml_char_t *name, struct node *node)
{
	if (!name)
		return NULL;
	struct anchor *anchor = arena_alloc(parser->arena, sizeof(*anchor));
	struct anchor **slot = anchor_slot(parser, (const char *)name);

	anchor->name = arena_string(parser->arena, (const char *)name);
	anchor->node = node;
	anchor->next = *slot;
	*slot = anchor;
	return anchor;
}

struct key {
	struct node *node;
	size_t index;
};

static int by_text(const void *a, const void *b)
{
	const struct key *left = a, *right = b;
	int order = strcmp(left->node->text, right->node->text);

	if (order)
		return order;
	return left->index < right->index ? -1 : 1;
}

/* Reports keys that occur twice; the later ones become NULL. */
static void check_duplicates(struct parser *parser, const struct level *level)
{
	struct key *sorted =
		memory_alloc(memory_product(level->count, sizeof(*sorted)));

	for (size_t i = 0; i < level->count; i++)
		sorted[i] = (struct key){level->keys[i], i};
	qsort(sorted, level->count, sizeof(*sorted), by_text);
	for (size_t i = 1; i < level->count; i++) {
		if (strcmp(sorted[i - 1].node->text, sorted[i].node->text) != 0)
			continue;
		parse_report(parser, sorted[i].node->location, NULL,
			"the key '%s' occurs twice; it is also in line %u",
			sorted[i].node->text,
			sorted[i - 1].node->location.line);
		level->keys[sorted[i].index] = NULL;
	}
	free(sorted);
}

static bool is_key_ignored(const struct node *key)
{
	return !key || strncmp(key->text, "x-", 2) == 0;
}

/* Copies what a level gathered to its node, without the keys to ignore. */
static void level_finish(struct parser *parser, struct level *level)
{
	struct node *node = level->node;
	struct node **items =
		arena_array(parser->arena, level->count, sizeof(*items));
	struct node **keys = level->keys
		? arena_array(parser->arena, level->count, sizeof(*keys))
		: NULL;

	if (keys)
		check_duplicates(parser, level);
	for (size_t i = 0; i < level->count; i++) {
		node->weight += level->items[i]->weight + (keys ? 1 : 0);
		if (keys && is_key_ignored(level->keys[i]))
			continue;
		if (keys)
			keys[node->count] = level->keys[i];
		items[node->count++] = level->items[i];
	}
	node->keys = keys;
	node->items = items;
	if (level->anchor)
		level->anchor->open = false;
	free(level->keys);
	free(level->items);
	*level = (struct level){0};
}

static void level_add(struct level *level, struct node *node)
{
	if (level->count == level->capacity) {
		level->capacity = level->capacity ? 2 * level->capacity : 8;
		level->items = memory_resize(
			level->items, level->capacity, sizeof(*level->items));
		if (level->node->kind == NODE_MAP)
			level->keys = memory_resize(level->keys,
				level->capacity, sizeof(*level->keys));
	}
	if (level->node->kind == NODE_MAP)
		level->keys[level->count] = level->key;
	level->items[level->count++] = node;
}

/* Whether NODE, used at LOCATION, may be a key. */
static bool check_key(struct parser *parser, const struct node *node,
	struct location location)
{
	if (node->kind != NODE_SCALAR) {
		parse_report(parser, location,
			"quote what holds braces or brackets",
			"a key must be a text, not %s", node_kind_name(node));
		return false;
	}
	if (node->style == STYLE_PLAIN && strcmp(node->text, "<<") == 0) {
		parse_report(parser, location, "write the keys out",
			"merge keys are not part of leat's YAML");
		return false;
	}
	return true;
}

void parse_put(
	struct parser *parser, struct node *node, struct location location)
{
	struct level *level = &parser->levels[parser->depth];

	if (parser->depth == 0) {
		parser->root = node;
		return;
	}
	if (level->node->kind == NODE_MAP && !level->key) {
		level->key = node;
		level->skip = !check_key(parser, node, location);
		return;
	}
	if (!level->skip)
		level_add(level, node);
	level->key = NULL;
	level->skip = false;
}

void parse_end_level(struct parser *parser)
{
	struct level *level = &parser->levels[parser->depth];
	struct node *node = level->node;

	level_finish(parser, level);
	parser->depth--;
	parse_put(parser, node, node->location);
}
