/* SPDX-License-Identifier: MIT */
/* What of a graph is due. */
#include "session/due-parts.h"

#include <string.h>

#include "base/memory.h"
#include "session/ranges.h"
#include "session/stale.h"
#include "session/stamp.h"

const char *const due_reason_texts[DUE_REASONS] = {
	[DUE_NOT] = "up to date",
	[DUE_NEW] = "new",
	[DUE_INPUT] = "its input changed",
	[DUE_IDENTITY] = "its attributes changed",
	[DUE_SETTINGS] = "the session changed",
	[DUE_FAILED] = "it failed the last time",
	[DUE_OUTPUT_MISSING] = "an output is missing",
	[DUE_OUTPUT_CHANGED] = "an output was changed",
	[DUE_PARTIAL] = "its partial result isn't kept",
	[DUE_ALWAYS] = "it is not known before it runs",
	[DUE_SIDE] = "a side input changed",
	[DUE_WRITTEN] = "it depends on what another graph writes",
	[DUE_UNITS] = "units changed",
	[DUE_NEEDED] = "units that run need it",
	[DUE_OTHERS] = "all units run together",
};

struct digest due_content(const struct due *due)
{
	struct digester *digester = digester_create();

	for (size_t i = 0; i < due->count; i++) {
		const struct due_unit *unit = &due->units[i];

		digester_add(digester, unit->key, strlen(unit->key) + 1);
		digester_add(
			digester, unit->identity, strlen(unit->identity) + 1);
		digester_add(digester, unit->content.bytes,
			sizeof(unit->content.bytes));
	}
	struct digest digest = digester_result(digester);
	digester_destroy(digester);
	return digest;
}

void due_show_detail(const struct due_unit *unit, struct text *text)
{
	const char *detail = unit->detail;
	struct text name = {0};

	if (!detail)
		return;
	if (unit->reason != DUE_FAILED && !unit->quarantined) {
		text_add_escaped(text, detail, strlen(detail), SIZE_MAX);
		return;
	}
	/* A reason begins with the name of its unit, escaped. */
	text_add_escaped(&name, unit->name, strlen(unit->name), SIZE_MAX);
	text_add_string(&name, ": ");
	if (strncmp(detail, name.data, name.length) == 0)
		detail += name.length;
	text_add_shown(text, detail);
	text_free(&name);
}

static bool any_due(const struct due *due)
{
	for (size_t i = 0; i < due->count; i++)
		if (due->units[i].reason != DUE_NOT)
			return true;
	return false;
}

/* Whether there are outputs of all units, which nothing makes any more where
 * nothing spans them. */
static bool has_spanned(const struct due *due)
{
	return due->whole.count > 0 && due->whole.all[0].output_count > 0;
}

/* Why the graph has to run; what it consists of has been looked at. */
static enum due_reason graph_reason(
	const struct due *due, const struct comparison *comparison)
{
	if (due->knowledge == UNITS_UNKNOWN || due->shows)
		return DUE_ALWAYS;
	if (!due->spans)
		return any_due(due)	   ? DUE_UNITS
			: has_spanned(due) ? DUE_SETTINGS
					   : DUE_NOT;
	if (!comparison->graph_remembered)
		return DUE_NEW;
	if (!digest_equal(&due->fingerprint, &due->graph_fingerprint.digest))
		return DUE_SETTINGS;
	if (any_due(due) || !due->same_units)
		return DUE_UNITS;
	return due->reason;
}

/* Whether all that the unit has contributed can be had. */
static bool is_kept(const struct due *due, size_t index)
{
	unsigned kept = due->units[index].partials;

	for (unsigned i = 0; due->intact && i < due->frontier_count; i++)
		kept += ranges_find(due, i, index) != NULL;
	return kept >= due->units[index].source->frontiers;
}

static enum unit_way way_of(struct due *due, size_t index)
{
	struct due_unit *unit = &due->units[index];

	if (unit->reason == DUE_NOT && due->spans) {
		if (due->knowledge != UNITS_APART)
			unit->reason = DUE_OTHERS;
		else if (unit->quarantined)
			return UNIT_SKIPPED;
		else if (!is_kept(due, index))
			unit->reason = DUE_PARTIAL;
	}
	if (unit->reason != DUE_NOT)
		return UNIT_RUNS;
	return due->spans && unit->source->frontiers > 0 ? UNIT_BROUGHT
							 : UNIT_SKIPPED;
}

/* Those of sides run when any other does. */
static void choose_sides(struct due *due, bool any_runs)
{
	for (size_t i = 0; i < due->count; i++) {
		struct due_unit *unit = &due->units[i];

		if (!unit->source->side || !any_runs)
			continue;
		if (unit->reason == DUE_NOT)
			unit->reason = DUE_NEEDED;
		due->ways[i] = UNIT_RUNS;
	}
}

static void choose_ways(struct due *due)
{
	bool any_runs = false;

	due->ways = memory_zeroed(due->count + 1);
	for (size_t i = 0; i < due->count; i++) {
		due->ways[i] = (unsigned char)(due->reason == DUE_NOT
				? UNIT_SKIPPED
				: way_of(due, i));
		any_runs |= due->ways[i] == UNIT_RUNS &&
			!due->units[i].source->side;
	}
	choose_sides(due, any_runs);
	for (size_t i = 0; i < due->count; i++) {
		due->run_count += due->ways[i] == UNIT_RUNS;
		due->quarantined_count +=
			due->ways[i] != UNIT_RUNS && due->units[i].quarantined;
		due->brought_count += due->ways[i] == UNIT_BROUGHT;
	}
}

void due_set_ways(const struct due *due, struct graph *graph)
{
	for (unsigned i = 0; i < due->source_count; i++) {
		const struct due_source *source = &due->sources[i];

		graph_set_ways(graph, source->op, due->ways + source->first,
			source->count);
	}
}

/* Whether there is a sink that leaves nothing that could be found again, such
 * as standard output. */
static bool shows(const struct graph_plan *plan)
{
	bool *yields = memory_zeroed(plan->operator_count + 1);
	bool found = false;

	for (unsigned i = 0; i < plan->link_count; i++)
		yields[plan->links[i].from] = true;
	for (unsigned i = 0; i < plan->operator_count; i++)
		if (!yields[i] &&
			plan->operators[i].spec->flags & OPERATOR_SHOWS)
			found = true;
	free(yields);
	return found;
}

static bool spans_units(
	const struct graph *graph, const struct graph_plan *plan)
{
	for (unsigned i = 0; i < plan->operator_count; i++)
		if (!graph_is_within(graph, i))
			return true;
	return false;
}

/* Whether a link brings it an expression, which may name any attribute. */
static bool is_told_what_to_ask(const struct operator_plan *op)
{
	for (unsigned i = 0; i < op->live_count; i++)
		if (op->spec->properties[op->lives[i].property].type ==
			SETTING_SQL)
			return true;
	return false;
}

/* What of files results may have in them: something names such an attribute, or
 * is told by a link what to look at. */
static unsigned find_file_facts(
	const struct due *due, const struct graph_plan *plan)
{
	unsigned facts = due->graph_fingerprint.file_facts;

	for (unsigned i = 0; i < plan->operator_count; i++) {
		facts |= plan->operators[i].file_facts;
		if (is_told_what_to_ask(&plan->operators[i]))
			facts |= FILE_TIMES | FILE_MODES;
	}
	return facts;
}

static void list_frontiers(struct due *due, const struct graph *graph)
{
	due->frontier_count = graph_frontier_count(graph);
	due->frontiers = arena_array(
		due->arena, due->frontier_count + 1, sizeof(*due->frontiers));
	due->ranges = arena_array(due->arena, due->frontier_count + 1,
		sizeof(struct due_range *));
	for (unsigned i = 0; i < due->frontier_count; i++)
		due->frontiers[i] = graph_frontier(graph, i);
}

bool due_find(struct due *due, struct graph *graph,
	const struct graph_plan *plan, struct run_store *store,
	const struct key_base *base)
{
	struct comparison comparison = {.due = due,
		.plan = plan,
		.base = base,
		.now_ns = stamp_now_ns()};
	bool ok = true;

	looker_init(&comparison.looker);
	*due = (struct due){.arena = arena_create()};
	due->knowledge = graph_units_known(graph);
	due->spans =
		due->knowledge == UNITS_TOGETHER || spans_units(graph, plan);
	due->shows = shows(plan);
	fingerprint_make(
		&due->units_fingerprint, graph, plan, FINGERPRINT_UNITS, base);
	fingerprint_make(
		&due->graph_fingerprint, graph, plan, FINGERPRINT_GRAPH, base);
	due->file_facts = find_file_facts(due, plan);
	list_frontiers(due, graph);
	due->within = arena_array(
		due->arena, plan->operator_count, sizeof(*due->within));
	for (unsigned i = 0; i < plan->operator_count; i++)
		due->within[i] = graph_is_within(graph, i);
	if (due->knowledge != UNITS_UNKNOWN)
		due_find_units(due, graph, plan, base);
	due_order_units(due);
	if (store)
		ok = store_units(
			store, plan->name, due_take_stored, &comparison);
	if (due->has_sides)
		due_add_sides(due);
	struct digest content = due_content(due);
	due->same_units = digest_equal(&content, &comparison.graph_content);
	due->reason = graph_reason(due, &comparison);
	if (due->reason != DUE_OUTPUT_MISSING &&
		due->reason != DUE_OUTPUT_CHANGED)
		due->detail = NULL; /* it was found, but isn't the reason */
	if (store && ok && due->intact)
		ok = ranges_load(due, plan, store);
	choose_ways(due);
	if (store && ok)
		ok = stale_sift(due, plan->name, store, base);
	text_free(&comparison.path);
	looker_finish(&comparison.looker);
	return ok;
}

void due_finish(struct due *due)
{
	fingerprint_finish(&due->units_fingerprint);
	fingerprint_finish(&due->graph_fingerprint);
	free(due->units);
	free(due->ways);
	free(due->order);
	free(due->aged.all);
	free(due->vanished.all);
	free(due->whole.all);
	arena_destroy(due->arena);
}
