/* SPDX-License-Identifier: MIT */
/*
 * The files that the graphs of a session will write and read, as far as that
 * is known before their units run. Two units that would write one file, or one
 * that would write what is read, are refused before anything is replaced.
 */
#ifndef LEAT_SESSION_TARGETS_H
#define LEAT_SESSION_TARGETS_H

#include "engine/graph.h"
#include "loader/session.h"
#include "session/key.h"

struct targets;

/* The files of the session itself are read. STATE: what the option --state
 * says; may be NULL. BASE is borrowed. */
struct targets *targets_create(const struct session *session, const char *state,
	const struct key_base *base);
void targets_destroy(struct targets *targets); /* takes NULL */

/* Adds those of a graph whose units were found, and that runs after those that
 * were added before. *ALL: no other files will be written. False: the graph is
 * refused, and has failed, which was reported. */
bool targets_add(struct targets *targets, struct graph *graph,
	const struct graph_plan *plan, bool *all);

/* The same before any graph has run, when those that were added may yet make or
 * remove what this one reads: then only what is written for all units is
 * added. */
bool targets_add_ahead(struct targets *targets, struct graph *graph,
	const struct graph_plan *plan);

/* There is a graph that can't be added yet. */
void targets_miss(struct targets *targets);

/* Whether no other files will be written than those that were added; and
 * whether a graph from FIRST on in the session writes that of KEY. */
bool targets_are_all(const struct targets *targets);
bool targets_write(const struct targets *targets,
	const struct graph_plan *first, const char *key);

/* For struct graph_settings: what follows from contents can't be known before.
 * No file may be written that is read, or lies where leat keeps its state: in
 * .leat beside the session, or where that is in its place. */
bool targets_permit(void *targets, const char *path, const char *unit,
	struct text *problem);

#endif
