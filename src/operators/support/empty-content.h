/* SPDX-License-Identifier: MIT */
/*
 * What it means that nothing came in a segment. Behind `files` and the like it
 * is an empty content. But some segments have none: of the streams that came,
 * it is clear; a directory in an archive is bare, and so is a file that a
 * filter has dropped; and of units whose contents have segments of their own,
 * such as archives, nothing is in the unit itself.
 */
#ifndef LEAT_OPERATORS_SUPPORT_EMPTY_CONTENT_H
#define LEAT_OPERATORS_SUPPORT_EMPTY_CONTENT_H

#include "engine/operator.h"

/* Whether the innermost segment at the input, in which neither items nor
 * segments came, is a content that is empty. */
static inline bool is_empty_content(struct operator *op, unsigned pin)
{
	const struct segment *segment = operator_segment(op, pin);
	const struct shape *shape = operator_shape(op, pin);

	return shape->type != PAYLOAD_STREAM && !segment->bare &&
		(segment->parent || shape->scope != SCOPE_SEGMENT);
}

#endif
