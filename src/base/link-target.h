/* SPDX-License-Identifier: MIT */
/* Where symbolic links lead, by their text alone. */
#ifndef LEAT_BASE_LINK_TARGET_H
#define LEAT_BASE_LINK_TARGET_H

#include "base/text.h"

/* Where a link at the relative path NAME leads that says TARGET, both without
 * regard to what is on the disk: RESULT, emptied first, gets the path beneath
 * the directory that NAME is relative to, "" for that directory itself. NULL,
 * or why that isn't known to be beneath it, as the end of a sentence. */
const char *link_target_resolve(
	const char *name, const char *target, struct text *result);

#endif
