/* SPDX-License-Identifier: MIT */
/* Names looked up in logarithmic time. */
#include "loader/names.h"

#include <stdlib.h>
#include <string.h>

struct pair {
	const char *name;
	size_t index;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct pair *)a)->name, ((const struct pair *)b)->name);
}

struct names *names_create(
	struct arena *arena, const char *const *list, size_t count)
{
	struct names *names = arena_alloc(arena, sizeof(*names));
	struct pair *pairs = arena_array(arena, count + 1, sizeof(*pairs));

	names->list = arena_array(arena, count + 1, sizeof(*names->list));
	names->sorted = arena_array(arena, count + 1, sizeof(*names->sorted));
	names->count = count;
	for (size_t i = 0; i < count; i++) {
		names->list[i] = list[i];
		pairs[i] = (struct pair){list[i], i};
	}
	qsort(pairs, count, sizeof(*pairs), by_name);
	for (size_t i = 0; i < count; i++)
		names->sorted[i] = pairs[i].index;
	return names;
}

int names_find(const struct names *names, const char *name)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, names->list[names->sorted[middle]]);

		if (order == 0)
			return (int)names->sorted[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}
