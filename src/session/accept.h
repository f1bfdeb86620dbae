/* SPDX-License-Identifier: MIT */
/*
 * Takes what is there for what a run would make: notes the present contents of
 * inputs and outputs, and the present session, without running anything. For
 * people who know that a change doesn't matter.
 */
#ifndef LEAT_SESSION_ACCEPT_H
#define LEAT_SESSION_ACCEPT_H

#include "session/due.h"

struct acceptance {
	const struct session *session;
	struct run_store *store; /* a writer */
	const char *const *addresses; /* as in session/address.h */
	size_t count;
	const struct log *log;

	/* Called for each unit and graph in the end, once all is accepted.
	 * REASON: why it would have run; DUE_NOT: it wouldn't have. */
	void (*accepted)(
		void *context, const char *name, enum due_reason reason);
	void *context;
};

/* All that the addresses name, or nothing: then the status isn't OK, and why is
 * reported. Only what has outputs that are known and there can be accepted.
 * What such units contribute to reports isn't kept: they run when a report is
 * made again. */
enum exit_status accept_make(const struct acceptance *acceptance);

#endif
