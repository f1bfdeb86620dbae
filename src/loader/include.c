/* SPDX-License-Identifier: MIT */
/* Files that define subgraphs: searched for and read, each once. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "loader/library.h"
#include "loader/path.h"
#include "loader/subgraph.h"

const char *library_data_directory(void)
{
	const char *directory = getenv("LEAT_DATA");

	return directory && *directory ? directory : LEAT_DATA_DIRECTORY;
}

struct library *library_add(
	struct loader *loader, const char *path, const struct stat *status)
{
	struct session_parts *parts = loader->session->parts;
	struct library *library = arena_alloc(loader->arena, sizeof(*library));
	struct library **last = &parts->library;

	library->source.name = arena_string(loader->arena, path);
	library->directory = path_directory(loader->arena, path);
	if (status) {
		library->device = status->st_dev;
		library->inode = status->st_ino;
	}
	while (*last)
		last = &(*last)->next;
	*last = library;
	parts->library_count++;
	return library;
}

/* ---- Keys --------------------------------------------------------------- */

void library_read_version(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	(void)key;
	(void)into;
	if (strcmp(value->text, "1") != 0)
		loader_error(loader, value->location, "write leat: 1",
			"this leat knows version 1 of the grammar, not '%s'",
			value->text);
}

void library_read_subgraphs(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	struct library *library = loader->library;
	const char **names =
		arena_array(loader->arena, value->count, sizeof(*names));

	(void)key;
	(void)into;
	library->count = value->count;
	library->subgraphs = arena_array(
		loader->arena, value->count, sizeof(*library->subgraphs));
	for (size_t i = 0; i < value->count; i++) {
		struct subgraph *subgraph = &library->subgraphs[i];
		const char *what = arena_format(loader->arena,
			"the subgraph '%s'", value->keys[i]->text);

		subgraph->key = value->keys[i];
		subgraph->node = value->items[i];
		subgraph->library = library;
		subgraph->name = names[i] = subgraph->key->text;
		loader_check_name(loader, subgraph->key, "a subgraph");
		if (loader_expect(loader, subgraph->node, NODE_MAP, what))
			grammar_read(loader, subgraph->node, subgraph_keys,
				"a subgraph", NULL);
	}
	library->names = names_create(loader->arena, names, value->count);
}

static const struct key_rule keys[] = {
	{"leat", KEY_SCALAR, library_read_version},
	{"doc", KEY_SCALAR, NULL},
	{"include", KEY_SEQUENCE, library_read_include},
	{"subgraphs", KEY_MAP, library_read_subgraphs},
	{NULL, KEY_ANY, NULL},
};

void library_read(struct loader *loader, struct library *library)
{
	struct location whole = {&library->source, 0, 0, 1, NULL};
	struct library *outer = loader->library;
	struct node *root = NULL;

	if (document_read(loader->arena, library->source.name, "file",
		    &library->source, loader->diagnostics))
		root = document_parse(loader->arena, &library->source,
			loader->diagnostics, &loader->failed);
	else
		loader->failed = true;
	if (!root || root->kind != NODE_MAP)
		loader->session->parts->incomplete = true;
	if (root && root->kind != NODE_MAP)
		loader_error(loader, root->location, "it starts with leat: 1",
			"an included file is a map of keys, not %s",
			node_kind_name(root));
	if (!root || root->kind != NODE_MAP)
		return;
	loader->library = library;
	grammar_read(loader, root, keys, "an included file", NULL);
	if (!node_get(root, "leat"))
		loader_error(loader, whole, "write leat: 1 at the top",
			"the key 'leat' is missing");
	loader->library = outer;
}

/* ---- The search --------------------------------------------------------- */

struct search {
	struct arena *arena;
	const char *name;
	const char *found; /* or NULL */
	struct stat status;
	struct text tried; /* for people */
};

/* Looks for the file in the first LENGTH bytes of DIRECTORY. */
static void look(struct search *search, const char *directory, size_t length)
{
	const char *slash = length && directory[length - 1] != '/' ? "/" : "";
	const char *path = arena_format(search->arena, "%.*s%s%s", (int)length,
		directory, slash, search->name);

	if (search->found)
		return;
	text_add_format(&search->tried, "%s%s",
		search->tried.length ? ", " : "looked for ", path);
	if (stat(path, &search->status) == 0)
		search->found = path;
}

static void look_everywhere(struct search *search, const char *beside)
{
	const char *path = getenv("LEAT_PATH");
	const char *data = library_data_directory();

	if (*search->name == '/') {
		look(search, "", 0);
		return;
	}
	look(search, beside, strlen(beside));
	while (path && *path) {
		size_t length = strcspn(path, ":");

		if (length)
			look(search, path, length);
		path += length + (path[length] == ':');
	}
	look(search, data, strlen(data));
}

/* ---- Includes ----------------------------------------------------------- */

static bool is_known(const struct loader *loader, const struct stat *status)
{
	const struct library *at = loader->session->parts->library;

	while (at &&
		(at->device != status->st_dev || at->inode != status->st_ino))
		at = at->next;
	return at;
}

static void read_found(struct loader *loader, const struct node *node,
	const struct search *search)
{
	if (is_known(loader, &search->status))
		return;
	if (loader->library->depth == LIBRARY_DEPTH) {
		loader_error(loader, node->location, NULL,
			"files include each other deeper than %u here",
			LIBRARY_DEPTH);
		return;
	}
	if (loader->session->parts->library_count > LIBRARY_FILES) {
		loader_error(loader, node->location, NULL,
			"more than %u files are included", LIBRARY_FILES);
		return;
	}
	struct library *library =
		library_add(loader, search->found, &search->status);
	library->depth = loader->library->depth + 1;
	library_read(loader, library);
}

static void include(struct loader *loader, const struct node *node)
{
	struct search search = {.arena = loader->arena, .name = node->text};

	if (node->length)
		look_everywhere(&search, loader->library->directory);
	if (search.found) {
		read_found(loader, node, &search);
	} else {
		loader->session->parts->incomplete = true;
		loader_error(loader, node->location, search.tried.data,
			"there is no file '%s' to include", node->text);
	}
	text_free(&search.tried);
}

void library_read_include(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	(void)into;
	if (loader->library->shipped) {
		loader_error(loader, key->location, NULL,
			"a file that comes with leat includes nothing");
		return;
	}
	for (size_t i = 0; i < value->count; i++)
		if (loader_expect(loader, value->items[i], NODE_SCALAR,
			    "an item of 'include'"))
			include(loader, value->items[i]);
		else
			loader->session->parts->incomplete = true;
}
