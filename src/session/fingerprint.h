/* SPDX-License-Identifier: MIT */
/*
 * What results are made of, besides the inputs: the operators, their resolved
 * properties and the links, in words. What doesn't change a result is left
 * out: names of params, comments, spelling, capacities, docs.
 */
#ifndef LEAT_SESSION_FINGERPRINT_H
#define LEAT_SESSION_FINGERPRINT_H

#include "base/arena.h"
#include "engine/graph.h"
#include "session/key.h"
#include "store/run-store.h"

struct fingerprint {
	struct arena *arena;
	struct digest digest;
	struct store_component *components;
	size_t count, capacity;
	unsigned file_facts; /* enum file_facts: whose names are in it */
};

enum fingerprint_part {
	FINGERPRINT_UNITS, /* what decides what a unit contributes */
	FINGERPRINT_GRAPH, /* all */
};

void fingerprint_make(struct fingerprint *fingerprint,
	const struct graph *graph, const struct graph_plan *plan,
	enum fingerprint_part part, const struct key_base *base);

/* Adds what else results are made of. */
void fingerprint_extend(
	struct fingerprint *fingerprint, const char *name, const char *value);
void fingerprint_finish(struct fingerprint *fingerprint);

#endif
