/* SPDX-License-Identifier: MIT */
/* The values of params and variables that must not be shown. */
#include "loader/secret.h"

#include <string.h>

static void append(struct loader *loader, const char *text)
{
	struct session_parts *parts = loader->session->parts;

	parts->secrets =
		loader_grow(loader, parts->secrets, parts->secret_count,
			&parts->secret_capacity, sizeof(*parts->secrets));
	parts->secrets[parts->secret_count++] = text;
}

void secret_add(struct loader *loader, const char *text)
{
	diagnostics_hide(loader->diagnostics, text);
	append(loader, text);
	append(loader, NULL);
	loader->session->parts->secret_count--; /* the next takes its place */
	loader->session->secrets = loader->session->parts->secrets;
}

static void collect_default(struct loader *loader, const struct node *node)
{
	if (node->kind == NODE_SCALAR)
		secret_add(loader, node->text);
	for (size_t i = 0; node->kind == NODE_SEQUENCE && i < node->count; i++)
		collect_default(loader, node->items[i]);
}

void secret_add_defaults(struct loader *loader, const struct node *root)
{
	static const char *const keys[] = {"params", "env"};

	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		const struct node *map = node_get(root, keys[k]);

		if (!map || map->kind != NODE_MAP)
			continue;
		for (size_t i = 0; i < map->count; i++) {
			const struct node *item = map->items[i];
			bool is_map = item->kind == NODE_MAP;
			const struct node *node =
				is_map ? node_get(item, "default") : NULL;

			if (node && node_get(item, "secret"))
				collect_default(loader, node);
		}
	}
}
