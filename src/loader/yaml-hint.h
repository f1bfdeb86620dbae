/* SPDX-License-Identifier: MIT */
/*
 * Hints for the slips that YAML invites, found by the text at the place of an
 * error. All return a text to be shown, or NULL when nothing is known.
 */
#ifndef LEAT_LOADER_YAML_HINT_H
#define LEAT_LOADER_YAML_HINT_H

#include "loader/document.h"

/* What libyaml means by PROBLEM, found at PLACE while it read what started at
 * CONTEXT (line 0: nothing). */
const char *yaml_hint_broken(
	const char *problem, struct location place, struct location context);

/* Why a value is empty, as far as the text around it shows. */
const char *yaml_hint_empty(const struct node *scalar);

/* Why there is a map or list where a text is taken. */
const char *yaml_hint_collection(const struct node *node);

/* Whether a comment cuts SCALAR, which an error at PLACE may be in. */
const char *yaml_hint_cut(const struct node *scalar, struct location place);

#endif
