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

struct work {
	struct loader *loader;
	struct setting *setting;
	struct setting_expression *items;
	size_t count, capacity;
	bool names; /* the elements are names of fields */
};

static void add(struct work *work, struct setting_expression item)
{
	work->items = loader_grow(work->loader, work->items, work->count,
		&work->capacity, sizeof(*work->items));
	work->items[work->count++] = item;
}

/* A field's name, which stands for the expression of that name. */
static void add_name(
	struct work *work, const char *name, struct location location)
{
	add(work,
		(struct setting_expression){
			.name = work->names ? name : NULL,
			.name_location = location,
			.sql = {.text = identifier(work->loader->arena, name),
				.location = location},
		});
}

static void read_sql(struct work *work, const struct node *node,
	const char *name, struct location name_location)
{
	struct substitution value;

	if (!setting_substitute(
		    work->loader, work->setting, node, SUBSTITUTE_SQL, &value))
		return;
	add(work,
		(struct setting_expression){
			.name = name,
			.name_location = name_location,
			.sql = {.text = value.text,
				.location = value.location,
				.bindings = value.bindings,
				.binding_count = value.binding_count,
				.now_us = value.now_us},
		});
}

static void read_name(struct work *work, const struct node *node)
{
	struct substitution value;

	if (setting_substitute(work->loader, work->setting, node,
		    SUBSTITUTE_PLAIN, &value) &&
		!value.unknown)
		add_name(work, value.text, value.location);
}

static void read_map(struct work *work, const struct node *map)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct node *key = map->keys[i];

		work->setting->part = key->text;
		if (!*key->text)
			loader_error(work->loader, key->location, NULL,
				"an expression has no name");
		read_sql(work, map->items[i], key->text, key->location);
	}
}

/* The values of a param that stands alone, where expressions or names are
 * listed: its texts are names of fields. */
static void splice(struct work *work, const struct param_reference *reference)
{
	const struct session *session = work->loader->session;
	bool sql = reference->param->type == SETTING_SQL;

	setting_note_state(work->setting, param_state(reference));
	for (size_t i = 0; i < reference->value->count; i++) {
		const struct param_item *item = &reference->value->items[i];
		const int64_t *now_us =
			session->reproducible ? NULL : &session->now_us;

		if (sql && !work->names)
			add(work,
				(struct setting_expression){
					.sql = {.text = item->text,
						.location = item->location,
						.now_us = now_us}});
		else
			add_name(work, item->text, item->location);
	}
}

static bool is_spliced(const struct param_reference *reference)
{
	if (!reference->param || reference->value->broken)
		return false;
	switch (reference->param->type) {
	case SETTING_TEXT:
	case SETTING_CHOICE: return true;
	case SETTING_SQL: return reference->value->many;
	default: return false;
	}
}

static void read_list(struct work *work, const struct node *node)
{
	size_t count;
	const struct node *const *nodes = setting_elements(&node, &count);

	for (size_t i = 0; i < count; i++) {
		struct param_reference reference =
			substitution_whole(work->loader, nodes[i]);
		const struct location nowhere = {0};

		if (is_spliced(&reference))
			splice(work, &reference);
		else if (work->names)
			read_name(work, nodes[i]);
		else
			read_sql(work, nodes[i], NULL, nowhere);
	}
}

void setting_read_expressions(
	struct loader *loader, struct setting *setting, const struct node *node)
{
	struct setting_expressions *into = setting->member;
	bool map = node->kind == NODE_MAP &&
		setting->spec->type == SETTING_EXPRESSIONS;
	struct work work = {.loader = loader,
		.setting = setting,
		.names = setting->spec->type == SETTING_EXPRESSIONS &&
			node->kind == NODE_SEQUENCE};

	if (!map && !setting_check_list(loader, setting, node))
		return;
	setting_begin_many(setting, node);
	if (map)
		read_map(&work, node);
	else
		read_list(&work, node);
	setting_end_many(setting, work.count);
	*into = (struct setting_expressions){work.items, work.count};
}
