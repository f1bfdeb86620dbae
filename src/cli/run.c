/* SPDX-License-Identifier: MIT */
/* leat run: runs a session. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/system-error.h"
#include "base/units.h"
#include "cli/build.h"
#include "cli/params.h"
#include "cli/plan.h"
#include "cli/progress.h"
#include "cli/run-files.h"
#include "cli/signals.h"
#include "cli/statuses.h"
#include "cli/summary.h"
#include "session/run.h"
#include "session/sharing.h"
#include "session/state.h"
#include "session/verify.h"

enum sandbox_choice {
	SANDBOX_DEFAULT,
	SANDBOX_OFF,
	SANDBOX_ON,
	SANDBOX_REQUIRE
};
enum { STATS_NONE, STATS_TEXT, STATS_JSON };

struct run_options {
	bool keep_going, prune, dry, verify, quiet, verbose, help;
	int stats;
	int64_t failures_max, heartbeat_us;
	int sandbox; /* enum sandbox_choice */
	int progress; /* enum progress_kind + 1; 0: as AUTO */
	int log_format; /* enum log_format + 1; 0: as text */
	int64_t jobs;
	const char *state, *lock;
	struct run_files files;
};

static const char *const stats_choices[] = {"text", "json", NULL};
static const char *const sandbox_choices[] = {"off", "on", "require", NULL};
static const char *const progress_choices[] = {
	[PROGRESS_AUTO] = "auto",
	[PROGRESS_BAR] = "bar",
	[PROGRESS_PLAIN] = "plain",
	[PROGRESS_NONE] = "none",
	NULL,
};

static const struct option_spec options[] = {
	OPTION_ROW_DIRECTORY,
	OPTION_ROW_HELP(offsetof(struct run_options, help)),
	{0, "depfile", OPTION_TEXT,
		offsetof(struct run_options, files.dependencies), "FILE", NULL,
		"Tell make in FILE what the outputs depend on"},
	{0, "heartbeat", OPTION_DURATION,
		offsetof(struct run_options, heartbeat_us), "DURATION", NULL,
		"Say in a line how far it is each time that so long is over"},
	{'j', "jobs", OPTION_NUMBER, offsetof(struct run_options, jobs), "N",
		NULL, "Work at up to N units at once"},
	{0, "junit", OPTION_TEXT, offsetof(struct run_options, files.tests),
		"FILE", NULL, "Write FILE with a test case for each unit"},
	{'k', "keep-going", OPTION_FLAG,
		offsetof(struct run_options, keep_going), NULL, NULL,
		"Go on with other units when one fails"},
	{0, "lock", OPTION_TEXT, offsetof(struct run_options, lock), "HOW",
		NULL, "When another run is at it: fail, wait or wait=DURATION"},
	{0, "log-format", OPTION_CHOICE,
		offsetof(struct run_options, log_format), "FORMAT", log_formats,
		"How messages are written on standard error"},
	{0, "max-failures", OPTION_NUMBER,
		offsetof(struct run_options, failures_max), "N", NULL,
		"Go on as with -k, until N units have failed"},
	{0, "metrics-file", OPTION_TEXT,
		offsetof(struct run_options, files.metrics), "FILE", NULL,
		"Write the figures of the run to FILE, for Prometheus"},
	{'n', "dry-run", OPTION_FLAG, offsetof(struct run_options, dry), NULL,
		NULL, "Only say what would run, as `leat plan` does"},
	OPTION_ROW_PARAM,
	{0, "progress", OPTION_CHOICE, offsetof(struct run_options, progress),
		NULL, progress_choices, "Show how far it is"},
	{0, "prune", OPTION_FLAG, offsetof(struct run_options, prune), NULL,
		NULL, "Remove outputs that nothing makes any more"},
	{'q', "quiet", OPTION_FLAG, offsetof(struct run_options, quiet), NULL,
		NULL, "Say nothing but errors"},
	{0, "sandbox", OPTION_CHOICE, offsetof(struct run_options, sandbox),
		NULL, sandbox_choices,
		"Shut in what reads archives and the like"},
	OPTION_ROW_STATE(offsetof(struct run_options, state)),
	{0, "stats", OPTION_CHOICE, offsetof(struct run_options, stats),
		"FORMAT", stats_choices,
		"Say on standard error what operators and links did"},
	{0, "verify", OPTION_FLAG, offsetof(struct run_options, verify), NULL,
		NULL, "Run all again elsewhere, and compare the outputs"},
	{'v', "verbose", OPTION_FLAG, offsetof(struct run_options, verbose),
		NULL, NULL, "Say what was done, also off a terminal"},
	{0},
};

/* Whether it may talk though nothing is wrong: a filter at work in a pipeline
 * doesn't. */
static bool talks(
	const struct session *session, const struct run_options *settings)
{
	const char *name;

	return isatty(STDERR_FILENO) && !settings->quiet &&
		!build_uses(session, "stdout", &name);
}

static struct progress *watch_progress(const struct session *session,
	const struct run_options *options_given, const struct log *log,
	struct run_settings *settings)
{
	struct progress_settings progress_settings = {
		.kind = options_given->progress
			? (enum progress_kind)(options_given->progress - 1)
			: PROGRESS_AUTO,
		.silent = !talks(session, options_given),
		.heartbeat_us = options_given->heartbeat_us,
		.log = log,
		.stop = settings->stop,
		.asked = signals_catch_progress(),
	};
	struct progress *progress = progress_create(&progress_settings);

	settings->log = progress_log(progress);
	settings->look = progress_look;
	settings->look_context = progress;
	return progress;
}

/* What --lock says, in microseconds; false: that isn't understood. */
static bool read_lock(struct command *command, int64_t *wait_us)
{
	const struct run_options *settings = command->settings;
	const char *how = settings->lock;

	*wait_us = 0;
	if (!how || strcmp(how, "fail") == 0)
		return true;
	if (strcmp(how, "wait") == 0) {
		*wait_us = -1;
		return true;
	}
	if (strncmp(how, "wait=", 5) == 0 &&
		!units_duration(how + 5, wait_us) && *wait_us >= 0)
		return true;
	command_wrong_option(command, "--lock",
		"takes fail, wait or wait=DURATION, such as wait=30s", NULL);
	return false;
}

static void close_store(struct run_store *store, const struct log *log,
	struct run_result *result)
{
	if (!build_close_writer(store, log) && result->status == STATUS_OK)
		result->status = STATUS_IO_ERROR;
}

/* Runs it in a scratch place, which is removed. */
static struct run_result verify(const struct session *session,
	const char *state, struct run_settings *settings,
	struct statistics *statistics)
{
	struct run_result result = {.status = STATUS_CANNOT_CREATE};
	struct text directory = {0}, scratch = {0};

	state_directory(session, state, &directory);
	if (verify_make_scratch(directory.data, &scratch)) {
		settings->scratch = scratch.data;
		result = session_run(session, settings, statistics);
		verify_remove_scratch(scratch.data);
	} else {
		log_say(settings->log, LOG_ERROR, NULL, "cannot create %s: %s",
			scratch.data, system_error(errno));
	}
	text_free(&directory);
	text_free(&scratch);
	return result;
}

/* Finds out what sandbox there can be, where one is needed. False: less than
 * what is required. */
static bool find_sandbox(const struct session *session,
	const struct run_options *options_given, struct sandbox *sandbox,
	struct run_settings *settings)
{
	struct text text = {0};
	bool ok = true;

	if (options_given->sandbox == SANDBOX_OFF ||
		!sharing_is_untrusted(session))
		return true;
	*sandbox = sandbox_probe();
	settings->sandbox = sandbox;
	sandbox_describe(sandbox, &text);
	if (options_given->sandbox == SANDBOX_REQUIRE &&
		!sandbox_is_whole(sandbox)) {
		log_say(settings->log, LOG_ERROR,
			"--sandbox on makes do with that",
			"this system hasn't all of the sandbox: %s", text.data);
		ok = false;
	} else if (options_given->verbose) {
		log_say(settings->log, LOG_INFO, NULL, "sandbox: %s",
			text.data);
	}
	text_free(&text);
	return ok;
}

/* Says how it went, as far as that is wanted. */
static void report_run(const struct run_options *options_given,
	const struct run_report *report, struct run_result *result)
{
	const struct session *session = report->session;

	run_files_write(&options_given->files, report, result);
	summary_show(result, report->journal,
		options_given->verbose || talks(session, options_given),
		report->log);
	if (options_given->stats == STATS_JSON)
		statistics_print_json(report->statistics, stderr);
	else if (options_given->stats == STATS_TEXT)
		statistics_print_text(
			statistics_graphs(report->statistics), stderr);
}

static struct run_settings settings_of(const struct session *session,
	const struct run_options *options_given, struct journal *journal,
	const struct log *log)
{
	return (struct run_settings){
		.state = options_given->state,
		.prune = options_given->prune,
		.jobs = sharing_jobs(session, (uint64_t)options_given->jobs),
		.ask_make = !options_given->jobs,
		.keep_going = options_given->keep_going ||
			options_given->failures_max,
		.failures_max = (uint64_t)options_given->failures_max,
		.journal = journal,
		.log = log,
		.stop = signals_catch(),
	};
}

static enum exit_status run_session(const struct session *session,
	const struct run_options *options_given, int64_t wait_us,
	const struct log *log)
{
	struct journal journal = {
		.all = run_files_want_all(&options_given->files)};
	struct run_settings settings =
		settings_of(session, options_given, &journal, log);
	struct sandbox sandbox;
	enum exit_status status;

	if (!find_sandbox(session, options_given, &sandbox, &settings))
		return STATUS_SYSTEM;
	/* While this process is small, and has no database open. */
	if (settings.sandbox && !(settings.zygote = zygote_start(session)))
		log_say(log, LOG_WARNING, NULL, "no process can be started: %s",
			system_error(errno));
	if (!build_open_writer(session, options_given->state, wait_us,
		    settings.stop, log, &settings.store, &status)) {
		zygote_stop(settings.zygote);
		signals_die_if_caught();
		return status;
	}
	struct progress *progress =
		watch_progress(session, options_given, log, &settings);
	struct statistics *statistics = statistics_create(session->name);
	struct run_result result = options_given->verify
		? verify(session, options_given->state, &settings, statistics)
		: session_run(session, &settings, statistics);
	progress_destroy(progress);
	zygote_stop(settings.zygote);
	close_store(settings.store, log, &result);
	report_run(options_given,
		&(struct run_report){
			session, &result, &journal, statistics, log},
		&result);
	journal_finish(&journal);
	statistics_destroy(statistics);
	signals_die_if_caught();
	if (result.broken_pipe)
		signals_die(SIGPIPE);
	return result.status;
}

/* Whether --verify, where it is given, can be done. */
static bool check_verify(struct command *command)
{
	const struct run_options *settings = command->settings;

	if (!settings->verify)
		return true;
	if (settings->prune)
		command_wrong(command, "a run that verifies removes nothing",
			"--verify and --prune exclude each other");
	else if (!state_is_kept(command->session, settings->state))
		command_wrong(command,
			"only sessions that write files, with a state, are "
			"remembered",
			"there is nothing to compare with");
	return command->status == STATUS_OK;
}

/* Programs that read objects can't do with anything else between them. */
static bool check_log_format(struct command *command)
{
	const struct run_options *settings = command->settings;

	if (command->log.format == LOG_TEXT)
		return true;
	if (settings->progress == PROGRESS_BAR + 1)
		command_wrong(command, "--progress plain makes messages of it",
			"a bar is for people, not for --log-format");
	else if (settings->stats == STATS_TEXT)
		command_wrong(command, "--stats json can be told apart",
			"a table is for people, not for --log-format");
	return command->status == STATUS_OK;
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
	else if (command.status == STATUS_OK && build_session(&command)) {
		int64_t wait_us;

		command.log.session = command.session->name;

		if (!settings.quiet)
			log_diagnostics(
				&command.log, command.diagnostics, NULL);
		if (settings.dry)
			plan_show(&command, settings.state, settings.verbose);
		else if (check_verify(&command) && check_log_format(&command) &&
			read_lock(&command, &wait_us))
			command.status = run_session(command.session, &settings,
				wait_us, &command.log);
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
