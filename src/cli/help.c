/* SPDX-License-Identifier: MIT */
/* leat help: tells how leat, a verb of it or a session is used. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/params.h"
#include "cli/show.h"
#include "registry/registry.h"

struct help_options {
	bool help;
};

static const struct option_spec options[] = {
	OPTION_ROW_DIRECTORY,
	OPTION_ROW_HELP(offsetof(struct help_options, help)),
	{0},
};

void help_show_verb(FILE *file, const struct verb *verb)
{
	fprintf(file, "usage: leat %s %s\n\n", verb->name, verb->usage);
	show_text(file, verb->details, 0);
	fputs("\nOptions:\n", file);
	options_show(file, verb->options);
	if (verb->more)
		verb->more(file);
}

void help_show_overview(FILE *file)
{
	fputs("usage: leat [OPTION]... VERB [ARGUMENT]...\n\n"
	      "Leads streams of data through a graph of operators, which a "
	      "session file\ndescribes.\n\nVerbs:\n",
		file);
	for (size_t i = 0; verbs[i]; i++)
		show_row(file, verbs[i]->name, verbs[i]->summary);
	fputs("\nOptions:\n", file);
	options_show(file, main_options);
	fputs("\n`leat help VERB` tells about a verb, `leat help FILE` about "
	      "a session,\n`leat explain OPERATOR` about an operator. Any "
	      "other verb FOO runs the\nprogram leat-FOO from the PATH.\n",
		file);
}

static void show_topic(struct command *command, const char *topic)
{
	const struct verb *verb = verb_find(topic);
	const struct operator_spec *op = registry_operator(topic);
	const char *names[VERBS_MAX + 1];

	if (verb) {
		help_show_verb(stdout, verb);
	} else if (op && access(topic, F_OK) != 0) {
		registry_explain(stdout, op);
	} else if (strpbrk(topic, "./") || access(topic, F_OK) == 0) {
		if (command_open(command, topic))
			params_show(stdout, command->session);
	} else {
		verb_names(names);
		char *hint = show_near(topic, names, "see `leat help`");

		command_wrong(command, hint,
			"there is no verb, session file or operator %s", topic);
		free(hint);
	}
}

static int run(char *const *words)
{
	struct help_options settings = {0};
	struct command command = command_start(&verb_help, words, &settings);
	const char *topic = command_word(&command);

	if (topic)
		show_topic(&command, topic);
	else if (settings.help)
		help_show_verb(stdout, &verb_help);
	else if (command.status == STATUS_OK)
		help_show_overview(stdout);
	if (command.status == STATUS_OK && (topic = command_word(&command)))
		command_wrong(&command, NULL, "there is one topic too many: %s",
			topic);
	return command_finish(&command);
}

const struct verb verb_help = {
	.name = "help",
	.usage = "[OPTION]... [VERB | FILE | OPERATOR]",
	.summary = "Tell how leat, a verb or a session is used",
	.details = "Tells about leat, about a verb, about a session (what it "
		   "is for, its params with types and defaults) or about an "
		   "operator.\n",
	.options = options,
	.run = run,
};
