/* SPDX-License-Identifier: MIT */
/* Runs a session that was built: its graphs, one after the other. */
#ifndef LEAT_SESSION_RUN_H
#define LEAT_SESSION_RUN_H

#include <signal.h>

#include "base/exit.h"
#include "loader/session.h"
#include "session/journal.h"
#include "session/prune.h"
#include "session/statistics.h"
#include "store/run-store.h"

/* How far a graph is. */
struct run_progress {
	const char *graph;
	uint64_t units_done, units_failed, bytes_done;
	uint64_t units_total, bytes_total; /* 0: not known */
	int64_t begun_ns, elapsed_ns; /* CLOCK_MONOTONIC; since then */
};

struct run_settings {
	struct run_store *store; /* or NULL: nothing is remembered */
	const char
		*scratch; /* a directory: all is run again there, and compared
				with what is remembered, which stays as it is;
				or NULL */
	const char *state; /* what the option --state says; or NULL */
	bool prune; /* outputs of units whose input is gone are removed */
	const struct sandbox *sandbox; /* of what is untrusted, which then
					takes a zygote; NULL: none */
	struct zygote *zygote; /* for it, which others use as well; or NULL */
	unsigned jobs; /* units at once */
	bool ask_make; /* for each job beyond the first: jobserver.h */
	bool keep_going; /* a failed unit doesn't stop the run ... */
	uint64_t failures_max; /* ... but that many do; 0: no number does */
	struct journal *journal; /* borrowed; or NULL */
	/* Called ten times a second or so; may be NULL. */
	void (*look)(void *context, const struct run_progress *progress);
	void *look_context;
	const struct log *log; /* where errors go, as they happen */
	const volatile sig_atomic_t *stop; /* see engine/graph.h */
};

struct run_result {
	enum exit_status status;
	uint64_t units, units_failed; /* that ran */
	uint64_t units_quarantined; /* that ran; are not among those failed */
	uint64_t up_to_date; /* units that needn't */
	uint64_t at_rest; /* units that were put in quarantine before */
	struct prune_counts stale; /* outputs that nothing makes any more */
	uint64_t skipped; /* rejected items that on-error dropped */
	uint64_t dropped; /* items that leaky links dropped */
	uint64_t wall_ns;
	bool differs; /* of a run in a scratch directory: not all is the same */
	bool interrupted; /* a signal ended it early: not all was done */
	bool broken_pipe; /* nobody reads standard output any more */
};

/* A graph runs only if those before it succeeded. STATISTICS gets a part for
 * each graph that ran. */
struct run_result session_run(const struct session *session,
	const struct run_settings *settings, struct statistics *statistics);

#endif
