/* SPDX-License-Identifier: MIT */
/*
 * Where an operator with `per:` keeps its state: one for the graph, one for
 * the unit, or one for each segment that is open, as they nest. DEPTH is how
 * many segments are open at its input.
 */
#ifndef LEAT_OPERATORS_SUPPORT_SCOPE_LEVEL_H
#define LEAT_OPERATORS_SUPPORT_SCOPE_LEVEL_H

#include "engine/operator.h"

/* The number of the state that items belong to now; 0 is the graph's. */
static inline size_t scope_level(const struct operator *op, size_t depth)
{
	switch (operator_per(op)) {
	case SCOPE_UNIT: return depth > 0;
	case SCOPE_SEGMENT: return depth;
	default: return 0;
	}
}

/* Whether the innermost segment is one that begins and ends such a state. */
static inline bool scope_edge(const struct operator *op, size_t depth)
{
	switch (operator_per(op)) {
	case SCOPE_UNIT: return depth == 1;
	case SCOPE_SEGMENT: return true;
	default: return false;
	}
}

#endif
