/* SPDX-License-Identifier: MIT */
/* How far a run is, in words and as a bar. */
#ifndef LEAT_CLI_PROGRESS_TEXT_H
#define LEAT_CLI_PROGRESS_TEXT_H

#include "session/run.h"

/* "45%, 450 of 1000 units, 2 failed, 1.2 MiB/s, 0:12 left", as far as it
 * is known. */
void progress_add_line(struct text *text, const struct run_progress *how_far);

/* The same in at most COLUMNS, with a bar where there is room for one; what
 * matters least is left out first. */
void progress_add_bar(struct text *text, const char *name,
	const struct run_progress *how_far, size_t columns);

#endif
