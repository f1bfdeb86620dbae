/* SPDX-License-Identifier: MIT */
/* The declaration of a param while it is read. */
#ifndef LEAT_LOADER_DECLARATION_H
#define LEAT_LOADER_DECLARATION_H

#include "loader/param.h"

struct declaration {
	struct param *param;
	struct param_value *value;
	const struct node *type, *minimum, *maximum, *choices, *unit, *fallback;
	const struct node *required, *args;
};

/* Reads NODE, the declaration of KEY. */
void declaration_read(struct loader *loader, const struct node *key,
	const struct node *node, struct declaration *declaration);

/* Checks and stores the default, if there is one (loader/param-default.c). */
void declaration_read_default(
	struct loader *loader, struct declaration *declaration);

#endif
