/* SPDX-License-Identifier: MIT */
/* Looks on while a graph runs: keeps the journal, and tells how far it is. */
#ifndef LEAT_SESSION_WATCH_H
#define LEAT_SESSION_WATCH_H

#include "session/due.h"
#include "session/run.h"

struct watch {
	struct graph_watch graph; /* for struct graph_settings */
	const struct graph_plan *plan;
	const struct run_settings *settings;
	const struct session *session;
	const struct key_base *base;
	struct run_progress progress;
	bool counted; /* the units */
	struct text path; /* scratch */
};

/* All are borrowed until watch_finish; WATCH may not move meanwhile. */
void watch_init(struct watch *watch, const struct session *session,
	const struct graph_plan *plan, const struct run_settings *settings,
	const struct key_base *base);
void watch_finish(struct watch *watch);

/* What is known before the graph runs: how much there is to do, and which units
 * needn't run. */
void watch_begin(struct watch *watch, const struct due *due);

/* A unit that was seen as done has failed when it was published. */
void watch_failed_late(
	struct watch *watch, const char *name, const char *reason);

/* Afterwards: notes the outputs that were made before, if it is asked for.
 * False: the store can't be read. */
bool watch_end(struct watch *watch, const struct due *due);

#endif
