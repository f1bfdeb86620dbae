/* SPDX-License-Identifier: MIT */
/*
 * What becomes of the units of a graph once they are decided: their outputs
 * take their places and the run store remembers them, several units at a time.
 * Publication rolls forward: temporaries are complete and synced; one change of
 * the store names them, their targets and what they were made of, which is the
 * commit; then they are renamed. A run that is killed in between is finished
 * by the next one.
 */
#ifndef LEAT_SESSION_PUBLISH_H
#define LEAT_SESSION_PUBLISH_H

#include "session/due.h"
#include "session/watch.h"

struct publisher;

/* What is published, and where it is remembered; all is borrowed. */
struct publication {
	struct run_store *store;
	const struct graph_plan *plan;
	struct due *due;
	const struct key_base *base;
	uint64_t run;
	bool keep_going; /* when units fail at publication */
	struct watch *watch; /* is told of those */
	bool targets_known; /* it is certain that no two units write one file */
	const struct log *log; /* where errors go */
};

struct publisher *publisher_create(const struct publication *publication);

/* For struct graph_settings. */
extern const struct graph_host publisher_host;

/* Publishes what is left, and remembers the graph as a whole if COMPLETE: no
 * unit has failed, and it ran to its end. Else why that failed, which has been
 * reported. */
enum exit_status publisher_finish(struct publisher *publisher, bool complete);

/* Units that failed when they were published; the engine took them for done. */
uint64_t publisher_late_failures(const struct publisher *publisher);

void publisher_destroy(struct publisher *publisher); /* takes NULL */

#endif
