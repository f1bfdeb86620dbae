/* SPDX-License-Identifier: MIT */
/* Properties that are lists of texts, paths and globs. */
#include <string.h>

#include "loader/path.h"
#include "loader/settings.h"

const struct node *const *setting_elements(
	const struct node *const *node, size_t *count)
{
	if ((*node)->kind != NODE_SEQUENCE) {
		*count = 1;
		return node;
	}
	*count = (*node)->count;
	return (const struct node *const *)(*node)->items;
}

bool setting_check_list(struct loader *loader, const struct setting *setting,
	const struct node *node)
{
	if (node->kind != NODE_MAP && !node_is_empty(node))
		return true;
	loader_error(loader, node->location, NULL,
		"'%s' takes a list or a text, not %s", setting->spec->name,
		node->kind == NODE_MAP ? "a map" : "nothing");
	return false;
}

struct list_work {
	struct loader *loader;
	struct setting *setting;
	struct setting_item *items;
	size_t count, capacity;
};

static void list_add(struct list_work *work, struct setting_item item)
{
	work->items = loader_grow(work->loader, work->items, work->count,
		&work->capacity, sizeof(*work->items));
	work->items[work->count++] = item;
}

/* The values of a param that is a list. */
static void list_splice(struct list_work *work, const struct node *node,
	const struct param_reference *reference)
{
	const struct param *param = reference->param;
	const struct param_value *value = reference->value;
	bool literal = plain_is_path(param->type) &&
		param->type != SETTING_GLOB && param->type != SETTING_INPUTS;

	if (!setting_check_param(work->loader, work->setting, node))
		return;
	setting_note_state(work->setting, param_state(reference));
	for (size_t i = 0; i < value->count; i++)
		list_add(work,
			(struct setting_item){value->items[i].text,
				value->items[i].location,
				literal || value->items[i].literal});
}

static void list_element(struct list_work *work, const struct node *node)
{
	struct loader *loader = work->loader;
	bool inputs = work->setting->spec->type == SETTING_INPUTS;
	const struct param *param = substitution_whole(loader, node).param;
	struct substitution value;

	if (!setting_substitute(
		    loader, work->setting, node, SUBSTITUTE_PLAIN, &value) ||
		value.unknown)
		return;
	struct setting_item item = {value.text, value.location, false};
	const char *problem = NULL;
	if (inputs) {
		struct plain plain;

		problem = plain_parse(SETTING_INPUTS, item.text, &plain);
		item.literal = !path_is_glob(item.text);
		if (param)
			item.literal = param->type != SETTING_GLOB;
		if (!value.anchored)
			item.text = path_resolve_input(
				loader, item.literal, item.text);
	}
	if (problem)
		loader_error(loader, node->location, NULL,
			"this is not a path: %s", problem);
	else
		list_add(work, item);
}

void setting_read_list(
	struct loader *loader, struct setting *setting, const struct node *node)
{
	struct list_work work = {.loader = loader, .setting = setting};
	struct setting_list *list = setting->member;
	size_t count;

	if (!setting_check_list(loader, setting, node))
		return;
	setting_begin_many(setting, node);
	const struct node *const *items = setting_elements(&node, &count);
	for (size_t i = 0; i < count; i++) {
		struct param_reference reference =
			substitution_whole(loader, items[i]);

		if (reference.param && reference.value->many)
			list_splice(&work, items[i], &reference);
		else
			list_element(&work, items[i]);
	}
	setting_end_many(setting, work.count);
	*list = (struct setting_list){work.items, work.count};
}
