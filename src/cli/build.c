/* SPDX-License-Identifier: MIT */
/* Whole sessions, for run, plan and why. */
#include "cli/build.h"

#include <string.h>

#include "session/state.h"

bool build_uses(
	const struct session *session, const char *spec, const char **name)
{
	for (unsigned i = 0; i < session->graph_count; i++) {
		const struct graph_plan *graph = &session->graphs[i];

		for (unsigned j = 0; j < graph->operator_count; j++) {
			*name = graph->operators[j].name;
			if (strcmp(graph->operators[j].spec->name, spec) == 0)
				return true;
		}
	}
	return false;
}

/* What is missing alone is a mistake of the command line, and so are values
 * that can't be compiled; all else is one of the session. */
bool build_session(struct command *command)
{
	struct diagnostics *list = command->diagnostics;
	const char *name;

	if (diagnostics_count(list, SEVERITY_ERROR)) {
		command->status = STATUS_USAGE; /* values of params */
	} else if (!session_build(command->session, true, list)) {
		command->status = diagnostics_count_in_files(list)
			? STATUS_SESSION_WRONG
			: STATUS_USAGE;
	} else if (command->names_read &&
		build_uses(command->session, "stdin", &name)) {
		command_wrong(command, NULL,
			"standard input can't give names for `-` and be what "
			"the operator %s reads",
			name);
	}
	return command->status == STATUS_OK;
}

bool build_open_reader(
	struct command *command, const char *state, struct run_store **store)
{
	struct text directory = {0}, problem = {0};
	enum store_status status = STORE_NONE;

	*store = NULL;
	if (state_is_kept(command->session, state)) {
		state_directory(command->session, state, &directory);
		status = run_store_open_reader(
			directory.data, store, &problem, &command->status);
	}
	if (status == STORE_OK &&
		!run_store_is_of(*store, command->session->name,
			command->session->path, &problem)) {
		run_store_close(*store, NULL);
		command->status = STATUS_SESSION_WRONG;
		status = STORE_FAILED;
	}
	if (status != STORE_OK)
		*store = NULL;
	if (status != STORE_OK && status != STORE_NONE)
		diagnostics_add(command->diagnostics, SEVERITY_ERROR,
			(struct location){0}, NULL, "%s", problem.data);
	text_free(&directory);
	text_free(&problem);
	return command->status == STATUS_OK;
}

/* What to do where the store can't be written, as beside a session that
 * belongs to somebody else; or NULL. */
static const char *writer_hint(enum exit_status status)
{
	return status == STATUS_NOT_PERMITTED || status == STATUS_CANNOT_CREATE
		? "--state DIR, or the variable LEAT_STATE, names another "
		  "directory for what is remembered; none: nothing is"
		: NULL;
}

bool build_open_writer(const struct session *session, const char *state,
	int64_t wait_us, const volatile sig_atomic_t *stop,
	const struct log *log, struct run_store **store,
	enum exit_status *status)
{
	struct text directory = {0}, problem = {0};
	struct store_opening opening = {
		.session = session->name,
		.session_path = session->path,
		.wait_us = wait_us,
		.stop = stop,
	};

	*store = NULL;
	if (!state_is_kept(session, state))
		return true;
	state_directory(session, state, &directory);
	opening.directory = directory.data;
	bool ok = run_store_open(&opening, store, &problem, status) == STORE_OK;
	if (!ok)
		log_say(log, LOG_ERROR, writer_hint(*status), "%s",
			problem.data);
	text_free(&directory);
	text_free(&problem);
	return ok;
}

bool build_close_writer(struct run_store *store, const struct log *log)
{
	struct text problem = {0};
	bool ok = run_store_close(store, &problem);

	if (problem.length)
		log_say(log, LOG_ERROR, NULL, "%s", problem.data);
	text_free(&problem);
	return ok;
}
