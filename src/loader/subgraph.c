/* SPDX-License-Identifier: MIT */
/* Definitions of subgraphs. */
#include "loader/subgraph.h"

#include <string.h>

#include "base/text.h"
#include "loader/param.h"

enum { SHOWN = 8 }; /* names of a cycle */

const struct key_rule subgraph_keys[] = {
	{"doc", KEY_SCALAR, NULL},
	{"params", KEY_MAP, NULL},
	{"operators", KEY_MAP, NULL},
	{"links", KEY_SEQUENCE, NULL},
	{"rejected", KEY_SCALAR, NULL},
	{"pins", KEY_MAP, NULL},
	{"live", KEY_MAP, NULL},
	{"on-error", KEY_SCALAR, NULL},
	{NULL, KEY_ANY, NULL},
};

/* A map among the keys, or one that is empty. */
static const struct node *find_map(
	const struct subgraph *subgraph, const char *key)
{
	static const struct node empty = {.kind = NODE_MAP};
	const struct node *map = node_get(subgraph->node, key);

	return map && map->kind == NODE_MAP ? map : &empty;
}

/* ---- Names -------------------------------------------------------------- */

/* Whether a use may have KEY for a param or something live; else reported. */
static bool check_key(struct loader *loader, const char *name,
	struct location location, const char *what)
{
	const struct key_rule *rule = graph_reserved_keys;

	for (; rule->name; rule++)
		if (strcmp(rule->name, name) == 0) {
			loader_error(loader, location, "call it otherwise",
				"'%s' can't be the name of %s: every use has "
				"that key",
				name, what);
			return false;
		}
	return true;
}

static void read_params(struct loader *loader, struct subgraph *subgraph)
{
	struct param_scope *scope = &subgraph->scope;

	scope->directory = subgraph->library->directory;
	scope->session = &loader->session->parts->scope;
	scope->open = true;
	params_read(loader, find_map(subgraph, "params"), scope);
	for (unsigned i = 0; i < scope->count; i++)
		if (!check_key(loader, scope->params[i].name,
			    scope->params[i].location, "a param"))
			scope->values[i].broken = true;
}

/* ---- Pins and live properties ------------------------------------------- */

static void read_pins(struct loader *loader, struct subgraph *subgraph)
{
	const struct node *map = find_map(subgraph, "pins");
	struct graph_work *work = &subgraph->body.work;
	struct pin_spec *pins =
		arena_array(loader->arena, map->count + 1, sizeof(*pins));
	size_t count = 0;

	subgraph->spec.pins = subgraph->rows = pins;
	subgraph->pins =
		arena_array(loader->arena, map->count, sizeof(*subgraph->pins));
	for (size_t i = 0; i < map->count; i++) {
		struct shown_pin pin = {.node = map->items[i]};

		if (!loader_check_name(loader, map->keys[i], "a pin") ||
			!graph_find_shown(
				work, map->items[i], false, &pin.end)) {
			subgraph->broken = true;
			continue;
		}
		pins[count] = work->plan->operators[pin.end.op]
				      .spec->pins[pin.end.row];
		pins[count].name = map->keys[i]->text;
		subgraph->pins[count++] = pin;
	}
}

static void read_live(struct loader *loader, struct subgraph *subgraph)
{
	const struct node *map = find_map(subgraph, "live");
	struct graph_work *work = &subgraph->body.work;
	struct property_spec *rows =
		arena_array(loader->arena, map->count + 1, sizeof(*rows));
	size_t count = 0;

	subgraph->spec.properties = rows;
	subgraph->live =
		arena_array(loader->arena, map->count, sizeof(*subgraph->live));
	for (size_t i = 0; i < map->count; i++) {
		const struct node *key = map->keys[i];
		struct graph_end end;

		if (!loader_check_name(loader, key, "a live property") ||
			!check_key(loader, key->text, key->location,
				"a live property") ||
			!graph_find_shown(work, map->items[i], true, &end))
			continue;
		if (param_find(&subgraph->scope, key->text) >= 0) {
			loader_error(loader, key->location, NULL,
				"'%s' is a param already", key->text);
			continue;
		}
		rows[count] =
			work->plan->operators[end.op].spec->properties[end.row];
		rows[count].name = key->text;
		subgraph->live[count++] = end;
	}
}

/* ---- The whole ---------------------------------------------------------- */

/* Sums up the uses in the body. */
static void measure(struct subgraph *subgraph)
{
	const struct graph_body *body = &subgraph->body;

	subgraph->height = 1;
	subgraph->operators = 0;
	for (size_t i = 0; body->operators && i < body->operators->count; i++) {
		const struct subgraph *inner = body->subgraphs[i];

		subgraph->operators += inner ? inner->operators : 1;
		if (subgraph->operators > SUBGRAPH_OPERATORS)
			subgraph->operators = SUBGRAPH_OPERATORS + 1;
		if (inner && subgraph->height <= inner->height)
			subgraph->height = inner->height + 1;
	}
}

static void read_whole(struct loader *loader, struct subgraph *subgraph)
{
	struct graph_body *body = &subgraph->body;
	const char *what = arena_format(
		loader->arena, "the subgraph '%s'", subgraph->name);

	subgraph->spec = (struct operator_spec){.name = subgraph->name};
	read_params(loader, subgraph);
	if (subgraph->node->kind != NODE_MAP ||
		!body_read(loader, subgraph->node, what,
			subgraph->key->location, body)) {
		subgraph->broken = true;
		return;
	}
	read_pins(loader, subgraph);
	read_live(loader, subgraph);
	body_check_ends(body, subgraph);
}

void subgraph_read(struct loader *loader, struct subgraph *subgraph)
{
	struct param_scope *scope = loader->scope;
	struct library *library = loader->library;

	if (subgraph->state != SUBGRAPH_NEW)
		return;
	subgraph->state = SUBGRAPH_OPEN;
	subgraph->reader = loader->reading;
	loader->reading = subgraph;
	loader->library = subgraph->library;
	loader->scope = &subgraph->scope;
	read_whole(loader, subgraph);
	measure(subgraph);
	loader->scope = scope;
	loader->library = library;
	loader->reading = subgraph->reader;
	subgraph->state = SUBGRAPH_READ;
}

/* Reports that USE, in what is being read, leads back to SUBGRAPH. */
static void report_cycle(struct loader *loader, const struct subgraph *subgraph,
	const struct node *use)
{
	const char *names = subgraph->name;
	const struct subgraph *at = loader->reading;

	for (unsigned count = 1; at && at != subgraph; at = at->reader, count++)
		if (count < SHOWN)
			names = arena_format(
				loader->arena, "%s -> %s", at->name, names);
		else if (count == SHOWN)
			names = arena_format(loader->arena, "... -> %s", names);
	loader_error(loader, use->location, NULL,
		"the subgraph '%s' uses itself: %s -> %s", subgraph->name,
		subgraph->name, names);
}

struct subgraph *subgraph_use(struct loader *loader, struct subgraph *subgraph,
	const struct node *use)
{
	unsigned depth = 1;

	for (const struct subgraph *at = loader->reading; at; at = at->reader)
		depth++;
	subgraph->used = true;
	if (subgraph->state == SUBGRAPH_OPEN) {
		report_cycle(loader, subgraph, use);
		return NULL;
	}
	if (depth <= SUBGRAPH_DEPTH)
		subgraph_read(loader, subgraph);
	if (depth <= SUBGRAPH_DEPTH &&
		(!loader->reading || subgraph->height < SUBGRAPH_DEPTH))
		return subgraph;
	loader_error(loader, use->location, NULL,
		"subgraphs are nested deeper than %u here", SUBGRAPH_DEPTH);
	return NULL;
}

/* ---- Those that nothing uses -------------------------------------------- */

static void check_unused(struct loader *loader, struct subgraph *subgraph)
{
	struct graph_plan plan = {
		.name = subgraph->name, .location = subgraph->key->location};
	struct graph_work work = {.loader = loader, .plan = &plan};
	struct param_scope *scope = loader->scope;

	loader->expanded += subgraph->operators;
	if (!subgraph->body.operators || loader->expanded > SUBGRAPH_OPERATORS)
		return;
	loader->scope = &subgraph->scope;
	body_expand(&work, &subgraph->body, subgraph);
	graph_connect(&work);
	graph_rank(&work);
	graph_relate(&work);
	loader->scope = scope;
}

void subgraph_check_unused(struct loader *loader)
{
	struct library *first = loader->session->parts->library;

	for (struct library *at = first; at; at = at->next)
		for (size_t i = 0; i < at->count; i++)
			subgraph_read(loader, &at->subgraphs[i]);
	loader->expanded = 0;
	for (struct library *at = first; at; at = at->next)
		for (size_t i = 0; i < at->count; i++)
			if (!at->subgraphs[i].used)
				check_unused(loader, &at->subgraphs[i]);
}
