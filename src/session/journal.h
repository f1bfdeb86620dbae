/* SPDX-License-Identifier: MIT */
/*
 * What became of the units of a run, for those who tell of it afterwards: the
 * summary, and files for other programs. Always the first units that failed;
 * on request all units, and the files that were read and made.
 */
#ifndef LEAT_SESSION_JOURNAL_H
#define LEAT_SESSION_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum journal_state {
	JOURNAL_DONE,
	JOURNAL_UP_TO_DATE, /* only on request */
	JOURNAL_FAILED,
	JOURNAL_QUARANTINED, /* failed, too */
	JOURNAL_STATES,
};

struct journal_unit {
	enum journal_state state;
	const char *graph, *name; /* as the source has it */
	const char *reason; /* why it failed or wasn't run, or ""; without
			       secrets */
};

struct journal_names {
	const char **names;
	size_t count, capacity;
};

/* To be zeroed, but for ALL. */
struct journal {
	bool all; /* remember everything */
	struct arena *arena;
	struct journal_unit *units; /* in the order they were decided */
	size_t count, capacity;
	uint64_t counts[JOURNAL_STATES]; /* also of those not remembered */
	/* Relative to the working directory where they lie beneath it. After
	 * journal_sort each once, in the bytewise order. */
	struct journal_names inputs, outputs;
};

enum { JOURNAL_FAILURES = 20 }; /* that are remembered in any case */

/* All texts are copied. */
void journal_add(struct journal *journal, struct journal_unit unit);

/* A unit that was added as done has failed after all. */
void journal_fail(struct journal *journal, const char *graph, const char *name,
	const char *reason);
void journal_add_name(
	struct journal *journal, struct journal_names *names, const char *name);
uint64_t journal_failures(const struct journal *journal); /* how many */
bool journal_is_failure(const struct journal_unit *unit);
void journal_sort(struct journal *journal);
void journal_finish(struct journal *journal);

#endif
