/* SPDX-License-Identifier: MIT */
/*
 * What `leat check` found in its files, told when all have been read: options
 * that say how may stand behind them.
 */
#ifndef LEAT_CLI_REPORT_H
#define LEAT_CLI_REPORT_H

#include <jansson.h>

#include "base/diagnostic.h"
#include "base/exit.h"

/* Zeroed at the start. */
struct report {
	struct finding *findings; /* by file */
	size_t count;
	json_t *outlines; /* of sessions, if they are to be shown; owned */
};

/* The names of the formats, in the order of their table; ends in NULL. */
extern const char *const report_formats[];

/* Keeps what was found in a file and the status that follows from it. *LIST
 * becomes a new one where that takes the old. */
void report_add(struct report *report, struct diagnostics **list,
	enum exit_status status);

/* Makes the warnings errors, where STRICT, and files that have some wrong.
 * Returns the first status that isn't OK. */
enum exit_status report_finish(struct report *report, bool strict);

/* Shows all that was found, and then the outlines; CHOICE counts the names from
 * 1, 0 is the first. */
void report_show(struct report *report, int choice);

void report_free(struct report *report);

#endif
