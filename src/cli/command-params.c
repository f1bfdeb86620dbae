/* SPDX-License-Identifier: MIT */
/* How a command line sets the params of its session. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/system-error.h"
#include "cli/command.h"

/* Mistakes in values are collected: they don't keep the rest of the command
 * line from being read. */
static void set_param(struct command *command, const struct param *param,
	const char *value, const char *shown)
{
	session_set_param(command->session, param->name, value, shown,
		command->diagnostics);
}

/* NAME=VALUE of -p */
void command_assign(struct command *command, const char *assignment)
{
	size_t length = strcspn(assignment, "=");
	char *name = memory_string(assignment);
	const struct param *param;

	name[length] = '\0';
	param = session_param(command->session, name);
	if (!assignment[length])
		command_wrong_option(command, "-p", "takes NAME=VALUE", NULL);
	else if (!param)
		command_wrong(command, NULL, "%s has no param %s",
			command->session->path, name);
	else
		set_param(command, param, assignment + length + 1, name);
	free(name);
}

/* The param that an option names; --no-NAME is one of a boolean. */
static const struct param *find_param(
	struct command *command, const char *name, bool *negated)
{
	const struct param *param = session_param(command->session, name);

	*negated = false;
	if (param || strncmp(name, "no-", 3) != 0)
		return param;
	param = session_param(command->session, name + 3);
	*negated = true;
	return param && param->type == SETTING_BOOLEAN ? param : NULL;
}

bool command_take_param(
	struct command *command, const struct argument *argument)
{
	bool negated;
	const struct param *param =
		find_param(command, argument->name, &negated);
	const char *value = argument->value;

	if (!param)
		return false;
	if (negated && value) {
		command_wrong_option(
			command, argument->shown, "takes no value", NULL);
		return true;
	}
	if (param->type == SETTING_BOOLEAN && !value)
		value = negated ? "false" : "true";
	if (!value)
		value = arguments_value(&command->arguments, argument);
	if (value)
		set_param(command, param, value, argument->shown);
	else
		command_wrong_option(command, argument->shown, "needs a value",
			*command->arguments.next
				? "a value that begins with a dash is joined: "
				  "--NAME=-VALUE"
				: NULL);
	return true;
}

/* Reads a line of standard input without its end. Returns false at the end of
 * the input, and when the line can't be a name: then *WRONG. */
static bool read_name(char name[PATH_MAX], bool *wrong)
{
	size_t length = 0;
	int byte;

	while ((byte = getc(stdin)) != EOF && byte != '\n') {
		*wrong = byte == '\0' || length + 1 == PATH_MAX;
		if (*wrong)
			return false;
		name[length++] = (char)byte;
	}
	name[length] = '\0';
	return byte != EOF || length;
}

/* Gives PARAM each line of standard input that isn't empty. */
static void read_names(struct command *command, const struct param *param)
{
	char name[PATH_MAX];
	bool wrong = false;
	unsigned long line = 1;

	if (command->names_read)
		command_wrong(command, NULL, "- can stand only once");
	command->names_read = true;
	for (; command->status == STATUS_OK && read_name(name, &wrong); line++)
		if (*name)
			set_param(command, param, name, "standard input");
	if (wrong)
		command_wrong(command, NULL,
			"standard input: line %lu is no name: it holds a NUL "
			"or more than %d bytes",
			line, PATH_MAX - 1);
	if (ferror(stdin)) {
		command_wrong(command, NULL, "can't read standard input: %s",
			system_error(errno));
		command->status = STATUS_IO_ERROR;
	}
}

bool command_argument(struct command *command, const char *word)
{
	const struct session *session = command->session;
	const struct param *param = NULL;

	for (unsigned i = 0; i < session->param_count && !param; i++)
		if (session->params[i].args)
			param = &session->params[i];
	if (!param)
		command_wrong(command, "a param with `args: true` takes them",
			"%s takes no arguments, but there is %s", session->path,
			word);
	else if (strcmp(word, "-") == 0)
		read_names(command, param);
	else
		set_param(command, param, word, word);
	return command->status == STATUS_OK;
}
