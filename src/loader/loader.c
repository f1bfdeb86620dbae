/* SPDX-License-Identifier: MIT */
/* What the parts of the loader share: reporting, and checks of nodes. */
#include "loader/loader.h"

#include <string.h>

#include "base/text.h"
#include "loader/yaml-hint.h"

/* What may be the matter when the error itself has no hint. */
static const char *cut_hint(
	const struct loader *loader, struct location location)
{
	const struct plain_text *text = loader->plain_texts;
	const char *hint = NULL;

	if (!loader_is_verbose(loader))
		return NULL;
	for (; text && !hint; text = text->next)
		hint = yaml_hint_cut(text->node, location);
	return hint;
}

void loader_verror(struct loader *loader, struct location location,
	const char *hint, const char *format, va_list args)
{
	if (!hint)
		hint = cut_hint(loader, location);
	if (!location.use)
		location.use = loader->use;
	diagnostics_vadd(loader->diagnostics, SEVERITY_ERROR, location, hint,
		format, args);
	loader->failed = true;
	loader->errors++;
}

void loader_error(struct loader *loader, struct location location,
	const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	loader_verror(loader, location, hint, format, args);
	va_end(args);
}

bool loader_is_verbose(const struct loader *loader)
{
	return diagnostics_count(loader->diagnostics, SEVERITY_ERROR) < 200;
}

const char *loader_nearest(struct loader *loader, const char *word,
	const char *const *candidates, const char *fallback)
{
	const char *nearest = loader_is_verbose(loader)
		? text_nearest(word, candidates)
		: NULL;

	if (!nearest)
		return fallback;
	return arena_format(loader->arena, "did you mean '%s'?", nearest);
}

const char *loader_join(struct loader *loader, const char *const *names)
{
	struct text text = {0};

	text_add_string(&text, "");
	for (; *names; names++)
		text_add_format(&text, "%s%s", text.length ? ", " : "", *names);
	const char *joined = arena_string(loader->arena, text.data);
	text_free(&text);
	return joined;
}

void *loader_grow(struct loader *loader, void *items, size_t count,
	size_t *capacity, size_t size)
{
	if (count < *capacity)
		return items;
	*capacity = *capacity ? 2 * *capacity : 4;
	void *grown = arena_array(loader->arena, *capacity, size);
	if (count)
		memcpy(grown, items, count * size);
	return grown;
}

/* What to do where a text stands for a list, or one of both for a text. */
static const char *collection_hint(const struct node *node, enum node_kind kind)
{
	if (kind == NODE_SCALAR)
		return yaml_hint_collection(node);
	if (kind == NODE_SEQUENCE && node->kind == NODE_SCALAR)
		return "each entry of a list begins with a dash and a space, "
		       "or the list stands in [ ]";
	return NULL;
}

bool loader_expect(struct loader *loader, const struct node *node,
	enum node_kind kind, const char *what)
{
	static const char *const names[] = {"a text", "a list", "a map"};

	if (node->kind == kind && !(kind == NODE_SCALAR && node_is_empty(node)))
		return true;
	struct location location = node->location;
	if (node_is_empty(node)) {
		location.width = 1;
		loader_error(loader, location,
			loader_is_verbose(loader) ? yaml_hint_empty(node)
						  : NULL,
			"%s has no value; it takes %s", what, names[kind]);
	} else
		loader_error(loader, location, collection_hint(node, kind),
			"%s takes %s, not %s", what, names[kind],
			node_kind_name(node));
	return false;
}

bool loader_check_name(
	struct loader *loader, const struct node *key, const char *what)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789";
	size_t length = strlen(key->text), first = strspn(key->text, letters);

	for (size_t i = first; i < length; i++)
		if (!strchr(letters, key->text[i]) &&
			!strchr("_-", key->text[i]))
			first = 0;
	if (length && first)
		return true;
	loader_error(loader, key->location,
		"use letters, digits, - and _, a letter or digit first",
		"'%s' can't be the name of %s", key->text, what);
	return false;
}
