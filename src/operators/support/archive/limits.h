/* SPDX-License-Identifier: MIT */
/* How much may come out of what comes in, so that a small archive that holds
 * more than anybody can use is stopped early. */
#ifndef LEAT_OPERATORS_SUPPORT_ARCHIVE_LIMITS_H
#define LEAT_OPERATORS_SUPPORT_ARCHIVE_LIMITS_H

#include "base/text.h"
#include "model/stream.h"

enum { NESTED_MAX = 16 };

/* The ratio counts from here on. */
#define LIMITS_FREE_BYTES (UINT64_C(64) << 20)

struct limits {
	uint64_t entries, bytes; /* at most, of one input */
	uint64_t ratio; /* of what came out to what was read */
	const struct stream *input; /* what is read; borrowed */

	uint64_t entries_so_far;
	/* At each depth of nesting: contents of archives, bytes of entries. */
	uint64_t plain_bytes[NESTED_MAX + 1], entry_bytes[NESTED_MAX + 1];
};

/* Adds BYTES to a counter of LIMITS. False: that is too much; PROBLEM, emptied
 * first, says which limit it is, in a sentence. */
bool limits_add(struct limits *limits, uint64_t *counter, uint64_t bytes,
	struct text *problem);

#endif
