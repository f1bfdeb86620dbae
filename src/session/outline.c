/* SPDX-License-Identifier: MIT */
/* What a session is once it has been built, as the JSON that programs get. */
#include "session/outline.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/crew.h"
#include "registry/registry.h"
#include "session/link-end.h"

static json_t *checked(json_t *json)
{
	if (!json)
		memory_abort();
	return json;
}

static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, checked(value)) != 0)
		memory_abort();
}

/* The row of the table for a pin: links of a requested pin, which is the last
 * row, count on from its number. */
static const struct pin_spec *row_of(
	const struct operator_plan *op, unsigned pin)
{
	unsigned last = (unsigned)spec_pin_count(op->spec) - 1;

	return &op->spec->pins[pin < last ? pin : last];
}

/* What the operator works over: all units also behind what spans them, or where
 * something of them all sets a property. One that has `per` may pass units on
 * and yet count over all. */
static enum scope find_scope(const struct graph *graph,
	const struct graph_plan *plan, const struct operator_plan *op)
{
	enum scope own =
		op->spec->flags & OPERATOR_SCOPED ? op->per : op->scope;

	if (!graph_is_within(graph, (unsigned)(op - plan->operators)))
		return SCOPE_GRAPH;
	bool inputs = false;

	for (unsigned pin = 0; pin < op->pin_count - op->live_count; pin++) {
		const struct shape *shape = &op->pins[pin].shape;

		if (row_of(op, pin)->direction != PIN_INPUT)
			continue;
		if (shape->units || !shape->known)
			return own;
		inputs = true;
	}
	return inputs ? SCOPE_GRAPH : own;
}

/* A path as it may be shown: it need not be UTF-8. */
static json_t *path_string(const char *path)
{
	struct text text = {0};

	text_add_escaped(&text, path, strlen(path), SIZE_MAX);
	json_t *string = json_string(text.data ? text.data : "");
	text_free(&text);
	return checked(string);
}

static json_t *describe_operator(const struct graph *graph,
	const struct graph_plan *plan, const struct operator_plan *op)
{
	return json_pack("{ss ss ss so si ss?}", "name", op->name, "use",
		op->spec->name, "scope",
		scope_names[find_scope(graph, plan, op)], "file",
		path_string(op->location.source->name), "line",
		(int)op->location.line, "inserted", op->inserted);
}

static json_t *describe_end(const struct operator_plan *op, unsigned pin)
{
	struct text text = {0};

	link_end_add(&text, op, pin);
	json_t *end = json_string(text.data);
	text_free(&text);
	return checked(end);
}

/* The fields of records; null where they aren't known, and of all else. */
static json_t *describe_fields(const struct shape *shape)
{
	const struct schema *schema = shape->schema;

	if (!shape->known || shape->type != PAYLOAD_RECORD || !schema)
		return json_null();
	json_t *fields = checked(json_array());
	for (size_t i = 0; i < schema->count; i++)
		append(fields,
			json_pack("{ss ss sb}", "name", schema->fields[i].name,
				"type",
				value_type_names[schema->fields[i].type],
				"nullable", schema->fields[i].nullable));
	return fields;
}

static json_t *describe_link(
	const struct graph_plan *plan, const struct link_plan *link)
{
	const struct operator_plan *from = &plan->operators[link->from];
	const struct operator_plan *to = &plan->operators[link->to];
	const struct shape *shape = &from->pins[link->from_pin].shape;

	return json_pack("{so so ss ss? so}", "from",
		describe_end(from, link->from_pin), "to",
		describe_end(to, link->to_pin), "policy",
		link_policy_names[link->options.policy], "type",
		shape->known ? payload_specs[shape->type].name : NULL, "fields",
		describe_fields(shape));
}

/* Adds the links from OP in the order of its pins. */
static void add_links(
	json_t *links, const struct graph_plan *plan, unsigned index)
{
	const struct operator_plan *op = &plan->operators[index];

	for (unsigned pin = 0; pin < op->pin_count; pin++) {
		int link = op->pins[pin].link;

		if (link >= 0 && plan->links[link].from == index &&
			plan->links[link].from_pin == pin)
			append(links, describe_link(plan, &plan->links[link]));
	}
}

static json_t *describe_graph(
	const struct graph_plan *plan, const struct graph_settings *settings)
{
	struct graph *graph = graph_create(plan, settings);
	json_t *operators = checked(json_array());
	json_t *links = checked(json_array());

	for (unsigned i = 0; i < plan->operator_count; i++) {
		unsigned index = plan->ranks[i];

		append(operators,
			describe_operator(
				graph, plan, &plan->operators[index]));
		add_links(links, plan, index);
	}
	struct text why = {0};
	bool alone = graph_has_obstacle(graph, &why);
	json_t *description = json_pack("{ss sb ss? so so}", "name", plan->name,
		"shared", !alone, "unshared", why.data, "operators", operators,
		"links", links);
	text_free(&why);
	graph_destroy(graph);
	return description;
}

json_t *outline_create(const struct session *session)
{
	const struct graph_settings settings = {
		.memory_bytes = (size_t)session->memory_bytes};
	json_t *graphs = checked(json_array());

	for (unsigned i = 0; i < session->graph_count; i++)
		append(graphs, describe_graph(&session->graphs[i], &settings));
	return checked(
		json_pack("{so ss so}", "file", path_string(session->path),
			"session", session->name, "graphs", graphs));
}
