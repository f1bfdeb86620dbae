/* SPDX-License-Identifier: MIT */
/* What of a graph is due. */
#include "session/due.h"

#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "session/ranges.h"
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
	[DUE_UNITS] = "units changed",
	[DUE_OTHERS] = "all units run together",
};

/* ---- The units -------------------------------------------------------------- */

/* What else counts of the unit than its content. */
static const char *identity_of(const struct due *due,
	const struct found_unit *found, const struct file_state *file)
{
	const char *identity = found->identity ? found->identity : "";

	return due->times ? arena_format(due->arena, "%s at %" PRId64, identity,
				    file->mtime_ns)
			  : arena_string(due->arena, identity);
}

/* SOURCE, where it isn't NULL, tells units apart that several sources find. A
 * key of a file has no two slashes in a row of its own. */
static void add_unit(struct due *due, const struct found_unit *found,
	const struct key_base *base, const char *source, struct text *key)
{
	struct due_unit unit = {
		.name = arena_string(due->arena, found->name),
		.reason = DUE_NEW,
	};
	struct stat stat_now;

	key->length = 0;
	if (found->is_file) {
		key_of(base, found->name, key);
		if (stat(found->name, &stat_now) == 0)
			unit.file = file_state_of(&stat_now);
	} else {
		text_add_string(key, found->name);
	}
	if (source)
		text_add_format(key, "//%s", source);
	unit.key = arena_string(due->arena, key->data);
	unit.identity = identity_of(due, found, &unit.file);
	if (due->count == due->capacity) {
		due->capacity = due->capacity ? due->capacity * 2 : 64;
		due->units = memory_resize(
			due->units, due->capacity, sizeof(*due->units));
	}
	due->units[due->count++] = unit;
}

static void find_units(struct due *due, struct graph *graph,
	const struct graph_plan *plan, const struct key_base *base)
{
	unsigned *sources = memory_zeroed(
		memory_product(plan->operator_count, sizeof(*sources)));
	unsigned count = graph_sources(graph, sources);
	struct found_unit found;
	struct text key = {0};

	due->first = memory_zeroed(
		memory_product(plan->operator_count, sizeof(*due->first)));
	for (unsigned i = 0; i < count; i++) {
		due->first[sources[i]] = due->count;
		for (uint64_t number = 0;
			graph_unit(graph, sources[i], number, &found); number++)
			add_unit(due, &found, base,
				count > 1 ? plan->operators[sources[i]].name
					  : NULL,
				&key);
	}
	text_free(&key);
	free(sources);
}

struct due_unit *due_unit(const struct due *due, const struct unit *unit)
{
	if (!unit || !due->first)
		return NULL;
	return &due->units[due->first[unit->source] + unit->number];
}

/* ---- Compared with what is remembered -------------------------------------- */

struct comparison {
	struct due *due;
	const struct key_base *base;
	size_t next; /* in due->order */
	struct text path;
	int64_t now_ns;

	bool graph_remembered;
	struct digest graph_content;
};

static bool check_output(struct comparison *comparison,
	struct store_output *output, enum due_reason *reason, bool *aged)
{
	struct stat found;
	struct digest digest;

	key_path(comparison->base, output->path, &comparison->path);
	*reason = DUE_OUTPUT_MISSING;
	if (stat(comparison->path.data, &found) < 0)
		return false;
	struct file_state state = file_state_of(&found);
	if (stamp_same(&output->state, &state, false))
		return true;
	*reason = DUE_OUTPUT_CHANGED;
	if (state.size_bytes != output->state.size_bytes &&
		output->state.inode != 0)
		return false;
	if (!stamp_digest(comparison->path.data, &digest) ||
		!digest_equal(&digest, &output->digest))
		return false;
	output->state = stamp_keep(&state, comparison->now_ns);
	*aged = true;
	return true;
}

static enum due_reason check_outputs(struct comparison *comparison,
	struct store_unit *stored, const char **detail, bool *aged)
{
	enum due_reason reason;

	for (size_t i = 0; i < stored->output_count; i++) {
		if (check_output(
			    comparison, &stored->outputs[i], &reason, aged))
			continue;
		*detail = arena_string(
			comparison->due->arena, stored->outputs[i].path);
		return reason;
	}
	return DUE_NOT;
}

static bool same_input(struct comparison *comparison, struct due_unit *unit,
	struct store_unit *stored, bool *aged)
{
	static const struct digest unknown;
	struct digest now;

	if (!unit->file.inode) /* no file, or it can't be looked at */
		return !stored->input.inode &&
			digest_equal(&stored->content, &unknown);
	if (stamp_same(&stored->input, &unit->file, true))
		return true;
	if (digest_equal(&stored->content, &unknown))
		return false;
	if (!stamp_digest(unit->name, &now) ||
		!digest_equal(&now, &stored->content))
		return false;
	stored->input = stamp_keep(&unit->file, comparison->now_ns);
	*aged = true;
	return true;
}

/* A copy of ROW in the arena, at the end of a list. */
static void add_row(
	struct due *due, struct due_rows *rows, const struct store_unit *row)
{
	struct store_unit copy = *row;

	copy.graph = arena_string(due->arena, row->graph);
	copy.key = arena_string(due->arena, row->key);
	copy.identity = arena_string(due->arena, row->identity);
	copy.reason = arena_string(due->arena, row->reason);
	copy.outputs = arena_array(
		due->arena, row->output_count + 1, sizeof(*copy.outputs));
	for (size_t i = 0; i < row->output_count; i++) {
		struct store_output *output = &copy.outputs[i];

		*output = row->outputs[i];
		output->path = arena_string(due->arena, output->path);
		output->operator= arena_string(due->arena, output->operator);
	}
	if (rows->count == rows->capacity) {
		rows->capacity = rows->capacity ? rows->capacity * 2 : 16;
		rows->all = memory_resize(
			rows->all, rows->capacity, sizeof(*rows->all));
	}
	rows->all[rows->count++] = copy;
}

static enum due_reason compare(struct comparison *comparison,
	struct due_unit *unit, struct store_unit *stored)
{
	bool aged = false;

	unit->run = stored->run;
	unit->content = stored->content;
	unit->partials = stored->partials;
	unit->fingerprint = stored->fingerprint;
	if (!digest_equal(&comparison->due->units_fingerprint.digest,
		    &stored->fingerprint))
		return DUE_SETTINGS;
	if (strcmp(unit->identity, stored->identity) != 0)
		return DUE_IDENTITY;
	if (!same_input(comparison, unit, stored, &aged))
		return DUE_INPUT;
	if (stored->state == UNIT_FAILED)
		return DUE_FAILED;
	unit->quarantined = stored->state == UNIT_QUARANTINED;
	enum due_reason reason =
		check_outputs(comparison, stored, &unit->detail, &aged);
	if (reason == DUE_NOT && aged)
		add_row(comparison->due, &comparison->due->aged, stored);
	return reason;
}

static void compare_graph(
	struct comparison *comparison, struct store_unit *stored)
{
	struct due *due = comparison->due;
	bool aged = false;

	comparison->graph_remembered = true;
	due->fingerprint = stored->fingerprint;
	due->run = stored->run;
	comparison->graph_content = stored->content;
	due->reason = check_outputs(comparison, stored, &due->detail, &aged);
	due->intact = due->reason == DUE_NOT;
	if (stored->state != UNIT_DONE)
		due->reason = DUE_FAILED;
	add_row(due, &due->whole, stored);
	if (aged && due->reason == DUE_NOT)
		add_row(due, &due->aged, stored);
}

/* Both come in the order of the keys. */
static bool take_stored(void *context, struct store_unit *stored)
{
	struct comparison *comparison = context;
	struct due *due = comparison->due;

	if (!*stored->key) {
		compare_graph(comparison, stored);
		return true;
	}
	while (comparison->next < due->count) {
		struct due_unit *unit =
			&due->units[due->order[comparison->next]];
		int order = strcmp(unit->key, stored->key);

		if (order > 0)
			break;
		comparison->next++;
		if (order < 0)
			continue;
		unit->reason = compare(comparison, unit, stored);
		return true;
	}
	add_row(due, &due->vanished, stored);
	return true;
}

static int by_key(const void *left, const void *right, void *context)
{
	const struct due *due = context;
	size_t a = *(const size_t *)left, b = *(const size_t *)right;
	int order = strcmp(due->units[a].key, due->units[b].key);

	return order ? order : (a > b) - (a < b);
}

/* One file may have been found by two names: gives the second one a key of its
 * own. Returns whether there was one. */
static bool part_same(struct due *due)
{
	unsigned copies = 0;
	bool found = false;

	for (size_t i = 1; i < due->count; i++) {
		struct due_unit *unit = &due->units[due->order[i]];
		const struct due_unit *first =
			&due->units[due->order[i - 1 - copies]];

		copies = strcmp(first->key, unit->key) == 0 ? copies + 1 : 0;
		if (copies == 0)
			continue;
		unit->key = arena_format(
			due->arena, "%s//%u", first->key, copies + 1);
		found = true;
	}
	return found;
}

static void order_by_key(struct due *due)
{
	bool sorted = true;

	due->order = memory_zeroed(
		memory_product(due->count + 1, sizeof(*due->order)));
	for (size_t i = 0; i < due->count; i++) {
		due->order[i] = i;
		if (i > 0 &&
			strcmp(due->units[i - 1].key, due->units[i].key) >= 0)
			sorted = false;
	}
	if (sorted)
		return;
	do
		qsort_r(due->order, due->count, sizeof(*due->order), by_key,
			due);
	while (part_same(due));
}

/* ---- What follows ------------------------------------------------------------ */

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

static bool any_due(const struct due *due)
{
	for (size_t i = 0; i < due->count; i++)
		if (due->units[i].reason != DUE_NOT)
			return true;
	return false;
}

/* Why the graph has to run; what it consists of has been looked at. */
static enum due_reason graph_reason(
	const struct due *due, const struct comparison *comparison)
{
	if (due->knowledge == UNITS_UNKNOWN || due->shows)
		return DUE_ALWAYS;
	if (!due->spans)
		return any_due(due) ? DUE_UNITS : DUE_NOT;
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
	return kept >= due->frontier_count;
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
	return due->spans ? UNIT_BROUGHT : UNIT_SKIPPED;
}

static void choose_ways(struct due *due)
{
	due->ways = memory_zeroed(due->count + 1);
	for (size_t i = 0; i < due->count; i++) {
		enum unit_way way =
			due->reason == DUE_NOT ? UNIT_SKIPPED : way_of(due, i);

		due->ways[i] = (unsigned char)way;
		due->run_count += way == UNIT_RUNS;
		due->quarantined_count +=
			way != UNIT_RUNS && due->units[i].quarantined;
		due->brought_count += way == UNIT_BROUGHT;
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

/* Whether results may have the times of inputs in them: something names that
 * attribute, or is told by a link what to look at. */
static bool uses_times(const struct due *due, const struct graph_plan *plan)
{
	const struct fingerprint *all = &due->graph_fingerprint;

	for (size_t i = 0; i < all->count; i++)
		if (strcasestr(all->components[i].value, "src_mtime"))
			return true;
	for (unsigned i = 0; i < plan->operator_count; i++)
		if (plan->operators[i].live_count > 0)
			return true;
	return false;
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
	struct comparison comparison = {
		.due = due, .base = base, .now_ns = stamp_now_ns()};
	bool ok = true;

	*due = (struct due){.arena = arena_create()};
	due->knowledge = graph_units_known(graph);
	due->spans =
		due->knowledge == UNITS_TOGETHER || spans_units(graph, plan);
	due->shows = shows(plan);
	fingerprint_make(
		&due->units_fingerprint, graph, plan, FINGERPRINT_UNITS, base);
	fingerprint_make(
		&due->graph_fingerprint, graph, plan, FINGERPRINT_GRAPH, base);
	due->times = uses_times(due, plan);
	if (due->knowledge != UNITS_UNKNOWN)
		find_units(due, graph, plan, base);
	order_by_key(due);
	list_frontiers(due, graph);
	if (store)
		ok = store_units(store, plan->name, take_stored, &comparison);
	struct digest content = due_content(due);
	due->same_units = digest_equal(&content, &comparison.graph_content);
	due->reason = graph_reason(due, &comparison);
	if (store && ok && due->intact)
		ok = ranges_load(due, plan, store);
	choose_ways(due);
	text_free(&comparison.path);
	return ok;
}

void due_finish(struct due *due)
{
	fingerprint_finish(&due->units_fingerprint);
	fingerprint_finish(&due->graph_fingerprint);
	free(due->units);
	free(due->ways);
	free(due->order);
	free(due->first);
	free(due->aged.all);
	free(due->vanished.all);
	free(due->whole.all);
	arena_destroy(due->arena);
}
