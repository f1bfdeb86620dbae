/* SPDX-License-Identifier: MIT */
/*
 * Where the units lie in outputs that span them. What a unit has contributed
 * to such a file and is too much to be kept by itself is found again there, as
 * long as the file is as it was written. The run store holds one list for each
 * frontier, written with the row of the graph; an entry counts while its unit
 * is of the same run as then.
 */
#ifndef LEAT_SESSION_RANGES_H
#define LEAT_SESSION_RANGES_H

#include "session/due.h"

/* The name of a frontier in the store, in NAME in place of what it held. */
void ranges_name(const struct graph_plan *plan, struct frontier frontier,
	struct text *name);

/* Reads the lists of the graph into DUE, whose units are known. False: the
 * store can't be read. */
bool ranges_load(struct due *due, const struct graph_plan *plan,
	struct run_store *store);

/* The range of a unit at the frontier NUMBER of DUE, or NULL. */
const struct due_range *ranges_find(
	const struct due *due, unsigned number, size_t unit);

/* Adds an entry to a list. */
void ranges_add(struct text *list, const char *key, uint64_t run,
	uint64_t offset, uint64_t length);

/* Keeps a list, within a change that has removed the old one. */
bool ranges_put(struct run_store *store, const char *graph,
	const char *frontier, const struct text *list);

#endif
