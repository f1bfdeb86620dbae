/* SPDX-License-Identifier: MIT */
/* The line that a diagnostic is about, with a caret under the place. */
#ifndef LEAT_BASE_EXCERPT_H
#define LEAT_BASE_EXCERPT_H

#include "base/diagnostic.h"

/* The location's line, up to *END, without what ends it; NULL when the source
 * has no such line. */
const char *excerpt_line(const struct location *location, const char **end);

/* Two lines, freed with free(); NULL when the place isn't in its source. Long
 * lines are cut around the place, control characters shown as "?". */
char *excerpt_create(const struct location *location);

#endif
