/* SPDX-License-Identifier: MIT */
/*
 * Holds bytes back until it is known whether they are wanted: in memory as far
 * as they fit, then in a file that has no name.
 */
#ifndef LEAT_OPERATORS_SUPPORT_WRITE_SPOOL_H
#define LEAT_OPERATORS_SUPPORT_WRITE_SPOOL_H

#include "operators/support/write/batch.h"

struct spool {
	struct batch batch; /* add to this */
	int descriptor; /* of the file, or -1 */
};

void spool_init(struct spool *spool);
void spool_finish(struct spool *spool);

/* Forgets what is held. */
void spool_drop(struct spool *spool);

enum spool_result {
	SPOOL_DONE,
	SPOOL_LOST, /* what is held can't be read back; errno says why */
	SPOOL_NOT_WRITTEN, /* the write failed; errno says why */
};

/* Writes what is held to a descriptor, then forgets it. */
enum spool_result spool_release(struct spool *spool, int descriptor);

#endif
