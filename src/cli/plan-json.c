/* SPDX-License-Identifier: MIT */
/* What a run would do, as the JSON that programs get. */
#include "cli/plan-json.h"

#include "cli/json.h"
#include "engine/crew.h"
#include "session/stale.h"

bool plan_rests(const struct due *due, size_t index)
{
	return due->units[index].quarantined && due->ways[index] != UNIT_RUNS;
}

static json_t *unit_create(const struct due *due, size_t index)
{
	static const char *const ways[] = {
		[UNIT_RUNS] = "run",
		[UNIT_SKIPPED] = "skip",
		[UNIT_BROUGHT] = "from-store",
	};
	const struct due_unit *unit = &due->units[index];
	json_t *object = json_object();

	json_put(object, "unit", json_name(unit->name));
	json_put(object, "does", json_string(ways[due->ways[index]]));
	json_put(object, "reason",
		json_string(plan_rests(due, index)
				? "in quarantine"
				: due_reason_texts[unit->reason]));
	json_put(object, "detail", json_name(unit->detail));
	return object;
}

static void add_stale(json_t *stale, const struct store_unit *row)
{
	struct text unit = {0};
	bool other = stale_is_key(row->key, &unit);

	for (size_t i = 0; i < row->output_count; i++) {
		json_t *object = json_object();

		json_put(object, "output", json_name(row->outputs[i].path));
		json_put(object, "unit",
			json_name(other ? unit.data : row->key));
		json_put(object, "gone", json_boolean(!other));
		json_append(stale, object);
	}
	text_free(&unit);
}

static json_t *list_operators(
	const struct graph *graph, const struct graph_plan *plan, bool within)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < plan->operator_count; i++)
		if (graph_is_within(graph, plan->ranks[i]) == within)
			json_append(list,
				json_string(
					plan->operators[plan->ranks[i]].name));
	return list;
}

static void put_way(json_t *object, const struct graph *graph,
	const struct graph_plan *plan)
{
	struct text why = {0};
	bool alone = graph_has_obstacle(graph, &why);

	json_put(object, "within", list_operators(graph, plan, true));
	json_put(object, "spans", list_operators(graph, plan, false));
	json_put(object, "shared", json_boolean(!alone));
	json_put(object, "unshared", json_name(why.data));
	text_free(&why);
}

json_t *plan_graph_json(const struct graph *graph,
	const struct graph_plan *plan, const struct due *due)
{
	json_t *object = json_object(), *units = json_array(),
	       *stale = json_array(), *awaited = json_array();

	for (size_t i = 0; i < due->awaited_count; i++)
		json_append(awaited, json_name(due->awaited[i]));
	for (size_t i = 0; i < due->count; i++)
		json_append(units, unit_create(due, i));
	for (size_t i = 0; i < due->vanished.count; i++)
		add_stale(stale, &due->vanished.all[i]);
	json_put(object, "graph", json_string(plan->name));
	json_put(object, "runs", json_boolean(due->reason != DUE_NOT));
	json_put(object, "reason", json_string(due_reason_texts[due->reason]));
	json_put(object, "detail", json_name(due->detail));
	json_put(object, "units", units);
	json_put(object, "awaited", awaited);
	json_put(object, "stale", stale);
	put_way(object, graph, plan);
	return object;
}

json_t *plan_forgotten_json(const char *graph, const struct due *due)
{
	json_t *object = json_object(), *stale = json_array();

	for (size_t i = 0; i < due->vanished.count; i++)
		add_stale(stale, &due->vanished.all[i]);
	json_put(object, "graph", json_string(graph));
	json_put(object, "stale", stale);
	return object;
}
