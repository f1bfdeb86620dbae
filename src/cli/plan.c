/* SPDX-License-Identifier: MIT */
/* leat plan: says what a run would do, and why. */
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "cli/build.h"
#include "cli/json.h"
#include "cli/plan.h"
#include "session/forecast.h"
#include "session/stale.h"

enum { SHOWN_UNITS = 10 }; /* for each reason, without -v */

struct plan_options {
	bool help, json, detailed, verbose;
	const char *state;
};

static const struct option_spec options[] = {
	OPTION_ROW_DIRECTORY,
	{0, "detailed-exitcode", OPTION_FLAG,
		offsetof(struct plan_options, detailed), NULL, NULL,
		"Exit with 2 when there is something to do"},
	OPTION_ROW_HELP(offsetof(struct plan_options, help)),
	{0, "json", OPTION_FLAG, offsetof(struct plan_options, json), NULL,
		NULL, "Print JSON, for programs"},
	OPTION_ROW_PARAM,
	OPTION_ROW_STATE(offsetof(struct plan_options, state)),
	{'v', "verbose", OPTION_FLAG, offsetof(struct plan_options, verbose),
		NULL, NULL, "List all units, also those that are up to date"},
	{0},
};

struct plan_output {
	json_t *graphs; /* or NULL: text */
	bool verbose;
	bool work; /* something would run */
};

/* ---- Text ------------------------------------------------------------------- */

static void print_name(const char *name)
{
	struct text text = {0};

	text_add_escaped(&text, name, strlen(name), SIZE_MAX);
	printf("    %s", text.data);
	text_free(&text);
}

/* The units with one reason, the first of them by name. */
static void print_reason(
	const struct due *due, enum due_reason reason, bool verbose)
{
	size_t count = 0;

	for (size_t i = 0; i < due->count; i++)
		count += due->units[i].reason == reason;
	if (count == 0 || (reason == DUE_NOT && !verbose))
		return;
	printf("  %zu: %s\n", count, due_reason_texts[reason]);
	size_t shown = 0;
	for (size_t i = 0; i < due->count; i++) {
		const struct due_unit *unit = &due->units[i];

		if (unit->reason != reason)
			continue;
		if (!verbose && shown++ == SHOWN_UNITS) {
			printf("    and %zu more\n", count - SHOWN_UNITS);
			break;
		}
		print_name(unit->name);
		if (unit->detail)
			printf(": %s", unit->detail);
		putchar('\n');
	}
}

static void print_stale(const struct due *due)
{
	struct text text = {0};

	for (size_t i = 0; i < due->vanished.count; i++)
		for (size_t j = 0;
			stale_describe(&due->vanished.all[i], j, &text); j++)
			printf("    %s\n", text.data);
	text_free(&text);
}

static void print_graph(const struct plan_output *output,
	const struct graph_plan *plan, const struct due *due)
{
	if (due->reason == DUE_NOT) {
		printf("%s: nothing to do, %zu unit%s up to date\n", plan->name,
			due->count, due->count == 1 ? " is" : "s are");
	} else {
		printf("%s: runs, since %s", plan->name,
			due_reason_texts[due->reason]);
		if (due->detail)
			printf(": %s", due->detail);
		if (due->knowledge != UNITS_UNKNOWN)
			printf("; %zu of %zu unit%s run, %zu come%s from the "
			       "store",
				due->run_count, due->count,
				due->count == 1 ? "" : "s", due->brought_count,
				due->brought_count == 1 ? "s" : "");
		putchar('\n');
	}
	for (int reason = DUE_REASONS - 1; reason >= 0; reason--)
		print_reason(due, (enum due_reason)reason, output->verbose);
	print_stale(due);
}

/* ---- JSON ------------------------------------------------------------------- */

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
	json_put(object, "reason", json_string(due_reason_texts[unit->reason]));
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

static json_t *graph_create_json(
	const struct graph_plan *plan, const struct due *due)
{
	json_t *object = json_object(), *units = json_array(),
	       *stale = json_array();

	for (size_t i = 0; i < due->count; i++)
		json_append(units, unit_create(due, i));
	for (size_t i = 0; i < due->vanished.count; i++)
		add_stale(stale, &due->vanished.all[i]);
	json_put(object, "graph", json_string(plan->name));
	json_put(object, "runs", json_boolean(due->reason != DUE_NOT));
	json_put(object, "reason", json_string(due_reason_texts[due->reason]));
	json_put(object, "detail", json_name(due->detail));
	json_put(object, "units", units);
	json_put(object, "stale", stale);
	return object;
}

static void show(
	void *context, const struct graph_plan *plan, const struct due *due)
{
	struct plan_output *output = context;

	output->work |= due->reason != DUE_NOT;
	if (output->graphs)
		json_append(output->graphs, graph_create_json(plan, due));
	else
		print_graph(output, plan, due);
}

/* ---- The verb --------------------------------------------------------------- */

/* Calls show for each graph. */
static bool make(
	struct command *command, const char *state, struct plan_output *output)
{
	struct forecast forecast = {
		.session = command->session,
		.log = &command->log,
		.show = show,
		.context = output,
	};

	if (!build_open_reader(command, state, &forecast.store))
		return false;
	command->status = forecast_make(&forecast);
	run_store_close(forecast.store, NULL);
	return command->status == STATUS_OK;
}

void plan_show(struct command *command, const char *state, bool verbose)
{
	struct plan_output output = {.verbose = verbose};

	make(command, state, &output);
}

static void plan(struct command *command)
{
	const struct plan_options *settings = command->settings;
	struct plan_output output = {
		.graphs = settings->json ? json_array() : NULL,
		.verbose = settings->verbose,
	};

	if (!make(command, settings->state, &output)) {
		json_decref(output.graphs);
		return;
	}
	if (settings->json)
		json_print(json_pack("{ss so}", "session",
			command->session->name, "graphs", output.graphs));
	if (settings->detailed && output.work)
		command->status = STATUS_WORK;
}

static int run(char *const *words)
{
	struct plan_options settings = {0};
	struct command command = command_start(&verb_plan, words, &settings);
	const char *word;

	while ((word = command_word(&command)))
		if (!command.session)
			command_open(&command, word);
		else
			command_argument(&command, word);
	if (settings.help)
		help_show_verb(stdout, &verb_plan);
	else if (command.status == STATUS_OK && !command.session)
		command_wrong(&command, "see `leat help plan`",
			"no session file is given");
	else if (command.status == STATUS_OK && build_session(&command))
		plan(&command);
	return command_finish(&command);
}

const struct verb verb_plan = {
	.name = "plan",
	.usage = "[OPTION]... FILE [--PARAM VALUE]... [ARGUMENT]...",
	.summary = "Say what a run would do, and why",
	.details =
		"Compares the inputs, the session and the outputs with what is "
		"remembered of the last run, and says of each unit whether it "
		"would run and why. Nothing is changed, and no input is read "
		"but where its size and times can't tell whether it is the "
		"same.\n",
	.options = options,
	.run = run,
};
