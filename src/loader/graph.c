/* SPDX-License-Identifier: MIT */
/* Graphs: read as they are written, then made flat. */
#include "loader/graph.h"

#include "loader/live.h"
#include "loader/subgraph.h"
#include "registry/registry.h"

const struct key_rule graph_keys[] = {
	{"doc", KEY_SCALAR, NULL},
	{"operators", KEY_MAP, NULL},
	{"links", KEY_SEQUENCE, NULL},
	{"rejected", KEY_SCALAR, NULL},
	{"on-error", KEY_SCALAR, NULL},
	{NULL, KEY_ANY, NULL},
};

void graph_add_link(struct graph_work *work, struct draft_link link)
{
	work->links = loader_grow(work->loader, work->links, work->link_count,
		&work->link_capacity, sizeof(*work->links));
	work->links[work->link_count++] = link;
}

/* ---- The structure ------------------------------------------------------ */

/* The scalar that says which operator it is; NULL: reported. */
static const struct node *find_use(
	struct loader *loader, const struct node *key, const struct node *node)
{
	const struct node *use = node;
	const char *what =
		arena_format(loader->arena, "the operator '%s'", key->text);

	if (node->kind == NODE_MAP) {
		use = node_get(node, "use");
		what = "'use'";
	}
	if (use)
		return loader_expect(loader, use, NODE_SCALAR, what) ? use
								     : NULL;
	const char *hint = "say which operator it is, as in use: lines";
	if (registry_operator(key->text))
		hint = arena_format(loader->arena, "add use: %s", key->text);
	loader_error(loader, key->location, hint,
		"the operator '%s' has no 'use'", key->text);
	return NULL;
}

/* Finds what is used; with a subgraph, what that looks like. */
static const struct operator_spec *find_spec(
	struct loader *loader, const struct node *use, struct subgraph **into)
{
	struct subgraph *found = library_find(loader, use->text);
	const struct operator_spec *spec =
		found ? &found->spec : registry_operator(use->text);

	if (!spec && !loader->session->parts->incomplete)
		loader_error(loader, use->location,
			loader_is_verbose(loader)
				? loader_nearest(loader, use->text,
					  library_names(loader),
					  "`leat list` shows all operators")
				: NULL,
			"there is no operator '%s'", use->text);
	if (!found)
		return spec;
	*into = subgraph_use(loader, found, use);
	return *into && !found->broken ? spec : NULL;
}

static void read_entry(struct graph_body *body, unsigned index)
{
	struct loader *loader = body->work.loader;
	struct operator_plan *plan = &body->work.plan->operators[index];
	const struct node *key = body->operators->keys[index];
	const struct node *node = body->operators->items[index];
	const struct node *use = find_use(loader, key, node);

	plan->name = key->text;
	plan->location = key->location;
	if (!loader_check_name(loader, key, "an operator"))
		body->work.touched[index] = true;
	if (node->kind == NODE_MAP)
		operator_check_reserved(loader, node);
	if (use)
		plan->spec = find_spec(loader, use, &body->subgraphs[index]);
}

static void read_entries(struct graph_body *body)
{
	struct loader *loader = body->work.loader;
	struct graph_plan *plan = body->work.plan;
	size_t count = body->operators->count;
	const char **names = arena_array(loader->arena, count, sizeof(*names));

	plan->operator_count = (unsigned)count;
	plan->operators =
		arena_array(loader->arena, count, sizeof(*plan->operators));
	body->work.touched =
		arena_array(loader->arena, count, sizeof(*body->work.touched));
	body->subgraphs =
		arena_array(loader->arena, count, sizeof(struct subgraph *));
	for (unsigned i = 0; i < count; i++) {
		names[i] = body->operators->keys[i]->text;
		read_entry(body, i);
	}
	body->work.names = names_create(loader->arena, names, count);
}

/* The map of operators; NULL: reported. */
static const struct node *find_operators(struct loader *loader,
	const struct node *map, const char *name, struct location location)
{
	const struct node *operators = node_get(map, "operators");

	if (!operators)
		loader_error(
			loader, location, NULL, "%s has no 'operators'", name);
	else if (operators->kind == NODE_MAP && operators->count)
		return operators;
	else if (operators->kind == NODE_MAP)
		loader_error(loader, operators->location,
			"for example: {input: stdin}", "'operators' is empty");
	return NULL;
}

bool body_read(struct loader *loader, const struct node *map, const char *name,
	struct location location, struct graph_body *body)
{
	const struct node *links = node_get(map, "links");
	const struct node *rejected = node_get(map, "rejected");
	struct graph_work *work = &body->work;

	*body = (struct graph_body){.work.loader = loader,
		.operators = find_operators(loader, map, name, location)};
	if (!body->operators)
		return false;
	work->plan = arena_alloc(loader->arena, sizeof(*work->plan));
	read_entries(body);
	if (links && links->kind == NODE_SEQUENCE)
		graph_read_links(work, links);
	else
		work->links_broken = links != NULL;
	if (rejected && rejected->kind == NODE_SCALAR &&
		graph_find_input(work, rejected, &body->rejected_end.op,
			&body->rejected_end.row))
		body->rejected = rejected;
	return true;
}

/* ---- The graph ---------------------------------------------------------- */

/* Counts the operators that the uses in BODY stand for; leaves out the uses
 * that are too many. */
static void check_size(struct loader *loader, struct graph_body *body)
{
	for (unsigned i = 0; i < body->operators->count; i++) {
		const struct subgraph *subgraph = body->subgraphs[i];

		if (!subgraph)
			continue;
		loader->expanded += subgraph->operators;
		if (loader->expanded <= SUBGRAPH_OPERATORS)
			continue;
		loader->expanded -= subgraph->operators;
		body->subgraphs[i] = NULL;
		body->work.plan->operators[i].spec = NULL;
		loader_error(loader, body->operators->keys[i]->location,
			"a session may have as many that come from subgraphs",
			"with '%s' there are more than %u operators",
			body->operators->keys[i]->text, SUBGRAPH_OPERATORS);
		return;
	}
}

/* A graph without links may have only what has no ends. */
static void require_links(struct graph_body *body, const char *name)
{
	for (unsigned i = 0; i < body->operators->count; i++) {
		const struct operator_spec *spec =
			body->work.plan->operators[i].spec;

		if (spec && !spec->pins[0].name)
			continue;
		body->work.links_broken = true;
		loader_error(body->work.loader,
			body->operators->keys[0]->location,
			"add links, as in links: [a -> b -> c]",
			"%s has no 'links'", name);
		return;
	}
}

void graph_load(
	struct loader *loader, const struct node *map, struct graph_plan *plan)
{
	struct graph_work work = {.loader = loader, .plan = plan};
	enum on_error on_error = loader->on_error;
	struct graph_body body;
	const char *name =
		arena_format(loader->arena, "the graph '%s'", plan->name);

	if (!body_read(loader, map, name, plan->location, &body))
		return;
	if (!node_get(map, "links"))
		require_links(&body, name);
	graph_read_on_error(loader, map, &loader->on_error);
	body_check_ends(&body, NULL);
	check_size(loader, &body);
	body_expand(&work, &body, NULL);
	loader->on_error = on_error;
	graph_check_missing(&work);
	graph_connect(&work);
	graph_rank(&work);
	graph_relate(&work);
}
