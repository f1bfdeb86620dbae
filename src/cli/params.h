/* SPDX-License-Identifier: MIT */
/* The params of a session as its user sees them. */
#ifndef LEAT_CLI_PARAMS_H
#define LEAT_CLI_PARAMS_H

#include <stdio.h>

#include "loader/session.h"

/* What `leat help FILE` prints: what the session is for, how it is run, and
 * each param with its type, default and range. */
void params_show(FILE *file, const struct session *session);

#endif
