/* SPDX-License-Identifier: MIT */
/*
 * What an operator keeps for the graph, that is outside of all segments, and
 * for each segment that is open, as they nest. Whoever uses it says which
 * scope its states have: those of segments, of units, or one for the graph.
 */
#ifndef LEAT_OPERATORS_SUPPORT_LEVELS_H
#define LEAT_OPERATORS_SUPPORT_LEVELS_H

#include "engine/operator.h"

/* All zero: usable to finish only. */
struct levels {
	char *states;
	size_t state_bytes;
	size_t count; /* of states that were made, see levels_at */
	size_t depth; /* of open segments */
	bool leaf; /* no segment has begun in the innermost */
};

/* STATE_BYTES is the size of one state. */
void levels_init(struct levels *levels, size_t state_bytes);

/* A segment has begun, or ended, at the input. The states stay as they are:
 * the next segment at a depth finds what the last one has left there. */
void levels_begin(struct levels *levels);
void levels_end(struct levels *levels);

/* The state that what comes now belongs to, in an operator whose states have
 * SCOPE. It is zero at first. Valid until the next call of this function. */
void *levels_get(struct levels *levels, enum scope scope);

/* Whether it is a state of its own that the innermost segment begins and
 * ends. */
bool levels_edge(const struct levels *levels, enum scope scope);

/* The state NUMBER, less than `count`: to look at all of them. */
void *levels_at(const struct levels *levels, size_t number);

/* Frees the states; what they hold is the operator's. */
void levels_finish(struct levels *levels);

#endif
