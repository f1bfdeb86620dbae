/* SPDX-License-Identifier: MIT */
/* leat schema: prints what a session may hold, for editors. */
#include <stddef.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/show.h"
#include "registry/registry.h"

struct schema_options {
	bool help;
};

static const struct option_spec options[] = {
	OPTION_ROW_HELP(offsetof(struct schema_options, help)),
	{0},
};

static void print(struct command *command, const char *name)
{
	const struct operator_spec *spec = registry_operator(name);

	if (spec) {
		registry_schema(stdout, spec);
		return;
	}
	char *hint = show_near(
		name, registry_operator_names(), "`leat list` lists them");
	command_wrong(command, hint, "there is no operator %s", name);
	free(hint);
}

static int run(char *const *words)
{
	struct schema_options settings = {0};
	struct command command = command_start(&verb_schema, words, &settings);
	const char *name = command_word(&command);
	const char *next = name ? command_word(&command) : NULL;

	if (next)
		command_wrong(&command, NULL,
			"there is one operator too many: %s", next);
	else if (settings.help)
		help_show_verb(stdout, &verb_schema);
	else if (command.status == STATUS_OK && name)
		print(&command, name);
	else if (command.status == STATUS_OK)
		registry_schema_session(stdout);
	return command_finish(&command);
}

const struct verb verb_schema = {
	.name = "schema",
	.usage = "[OPTION]... [OPERATOR]",
	.summary = "Print the JSON Schema of sessions, for editors",
	.details = "Prints what a session may hold as a JSON Schema (draft "
		   "2020-12), with which an editor completes, explains and "
		   "checks; or what may be written for one operator. `leat "
		   "check` finds more: how all goes together.\n",
	.options = options,
	.run = run,
};
