/* SPDX-License-Identifier: MIT */
/* leat accept: takes what is there for what a run would make. */
#include <stddef.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/build.h"
#include "session/accept.h"

struct accept_options {
	bool help;
	const char *state;
};

static const struct option_spec options[] = {
	OPTION_ROW_DIRECTORY,
	OPTION_ROW_HELP(offsetof(struct accept_options, help)),
	OPTION_ROW_PARAM,
	OPTION_ROW_STATE(offsetof(struct accept_options, state)),
	{0},
};

static void show(void *context, const char *name, enum due_reason reason)
{
	struct text text = {0};

	(void)context;
	text_add_escaped(&text, name, strlen(name), SIZE_MAX);
	if (reason == DUE_NOT)
		printf("%s: up to date\n", text.data);
	else
		printf("%s: accepted, though %s\n", text.data,
			due_reason_texts[reason]);
	text_free(&text);
}

static void make(
	struct command *command, const char *const *addresses, size_t count)
{
	const struct accept_options *settings = command->settings;
	struct acceptance acceptance = {
		.session = command->session,
		.addresses = addresses,
		.count = count,
		.log = &command->log,
		.accepted = show,
	};

	if (!build_open_writer(command->session, settings->state, 0, NULL,
		    &command->log, &acceptance.store, &command->status))
		return;
	if (acceptance.store)
		command->status = accept_make(&acceptance);
	else
		command_wrong(command, NULL,
			"nothing is remembered of the session %s",
			command->session->name);
	if (!build_close_writer(acceptance.store, &command->log) &&
		command->status == STATUS_OK)
		command->status = STATUS_IO_ERROR;
}

static int run(char *const *words)
{
	struct accept_options settings = {0};
	struct command command = command_start(&verb_accept, words, &settings);
	const char **addresses = NULL, *word;
	size_t count = 0;

	while ((word = command_word(&command))) {
		if (!command.session) {
			command_open(&command, word);
			continue;
		}
		addresses =
			memory_resize(addresses, count + 1, sizeof(*addresses));
		addresses[count++] = word;
	}
	if (settings.help)
		help_show_verb(stdout, &verb_accept);
	else if (command.status == STATUS_OK && count == 0)
		command_wrong(&command, "see `leat help accept`",
			command.session ? "nothing is named that is to be "
					  "accepted"
					: "no session file is given");
	else if (command.status == STATUS_OK && build_session(&command))
		make(&command, addresses, count);
	free(addresses);
	return command_finish(&command);
}

const struct verb verb_accept = {
	.name = "accept",
	.usage = "[OPTION]... FILE ADDRESS... [--PARAM VALUE]...",
	.summary = "Take what is there for what a run would make",
	.details =
		"ADDRESS is as for `leat why`: an input or an output stands "
		"for its unit; an operator, a graph or an output that spans "
		"units for the graph and all its units. Their present inputs, "
		"outputs and session are noted without running anything, so "
		"that the next run takes them for up to date. leat can't know "
		"whether that is true: only accept what you know not to "
		"matter. All that is named is accepted, or nothing; what has "
		"no outputs that are known and there is refused.\n",
	.options = options,
	.run = run,
};
