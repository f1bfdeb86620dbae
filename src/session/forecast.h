/* SPDX-License-Identifier: MIT */
/*
 * What a run would do, and why, without doing it: not a byte of state changes,
 * and no input is read but where only its content can tell.
 */
#ifndef LEAT_SESSION_FORECAST_H
#define LEAT_SESSION_FORECAST_H

#include "session/due.h"

struct forecast {
	const struct session *session;
	const char *state; /* what the option --state says; or NULL */
	struct run_store *store; /* a reader; NULL: nothing is remembered */
	const struct log *log;

	/* Called for each graph; what it gets is borrowed until it returns. */
	void (*show)(void *context, const struct graph *graph,
		const struct graph_plan *plan, const struct due *due);
	/* Called for each graph that the session doesn't have any more, and
	 * that has left outputs. May be NULL. */
	void (*show_forgotten)(
		void *context, const char *graph, const struct due *due);
	void *context;
};

/* Not OK: it can't be told, which has been reported. */
enum exit_status forecast_make(const struct forecast *forecast);

#endif
