/* SPDX-License-Identifier: MIT */
/* Whether the units of a run are shared among workers, and among how many. */
#ifndef LEAT_SESSION_SHARING_H
#define LEAT_SESSION_SHARING_H

#include "session/crew.h"

struct sharing {
	const struct session *session;
	struct zygote *zygote; /* or NULL: there is none yet */
	unsigned jobs;
	bool jobs_wanted; /* somebody has asked for them */
	bool alone; /* there can't be a zygote */
	const struct sandbox *sandbox; /* for what is untrusted; NULL: none */
	struct jobserver *jobserver; /* or NULL */
};

/* How many units a run of the session may work at at once: WANTED, or for 0 as
 * many as there are processors for it, but no more than its resources say. 1
 * where no graph has units that could be shared. */
unsigned sharing_jobs(const struct session *session, uint64_t wanted);

/* The first operator of the graph that reads what nobody vouches for, or NULL:
 * with it the graph runs in no other way than in workers, in a sandbox. */
const struct operator_plan *sharing_untrusted(const struct graph_plan *graph);

/* Whether an operator of the session reads what nobody vouches for. */
bool sharing_is_untrusted(const struct session *session);

/* Adds the sandbox that a graph of the session runs in: `off` where it should
 * but nobody wants it, nothing where it reads nothing of the kind. */
void sharing_describe_sandbox(
	const struct sharing *sharing, unsigned graph_index, struct text *text);

/* Shares the units of the graph that is about to run, where that can be done
 * and is worth it, or must be for the sake of the sandbox. *CREW is to be
 * destroyed after the graph; NULL: all runs in this process. False: that isn't
 * permitted, which was reported to LOG. What is untrusted has a zygote already;
 * for all else one is started that whoever has SHARING is to stop. */
bool sharing_begin(struct sharing *sharing, struct graph *graph,
	unsigned graph_index, struct crew **crew, const struct log *log);

#endif
