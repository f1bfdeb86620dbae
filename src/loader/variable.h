/* SPDX-License-Identifier: MIT */
/* The variables of the environment that a session declares under `env:`. They
 * are texts, and known in all of its scopes. */
#ifndef LEAT_LOADER_VARIABLE_H
#define LEAT_LOADER_VARIABLE_H

#include "loader/param.h"

/* What stands before a variable's name in ${env:NAME}. */
#define VARIABLE_PREFIX "env:"

/* Reads the map `env:` of the session. */
void variables_read(struct loader *loader, const struct node *map);

/* Takes the values that the environment has; what isn't UTF-8 is reported. */
void variables_take(struct loader *loader);

/* Reports all that are required and have no value, in one error. */
void variables_require(struct loader *loader);

#endif
