/* SPDX-License-Identifier: MIT */
/* leat plan: says what a run would do, and why. */
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "cli/build.h"
#include "cli/json.h"
#include "cli/plan-json.h"
#include "cli/plan.h"
#include "engine/crew.h"
#include "session/forecast.h"
#include "session/sharing.h"
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
		NULL, NULL,
		"List all units and operators, also what is up to date"},
	{0},
};

struct plan_output {
	json_t *graphs; /* or NULL: text */
	json_t *forgotten; /* likewise: those that are gone */
	bool verbose;
	bool work; /* something would run */
};

/* ---- Text ------------------------------------------------------------------- */

static void print_name(const char *before, const char *name)
{
	struct text text = {0};

	text_add_escaped(&text, name, strlen(name), SIZE_MAX);
	printf("%s%s", before, text.data);
	text_free(&text);
}

static void print_detail(const struct due_unit *unit)
{
	struct text text = {0};

	due_show_detail(unit, &text);
	printf("%s%s\n", unit->detail ? ": " : "",
		unit->detail ? text.data : "");
	text_free(&text);
}

/* The units with one reason, the first of them by name. */
static void print_reason(
	const struct due *due, enum due_reason reason, bool verbose)
{
	size_t count = 0;

	for (size_t i = 0; i < due->count; i++)
		count += due->units[i].reason == reason && !plan_rests(due, i);
	if (count == 0 || (reason == DUE_NOT && !verbose))
		return;
	printf("  %zu: %s\n", count, due_reason_texts[reason]);
	size_t shown = 0;
	for (size_t i = 0; i < due->count; i++) {
		const struct due_unit *unit = &due->units[i];

		if (unit->reason != reason || plan_rests(due, i))
			continue;
		if (!verbose && shown++ == SHOWN_UNITS) {
			printf("    and %zu more\n", count - SHOWN_UNITS);
			break;
		}
		print_name("    ", unit->name);
		print_detail(unit);
	}
}

/* Prints the first MOST lines of what is stale; returns how many there are. */
static size_t print_stale_lines(const struct due *due, size_t most)
{
	struct text text = {0};
	size_t count = 0;

	for (size_t i = 0; i < due->vanished.count; i++)
		for (size_t j = 0;
			stale_describe(&due->vanished.all[i], j, &text); j++)
			if (count++ < most)
				printf("    %s\n", text.data);
	text_free(&text);
	return count;
}

static void print_stale(const struct due *due, bool verbose)
{
	const size_t count = print_stale_lines(due, 0);

	if (count == 0)
		return;
	printf("  %zu: stale\n", count);
	print_stale_lines(due, verbose ? SIZE_MAX : SHOWN_UNITS);
	if (!verbose && count > SHOWN_UNITS)
		printf("    and %zu more\n", count - SHOWN_UNITS);
}

/* Units that failed before, and aren't tried again as they are. */
static void print_resting(const struct due *due)
{
	if (due->quarantined_count > 0)
		printf("  %zu: in quarantine\n", due->quarantined_count);
	for (size_t i = 0; i < due->count; i++) {
		if (!plan_rests(due, i))
			continue;
		print_name("    ", due->units[i].name);
		print_detail(&due->units[i]);
	}
}

/* Files that will be units, and aren't there yet. */
static void print_awaited(const struct due *due, bool verbose)
{
	if (due->awaited_count > 0)
		printf("  %zu: not there yet, %s will be written by %s\n",
			due->awaited_count,
			due->awaited_count == 1 ? "it" : "they", due->detail);
	for (size_t i = 0; i < due->awaited_count; i++) {
		if (!verbose && i == SHOWN_UNITS) {
			printf("    and %zu more\n",
				due->awaited_count - SHOWN_UNITS);
			break;
		}
		print_name("    ", due->awaited[i]);
		putchar('\n');
	}
}

static void print_operators(const char *what, const struct graph *graph,
	const struct graph_plan *plan, bool within)
{
	unsigned count = 0;

	for (unsigned i = 0; i < plan->operator_count; i++) {
		if (graph_is_within(graph, plan->ranks[i]) != within)
			continue;
		printf("%s%s", count++ ? ", " : what,
			plan->operators[plan->ranks[i]].name);
	}
	if (count > 0)
		putchar('\n');
}

/* How the graph works: what of it works within units and what doesn't, and
 * whether units can be worked at in several processes. */
static void print_way(
	const struct graph *graph, const struct graph_plan *plan, bool verbose)
{
	struct text why = {0};

	if (verbose)
		print_operators("  within a unit: ", graph, plan, true);
	print_operators("  over all units: ", graph, plan, false);
	if (graph_has_obstacle(graph, &why))
		printf("  one process, since %s%s\n", why.data,
			sharing_untrusted(plan) ? "; needs --sandbox off" : "");
	else if (verbose)
		puts("  units can be shared out to workers");
	text_free(&why);
}

static void print_graph(const struct plan_output *output,
	const struct graph *graph, const struct graph_plan *plan,
	const struct due *due)
{
	if (due->reason == DUE_NOT) {
		size_t up_to_date = due->count - due->quarantined_count;

		printf("%s: nothing to do, %zu unit%s up to date\n", plan->name,
			up_to_date, up_to_date == 1 ? " is" : "s are");
	} else {
		printf("%s: runs, since %s", plan->name,
			due_reason_texts[due->reason]);
		if (due->detail)
			print_name(": ", due->detail);
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
	print_awaited(due, output->verbose);
	print_resting(due);
	print_stale(due, output->verbose);
	if (due->reason != DUE_NOT || output->verbose)
		print_way(graph, plan, output->verbose);
}

static void show(void *context, const struct graph *graph,
	const struct graph_plan *plan, const struct due *due)
{
	struct plan_output *output = context;

	output->work |= due->reason != DUE_NOT;
	if (output->graphs)
		json_append(output->graphs, plan_graph_json(graph, plan, due));
	else
		print_graph(output, graph, plan, due);
}

static void print_forgotten(const struct due *due)
{
	for (size_t i = 0; i < due->vanished.count; i++)
		for (size_t j = 0; j < due->vanished.all[i].output_count; j++) {
			print_name(
				"    ", due->vanished.all[i].outputs[j].path);
			putchar('\n');
		}
}

static void show_forgotten(
	void *context, const char *graph, const struct due *due)
{
	struct plan_output *output = context;
	size_t count = 0;

	for (size_t i = 0; i < due->vanished.count; i++)
		count += due->vanished.all[i].output_count;
	if (count == 0)
		return;
	if (!output->graphs) {
		printf("%s: the session doesn't have this graph any more, its "
		       "outputs are stale; --prune removes them\n",
			graph);
		print_forgotten(due);
		return;
	}
	json_append(output->forgotten, plan_forgotten_json(graph, due));
}

/* ---- The verb --------------------------------------------------------------- */

/* Calls show for each graph. */
static bool make(
	struct command *command, const char *state, struct plan_output *output)
{
	struct forecast forecast = {
		.session = command->session,
		.state = state,
		.log = &command->log,
		.show = show,
		.show_forgotten = show_forgotten,
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
		.forgotten = settings->json ? json_array() : NULL,
		.verbose = settings->verbose,
	};

	if (!make(command, settings->state, &output)) {
		json_decref(output.graphs);
		json_decref(output.forgotten);
		return;
	}
	if (settings->json)
		json_print(json_pack("{ss so so}", "session",
			command->session->name, "graphs", output.graphs,
			"forgotten", output.forgotten));
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
		"same. Operators that work over all units are named, and why "
		"units can't be shared out to workers, if so.\n",
	.options = options,
	.run = run,
};
