/* SPDX-License-Identifier: MIT */
/* What the verbs that need a whole session share: run, plan, why. */
#ifndef LEAT_CLI_BUILD_H
#define LEAT_CLI_BUILD_H

#include "cli/command.h"
#include "store/run-store.h"

/* Whether any graph has the operator; *NAME becomes what it is called. */
bool build_uses(
	const struct session *session, const char *spec, const char **name);

/* Builds the session that is open, with all its values; false: COMMAND's
 * status says how it failed. */
bool build_session(struct command *command);

/* Opens what the session remembers, to look at it; *STORE is NULL where there
 * is nothing. STATE: that of the option --state, or NULL. */
bool build_open_reader(
	struct command *command, const char *state, struct run_store **store);

#endif
