/* SPDX-License-Identifier: MIT */
/*
 * Looking at many files, one after the other. Where several in a row are in
 * one directory it is opened, so that the way to it is gone once: that takes
 * half the time. To be used for a while only: a directory that takes the place
 * of the one that is open isn't seen.
 */
#ifndef LEAT_BASE_LOOKER_H
#define LEAT_BASE_LOOKER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/text.h"

struct looker {
	struct text directory; /* of the last file, with its slash */
	int descriptor; /* of that directory; -1: it isn't open */
};

void looker_init(struct looker *looker);
void looker_finish(struct looker *looker);

/* As stat(2): false leaves errno. */
bool looker_stat(struct looker *looker, const char *path, struct stat *stat);

#endif
