/* SPDX-License-Identifier: MIT */
/* leat runs: what the run store knows of a session's runs. */
#include <jansson.h>
#include <stddef.h>
#include <string.h>

#include "base/units.h"
#include "cli/command.h"
#include "cli/run-json.h"
#include "cli/runs-text.h"
#include "session/state.h"
#include "store/run-store.h"

struct runs_options {
	bool help, json;
	const char *state;
};

static const struct option_spec options[] = {
	OPTION_ROW_DIRECTORY,
	OPTION_ROW_HELP(offsetof(struct runs_options, help)),
	{0, "json", OPTION_FLAG, offsetof(struct runs_options, json), NULL,
		NULL, "Print JSON, for programs"},
	OPTION_ROW_STATE(offsetof(struct runs_options, state)),
	{0},
};

static void print_json(json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
}

static bool show_run(struct run_store *store, json_t *run, bool json)
{
	if (!run_add_details(store, run))
		return false;
	if (json)
		print_json(run);
	else
		runs_show_one(run);
	return true;
}

static void show_difference(json_t *one, const json_t *two, bool json)
{
	json_t *differences = run_differences(one, two);

	if (json)
		print_json(differences);
	else
		runs_show_differences(differences);
	json_decref(differences);
}

/* ---- The verb ---------------------------------------------------------------------- */

/* The run that a word names; NULL: there is none, which is said. */
static json_t *find_run(
	struct command *command, const json_t *runs, const char *word)
{
	int64_t id;
	size_t index;
	json_t *run;

	if (strcmp(word, "last") == 0 && json_array_size(runs) > 0)
		return json_array_get(runs, 0);
	if (!units_integer(word, &id))
		json_array_foreach(runs, index,
			run) if (json_integer_value(json_object_get(run,
					 "run")) == id) return run;
	command_wrong(command, "`leat runs FILE` lists them",
		"there is no run %s", word);
	return NULL;
}

/* Shows what the words after FILE ask for. */
static bool show(struct command *command, struct run_store *store, json_t *runs,
	const char *const *words)
{
	const struct runs_options *settings = command->settings;
	json_t *found[2] = {NULL, NULL};

	if (!words[0] && settings->json)
		print_json(runs);
	else if (!words[0])
		runs_show_list(runs);
	for (size_t i = 0; i < 2 && words[i]; i++) {
		found[i] = find_run(command, runs, words[i]);
		if (!found[i])
			return true;
	}
	if (found[1])
		show_difference(found[0], found[1], settings->json);
	return !found[0] || found[1] ||
		show_run(store, found[0], settings->json);
}

static void run_session(struct command *command, const char *const *words)
{
	const struct runs_options *settings = command->settings;
	struct text path = {0}, problem = {0};
	struct run_store *store;
	json_t *runs = json_array();

	state_directory(command->session, settings->state, &path);
	enum store_status opened = run_store_open_reader(
		path.data, &store, &problem, &command->status);
	bool ok = opened == STORE_OK || opened == STORE_NONE;

	if (opened == STORE_OK)
		ok = run_list(store, runs);
	if (ok)
		ok = show(command, store, runs, words);
	if (!ok && opened == STORE_OK) {
		command->status = STATUS_IO_ERROR;
		text_add_string(&problem, run_store_problem(store));
	}
	if (!ok)
		diagnostics_add(command->diagnostics, SEVERITY_ERROR,
			(struct location){0}, NULL, "%s", problem.data);
	problem.length = 0;
	run_store_close(store, &problem);
	json_decref(runs);
	text_free(&path);
	text_free(&problem);
}

static int run(char *const *words)
{
	struct runs_options settings = {0};
	struct command command = command_start(&verb_runs, words, &settings);
	const char *file = command_word(&command);
	const char *ids[3] = {NULL, NULL, NULL};

	if (!file && command.status == STATUS_OK && !settings.help)
		command_wrong(&command, "see `leat help runs`",
			"no session file is given");
	if (file && !settings.help && command_open(&command, file)) {
		for (size_t i = 0; i < 3; i++)
			ids[i] = i == 0 || ids[i - 1] ? command_word(&command)
						      : NULL;
		if (ids[2])
			command_wrong(&command, "see `leat help runs`",
				"two runs are compared, not %s as well",
				ids[2]);
		if (command.status == STATUS_OK)
			run_session(&command, ids);
	}
	if (settings.help)
		help_show_verb(stdout, &verb_runs);
	return command_finish(&command);
}

const struct verb verb_runs = {
	.name = "runs",
	.usage = "[OPTION]... FILE [RUN [RUN]]",
	.summary = "Show what is known of the runs of a session",
	.details =
		"Lists the runs that the run store remembers, the newest "
		"first: how they ended, how many units there were, how many "
		"were run and how many failed. With a RUN, its number or "
		"`last`, shows that one, what its operators did and the units "
		"that it was the last to make; with two, what differs between "
		"them. A run that was killed is told as that.\n",
	.options = options,
	.run = run,
};
