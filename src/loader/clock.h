/* SPDX-License-Identifier: MIT */
/* The one instant that a session takes for now. */
#ifndef LEAT_LOADER_CLOCK_H
#define LEAT_LOADER_CLOCK_H

#include "loader/loader.h"

/* Sets session->now_us: what SOURCE_DATE_EPOCH says if it is set
 * (reproducible-builds.org/specs/source-date-epoch), else the time; and
 * session->source_date_us. A wrong value is reported. */
void clock_read(struct loader *loader);

#endif
