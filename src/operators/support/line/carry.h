/* SPDX-License-Identifier: MIT */
/*
 * A line that crosses the borders of blocks, put together from its parts. No
 * more of it is kept than a line may have: its first bytes, and one more,
 * since the last may be the CR of its end.
 */
#ifndef LEAT_OPERATORS_SUPPORT_LINE_CARRY_H
#define LEAT_OPERATORS_SUPPORT_LINE_CARRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/buffer.h"

struct carry {
	struct buffer *buffer; /* or NULL */
	uint64_t length; /* of the line so far, also what isn't kept; 0: none */
	uint64_t offset; /* of its first byte in the content */
	bool ascii; /* all of it is ASCII without NUL */
	bool cr; /* its last byte is a CR */
};

/* Adds LENGTH bytes, at least one, of a line that may have MAX; OFFSET and
 * ASCII are theirs. Returns 0, or how many bytes BUDGET lacks; then nothing has
 * happened. */
size_t carry_add(struct carry *carry, struct budget *budget, size_t max,
	const char *data, size_t length, uint64_t offset, bool ascii);

/* Forgets the line, and releases its buffer unless that was taken. */
void carry_clear(struct carry *carry);

#endif
