/* SPDX-License-Identifier: MIT */
/* What is known of runs, as JSON. */
#include "cli/run-json.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "cli/json.h"

static const char *const state_names[] = {
	[RUN_RUNNING] = "running",
	[RUN_DONE] = "done",
	[RUN_FAILED] = "failed",
	[RUN_KILLED] = "killed",
	[RUN_INTERRUPTED] = "interrupted",
};

static const char *const unit_names[] = {
	[UNIT_DONE] = "done",
	[UNIT_FAILED] = "failed",
	[UNIT_QUARANTINED] = "quarantined",
};

/* ---- Runs as JSON, from which all is shown ----------------------------------- */

static json_t *timestamp(int64_t time_us)
{
	char text[UNITS_TIMESTAMP_BYTES];

	if (time_us == 0)
		return json_null();
	units_format_timestamp(time_us, text);
	return json_string(text);
}

static json_t *took(const struct store_run *run)
{
	return run->ended_us == 0
		? json_null()
		: json_real((double)(run->ended_us - run->started_us) / 1e6);
}

static json_t *run_create(const struct store_run *run)
{
	bool ended = run->ended_us != 0;
	json_t *object = json_object();

	json_put(object, "run", json_integer((json_int_t)run->id));
	json_put(object, "state", json_string(state_names[run->state]));
	json_put(object, "started", timestamp(run->started_us));
	json_put(object, "ended", timestamp(run->ended_us));
	json_put(object, "seconds", took(run));
	json_put(object, "pid", json_integer(run->pid));
	json_put(object, "exit_status",
		ended ? json_integer(run->exit_status) : json_null());
	json_put(object, "units", json_integer((json_int_t)run->units));
	json_put(object, "units_run", json_integer((json_int_t)run->units_run));
	json_put(object, "units_failed",
		json_integer((json_int_t)run->units_failed));
	json_put(object, "params", json_name(run->params));
	return object;
}

static bool add_run(void *context, const struct store_run *run)
{
	if (json_array_append_new(context, run_create(run)))
		memory_abort();
	return true;
}

bool run_list(struct run_store *store, json_t *runs)
{
	return store_runs(store, add_run, runs);
}

/* ---- One run ---------------------------------------------------------------------- */

struct listing {
	struct run_store *store;
	bool failed; /* the store */
	uint64_t run;
	json_t *units;
};

/* The items for which the unit is in quarantine, a line each. */
static json_t *rejected(struct listing *listing, const struct store_unit *unit)
{
	json_t *lines = json_array();
	char *data, *rest, *line;
	size_t length;

	if (!store_partial(listing->store, unit->graph, unit->key,
		    STORE_REJECTED, &data, &length)) {
		listing->failed = true;
		return lines;
	}
	char *text = memory_zeroed(length + 1);
	if (length > 0)
		memcpy(text, data, length);
	free(data);
	rest = text;
	while ((line = strsep(&rest, "\n")))
		if (*line && json_array_append_new(lines, json_name(line)))
			memory_abort();
	free(text);
	return lines;
}

static bool add_unit(void *context, struct store_unit *unit)
{
	struct listing *listing = context;

	if (unit->run != listing->run)
		return true;
	json_t *object = json_object(), *outputs = json_array();
	json_put(object, "graph", json_name(unit->graph));
	json_put(object, "key", json_name(unit->key));
	json_put(object, "state", json_string(unit_names[unit->state]));
	json_put(object, "reason", json_name(unit->reason));
	for (size_t i = 0; i < unit->output_count; i++)
		if (json_array_append_new(
			    outputs, json_name(unit->outputs[i].path)))
			memory_abort();
	json_put(object, "outputs", outputs);
	if (unit->state == UNIT_QUARANTINED)
		json_put(object, "rejected", rejected(listing, unit));
	if (json_array_append_new(listing->units, object))
		memory_abort();
	return !listing->failed;
}

bool run_add_details(struct run_store *store, json_t *run)
{
	struct listing listing = {
		.store = store,
		.run = (uint64_t)json_integer_value(
			json_object_get(run, "run")),
		.units = json_array(),
	};
	const char *const *graphs = store_graphs(store);
	bool ok = graphs != NULL;

	for (size_t i = 0; ok && graphs[i]; i++)
		ok = store_units(store, graphs[i], add_unit, &listing) &&
			!listing.failed;
	json_put(run, "made", listing.units);
	const char *telemetry = ok ? store_telemetry(store, listing.run) : NULL;
	json_t *parsed = telemetry ? json_loads(telemetry, 0, NULL) : NULL;
	json_put(run, "telemetry", parsed ? parsed : json_null());
	return ok;
}

/* ---- Two runs --------------------------------------------------------------------- */

/* Each run has its own. */
static bool is_own(const char *key)
{
	return strcmp(key, "started") == 0 || strcmp(key, "ended") == 0 ||
		strcmp(key, "pid") == 0;
}

json_t *run_differences(json_t *one, const json_t *two)
{
	json_t *differences = json_object();
	const char *key;
	json_t *value;

	json_object_foreach(one, key, value)
	{
		json_t *other = json_object_get(two, key);

		if (!is_own(key) && !json_equal(value, other))
			json_put(differences, key,
				json_pack("[O, O]", value, other));
	}
	return differences;
}
