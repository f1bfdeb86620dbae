/* SPDX-License-Identifier: MIT */
/* Names looked up in logarithmic time, and the nearest one to a wrong name. */
#ifndef LEAT_LOADER_NAMES_H
#define LEAT_LOADER_NAMES_H

#include "base/arena.h"

struct names {
	const char **list; /* in the order they were added; ends in NULL */
	size_t count;
	size_t *sorted; /* indexes into the list, by name */
};

/* COUNT unique names; they and the index live as long as ARENA. */
struct names *names_create(
	struct arena *arena, const char *const *list, size_t count);

/* The index of NAME, or -1. */
int names_find(const struct names *names, const char *name);

#endif
