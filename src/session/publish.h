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

struct publisher;

/* All are borrowed. MESSAGES: where errors go. */
struct publisher *publisher_create(struct run_store *store,
	const struct graph_plan *plan, struct due *due,
	const struct key_base *base, uint64_t run, FILE *messages);

/* For struct graph_settings. */
extern const struct graph_host publisher_host;

/* Publishes what is left, and remembers the graph as a whole if COMPLETE: no
 * unit has failed, and it ran to its end. False: that failed, which has been
 * reported. */
bool publisher_finish(struct publisher *publisher, bool complete);

void publisher_destroy(struct publisher *publisher); /* takes NULL */

#endif
