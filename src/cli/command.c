/* SPDX-License-Identifier: MIT */
/* A command line of a verb, and how the session's params are set by it. */
#include "cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/system-error.h"
#include "base/text.h"
#include "cli/show.h"

static const struct location nowhere = {0};

void command_wrong(
	struct command *command, const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diagnostics_vadd(command->diagnostics, SEVERITY_ERROR, nowhere, hint,
		format, args);
	va_end(args);
	command->status = STATUS_USAGE;
}

void command_wrong_option(struct command *command, const char *option,
	const char *problem, const char *hint)
{
	struct text see = {0};

	text_add_format(&see, "see `leat help %s`", command->verb->name);
	command_wrong(
		command, hint ? hint : see.data, "%s %s", option, problem);
	text_free(&see);
}

enum exit_status command_change_directory(
	const char *directory, struct diagnostics *diagnostics)
{
	if (chdir(directory) == 0)
		return STATUS_OK;
	const int error = errno;
	diagnostics_add(diagnostics, SEVERITY_ERROR, nowhere, NULL,
		"can't work in %s: %s", directory, system_error(error));
	return error == EACCES ? STATUS_NOT_PERMITTED : STATUS_NO_INPUT;
}

static void choose_log_format(struct command *command, const char *value)
{
	for (size_t i = 0; value && log_formats[i]; i++)
		if (strcmp(log_formats[i], value) == 0)
			command->log.format = (enum log_format)i;
}

static void read_ahead(struct command *command)
{
	struct arguments arguments = command->arguments;
	struct argument argument;

	while (arguments_next(&arguments, &argument) != ARGUMENT_END) {
		const struct option_spec *option =
			argument.kind == ARGUMENT_WORD
			? NULL
			: option_find(command->verb->options, &argument);

		if (!option || !option->argument)
			continue;
		if (argument.kind == ARGUMENT_LONG &&
			option->choices != log_formats)
			continue;
		const char *value = arguments_value(&arguments, &argument);

		if (option->choices == log_formats)
			choose_log_format(command, value);
		if (option->kind != OPTION_DIRECTORY || !value)
			continue;
		command->status =
			command_change_directory(value, command->diagnostics);
		if (command->status != STATUS_OK)
			return;
	}
}

struct command command_start(
	const struct verb *verb, char *const *words, void *settings)
{
	struct command command = {
		.verb = verb,
		.settings = settings,
		.arguments = arguments_start(words),
		.diagnostics = diagnostics_create(),
		.log = {.file = stderr},
	};

	read_ahead(&command);
	return command;
}

/* Keeps what -p says before FILE. */
static void keep_assignment(struct command *command, const char *assignment)
{
	command->assignments = memory_resize(command->assignments,
		command->assignment_count + 1, sizeof(*command->assignments));
	command->assignments[command->assignment_count++] = assignment;
}

/* All long options of the command line, with their dashes, end in NULL. */
static const char **long_options(
	const struct command *command, struct arena *arena)
{
	const struct option_spec *options = command->verb->options;
	size_t count = command->session ? command->session->param_count : 0;
	size_t own = 0;

	while (option_exists(&options[own]))
		own++;
	const char **names =
		arena_array(arena, count + own + 1, sizeof(*names));
	const char **next = names;

	for (size_t i = 0; i < count; i++)
		*next++ = arena_format(
			arena, "--%s", command->session->params[i].name);
	for (size_t i = 0; i < own; i++)
		if (options[i].name)
			*next++ = arena_format(arena, "--%s", options[i].name);
	return names;
}

static void unknown_option(
	struct command *command, const struct argument *argument)
{
	struct arena *arena = arena_create();
	const char *see = arena_format(arena, "see `leat help %s`",
		command->session ? command->session->path
				 : command->verb->name);
	char *hint = NULL;

	if (argument->kind == ARGUMENT_LONG)
		hint = show_near(
			argument->shown, long_options(command, arena), see);
	command_wrong(command, hint ? hint : see, "there is no option %s%s",
		argument->shown,
		command->session ||
				!option_named(command->verb->options, "param")
			? ""
			: " before FILE");
	free(hint);
	arena_destroy(arena);
}

static void take_option(
	struct command *command, const struct argument *argument)
{
	const struct option_spec *option;
	const char *value, *problem;

	if (command->session && argument->kind == ARGUMENT_LONG &&
		command_take_param(command, argument))
		return;
	option = option_find(command->verb->options, argument);
	if (!option) {
		unknown_option(command, argument);
		return;
	}
	problem = option_take(option, &command->arguments, argument,
		command->settings, &value);
	if (problem)
		command_wrong_option(command, argument->shown, problem, NULL);
	else if (option->kind == OPTION_PARAM && command->session)
		command_assign(command, value);
	else if (option->kind == OPTION_PARAM)
		keep_assignment(command, value);
}

const char *command_word(struct command *command)
{
	struct argument argument;

	while (command->status == STATUS_OK) {
		switch (arguments_next(&command->arguments, &argument)) {
		case ARGUMENT_END: return NULL;
		case ARGUMENT_WORD: return argument.word;
		case ARGUMENT_LONG:
		case ARGUMENT_LETTER: take_option(command, &argument); break;
		}
	}
	return NULL;
}

bool command_open(struct command *command, const char *path)
{
	session_destroy(command->session);
	command->session = session_parse(path, command->diagnostics);
	if (command->session) {
		for (size_t i = 0; i < command->assignment_count; i++)
			command_assign(command, command->assignments[i]);
		return command->status == STATUS_OK;
	}
	command->status = STATUS_SESSION_WRONG;
	if (access(path, R_OK) != 0)
		command->status = errno == EACCES ? STATUS_NOT_PERMITTED
						  : STATUS_NO_INPUT;
	return false;
}

int command_finish(struct command *command)
{
	if (command->status == STATUS_OK &&
		diagnostics_count(command->diagnostics, SEVERITY_ERROR))
		command->status = STATUS_USAGE;
	log_diagnostics(&command->log, command->diagnostics, NULL);
	diagnostics_destroy(command->diagnostics);
	session_destroy(command->session);
	free(command->assignments);
	return (int)command->status;
}
