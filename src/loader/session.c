/* SPDX-License-Identifier: MIT */
/* Sessions: the keys at the top, and the order of the steps. */
#include "loader/session.h"

#include <stddef.h>
#include <string.h>

#include "loader/clock.h"
#include "loader/param.h"
#include "loader/path.h"
#include "loader/secret.h"
#include "loader/subgraph.h"
#include "loader/variable.h"

enum { DEFAULT_MEMORY = 64 * 1024 * 1024 };

static void read_name(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	(void)key;
	(void)into;
	if (!value->length || value->text[strspn(value->text, letters)])
		loader_error(loader, value->location,
			"use small letters, digits and -",
			"'%s' can't be the name of a session", value->text);
	loader->session->name = value->text;
}

static void read_doc(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	(void)key;
	(void)into;
	loader->session->doc = value->text;
}

static void read_state(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	(void)key;
	(void)into;
	if (strcmp(value->text, "none") != 0)
		loader_error(loader, value->location,
			"`leat run --state DIR` says where it is kept",
			"the only state that can be asked for is 'none', not "
			"'%s'",
			value->text);
	loader->session->stateless = true;
}

static void read_params(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	(void)key;
	(void)into;
	params_read(loader, value, loader->scope);
	loader->session->params = loader->scope->params;
	loader->session->param_count = loader->scope->count;
}

static void read_env(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	(void)key;
	(void)into;
	variables_read(loader, value);
}

static void read_reproducible(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	static const struct plain_rule rule = {.type = SETTING_BOOLEAN};
	struct plain plain;

	(void)key;
	(void)into;
	if (plain_check(loader, &rule, value->text, value->content, &plain))
		loader->session->reproducible = plain.boolean;
}

static void check_graphs(struct loader *loader, const struct node *key,
	const struct node *value, void *into)
{
	(void)key;
	(void)into;
	for (size_t i = 0; i < value->count; i++) {
		const struct node *name = value->keys[i];
		const struct node *graph = value->items[i];

		loader_check_name(loader, name, "a graph");
		if (loader_expect(loader, graph, NODE_MAP,
			    arena_format(loader->arena, "the graph '%s'",
				    name->text)))
			grammar_read(
				loader, graph, graph_keys, "a graph", NULL);
	}
}

/* Where READ is NULL the value is read when the session is built. */
static const struct key_rule session_keys[] = {
	{"leat", KEY_SCALAR, library_read_version},
	{"session", KEY_SCALAR, read_name},
	{"doc", KEY_SCALAR, read_doc},
	{"params", KEY_MAP, read_params},
	{"env", KEY_MAP, read_env},
	{"resources", KEY_MAP, NULL},
	{"reproducible", KEY_SCALAR, read_reproducible},
	{"on-error", KEY_SCALAR, NULL},
	{"graphs", KEY_MAP, check_graphs},
	{"operators", KEY_MAP, NULL},
	{"links", KEY_SEQUENCE, NULL},
	{"rejected", KEY_SCALAR, NULL},
	{"include", KEY_SEQUENCE, library_read_include},
	{"state", KEY_SCALAR, read_state},
	{"datastores", KEY_LATER, NULL},
	{"models", KEY_LATER, NULL},
	{"subgraphs", KEY_MAP, library_read_subgraphs},
	{"phases", KEY_LATER, NULL},
	{NULL, KEY_ANY, NULL},
};

/* ---- Parsing ------------------------------------------------------------ */

static void require_key(struct loader *loader, const struct node *root,
	const char *key, const char *hint)
{
	struct location whole = {
		&loader->session->parts->source, 0, 0, 1, NULL};

	if (!node_get(root, key))
		loader_error(
			loader, whole, hint, "the key '%s' is missing", key);
}

/* Whether a key of the session is none of the grammar's: it may be a required
 * one under another name. */
static bool has_strange_key(const struct node *root)
{
	for (size_t i = 0; i < root->count; i++) {
		const struct key_rule *rule = session_keys;

		while (rule->name &&
			strcmp(rule->name, root->keys[i]->text) != 0)
			rule++;
		if (!rule->name)
			return true;
	}
	return false;
}

static void check_root(struct loader *loader, const struct node *root)
{
	grammar_read(loader, root, session_keys, "a session", NULL);
	const char *single = node_get(root, "operators") ? "operators"
		: node_get(root, "links")		 ? "links"
		: node_get(root, "rejected")		 ? "rejected"
							 : NULL;
	if (!has_strange_key(root)) {
		require_key(loader, root, "leat", "write leat: 1 at the top");
		require_key(loader, root, "session",
			"give it a name, as in session: access-report");
		if (!node_get(root, "graphs"))
			require_key(loader, root, "operators", NULL);
	}
	if (single && node_get(root, "graphs")) {
		for (size_t i = 0; i < root->count; i++)
			if (strcmp(root->keys[i]->text, single) == 0)
				loader_error(loader, root->keys[i]->location,
					"put it into one of the graphs",
					"'%s' can't stand beside 'graphs'",
					single);
	}
}

static struct session *create(const char *path)
{
	struct arena *arena = arena_create();
	struct session *session = arena_alloc(arena, sizeof(*session));

	session->parts = arena_alloc(arena, sizeof(*session->parts));
	session->parts->arena = arena;
	session->path = arena_string(arena, path);
	session->name = "";
	session->parts->scope.directory = path_directory(arena, path);
	session->directory = session->parts->scope.directory;
	session->memory_bytes = DEFAULT_MEMORY;
	session->reproducible = true;
	return session;
}

/* The session is the first of the files that define subgraphs. */
static void add_library(struct loader *loader)
{
	const char *path = loader->session->path;
	struct stat status;
	bool known = stat(path, &status) == 0;

	loader->library = library_add(loader, path, known ? &status : NULL);
}

static void build(struct loader *loader, const struct node *root);

struct session *session_parse(const char *path, struct diagnostics *diagnostics)
{
	struct session *session = create(path);
	struct session_parts *parts = session->parts;
	struct loader loader = {.session = session,
		.arena = parts->arena,
		.diagnostics = diagnostics,
		.scope = &parts->scope};

	if (!document_read(parts->arena, session->path, "session",
		    &parts->source, diagnostics)) {
		session_destroy(session);
		return NULL;
	}
	parts->root = document_parse(
		parts->arena, &parts->source, diagnostics, &loader.failed);
	clock_read(&loader);
	bool map = parts->root && parts->root->kind == NODE_MAP;
	if (parts->root && !map)
		loader_error(&loader, parts->root->location,
			"it starts with leat: 1",
			"a session is a map of keys, not %s",
			node_kind_name(parts->root));
	add_library(&loader);
	if (map) {
		secret_add_defaults(&loader, parts->root);
		check_root(&loader, parts->root);
		library_index(&loader);
	}
	if (!loader.failed)
		return session;
	parts->scope.open = true;
	if (map)
		build(&loader, parts->root); /* for its errors */
	session_destroy(session);
	return NULL;
}

const struct param *session_param(
	const struct session *session, const char *name)
{
	for (unsigned i = 0; i < session->param_count; i++)
		if (strcmp(session->params[i].name, name) == 0)
			return &session->params[i];
	return NULL;
}

bool session_set_param(struct session *session, const char *name,
	const char *value, const char *option, struct diagnostics *diagnostics)
{
	struct loader loader = {.session = session,
		.arena = session->parts->arena,
		.diagnostics = diagnostics,
		.scope = &session->parts->scope};
	int index = param_find(loader.scope, name);

	if (index >= 0)
		return param_set(&loader, &session->params[index],
			&loader.scope->values[index], value, option);
	loader_error(&loader, (struct location){NULL, 0, 0, 1, NULL}, NULL,
		"%s: the session has no param '%s'", option, name);
	return false;
}

/* ---- Building ----------------------------------------------------------- */

struct resources {
	int64_t jobs, memory, unit_us;
};

static const struct property_spec resource_properties[] = {
	{.name = "jobs",
		.type = SETTING_INTEGER,
		.offset = offsetof(struct resources, jobs),
		.minimum = 1,
		.maximum = 1024},
	{.name = "memory",
		.type = SETTING_SIZE,
		.offset = offsetof(struct resources, memory),
		.minimum = 1024 * 1024,
		.maximum = INT64_C(1) << 50,
		.fallback = "64MiB"},
	{.name = "unit-time",
		.type = SETTING_DURATION,
		.offset = offsetof(struct resources, unit_us),
		.minimum = 1000 * 1000,
		.maximum = INT64_C(365) * 24 * 3600 * 1000 * 1000,
		.fallback = "1d"},
	{.name = NULL},
};

static void build_resources(struct loader *loader, const struct node *root)
{
	const struct node *map = node_get(root, "resources");
	struct location locations[3];
	struct resources resources = {.jobs = 0};
	struct settings settings = {.specs = resource_properties,
		.what = "'resources'",
		.state = &resources,
		.locations = locations};

	if (map && map->kind != NODE_MAP)
		map = NULL;
	settings_read(loader, map, NULL, &settings);
	loader->session->memory_bytes = resources.memory;
	loader->session->memory_said = map && node_get(map, "memory");
	loader->session->jobs = (unsigned)resources.jobs;
	loader->session->unit_seconds = resources.unit_us / (1000 * 1000);
	graph_read_on_error(loader, root, &loader->on_error);
}

static void build_graphs(struct loader *loader, const struct node *root)
{
	struct session *session = loader->session;
	const struct node *graphs = node_get(root, "graphs");

	if (!graphs) {
		struct graph_plan *plan =
			arena_alloc(loader->arena, sizeof(*plan));

		plan->name = session->name;
		plan->location = root->location;
		session->graphs = plan;
		session->graph_count = 1;
		if (node_get(root, "operators"))
			graph_load(loader, root, plan);
		return;
	}
	if (graphs->kind != NODE_MAP)
		return;
	session->graph_count = (unsigned)graphs->count;
	session->graphs = arena_array(
		loader->arena, graphs->count, sizeof(*session->graphs));
	for (size_t i = 0; i < graphs->count; i++) {
		session->graphs[i].name = graphs->keys[i]->text;
		session->graphs[i].location = graphs->keys[i]->location;
		if (graphs->items[i]->kind == NODE_MAP)
			graph_load(
				loader, graphs->items[i], &session->graphs[i]);
	}
}

static void build(struct loader *loader, const struct node *root)
{
	build_resources(loader, root);
	build_graphs(loader, root);
	subgraph_check_unused(loader);
	session_check_outputs(loader);
	session_check_alone(loader);
}

bool session_build(struct session *session, bool require_all,
	struct diagnostics *diagnostics)
{
	struct loader loader = {.session = session,
		.arena = session->parts->arena,
		.diagnostics = diagnostics,
		.scope = &session->parts->scope,
		.library = session->parts->library};

	session->parts->scope.open = !require_all;
	session->parts->variables.open = !require_all;
	variables_take(&loader);
	if (require_all) {
		params_require(&loader);
		variables_require(&loader);
	}
	build(&loader, session->parts->root);
	for (unsigned i = 0; i < session->graph_count; i++)
		session->graphs[i].secrets = session->secrets;
	return !loader.failed;
}

void session_destroy(struct session *session)
{
	if (session)
		arena_destroy(session->parts->arena);
}
