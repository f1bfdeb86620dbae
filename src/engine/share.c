/* SPDX-License-Identifier: MIT */
/*
 * Sharing the units of a graph: its source hands them out, and puts what comes
 * of them into the frontiers, one unit after the other. See engine/crew.h.
 */
#include "engine/share.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/memory.h"
#include "engine/frontier.h"

/* A unit that was handed out. */
struct handed {
	struct handed *next;
	struct segment *segment;
};

struct share {
	const struct crew_methods *methods;
	void *context;
	uint64_t ahead; /* the next unit to hand out */
	uint64_t next; /* the next unit to take */
	struct handed *first, **last; /* that were handed out, not taken */
	struct segment *refused; /* it was found, but there was no room */
	bool opens; /* it has a content */
	struct text task; /* that goes with it */
	struct segment *current; /* the unit that is taken; counted */
	struct arrival piece; /* that there was no room for */
	bool drains; /* nothing more is handed out */
	bool all_found; /* the source has no more */
};

void graph_share(struct graph *graph, const struct crew_methods *methods,
	void *context, size_t memory_bytes)
{
	struct share *share = memory_zeroed(sizeof(*share));

	share->methods = methods;
	share->context = context;
	share->last = &share->first;
	graph->share = share;
	graph->budget.limit_bytes = memory_bytes;
	share_source(graph)->instead = share_step;
}

/* ---- Handing out ------------------------------------------------------------ */

/* Finds the next unit that is to be run; false: there is none. */
static bool find_next(struct operator *source, struct share *share)
{
	struct refusal refusal = {.status = STATUS_OK};
	struct found_unit found;

	while (share_way(source->graph, share->ahead) != UNIT_RUNS)
		share->ahead++;
	if (!share_find_unit(source, share->ahead, &found)) {
		share->all_found = true;
		return false;
	}
	share->refused = source->spec->segment(
		source, source->state, share->ahead, &refusal);
	share->refused->unit->source =
		(unsigned)(source - source->graph->operators);
	share->opens = refusal.status == STATUS_OK;
	share->task.length = 0;
	task_pack(&share->task, source, share->refused, &refusal);
	text_free(&refusal.text);
	return true;
}

static void hand_out(struct operator *source, struct share *share)
{
	while (!share->drains && !share->all_found) {
		if (!share->refused && !find_next(source, share))
			return;
		if (!share->methods->hand_out(share->context, share->refused,
			    share->opens, &share->task))
			return;
		struct handed *handed = memory_alloc(sizeof(*handed));
		*handed = (struct handed){.segment = share->refused};
		*share->last = handed;
		share->last = &handed->next;
		share->refused = NULL;
		share->ahead++;
	}
}

/* ---- Taking ----------------------------------------------------------------- */

static void begin_unit(struct operator *source, struct share *share)
{
	struct handed *handed = share->first;
	struct unit *unit = handed->segment->unit;

	share->current = handed->segment;
	share->first = handed->next;
	if (!share->first)
		share->last = &share->first;
	free(handed);
	unit->open_ends = 1; /* until all is there */
	unit_opened(source, unit);
	frontiers_begin(source->graph, share->current);
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
		if (at->unit != unit)
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

/* Takes what has come of the unit at work. */
static enum step take(struct operator *source, struct share *share)
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
	return operator_wait_descriptor(
		source, share->methods->descriptor(share->context), POLLIN);
}

/* Units that aren't run; STEP_END when there are no more of any kind. */
static enum step pass_over(struct operator *source, struct share *share)
{
	const struct operator_spec *spec = source->spec;
	struct refusal refusal = {.status = STATUS_OK};
	struct found_unit found;

	if ((share->drains && !share->first) ||
		!share_find_unit(source, share->next, &found))
		return STEP_END;
	source->progress++;
	if (share_way(source->graph, share->next) == UNIT_BROUGHT) {
		struct segment *segment = spec->segment(
			source, source->state, share->next, &refusal);

		text_free(&refusal.text);
		operator_bring(source, source->outputs[0]->from_pin, segment);
		segment_unref(segment);
		if (source->graph->failed)
			return STEP_FAIL;
	}
	share->next++;
	return STEP_MORE;
}

enum step share_step(struct operator *source)
{
	struct share *share = source->graph->share;

	hand_out(source, share);
	if (share->current)
		return take(source, share);
	if (!source_may_bring(source)) {
		source->wait = WAIT_UNITS;
		return STEP_WAIT;
	}
	if (share->first &&
		share->first->segment->unit->number == share->next) {
		begin_unit(source, share);
		source->progress++;
		return STEP_MORE;
	}
	/* Once nothing is handed out any more, what was refused isn't awaited. */
	if (share->refused && !share->drains &&
		share_way(source->graph, share->next) == UNIT_RUNS)
		return operator_wait_descriptor(source,
			share->methods->descriptor(share->context), POLLIN);
	return pass_over(source, share);
}

/* ---- The end ---------------------------------------------------------------- */

bool share_drain(struct graph *graph)
{
	struct share *share = graph->share;

	if (!share || graph->drain_limit != UINT64_MAX)
		return false;
	share->drains = true;
	return share->current || share->first;
}

void share_end(struct graph *graph)
{
	struct share *share = graph->share;
	struct segment *current = share->current;

	share->drains = true;
	share->methods->stop(share->context);
	share->current = NULL;
	if (!current)
		return;
	if (graph->failed) {
		segment_unref(current);
		return;
	}
	if (graph->draining && !current->unit->failed)
		current->unit->failed = current->unit->cancelled = true;
	frontiers_end(graph, current);
	unit_end_arrived(graph, current->unit);
	segment_unref(current);
}

uint64_t share_bytes_read(const struct share *share)
{
	return share->methods->bytes_read(share->context);
}

void share_destroy(struct share *share)
{
	if (!share)
		return;
	segment_unref(share->refused);
	segment_unref(share->current);
	for (struct handed *at = share->first, *next; at; at = next) {
		next = at->next;
		segment_unref(at->segment);
		free(at);
	}
	buffer_unref(share->piece.data.buffer);
	text_free(&share->task);
	free(share);
}
