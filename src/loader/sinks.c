/* SPDX-License-Identifier: MIT */
/* What can't be seen from one operator: outputs that two write, and encoders
 * whose sinks want different documents. */
#include <stdlib.h>
#include <string.h>

#include "loader/graph.h"
#include "loader/loader.h"
#include "registry/registry.h"

/* ---- Two that write one file ---------------------------------------------- */

static const struct setting_text *path_of(const struct operator_plan *op)
{
	const struct property_spec *row = op->spec ? spec_path(op->spec) : NULL;
	size_t index = row ? (size_t)(row - op->spec->properties) : 0;

	if (!row || row->flags & PROPERTY_DIRECTORY || op->unknown >> index & 1)
		return NULL;
	return (const struct setting_text *)((const char *)op->settings +
		row->offset);
}

/* A file that an operator writes. */
struct written {
	const struct graph_plan *graph;
	const struct operator_plan *op;
	const struct setting_text *path;
	const char *name; /* its path without what says nothing */
	size_t order;
};

/* PATH without "./" and double slashes. */
static const char *plain_name(struct arena *arena, const char *path)
{
	char *name = arena_alloc(arena, strlen(path) + 1), *at = name;

	while (*path) {
		bool start = at == name || at[-1] == '/';

		if (start && path[0] == '.' && path[1] == '/')
			path += 1 + strspn(path + 1, "/");
		else if (start && at > name && *path == '/')
			path++;
		else
			*at++ = *path++;
	}
	return name;
}

/* By name, what is in a directory next behind it; then in the order of the
 * file. */
static int compare(const void *a, const void *b)
{
	const struct written *left = a, *right = b;
	const char *l = left->name, *r = right->name;

	while (*l && *l == *r) {
		l++;
		r++;
	}
	if (*l == *r)
		return left->order < right->order ? -1 : 1;
	int x = *l == '/' ? 1 : (unsigned char)*l;
	int y = *r == '/' ? 1 : (unsigned char)*r;
	return x < y ? -1 : 1;
}

static void collect(struct loader *loader, const struct graph_plan *plan,
	struct written *list, size_t *count)
{
	for (unsigned i = 0; i < plan->operator_count; i++) {
		const struct operator_plan *op = &plan->operators[i];
		const struct setting_text *path = path_of(op);

		if (!path || !path->text)
			continue;
		list[*count] = (struct written){plan, op, path,
			plain_name(loader->arena, path->text), *count};
		++*count;
	}
}

/* The operator, with its graph where that isn't the one of OTHER. */
static const char *whose(struct loader *loader, const struct written *written,
	const struct written *other)
{
	if (written->graph == other->graph)
		return arena_format(loader->arena, "'%s'", written->op->name);
	return arena_format(loader->arena, "'%s' of the graph '%s'",
		written->op->name, written->graph->name);
}

/* LATER stands behind FIRST, by name. */
static void check_pair(struct loader *loader, const struct written *first,
	const struct written *later)
{
	size_t length = strlen(first->name);
	struct location location = later->path->location;
	char end = later->name[length];

	if (strncmp(first->name, later->name, length) != 0 ||
		(end && end != '/'))
		return;
	location.use = later->op->location.use;
	if (end)
		loader_error(loader, location, NULL,
			"'%s' writes into a directory that has the name of "
			"the file of %s",
			later->op->name, whose(loader, first, later));
	else
		loader_error(loader, location,
			"put a gather in front of one of them",
			"'%s' writes the same file as %s", later->op->name,
			whose(loader, first, later));
}

void session_check_outputs(struct loader *loader)
{
	const struct session *session = loader->session;
	struct written *list;
	size_t most = 0, count = 0, first = 0;

	for (unsigned i = 0; i < session->graph_count; i++)
		most += session->graphs[i].operator_count;
	list = arena_array(loader->arena, most, sizeof(*list));
	for (unsigned i = 0; i < session->graph_count; i++)
		collect(loader, &session->graphs[i], list, &count);
	if (count)
		qsort(list, count, sizeof(*list), compare);
	for (size_t i = 1; i < count; i++) {
		check_pair(loader, &list[first], &list[i]);
		if (strncmp(list[first].name, list[i].name,
			    strlen(list[first].name)) != 0 ||
			!strchr("/", list[i].name[strlen(list[first].name)]))
			first = i;
	}
}

/* ---- What there is only one of ---------------------------------------------- */

static void check_alone(struct loader *loader, const struct operator_plan *op,
	const struct operator_plan **first)
{
	if (*first)
		loader_error(loader, op->location,
			op->spec->pins->direction == PIN_INPUT
				? "put a gather in front of one of them"
				: "link the one to all that read it",
			"'%s' and '%s' are both %s, which there is only one of",
			(*first)->name, op->name, op->spec->name);
	else
		*first = op;
}

/* Two that read standard input take each other's bytes; two of a graph that
 * write to standard output give what the schedule makes of it. */
void session_check_alone(struct loader *loader)
{
	const struct session *session = loader->session;
	const struct operator_plan *source = NULL;

	for (unsigned i = 0; i < session->graph_count; i++) {
		const struct graph_plan *plan = &session->graphs[i];
		const struct operator_plan *sink = NULL;

		for (unsigned j = 0; j < plan->operator_count; j++) {
			const struct operator_plan *op = &plan->operators[j];

			if (!op->spec || !(op->spec->flags & OPERATOR_ALONE))
				continue;
			check_alone(loader, op,
				op->spec->pins->direction == PIN_INPUT
					? &sink
					: &source);
		}
	}
}

/* ---- Encoders ------------------------------------------------------------- */

/* Where the bytes of an operator end, but for those that keep nothing. */
struct ends {
	const struct operator_plan *first;
	const struct operator_plan *other; /* of another scope; or NULL */
};

static void add_end(struct ends *ends, const struct operator_plan *sink)
{
	if (!ends->first)
		ends->first = sink;
	else if (sink && !ends->other && sink->scope != ends->first->scope)
		ends->other = sink;
}

/* Those of an operator, given those of all behind it. */
static struct ends find_ends(
	const struct graph_plan *plan, unsigned index, const struct ends *all)
{
	const struct operator_plan *op = &plan->operators[index];
	struct ends ends = {NULL, NULL};
	bool passes = false;

	if (!op->spec || strcmp(op->spec->name, "discard") == 0)
		return ends;
	for (unsigned pin = 0; pin < op->pin_count; pin++) {
		int i = op->pins[pin].link;
		const struct link_plan *link = i < 0 ? NULL : &plan->links[i];

		if (!link || link->from != index || link->from_pin != pin ||
			link->type != PAYLOAD_BYTES)
			continue;
		passes = true;
		add_end(&ends, all[link->to].first);
		add_end(&ends, all[link->to].other);
	}
	if (!passes)
		ends.first = op;
	return ends;
}

/* Whether the operator makes bytes of what isn't bytes. */
static bool is_encoder(const struct operator_plan *op)
{
	bool makes = false, takes = false;

	for (const struct pin_spec *pin = op->spec->pins; pin->name; pin++) {
		bool bytes = pin->types == PAYLOAD_BIT(PAYLOAD_BYTES);

		if (pin->direction == PIN_OUTPUT)
			makes |= bytes;
		else
			takes |= bytes;
	}
	return makes && !takes && !(op->spec->flags & OPERATOR_CONVERTS);
}

static void check_encoder(struct graph_work *work,
	const struct operator_plan *op, const struct ends *ends)
{
	if (!op->spec || !is_encoder(op) || !ends->other)
		return;
	loader_error(work->loader, op->location, "use one encoder for each",
		"'%s' can't write for '%s', one document per %s, and "
		"for '%s', one per %s",
		op->name, ends->first->name, scope_names[ends->first->scope],
		ends->other->name, scope_names[ends->other->scope]);
}

void graph_check_sinks(struct graph_work *work)
{
	const struct graph_plan *plan = work->plan;
	struct ends *all = arena_array(
		work->loader->arena, plan->operator_count, sizeof(*all));

	if (work->related < plan->operator_count)
		return; /* a cycle */
	for (unsigned i = plan->operator_count; i-- > 0;) {
		unsigned index = plan->ranks[i];

		all[index] = find_ends(plan, index, all);
		check_encoder(work, &plan->operators[index], &all[index]);
	}
}
