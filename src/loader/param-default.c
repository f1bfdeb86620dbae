/* SPDX-License-Identifier: MIT */
/* The defaults of params. */
#include <string.h>

#include "base/text.h"
#include "loader/declaration.h"
#include "loader/path.h"

/* A default can't refer to params: they have no order. */
static bool literal_text(
	struct loader *loader, const struct node *node, const char **text)
{
	const char *at = strstr(node->text, "${");
	struct text result = {0};

	*text = node->text;
	if (!at)
		return true;
	const char *from = node->text;
	for (; at; at = strstr(from, "${")) {
		if (at == from || at[-1] != '$') {
			loader_error(loader,
				node_place(node, (size_t)(at - node->text), 2),
				"write $${ for a literal ${",
				"a default can't refer to params");
			text_free(&result);
			return false;
		}
		text_add(&result, from, (size_t)(at - from) - 1);
		text_add_string(&result, "${");
		from = at + 2;
	}
	text_add_string(&result, from);
	*text = arena_string(loader->arena, result.data);
	text_free(&result);
	return true;
}

/* Where a default stands; of a secret one the text isn't to be seen. */
static struct location declaration_place(struct loader *loader,
	const struct param *param, const struct node *node)
{
	struct location location = node->content;
	struct source *source;

	if (!param->secret)
		return location;
	source = arena_alloc(loader->arena, sizeof(*source));
	source->name = location.source->name;
	location.source = source;
	return location;
}

static void read_default_item(struct loader *loader,
	struct declaration *declaration, const struct node *node)
{
	struct param *param = declaration->param;
	struct param_item item = {
		.location = declaration_place(loader, param, node)};

	if (!loader_expect(loader, node, NODE_SCALAR, "'default'"))
		declaration->value->broken = true;
	else if (!literal_text(loader, node, &item.text))
		declaration->value->broken = true;
	else {
		item.literal = !path_is_glob(item.text);
		if (param->type == SETTING_INPUTS && *item.text)
			item.text = path_resolve_input(
				loader, item.literal, item.text);
		else if (plain_is_path(param->type) && *item.text)
			item.text =
				path_resolve(loader, param->type, item.text);
		if (!param_add(loader, param, declaration->value, item))
			declaration->value->broken = true;
	}
}

static const char *shown_default(struct loader *loader, const struct node *node)
{
	struct text text = {0};

	if (node->kind == NODE_SCALAR)
		return node->text;
	text_add_string(&text, "");
	for (size_t i = 0; i < node->count; i++)
		text_add_format(&text, "%s%s", i ? " " : "",
			node->items[i]->text ? node->items[i]->text : "");
	const char *result = arena_string(loader->arena, text.data);
	text_free(&text);
	return result;
}

void declaration_read_default(
	struct loader *loader, struct declaration *declaration)
{
	const struct node *node = declaration->fallback;
	struct param *param = declaration->param;

	if (!node)
		return;
	if (node->kind == NODE_SEQUENCE && !declaration->value->many) {
		loader_error(loader, node->location,
			"add list: true, or give one value",
			"the param '%s' isn't a list", param->name);
		declaration->value->broken = true;
		return;
	}
	if (node->kind == NODE_SEQUENCE)
		for (size_t i = 0; i < node->count; i++)
			read_default_item(loader, declaration, node->items[i]);
	else
		read_default_item(loader, declaration, node);
	param->has_value = true;
	if (!declaration->value->broken)
		param->fallback = shown_default(loader, node);
}
