/* SPDX-License-Identifier: MIT */
/* leat run: runs a session. */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/params.h"
#include "cli/signals.h"
#include "cli/statuses.h"
#include "cli/summary.h"
#include "session/run.h"
#include "session/state.h"

enum { STATS_NONE, STATS_TEXT, STATS_JSON };

struct run_options {
	bool keep_going, quiet, verbose, help;
	int stats;
	int64_t failures_max;
};

static const char *const stats_choices[] = {"text", "json", NULL};

static const struct option_spec options[] = {
	OPTION_ROW_DIRECTORY,
	OPTION_ROW_HELP(offsetof(struct run_options, help)),
	{'k', "keep-going", OPTION_FLAG,
		offsetof(struct run_options, keep_going), NULL, NULL,
		"Go on with other units when one fails"},
	{0, "max-failures", OPTION_NUMBER,
		offsetof(struct run_options, failures_max), "N", NULL,
		"Go on as with -k, until N units have failed"},
	OPTION_ROW_PARAM,
	{'q', "quiet", OPTION_FLAG, offsetof(struct run_options, quiet), NULL,
		NULL, "Say nothing but errors"},
	{0, "stats", OPTION_CHOICE, offsetof(struct run_options, stats),
		"FORMAT", stats_choices,
		"Say on standard error what operators and links did"},
	{'v', "verbose", OPTION_FLAG, offsetof(struct run_options, verbose),
		NULL, NULL, "Say what was done, also off a terminal"},
	{0},
};

/* Whether any graph has the operator; *NAME becomes what it is called. */
static bool uses(
	const struct session *session, const char *spec, const char **name)
{
	for (unsigned i = 0; i < session->graph_count; i++) {
		const struct graph_plan *graph = &session->graphs[i];

		for (unsigned j = 0; j < graph->operator_count; j++) {
			*name = graph->operators[j].name;
			if (strcmp(graph->operators[j].spec->name, spec) == 0)
				return true;
		}
	}
	return false;
}

/* What is missing alone is a mistake of the command line, and so are values
 * that can't be compiled; all else is one of the session. */
static bool build(struct command *command)
{
	struct diagnostics *list = command->diagnostics;
	const char *name;

	if (diagnostics_count(list, SEVERITY_ERROR)) {
		command->status = STATUS_USAGE; /* values of params */
	} else if (!session_build(command->session, true, list)) {
		command->status = diagnostics_count_in_files(list)
			? STATUS_SESSION_WRONG
			: STATUS_USAGE;
	} else if (command->names_read &&
		uses(command->session, "stdin", &name)) {
		command_wrong(command, NULL,
			"standard input can't give names for `-` and be what "
			"the operator %s reads",
			name);
	}
	return command->status == STATUS_OK;
}

/* Whether it says how it went though nothing failed. */
static bool talks(
	const struct session *session, const struct run_options *settings)
{
	const char *name;

	/* A filter at work in a pipeline says nothing. */
	return settings->verbose ||
		(isatty(STDERR_FILENO) && !settings->quiet &&
			!uses(session, "stdout", &name));
}

/* Opens what the session remembers; false: *STATUS says how it failed. */
static bool open_store(const struct session *session,
	const volatile sig_atomic_t *stop, struct run_store **store,
	enum exit_status *status)
{
	struct text directory = {0}, problem = {0};
	struct store_opening opening = {
		.session = session->name,
		.session_path = session->path,
		.stop = stop,
	};

	*store = NULL;
	if (!state_is_kept(session, NULL))
		return true;
	state_directory(session, NULL, &directory);
	opening.directory = directory.data;
	bool ok = run_store_open(&opening, store, &problem, status) == STORE_OK;
	if (!ok)
		fprintf(stderr, "leat: error: %s\n", problem.data);
	text_free(&directory);
	text_free(&problem);
	return ok;
}

static void close_store(struct run_store *store, struct run_result *result)
{
	struct text problem = {0};

	if (!run_store_close(store, &problem)) {
		fprintf(stderr, "leat: error: %s\n", problem.data);
		if (result->status == STATUS_OK)
			result->status = STATUS_IO_ERROR;
	}
	text_free(&problem);
}

static enum exit_status run_session(
	const struct session *session, const struct run_options *options_given)
{
	struct statistics *statistics;
	struct journal journal = {.all = false};
	struct run_settings settings = {
		.keep_going = options_given->keep_going ||
			options_given->failures_max,
		.failures_max = options_given->failures_max,
		.journal = &journal,
		.messages = stderr,
		.stop = signals_catch(),
	};
	struct run_result result;
	enum exit_status status;

	if (!open_store(session, settings.stop, &settings.store, &status))
		return status;
	statistics = statistics_create(session->name);
	result = session_run(session, &settings, statistics);
	close_store(settings.store, &result);
	if (options_given->stats == STATS_JSON)
		statistics_print_json(statistics, stderr);
	else if (options_given->stats == STATS_TEXT)
		statistics_print_text(statistics, stderr);
	statistics_destroy(statistics);
	summary_show(session, &result, &journal, talks(session, options_given));
	journal_finish(&journal);
	signals_die_if_caught();
	if (result.broken_pipe)
		signals_die(SIGPIPE);
	return result.status;
}

static void read_words(struct command *command)
{
	const char *word;

	while ((word = command_word(command)))
		if (!command->session)
			command_open(command, word);
		else
			command_argument(command, word);
}

static int run(char *const *words)
{
	struct run_options settings = {0};
	struct command command = command_start(&verb_run, words, &settings);

	read_words(&command);
	if (settings.help && command.session)
		params_show(stdout, command.session);
	else if (settings.help)
		help_show_verb(stdout, &verb_run);
	else if (command.status == STATUS_OK && !command.session)
		command_wrong(&command, "see `leat help run`",
			"no session file is given");
	else if (command.status == STATUS_OK && build(&command)) {
		if (!settings.quiet)
			diagnostics_print(command.diagnostics, stderr);
		command.status = run_session(command.session, &settings);
	}
	return command_finish(&command);
}

static void show_more(FILE *file)
{
	fputs("\nExit status:\n", file);
	statuses_show(file);
}

const struct verb verb_run = {
	.name = "run",
	.usage = "[OPTION]... FILE [--PARAM VALUE]... [ARGUMENT]...",
	.summary = "Run a session",
	.details =
		"Checks the session FILE as a whole, then runs it. After FILE "
		"each param of the session is an option: --NAME VALUE or "
		"--NAME=VALUE, for a boolean --NAME or --no-NAME; `leat help "
		"FILE` lists them. Other words after FILE go to the param that "
		"says `args: true`; - reads names for it from standard input, "
		"one a line.\n\n"
		"Options may stand anywhere. After FILE a param's name hides "
		"the long name of an option; letters are always leat's. -- "
		"ends the options.\n",
	.options = options,
	.more = show_more,
	.run = run,
};
