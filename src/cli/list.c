/* SPDX-License-Identifier: MIT */
/* leat list: lists what a session may name. */
#include <stddef.h>

#include "cli/command.h"
#include "registry/registry.h"

struct list_options {
	bool help;
};

static const struct option_spec options[] = {
	OPTION_ROW_HELP(offsetof(struct list_options, help)),
	{0},
};

static int run(char *const *words)
{
	struct list_options settings = {0};
	struct command command = command_start(&verb_list, words, &settings);
	const char *word = command_word(&command);

	if (word)
		command_wrong(&command, "`leat explain NAME` tells about one",
			"`leat list` takes no arguments, but there is %s",
			word);
	else if (settings.help)
		help_show_verb(stdout, &verb_list);
	else if (command.status == STATUS_OK)
		registry_list(stdout);
	return command_finish(&command);
}

const struct verb verb_list = {
	.name = "list",
	.usage = "[OPTION]...",
	.summary = "List the operators",
	.details = "Lists the operators that sessions may use, by family.\n",
	.options = options,
	.run = run,
};
