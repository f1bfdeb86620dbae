/* SPDX-License-Identifier: MIT */
#include "operators/support/levels.h"

#include <string.h>

#include "base/memory.h"

void levels_init(struct levels *levels, size_t state_bytes)
{
	*levels = (struct levels){.state_bytes = state_bytes};
}

void levels_begin(struct levels *levels)
{
	levels->depth++;
	levels->leaf = true;
}

void levels_end(struct levels *levels)
{
	levels->depth--;
	levels->leaf = false;
}

static size_t number_of(const struct levels *levels, enum scope scope)
{
	switch (scope) {
	case SCOPE_UNIT: return levels->depth > 0;
	case SCOPE_SEGMENT: return levels->depth;
	default: return 0;
	}
}

void *levels_at(const struct levels *levels, size_t number)
{
	return levels->states + number * levels->state_bytes;
}

void *levels_get(struct levels *levels, enum scope scope)
{
	const size_t number = number_of(levels, scope);

	if (number >= levels->count) {
		levels->states = memory_resize(
			levels->states, number + 1, levels->state_bytes);
		memset(levels_at(levels, levels->count), 0,
			(number + 1 - levels->count) * levels->state_bytes);
		levels->count = number + 1;
	}
	return levels_at(levels, number);
}

bool levels_edge(const struct levels *levels, enum scope scope)
{
	switch (scope) {
	case SCOPE_UNIT: return levels->depth == 1;
	case SCOPE_SEGMENT: return levels->depth > 0;
	default: return false;
	}
}

void levels_finish(struct levels *levels)
{
	free(levels->states);
	*levels = (struct levels){0};
}
