/* SPDX-License-Identifier: MIT */
/* Uses of subgraphs expanded: their operators and links put into one graph. */
#include <limits.h>
#include <string.h>

#include "loader/subgraph.h"
#include "registry/registry.h"

/* What a use shows, in the flat graph, by the rows of its spec. */
struct shown {
	struct graph_end *pins, *live;
};

/* Where the operators of a body are in the flat graph. */
struct placed {
	const struct graph_body *body;
	unsigned *ops;
	struct shown **uses; /* NULL: an operator */
};

enum { NOWHERE = UINT_MAX };

static struct graph_end find_end(
	const struct placed *placed, unsigned op, unsigned row)
{
	if (!placed->body->work.plan->operators[op].spec)
		return (struct graph_end){NOWHERE, 0}; /* it is wrong */
	if (placed->uses[op])
		return placed->uses[op]->pins[row];
	return (struct graph_end){placed->ops[op], row};
}

static struct graph_end find_live(
	const struct placed *placed, unsigned op, unsigned row)
{
	if (!placed->body->work.plan->operators[op].spec)
		return (struct graph_end){NOWHERE, 0};
	if (placed->uses[op])
		return placed->uses[op]->live[row];
	return (struct graph_end){placed->ops[op], row};
}

/* ---- Operators ---------------------------------------------------------- */

static const char *full_name(struct loader *loader, const char *name)
{
	return loader->use
		? arena_format(loader->arena, "%s/%s", loader->use->name, name)
		: name;
}

static void add_reject(struct graph_work *work, unsigned op, unsigned row)
{
	work->rejects =
		loader_grow(work->loader, work->rejects, work->reject_count,
			&work->reject_capacity, sizeof(*work->rejects));
	work->rejects[work->reject_count++] = (struct graph_end){op, row};
}

/* The row of the output `rejected`, or -1. */
static int rejected_row(const struct operator_spec *spec)
{
	int row = spec ? spec_pin(spec, "rejected") : -1;

	return row >= 0 && spec->pins[row].direction == PIN_OUTPUT ? row : -1;
}

static unsigned add_operator(struct graph_work *work,
	const struct graph_body *body, unsigned index,
	const struct live_value *live)
{
	const struct node *node = body->operators->items[index];
	struct operator_plan op = body->work.plan->operators[index];
	struct graph_plan *plan = work->plan;
	struct loader *loader = work->loader;

	op.name = full_name(loader, op.name);
	op.location.use = loader->use;
	op.on_error = loader->on_error;
	if (node->kind == NODE_MAP)
		graph_read_on_error(loader, node, &op.on_error);
	if (op.spec)
		operator_load(loader, node, &op, live, index);
	if (body->work.touched[index]) /* links can't name it */
		op.missing = 0;
	if (rejected_row(op.spec) >= 0)
		add_reject(work, plan->operator_count,
			(unsigned)rejected_row(op.spec));
	plan->operators =
		loader_grow(loader, plan->operators, plan->operator_count,
			&work->operator_capacity, sizeof(*plan->operators));
	plan->operators[plan->operator_count] = op;
	return plan->operator_count++;
}

/* ---- Uses --------------------------------------------------------------- */

static struct placed expand(struct graph_work *work,
	const struct graph_body *body, const struct subgraph *subgraph,
	const struct live_value *live);

/* Hands on what uses around a use give to what is live in it. */
static void pass_live(struct loader *loader, const struct subgraph *subgraph,
	unsigned index, const struct live_value *live, struct live_value **into)
{
	while (*into)
		into = &(*into)->next;
	for (; live; live = live->next) {
		if (live->op != index)
			continue;
		struct live_value *passed =
			arena_alloc(loader->arena, sizeof(*passed));

		*passed = *live;
		passed->next = NULL;
		passed->op = subgraph->live[live->row].op;
		passed->row = subgraph->live[live->row].row;
		*into = passed;
		into = &passed->next;
	}
}

static const struct use *create_use(struct loader *loader,
	const struct subgraph *subgraph, const struct node *key)
{
	struct use *use = arena_alloc(loader->arena, sizeof(*use));

	use->name = full_name(loader, key->text);
	use->location = key->location;
	use->location.use = loader->use;
	use->text = subgraph->key->location;
	use->end_line = subgraph->node->end_line;
	return use;
}

/* A pin that is shown as rejected counts as such. */
static void place_rejected(struct graph_work *work,
	const struct pin_spec *shown, struct graph_end end)
{
	const struct operator_spec *spec = work->plan->operators[end.op].spec;

	if (strcmp(shown->name, spec->pins[end.row].name) != 0)
		add_reject(work, end.op, end.row);
}

static struct shown *place_shown(struct graph_work *work,
	const struct subgraph *subgraph, const struct placed *placed)
{
	const struct operator_spec *spec = &subgraph->spec;
	size_t pins = subgraph->broken ? 0 : spec_pin_count(spec);
	size_t live = subgraph->broken ? 0 : spec_property_count(spec);
	struct arena *arena = work->loader->arena;
	struct shown *shown = arena_alloc(arena, sizeof(*shown));

	shown->pins = arena_array(arena, pins, sizeof(*shown->pins));
	shown->live = arena_array(arena, live, sizeof(*shown->live));
	for (unsigned i = 0; i < pins; i++) {
		struct graph_end end = subgraph->pins[i].end;

		shown->pins[i] = find_end(placed, end.op, end.row);
		if (shown->pins[i].op != NOWHERE &&
			(int)i == rejected_row(spec))
			place_rejected(work, &spec->pins[i], shown->pins[i]);
	}
	for (unsigned i = 0; i < live; i++)
		shown->live[i] = find_live(
			placed, subgraph->live[i].op, subgraph->live[i].row);
	return shown;
}

static struct shown *expand_use(struct graph_work *work,
	const struct graph_body *body, unsigned index,
	const struct live_value *live)
{
	struct loader *loader = work->loader;
	struct subgraph *subgraph = body->subgraphs[index];
	const struct node *key = body->operators->keys[index];
	const struct node *node = body->operators->items[index];
	struct param_scope *outer_scope = loader->scope;
	const struct use *outer = loader->use;
	enum on_error on_error = loader->on_error;
	struct live_value *inner = NULL;
	struct param_scope *scope =
		use_read(loader, subgraph, key, node, &inner);

	pass_live(loader, subgraph, index, live, &inner);
	if (node->kind == NODE_MAP)
		graph_read_on_error(loader, node, &loader->on_error);
	loader->use = create_use(loader, subgraph, key);
	loader->scope = scope;
	graph_read_on_error(loader, subgraph->node, &loader->on_error);
	struct placed placed = expand(work, &subgraph->body, subgraph, inner);
	loader->use = outer;
	loader->scope = outer_scope;
	loader->on_error = on_error;
	return place_shown(work, subgraph, &placed);
}

/* ---- Links -------------------------------------------------------------- */

static void add_links(struct graph_work *work, const struct graph_body *body,
	const struct placed *placed)
{
	for (size_t i = 0; i < body->work.link_count; i++) {
		struct draft_link link = body->work.links[i];
		struct graph_end from =
			find_end(placed, link.from, link.from_pin);
		struct graph_end to = link.live
			? find_live(placed, link.to, link.live - 1)
			: find_end(placed, link.to, link.to_pin);

		if (from.op == NOWHERE || to.op == NOWHERE)
			continue;
		link.from = from.op;
		link.from_pin = from.row;
		link.to = to.op;
		link.to_pin = link.live ? 0 : to.row;
		link.live = link.live ? to.row + 1 : 0;
		link.location.use = work->loader->use;
		graph_add_link(work, link);
	}
}

/* The ends rejected that the subgraph shows, of those of the part. */
static bool *find_shown(struct graph_work *work, struct graph_part part,
	const struct subgraph *subgraph, const struct placed *placed)
{
	size_t rejects = work->reject_count - part.reject;
	size_t pins = subgraph && !subgraph->broken
		? spec_pin_count(&subgraph->spec)
		: 0;
	bool *shown =
		arena_array(work->loader->arena, rejects + 1, sizeof(*shown));

	for (size_t i = 0; i < pins; i++) {
		struct graph_end end = subgraph->pins[i].end;

		end = find_end(placed, end.op, end.row);
		for (size_t j = 0; j < rejects; j++) {
			const struct graph_end *reject =
				&work->rejects[part.reject + j];

			shown[j] |=
				reject->op == end.op && reject->row == end.row;
		}
	}
	return shown;
}

static void add_rejected(struct graph_work *work, const struct graph_body *body,
	const struct subgraph *subgraph, const struct placed *placed,
	struct graph_part part)
{
	struct graph_end to =
		find_end(placed, body->rejected_end.op, body->rejected_end.row);
	struct draft_link link = {.to = to.op,
		.to_pin = to.row,
		.location = body->rejected->content};

	link.location.use = work->loader->use;
	if (to.op != NOWHERE)
		graph_link_rejected(work, part, link,
			find_shown(work, part, subgraph, placed));
}

/* ---- Bodies ------------------------------------------------------------- */

/* SUBGRAPH is what the body is of, or NULL. */
static struct placed expand(struct graph_work *work,
	const struct graph_body *body, const struct subgraph *subgraph,
	const struct live_value *live)
{
	struct arena *arena = work->loader->arena;
	struct graph_part part = {work->plan->operator_count, work->link_count,
		work->reject_count};
	size_t count = body->operators ? body->operators->count : 0;
	struct placed placed = {.body = body,
		.ops = arena_array(arena, count, sizeof(*placed.ops)),
		.uses = arena_array(arena, count, sizeof(struct shown *))};

	work->links_broken |= body->work.links_broken;
	for (unsigned i = 0; i < count; i++)
		if (body->subgraphs[i])
			placed.uses[i] = expand_use(work, body, i, live);
		else
			placed.ops[i] = add_operator(work, body, i, live);
	add_links(work, body, &placed);
	if (body->rejected)
		add_rejected(work, body, subgraph, &placed, part);
	return placed;
}

void body_expand(struct graph_work *work, const struct graph_body *body,
	const struct subgraph *subgraph)
{
	expand(work, body, subgraph, NULL);
}
