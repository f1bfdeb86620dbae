/* SPDX-License-Identifier: MIT */
/* What can't be seen from one operator: outputs that two write, and encoders
 * whose sinks want different documents. */
#include <string.h>

#include "loader/graph.h"
#include "loader/loader.h"

/* ---- Two that write one file ---------------------------------------------- */

static const struct property_spec *find_path(const struct operator_spec *spec)
{
	const struct property_spec *at = spec->properties;

	for (; at && at->name; at++)
		if (at->type == SETTING_PATH_TEMPLATE)
			return at;
	return NULL;
}

static const struct setting_text *path_of(const struct operator_plan *op)
{
	const struct property_spec *row = op->spec ? find_path(op->spec) : NULL;
	size_t index = row ? (size_t)(row - op->spec->properties) : 0;

	if (!row || op->unknown >> index & 1)
		return NULL;
	return (const struct setting_text *)((const char *)op->settings +
		row->offset);
}

static void check_path(struct graph_work *work, unsigned index)
{
	const struct operator_plan *op = &work->plan->operators[index];
	const struct setting_text *path = path_of(op);

	for (unsigned i = 0; path && path->text && i < index; i++) {
		const struct operator_plan *other = &work->plan->operators[i];
		const struct setting_text *text = path_of(other);

		if (!text || !text->text || strcmp(text->text, path->text) != 0)
			continue;
		struct location location = path->location;

		location.use = op->location.use;
		loader_error(work->loader, location,
			"put a gather in front of one of them",
			"'%s' writes the same file as '%s'", op->name,
			other->name);
		return;
	}
}

/* ---- Encoders ------------------------------------------------------------- */

/* The first operator behind that the bytes end at, but for those that keep
 * nothing. */
static const struct operator_plan *find_sink(
	const struct graph_work *work, unsigned index, enum scope not_scope)
{
	const struct graph_plan *plan = work->plan;
	const struct operator_plan *op = &plan->operators[index];
	const struct operator_plan *sink = NULL;
	bool passes = false;

	if (!op->spec || strcmp(op->spec->name, "discard") == 0)
		return NULL;
	for (unsigned i = 0; i < plan->link_count && !sink; i++) {
		const struct link_plan *link = &plan->links[i];

		if (link->from != index || link->type != PAYLOAD_BYTES)
			continue;
		passes = true;
		sink = find_sink(work, link->to, not_scope);
	}
	return passes || op->scope == not_scope ? sink : op;
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

static void check_encoder(struct graph_work *work, unsigned index)
{
	const struct operator_plan *op = &work->plan->operators[index];
	const struct operator_plan *first, *other;

	if (!op->spec || !is_encoder(op))
		return;
	first = find_sink(work, index, SCOPES);
	other = first ? find_sink(work, index, first->scope) : NULL;
	if (other)
		loader_error(work->loader, op->location,
			"use one encoder for each",
			"'%s' can't write for '%s', one document per %s, and "
			"for '%s', one per %s",
			op->name, first->name, scope_names[first->scope],
			other->name, scope_names[other->scope]);
}

void graph_check_sinks(struct graph_work *work)
{
	if (work->related < work->plan->operator_count)
		return; /* a cycle */
	for (unsigned i = 0; i < work->plan->operator_count; i++) {
		check_path(work, i);
		check_encoder(work, i);
	}
}
