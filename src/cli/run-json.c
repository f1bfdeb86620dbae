/* SPDX-License-Identifier: MIT */
/* What is known of runs, as JSON. */
#include "cli/run-json.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"

static const char *const state_names[] = {
	[RUN_RUNNING] = "running",
	[RUN_DONE] = "done",
	[RUN_FAILED] = "failed",
	[RUN_KILLED] = "killed",
};

static const char *const unit_names[] = {
	[UNIT_DONE] = "done",
	[UNIT_FAILED] = "failed",
	[UNIT_QUARANTINED] = "quarantined",
};

/* ---- Runs as JSON, from which all is shown ----------------------------------- */

static void set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		memory_abort();
}

/* What isn't UTF-8, as names may be, is escaped. */
static json_t *escaped(const char *string)
{
	struct text text = {0};
	json_t *value = json_string(string);

	if (!value) {
		text_add_escaped(&text, string, strlen(string), SIZE_MAX);
		value = json_string(text.data);
		text_free(&text);
	}
	return value;
}

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

	set(object, "run", json_integer((json_int_t)run->id));
	set(object, "state", json_string(state_names[run->state]));
	set(object, "started", timestamp(run->started_us));
	set(object, "ended", timestamp(run->ended_us));
	set(object, "seconds", took(run));
	set(object, "pid", json_integer(run->pid));
	set(object, "exit_status",
		ended ? json_integer(run->exit_status) : json_null());
	set(object, "units", json_integer((json_int_t)run->units));
	set(object, "units_run", json_integer((json_int_t)run->units_run));
	set(object, "units_failed",
		json_integer((json_int_t)run->units_failed));
	set(object, "params", escaped(run->params));
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
	uint64_t run;
	json_t *units;
};

static bool add_unit(void *context, struct store_unit *unit)
{
	struct listing *listing = context;

	if (unit->run != listing->run)
		return true;
	json_t *object = json_object(), *outputs = json_array();
	set(object, "graph", escaped(unit->graph));
	set(object, "key", escaped(unit->key));
	set(object, "state", json_string(unit_names[unit->state]));
	set(object, "reason", escaped(unit->reason));
	for (size_t i = 0; i < unit->output_count; i++)
		if (json_array_append_new(
			    outputs, escaped(unit->outputs[i].path)))
			memory_abort();
	set(object, "outputs", outputs);
	if (json_array_append_new(listing->units, object))
		memory_abort();
	return true;
}

bool run_add_details(struct run_store *store, json_t *run)
{
	struct listing listing = {
		.run = (uint64_t)json_integer_value(
			json_object_get(run, "run")),
		.units = json_array(),
	};
	const char *const *graphs = store_graphs(store);
	bool ok = graphs != NULL;

	for (size_t i = 0; ok && graphs[i]; i++)
		ok = store_units(store, graphs[i], add_unit, &listing);
	set(run, "made", listing.units);
	const char *telemetry = ok ? store_telemetry(store, listing.run) : NULL;
	json_t *parsed = telemetry ? json_loads(telemetry, 0, NULL) : NULL;
	set(run, "telemetry", parsed ? parsed : json_null());
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
			set(differences, key,
				json_pack("[O, O]", value, other));
	}
	return differences;
}
