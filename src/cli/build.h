/* SPDX-License-Identifier: MIT */
/* What the verbs that need a whole session share: run, plan, why, accept. */
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

/* Opens it to change it, which takes the lock: WAIT_US and STOP as in struct
 * store_opening. *STORE is NULL where nothing is to be remembered. False: that
 * failed, which was said; *STATUS tells how. */
bool build_open_writer(const struct session *session, const char *state,
	int64_t wait_us, const volatile sig_atomic_t *stop,
	const struct log *log, struct run_store **store,
	enum exit_status *status);

/* Takes NULL. False: the last write failed, which was said. */
bool build_close_writer(struct run_store *store, const struct log *log);

#endif
