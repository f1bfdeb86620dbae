/* SPDX-License-Identifier: MIT */
/* Merges sorted runs of a temporary file: into the result, or, where they are
 * too many to be read side by side, into fewer ones. */
#ifndef LEAT_OPERATORS_SUPPORT_SORT_MERGE_H
#define LEAT_OPERATORS_SUPPORT_SORT_MERGE_H

#include "operators/support/sort/spill.h"

struct merge {
	struct spill_reader **heap; /* each at an entry; the first has the
				       least; behind COUNT, those at their end */
	size_t count;
	size_t opened, total;
	struct spill_reader *readers;
	bool advancing; /* the first's entry was taken */
};

/* Of COUNT runs of the file. */
void merge_init(struct merge *merge, const struct spill *spill,
	const struct spill_run *runs, size_t count);
void merge_finish(struct merge *merge);

/* Finds the first entry, then the next: it is that of heap[0], whose item has
 * to be taken or released before. After SPILL_MEMORY, to be called again. */
enum spill_status merge_next(struct merge *merge, size_t *need);

/* Merges runs, so that never many more than MOST >= 8 are there to be read side
 * by side, and each entry is written a few times only: those of one tier, a
 * quarter of MOST at a time. ALL: nothing will be added, and at most MOST may
 * be left. When there is no memory for it, it leaves runs as they are, and says
 * SPILL_MEMORY. */
enum spill_status merge_reduce(
	struct spill *spill, size_t most, bool all, size_t *need);

#endif
