/* SPDX-License-Identifier: MIT */
/* What holding and reading a content share; nobody else includes it. */
#ifndef LEAT_OPERATORS_SUPPORT_CONTENT_INTERNAL_H
#define LEAT_OPERATORS_SUPPORT_CONTENT_INTERNAL_H

#include "operators/support/content/content.h"

struct content {
	unsigned references;
	struct budget *budget;
	uint64_t length; /* of what is held */
	uint64_t written; /* of that, in the file; the rest is in the blocks */
	int descriptor; /* of the file, or -1 */
	struct buffer **blocks; /* of BUFFER_BYTES, all full but the last */
	size_t block_count, block_capacity;
	int error; /* errno of what couldn't be written, or 0; final */
	struct stream *source; /* where the rest comes from, or NULL */
};

#endif
