/* SPDX-License-Identifier: MIT */
/* What the names of subgraphs mean. */
#include "loader/library.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "loader/subgraph.h"
#include "registry/registry.h"

/* ---- Shipped ------------------------------------------------------------ */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The name before `.yaml`; NULL for what else may be in the directory. */
static const char *name_of(struct arena *arena, const char *file)
{
	size_t length = strlen(file);

	if (length <= 5 || *file == '.' ||
		strcmp(file + length - 5, ".yaml") != 0)
		return NULL;
	return arena_copy(arena, file, length - 5);
}

/* The names of the subgraphs in the data directory, looked up once. */
static const struct names *shipped_names(struct loader *loader)
{
	struct session_parts *parts = loader->session->parts;
	const char **list = NULL;
	size_t count = 0, capacity = 0;

	if (parts->shipped)
		return parts->shipped;
	DIR *directory = opendir(library_data_directory());
	const struct dirent *entry;
	while (directory && (entry = readdir(directory))) {
		const char *name = name_of(loader->arena, entry->d_name);

		if (!name)
			continue;
		list = loader_grow(
			loader, list, count, &capacity, sizeof(*list));
		list[count++] = name;
	}
	if (directory)
		closedir(directory);
	if (count)
		qsort(list, count, sizeof(*list), by_text);
	return parts->shipped = names_create(loader->arena, list, count);
}

static struct subgraph *find_own(
	const struct library *library, const char *name)
{
	int index = library->names ? names_find(library->names, name) : -1;

	return index >= 0 ? &library->subgraphs[index] : NULL;
}

static struct subgraph *find_shipped(struct loader *loader, const char *name)
{
	struct library *at = loader->session->parts->library;

	if (names_find(shipped_names(loader), name) < 0)
		return NULL;
	const char *path = arena_format(
		loader->arena, "%s/%s.yaml", library_data_directory(), name);
	while (at && !(at->shipped && strcmp(at->source.name, path) == 0))
		at = at->next;
	if (!at) {
		at = library_add(loader, path, NULL);
		at->shipped = true;
		library_read(loader, at);
		if (!find_own(at, name))
			loader_error(loader,
				(struct location){&at->source, 0, 0, 1, NULL},
				NULL, "this doesn't define the subgraph '%s'",
				name);
	}
	return find_own(at, name);
}

/* ---- Look-up ------------------------------------------------------------ */

static struct subgraph *find_included(
	const struct session_parts *parts, const char *name)
{
	int index = parts->included ? names_find(parts->included, name) : -1;

	return index >= 0 ? parts->included_subgraphs[index] : NULL;
}

struct subgraph *library_find(struct loader *loader, const char *name)
{
	struct subgraph *found = find_own(loader->library, name);

	if (!found)
		found = find_included(loader->session->parts, name);
	return found ? found : find_shipped(loader, name);
}

static size_t add_names(
	const char **list, size_t count, const struct names *names)
{
	for (size_t i = 0; names && i < names->count; i++)
		list[count++] = names->list[i];
	return count;
}

const char *const *library_names(struct loader *loader)
{
	const struct names *own = loader->library->names;
	const struct names *included = loader->session->parts->included;
	const struct names *shipped = shipped_names(loader);
	const char *const *operators = registry_operator_names();
	size_t count = (own ? own->count : 0) +
		(included ? included->count : 0) + shipped->count;

	for (size_t i = 0; operators[i]; i++)
		count++;
	const char **list =
		arena_array(loader->arena, count + 1, sizeof(*list));
	count = add_names(list, 0, own);
	count = add_names(list, count, included);
	count = add_names(list, count, shipped);
	while (*operators)
		list[count++] = *operators++;
	return list;
}

/* ---- The index ---------------------------------------------------------- */

/* Warns at a name that hides another. */
static void check_hidden(struct loader *loader, const struct subgraph *subgraph)
{
	struct session_parts *parts = loader->session->parts;
	const struct subgraph *included = find_included(parts, subgraph->name);
	const char *what = NULL;

	if (subgraph->library == parts->library && included)
		what = arena_format(loader->arena, "the subgraph of %s",
			included->library->source.name);
	else if (names_find(shipped_names(loader), subgraph->name) >= 0)
		what = "the subgraph that comes with leat";
	else if (registry_operator(subgraph->name))
		what = "the operator";
	if (what)
		diagnostics_add(loader->diagnostics, SEVERITY_WARNING,
			subgraph->key->location, "call it otherwise",
			"'%s' hides %s of that name", subgraph->name, what);
}

/* Whether the file is in the data directory. */
static bool is_data(const struct library *library)
{
	const char *data = library_data_directory();
	size_t length = strlen(data);

	return strncmp(library->source.name, data, length) == 0 &&
		library->source.name[length] == '/';
}

static int by_name(const void *a, const void *b)
{
	const struct subgraph *left = *(struct subgraph *const *)a;
	const struct subgraph *right = *(struct subgraph *const *)b;
	int order = strcmp(left->name, right->name);

	if (order || left->library == right->library)
		return order;
	/* Of two files the one that was read first. */
	for (const struct library *at = left->library; at; at = at->next)
		if (at == right->library)
			return -1;
	return 1;
}

/* Leaves out what is defined before; reported. */
static size_t leave_unique(
	struct loader *loader, struct subgraph **list, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const struct subgraph *last = kept ? list[kept - 1] : NULL;

		if (!last || strcmp(last->name, list[i]->name) != 0)
			list[kept++] = list[i];
		else
			loader_error(loader, list[i]->key->location,
				"call one of them otherwise",
				"the subgraph '%s' is defined in %s, line %u, "
				"as well",
				last->name, last->library->source.name,
				last->key->location.line);
	}
	return kept;
}

static void index_included(struct loader *loader)
{
	struct session_parts *parts = loader->session->parts;
	struct subgraph **list;
	size_t count = 0;

	for (struct library *at = parts->library->next; at; at = at->next)
		count += at->count;
	const char **names = arena_array(loader->arena, count, sizeof(*names));
	list = arena_array(loader->arena, count, sizeof(struct subgraph *));
	count = 0;
	for (struct library *at = parts->library->next; at; at = at->next)
		for (size_t i = 0; i < at->count; i++)
			list[count++] = &at->subgraphs[i];
	if (count)
		qsort(list, count, sizeof(struct subgraph *), by_name);
	count = leave_unique(loader, list, count);
	for (size_t i = 0; i < count; i++)
		names[i] = list[i]->name;
	parts->included = names_create(loader->arena, names, count);
	parts->included_subgraphs = list;
}

void library_index(struct loader *loader)
{
	struct library *at = loader->session->parts->library;

	index_included(loader);
	for (; at; at = at->next)
		for (size_t i = 0; i < at->count && !is_data(at); i++)
			check_hidden(loader, &at->subgraphs[i]);
}
