/* SPDX-License-Identifier: MIT */
/* What `leat plan` shows, for `leat run -n` as well. */
#ifndef LEAT_CLI_PLAN_H
#define LEAT_CLI_PLAN_H

#include "cli/command.h"

/* Prints what a run of the session, which has been built, would do; COMMAND's
 * status says whether that could be told. STATE: see build_open_reader. */
void plan_show(struct command *command, const char *state, bool verbose);

#endif
