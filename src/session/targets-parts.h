/* SPDX-License-Identifier: MIT */
/*
 * What the files of targets share; nobody else includes it. targets.c knows
 * what will be written and read, targets-refuse.c says what is wrong with it.
 */
#ifndef LEAT_SESSION_TARGETS_PARTS_H
#define LEAT_SESSION_TARGETS_PARTS_H

#include "base/arena.h"
#include "base/memory.h"
#include "session/targets.h"

#define uthash_fatal(message) memory_abort()
#include <uthash.h>

struct target {
	UT_hash_handle hh;
	const char *path; /* its key; in the arena, as the others */
	const char *told; /* its path, as an operator told it */
	const char *operator, * unit; /* that write it; unit NULL: all */
	const struct graph_plan *plan; /* NULL: it is the session's own */
	bool read; /* it is an input */
	bool directory; /* that a file lies in, whose writers those are */
};

struct targets {
	const struct key_base *base;
	struct arena *arena;
	struct target *all;
	const struct graph_plan *last; /* that was added */
	bool unknown; /* there are files that can't be told yet */
	struct text state; /* the key of the session's state directory; or "" */
	struct text key;
};

/* A graph that is added. */
struct adding {
	struct targets *targets;
	struct graph *graph;
	const struct graph_plan *plan;
	bool unknown; /* there are files that can't be told yet */
	bool whole; /* other units may come: only what spans them is added */
	const struct target
		*found; /* the first that will be an input; or NULL */
	const char *found_path; /* as it was told */
};

/* The target of PATH, whose key is targets->key from then on; or NULL. */
struct target *targets_find(struct targets *targets, const char *path);

/* ---- targets-refuse.c: the graph has failed, which was reported; false ---------- */

/* LENGTH: so much of the second path would be a file and a directory; 0: a file
 * is written twice. */
bool targets_refuse_second(struct adding *adding, const struct target *first,
	const struct graph_target *second, size_t length);

/* PATH would be written, and the graph READS it, or the session where that is
 * NULL. */
bool targets_refuse_read(struct adding *adding, const char *path, unsigned op,
	const char *unit, const struct graph_plan *reads);

/* What would be written is what another run would read: adding->found. */
bool targets_refuse_found(struct adding *adding);

/* True, unless what would be written, whose key is targets->key, lies where the
 * state is. */
bool targets_check_state(
	struct adding *adding, const struct graph_target *written);

/* ---- Both ------------------------------------------------------------------------ */

/* The operator's index in the plan. */
unsigned targets_index_of(const struct graph_plan *plan, const char *operator);

#endif
