/* SPDX-License-Identifier: MIT */
/* leat gc: forgets what the run store needn't remember, or rebuilds it. */
#include <jansson.h>
#include <stddef.h>
#include <time.h>

#include "base/memory.h"
#include "base/units.h"
#include "cli/command.h"
#include "session/state.h"
#include "store/run-store.h"

struct gc_options {
	bool help, json, dry, rebuild;
	const char *state, *keep, *older;
};

static const struct option_spec options[] = {
	OPTION_ROW_DIRECTORY,
	OPTION_ROW_HELP(offsetof(struct gc_options, help)),
	{0, "json", OPTION_FLAG, offsetof(struct gc_options, json), NULL, NULL,
		"Print JSON, for programs"},
	{0, "keep", OPTION_TEXT, offsetof(struct gc_options, keep), "N", NULL,
		"Forget runs but the newest N"},
	{'n', "dry-run", OPTION_FLAG, offsetof(struct gc_options, dry), NULL,
		NULL, "Only say what would be forgotten"},
	{0, "older", OPTION_TEXT, offsetof(struct gc_options, older),
		"DURATION", NULL,
		"Forget runs that ended longer ago, such as 30d"},
	{0, "rebuild", OPTION_FLAG, offsetof(struct gc_options, rebuild), NULL,
		NULL, "Set a damaged store aside; keep what is whole in it"},
	OPTION_ROW_STATE(offsetof(struct gc_options, state)),
	{0},
};

/* ---- Limits ------------------------------------------------------------------ */

struct limits {
	int64_t keep, older_us;
};

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void read_limits(struct command *command, struct limits *limits)
{
	const struct gc_options *settings = command->settings;
	int64_t ago_us = 0;

	if (settings->keep &&
		(units_integer(settings->keep, &limits->keep) ||
			limits->keep < 1))
		command_wrong_option(command, "--keep",
			"needs a number of runs, from 1", NULL);
	if (settings->older &&
		(units_duration(settings->older, &ago_us) || ago_us < 0))
		command_wrong_option(command, "--older",
			"needs a duration, such as 30d or 12h", NULL);
	if (settings->older)
		limits->older_us = now_us() - ago_us;
}

/* ---- What was done ------------------------------------------------------------- */

static void show(
	const struct gc_options *settings, const struct store_garbage *garbage)
{
	json_t *object;

	if (!settings->json) {
		printf("%s %ju runs, %ju partial results, %ju bytes\n",
			settings->dry ? "would forget" : "forgot",
			(uintmax_t)garbage->runs, (uintmax_t)garbage->partials,
			(uintmax_t)garbage->bytes);
		return;
	}
	object = json_pack("{s:b, s:I, s:I, s:I}", "dry", (int)settings->dry,
		"runs", (json_int_t)garbage->runs, "partials",
		(json_int_t)garbage->partials, "bytes",
		(json_int_t)garbage->bytes);
	if (!object)
		memory_abort();
	json_dumpf(object, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(object);
}

static void fail(struct command *command, const char *problem)
{
	diagnostics_add(command->diagnostics, SEVERITY_ERROR,
		(struct location){0}, NULL, "%s", problem);
	if (command->status == STATUS_OK)
		command->status = STATUS_IO_ERROR;
}

/* ---- Doing it -------------------------------------------------------------------- */

/* Where nothing is remembered, nothing is made either; a dry run only reads. */
static void collect(struct command *command,
	const struct store_opening *opening, const struct limits *limits)
{
	const struct gc_options *settings = command->settings;
	struct store_garbage garbage = {0};
	struct text problem = {0};
	struct run_store *store;
	enum store_status opened = run_store_open_reader(
		opening->directory, &store, &problem, &command->status);

	if (opened == STORE_OK && !settings->dry) {
		run_store_close(store, &problem);
		opened = run_store_open(
			opening, &store, &problem, &command->status);
	}
	if (opened == STORE_OK &&
		!store_collect(store, (uint64_t)limits->keep, limits->older_us,
			settings->dry, &garbage))
		fail(command, run_store_problem(store));
	if (opened != STORE_OK && opened != STORE_NONE)
		fail(command, problem.data);
	problem.length = 0;
	if (opened == STORE_OK && !run_store_close(store, &problem) &&
		command->status == STATUS_OK)
		fail(command, problem.data);
	if (command->status == STATUS_OK)
		show(settings, &garbage);
	text_free(&problem);
}

static void rebuild(
	struct command *command, const struct store_opening *opening)
{
	struct text report = {0};

	if (run_store_rebuild(opening, &report, &command->status) == STORE_OK)
		printf("%s\n", report.data);
	else
		fail(command, report.data);
	text_free(&report);
}

static void run_session(struct command *command)
{
	const struct gc_options *settings = command->settings;
	const struct session *session = command->session;
	struct limits limits = {0};
	struct text path = {0};

	read_limits(command, &limits);
	state_directory(session, settings->state, &path);
	const struct store_opening opening = {.directory = path.data,
		.session = session->name,
		.session_path = session->path};

	if (settings->rebuild &&
		(settings->dry || settings->keep || settings->older))
		command_wrong(command, "see `leat help gc`",
			"--rebuild does nothing else at once");
	else if (command->status == STATUS_OK && settings->rebuild)
		rebuild(command, &opening);
	else if (command->status == STATUS_OK)
		collect(command, &opening, &limits);
	text_free(&path);
}

static int run(char *const *words)
{
	struct gc_options settings = {0};
	struct command command = command_start(&verb_gc, words, &settings);
	const char *file = command_word(&command), *more = NULL;

	if (!file && command.status == STATUS_OK && !settings.help)
		command_wrong(&command, "see `leat help gc`",
			"no session file is given");
	if (file && !settings.help && command_open(&command, file)) {
		more = command_word(&command);
		if (more)
			command_wrong(&command, "see `leat help gc`",
				"`leat gc` takes one session, not %s as well",
				more);
		if (command.status == STATUS_OK)
			run_session(&command);
	}
	if (settings.help)
		help_show_verb(stdout, &verb_gc);
	return command_finish(&command);
}

const struct verb verb_gc = {
	.name = "gc",
	.usage = "[OPTION]... FILE",
	.summary = "Forget runs that nobody asks for any more",
	.details =
		"Forgets partial results whose units are gone and, with "
		"--keep or --older, runs that neither keeps: given both, a run "
		"must be beyond both. What is up to date stays so, and outputs "
		"are never touched.\n"
		"\n"
		"Each row of the store has a digest, so damage is found when "
		"it is read. --rebuild sets such a store aside under another "
		"name and makes a new one of all rows that are whole; the "
		"units of those that are not will be run again.\n",
	.options = options,
	.run = run,
};
