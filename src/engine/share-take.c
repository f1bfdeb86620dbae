/* SPDX-License-Identifier: MIT */
/* Units that are shared: what has come of one is put into the frontiers. */
#include "engine/share-parts.h"

#include <poll.h>
#include <string.h>

#include "engine/frontier.h"

struct segment *share_pop(struct share *share)
{
	struct handed *handed = share->first;
	struct segment *segment = handed->segment;

	share->first = handed->next;
	if (!share->first)
		share->last = &share->first;
	free(handed);
	return segment;
}

void share_begin_unit(struct operator *source, struct share *share)
{
	struct segment *segment = share_pop(share);
	struct unit *unit = segment->unit;

	share->current = segment;
	unit->open_ends = 1; /* until all is there */
	unit_opened(source, unit);
	frontiers_begin(source, share->current);
}

/* All that comes of the unit is there. */
static void end_unit(struct operator *source, struct share *share)
{
	struct segment *segment = share->current;

	share->current = NULL;
	share->next = segment->unit->number + 1;
	frontiers_end(source->graph, segment);
	unit_end_arrived(source->graph, segment->unit);
	segment_unref(segment);
	source->progress++;
}

/* The unit at work has failed, for what BLAMED did in a worker; ends its
 * reason. */
static void fail_current(struct operator *source, struct segment *segment,
	const struct operator *blamed, enum exit_status status,
	const char *reason, size_t length)
{
	struct unit *unit = segment->unit;
	struct text text = {0};

	graph_forget_outputs(source->graph, unit);
	text_add_escaped(&text, unit->name, strlen(unit->name), 200);
	text_add_string(&text, ": ");
	text_add(&text, reason, length);
	unit_fail(source, blamed, segment, status, text.data);
	source->finish_wanted = false; /* the verdict decides */
}

/* What the unit has written in a worker is claimed here. */
static void claim_outputs(struct operator *source, struct segment *segment)
{
	struct graph *graph = source->graph;
	struct unit *unit = segment->unit;
	struct text problem = {0};
	enum claim claim = CLAIM_MADE;
	struct operator *op = source;

	for (struct pending *at = graph->pending;
		at && !graph->failed && claim == CLAIM_MADE; at = at->next) {
		if (at->unit != unit || !pending_is_within(graph, at))
			continue;
		op = &graph->operators[output_owner(at->output)];
		claim = graph_claim(op, output_path(at->output),
			output_kind(at->output), unit, &problem);
	}
	if (claim == CLAIM_RUN_FAILS)
		operator_fail(op, STATUS_CANNOT_CREATE, "%s", problem.data);
	else if (claim == CLAIM_UNIT_FAILS)
		fail_current(source, segment, op, STATUS_CANNOT_CREATE,
			problem.data, problem.length);
	text_free(&problem);
}

static enum step end_reported(struct operator *source, struct share *share,
	const struct slice *report)
{
	struct graph *graph = source->graph;
	struct unit *unit = share->current->unit;

	if (!report_unpack(graph, unit, report))
		operator_fail(source, STATUS_BUG,
			"what a worker reported of %s makes no sense",
			unit->name);
	claim_outputs(source, share->current);
	if (!graph->failed)
		end_unit(source, share);
	return graph->failed ? STEP_FAIL : STEP_MORE;
}

static enum step end_lost(struct operator *source, struct share *share,
	const struct slice *reason)
{
	fail_current(source, share->current, source, STATUS_SYSTEM,
		reason->data, reason->length);
	end_unit(source, share);
	return STEP_MORE;
}

static enum step put_piece(struct operator *source, struct share *share)
{
	struct slice *data = &share->piece.data;
	size_t before_bytes = data->length, missing_bytes = 0;
	enum put put = frontier_put(
		source, share->piece.frontier, data, &missing_bytes);

	if (put == PUT_WRONG)
		return STEP_FAIL;
	if (put == PUT_MEMORY)
		return operator_wait_memory(source, missing_bytes);
	source->progress += put == PUT_ALL || data->length < before_bytes;
	return put == PUT_ALL || link_room(source->wait_frontier) > 0
		? STEP_MORE
		: STEP_WAIT;
}

enum step share_await(struct operator *source, const struct share *share)
{
	return operator_wait_descriptor(
		source, share->methods->descriptor(share->context), POLLIN);
}

enum step share_take(struct operator *source, struct share *share)
{
	struct arrival arrival = {0};

	if (share->piece.data.length > 0)
		return put_piece(source, share);
	switch (share->methods->arrive(share->context, &arrival)) {
	case ARRIVAL_NOTHING: break;
	case ARRIVAL_PIECE:
		share->piece = arrival;
		return put_piece(source, share);
	case ARRIVAL_REPORT: return end_reported(source, share, &arrival.data);
	case ARRIVAL_LOST: return end_lost(source, share, &arrival.data);
	}
	return share_await(source, share);
}
