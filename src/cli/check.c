/* SPDX-License-Identifier: MIT */
/* leat check: says what is wrong with sessions, without running them. */
#include <stddef.h>

#include "cli/command.h"
#include "cli/report.h"
#include "session/outline.h"

struct check_options {
	bool help, strict, verbose;
	int format;
};

static const struct option_spec options[] = {
	OPTION_ROW_DIRECTORY,
	{0, "format", OPTION_CHOICE, offsetof(struct check_options, format),
		"FORMAT", report_formats,
		"How to say what is wrong; json is for programs"},
	OPTION_ROW_HELP(offsetof(struct check_options, help)),
	OPTION_ROW_PARAM,
	{0, "strict", OPTION_FLAG, offsetof(struct check_options, strict), NULL,
		NULL, "Take warnings for errors"},
	{'v', "verbose", OPTION_FLAG, offsetof(struct check_options, verbose),
		NULL, NULL,
		"Show what was found out: operators, links, fields"},
	{0},
};

/* Finds what is wrong with the session that is open, or why none is. */
static enum exit_status check_session(struct command *command)
{
	struct diagnostics *list = command->diagnostics;
	bool values = diagnostics_count(list, SEVERITY_ERROR) == 0;
	bool built = !command->session ||
		session_build(command->session, false, list);

	if (command->status != STATUS_OK)
		return command->status;
	if (!values)
		return STATUS_USAGE;
	return built ? STATUS_OK : STATUS_SESSION_WRONG;
}

/* Goes on behind a file that could not be opened. Its params aren't known: from
 * the first option on that isn't leat's each word may be a value. Returns
 * whether the next word is a FILE. */
static bool skip_session(struct command *command)
{
	struct arguments *arguments = &command->arguments;
	bool certain = true;

	command->status = STATUS_OK;
	while (*arguments->next && !(certain && **arguments->next != '-')) {
		const struct option_spec *option = NULL;
		struct argument argument;
		const char *value;

		if (arguments_next(arguments, &argument) > ARGUMENT_WORD)
			option = option_find(command->verb->options, &argument);
		if (option)
			option_take(option, arguments, &argument,
				command->settings, &value);
		else
			certain = false;
	}
	return *arguments->next;
}

/* Checks FILE; returns the next. */
static const char *check_file(
	struct command *command, const char *file, struct report *report)
{
	const struct check_options *settings = command->settings;
	bool opened = command_open(command, file);
	const char *next = opened ? command_word(command) : NULL;
	enum exit_status status = check_session(command);

	if (settings->verbose && !report->outlines)
		report->outlines = json_array();
	if (settings->verbose && opened && status == STATUS_OK)
		json_array_append_new(
			report->outlines, outline_create(command->session));
	report_add(report, &command->diagnostics, status);
	if (!opened && skip_session(command))
		next = command_word(command);
	return next;
}

static int run(char *const *words)
{
	struct check_options settings = {0};
	struct command command = command_start(&verb_check, words, &settings);
	const char *file = command_word(&command);
	struct report report = {0};
	enum exit_status first;

	if (!file && command.status == STATUS_OK && !settings.help)
		command_wrong(&command, "see `leat help check`",
			"no session file is given");
	while (file && !settings.help)
		file = check_file(&command, file, &report);
	report_add(&report, &command.diagnostics, command.status);
	first = report_finish(&report, settings.strict);
	if (first != STATUS_OK)
		command.status = first;
	if (settings.help)
		help_show_verb(stdout, &verb_check);
	else
		report_show(&report, settings.format);
	report_free(&report);
	return command_finish(&command);
}

const struct verb verb_check = {
	.name = "check",
	.usage = "[OPTION]... {FILE [--PARAM VALUE]...}...",
	.summary = "Check sessions without running them",
	.details =
		"Reports every mistake that can be found before any input is "
		"opened: in keys, types, links, patterns, SQL and the values "
		"of params that stand after their FILE. Params may be left "
		"out. Says nothing and exits with 0 when all is well, with 78 "
		"when a session is wrong. In the format json it is one array "
		"of objects on standard output: file, line, column, width, "
		"severity, message and hint, null where there is none, and "
		"notes, a list of such places with a message.\n"
		"\n"
		"With -v the sessions that are right are shown on standard "
		"output: the operators of each graph in the order in which "
		"data passes them, also those that leat puts in, and what "
		"each link carries, with the fields of records. In the format "
		"json it is one object: findings is that array, sessions has "
		"an object for each.\n",
	.options = options,
	.run = run,
};
