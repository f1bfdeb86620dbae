/* SPDX-License-Identifier: MIT */
/* leat: finds the verb and lets it work. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "base/exit.h"
#include "base/memory.h"
#include "base/system-error.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/show.h"
#include "cli/verb.h"
#include "cli/version.h"

const struct verb *const verbs[] = {
	&verb_run,
	&verb_check,
	&verb_plan,
	&verb_why,
	&verb_accept,
	&verb_runs,
	&verb_get,
	&verb_gc,
	&verb_list,
	&verb_explain,
	&verb_schema,
	&verb_help,
	NULL,
};

struct main_options {
	bool help, version;
};

const struct option_spec main_options[] = {
	OPTION_ROW_DIRECTORY,
	OPTION_ROW_HELP(offsetof(struct main_options, help)),
	{0, "version", OPTION_FLAG, offsetof(struct main_options, version),
		NULL, NULL, "Show the versions of leat and its libraries"},
	{0},
};

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; verbs[i]; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

void verb_names(const char *names[VERBS_MAX + 1])
{
	size_t count = 0;

	for (; verbs[count]; count++)
		names[count] = verbs[count]->name;
	names[count] = NULL;
}

/* No locale and no time zone reaches an output. Names and texts are UTF-8; all
 * else stays that of C, as it is at the start, and is read from no file. */
static void fix_environment(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	tzset();
}

static int unknown_verb(const char *name)
{
	const char *names[VERBS_MAX + 1];
	char *hint;

	if (strpbrk(name, "./") && access(name, F_OK) == 0)
		return show_usage_error("`leat run FILE` runs a session",
			"there is no verb %s", name);
	verb_names(names);
	hint = show_near(name, names, "see `leat help`");
	show_usage_error(hint,
		"there is no verb %s, and no program leat-%s in the PATH", name,
		name);
	free(hint);
	return STATUS_USAGE;
}

/* Becomes the program leat-VERB of the PATH, if there is one. */
static int run_program(char *const *words)
{
	struct text name = {0};
	char **arguments;
	size_t count = 0;

	if (strchr(words[0], '/'))
		return unknown_verb(words[0]);
	while (words[count])
		count++;
	arguments = memory_resize(NULL, count + 1, sizeof(*arguments));
	memcpy(arguments, words, (count + 1) * sizeof(*arguments));
	text_add_format(&name, "leat-%s", words[0]);
	arguments[0] = name.data;
	execvp(name.data, arguments);

	int status = STATUS_NOT_PERMITTED;

	if (errno == ENOENT)
		status = unknown_verb(words[0]);
	else
		show_usage_error(NULL, "can't run %s: %s", name.data,
			system_error(errno));
	text_free(&name);
	free(arguments);
	return status;
}

static int run_verb(char *const *words)
{
	const struct verb *verb = verb_find(words[0]);

	if (!verb)
		return run_program(words);
	fix_environment();
	return verb->run(words + 1);
}

static int change_directory(const char *directory)
{
	struct diagnostics *list = diagnostics_create();
	int status = (int)command_change_directory(directory, list);

	diagnostics_print(list, stderr);
	diagnostics_destroy(list);
	return status;
}

static int take_option(struct arguments *arguments,
	const struct argument *argument, struct main_options *settings)
{
	const struct option_spec *option = option_find(main_options, argument);
	const char *value, *problem;

	if (!option)
		return show_usage_error("see `leat help`",
			"there is no option %s before the verb",
			argument->shown);
	problem = option_take(option, arguments, argument, settings, &value);
	if (problem)
		return show_usage_error(
			"see `leat help`", "%s %s", argument->shown, problem);
	return option->kind == OPTION_DIRECTORY ? change_directory(value)
						: STATUS_OK;
}

static int run(char *const *words)
{
	struct arguments arguments = arguments_start(words);
	struct argument argument;
	struct main_options settings = {0};
	int status = STATUS_OK;

	while (status == STATUS_OK && !settings.help && !settings.version) {
		switch (arguments_next(&arguments, &argument)) {
		case ARGUMENT_END:
			help_show_overview(stderr);
			return STATUS_USAGE;
		case ARGUMENT_WORD: return run_verb(arguments.next - 1);
		default: status = take_option(&arguments, &argument, &settings);
		}
	}
	if (settings.help)
		help_show_overview(stdout);
	else if (settings.version)
		version_show(stdout);
	return status;
}

/* A standard stream that is closed would be the next file that is opened, and
 * messages would be written into it. This one fails instead. */
static void keep_standard_streams(void)
{
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (fcntl(i, F_GETFD) < 0)
			open("/dev/null",
				i == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	int status;

	keep_standard_streams();
	status = run(argc ? argv + 1 : argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr,
			"leat: error: can't write standard output: %s\n",
			system_error(errno));
		if (status == STATUS_OK)
			status = STATUS_IO_ERROR;
	}
	return status;
}
