/* SPDX-License-Identifier: MIT */
/*
 * Shows on standard error how far a run is: as a bar that is drawn over and
 * over again, or as lines now and then. Nothing remains of a bar; it has no
 * colours and needs nothing of a terminal but that a carriage return works.
 */
#ifndef LEAT_CLI_PROGRESS_H
#define LEAT_CLI_PROGRESS_H

#include <signal.h>

#include "session/run.h"

enum progress_kind {
	PROGRESS_AUTO, /* a bar where there is somebody to see it */
	PROGRESS_BAR,
	PROGRESS_PLAIN, /* lines */
	PROGRESS_NONE,
};

struct progress_settings {
	enum progress_kind kind;
	bool silent; /* AUTO is NONE */
	int64_t heartbeat_us; /* time between lines; 0: a minute, and AUTO
				 isn't PLAIN */
	const struct log *log; /* to standard error; names the session */
	const volatile sig_atomic_t *stop; /* see engine/graph.h */
	const volatile sig_atomic_t *asked; /* each time that it grows a line
					       is wanted, whatever the kind */
};

struct progress;

/* Borrows what SETTINGS refer to. */
struct progress *progress_create(const struct progress_settings *settings);

/* Where messages go while there is a bar. Belongs to PROGRESS. */
const struct log *progress_log(const struct progress *progress);

/* For struct run_settings. */
void progress_look(void *progress, const struct run_progress *how_far);

/* Erases the bar. */
void progress_destroy(struct progress *progress);

#endif
