/* SPDX-License-Identifier: MIT */
/* leat check: says what is wrong with sessions, without running them. */
#include <stddef.h>

#include "cli/command.h"

struct check_options {
	bool help;
};

static const struct option_spec options[] = {
	OPTION_ROW_DIRECTORY,
	OPTION_ROW_HELP(offsetof(struct check_options, help)),
	OPTION_ROW_PARAM,
	{0},
};

/* Shows what is wrong with the session that is open, or why none is. */
static enum exit_status check_session(struct command *command)
{
	struct diagnostics *list = command->diagnostics;
	bool values = diagnostics_count(list, SEVERITY_ERROR) == 0;
	bool built = !command->session ||
		session_build(command->session, false, list);

	diagnostics_print(list, stderr);
	if (command->status != STATUS_OK)
		return command->status;
	if (!values)
		return STATUS_USAGE;
	return built ? STATUS_OK : STATUS_SESSION_WRONG;
}

/* Whether the next word is a FILE again; what stands after one that could not
 * be opened can't be read, since its params aren't known. */
static bool skip_session(struct command *command)
{
	const char *next = *command->arguments.next;

	command->status = STATUS_OK;
	return next && *next != '-';
}

/* Checks FILE; returns the next. FIRST keeps the first status that isn't OK. */
static const char *check_file(
	struct command *command, const char *file, enum exit_status *first)
{
	bool opened = command_open(command, file);
	const char *next = opened ? command_word(command) : NULL;
	enum exit_status status = check_session(command);

	if (*first == STATUS_OK)
		*first = status;
	if (!opened && skip_session(command))
		next = command_word(command);
	return next;
}

static int run(char *const *words)
{
	struct check_options settings = {0};
	struct command command = command_start(&verb_check, words, &settings);
	const char *file = command_word(&command);
	enum exit_status first = STATUS_OK;

	if (!file && command.status == STATUS_OK && !settings.help)
		command_wrong(&command, "see `leat help check`",
			"no session file is given");
	while (file && !settings.help)
		file = check_file(&command, file, &first);
	if (settings.help)
		help_show_verb(stdout, &verb_check);
	if (first != STATUS_OK)
		command.status = first;
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
		"when a session is wrong.\n",
	.options = options,
	.run = run,
};
