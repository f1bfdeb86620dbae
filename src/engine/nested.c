/* SPDX-License-Identifier: MIT */
/*
 * Segments within units that run elsewhere, at the frontiers of operators that
 * want them (OPERATOR_NESTED). Nobody vouches for what comes.
 */
#include "engine/frontier.h"

/* Far more than any archive in archives has. */
enum { DEPTH_MAX = 1000 };

/* Ends the innermost segment. */
static void end_innermost(struct frontier_link *frontier)
{
	struct segment *segment = frontier->innermost;

	frontier->innermost = segment_ref(segment->parent);
	frontier->depth--;
	link_push_mark(frontier->link, MARK_END, segment); /* it moves */
}

void frontier_end_nested(struct frontier_link *frontier)
{
	while (frontier->innermost && frontier->innermost->parent)
		end_innermost(frontier);
	segment_unref(frontier->innermost);
	frontier->innermost = NULL;
}

static bool begin_nested(
	struct frontier_link *frontier, const struct item *item)
{
	struct segment *parent = frontier->innermost;

	if (!parent || frontier->depth == DEPTH_MAX)
		return false;
	frontier->depth++;
	frontier->innermost =
		segment_create_nested(parent, attributes_ref(item->attributes));
	frontier->innermost->bare = item->position == FRONTIER_BEGIN_BARE;
	segment_unref(parent);
	link_push_mark(
		frontier->link, MARK_BEGIN, segment_ref(frontier->innermost));
	return true;
}

static bool pass_mark(struct frontier_link *frontier, const struct item *item)
{
	switch (item->position) {
	case FRONTIER_BEGIN:
	case FRONTIER_BEGIN_BARE: return begin_nested(frontier, item);
	case FRONTIER_END:
		if (!frontier->innermost || !frontier->innermost->parent)
			return false;
		end_innermost(frontier);
		return true;
	default: return false;
	}
}

const char *frontier_put_nested(
	struct frontier_link *frontier, const struct slice *one)
{
	struct item *item = operator_item(frontier->link->to, PAYLOAD_NONE);
	const char *problem = codec_read(&frontier->marks, one, item);

	if (!problem && !pass_mark(frontier, item))
		problem = "its segments make no sense";
	item_unref(item);
	return problem;
}
