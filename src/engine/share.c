/* SPDX-License-Identifier: MIT */
/*
 * Sharing the units of a graph: the source whose turn it is hands them out,
 * also those of the sources behind it, and puts what comes of its own into the
 * frontiers, one unit after the other. See engine/crew.h.
 */
#include "engine/share-parts.h"

#include "base/memory.h"
#include "engine/frontier.h"

void graph_share(struct graph *graph, const struct crew_methods *methods,
	void *context, size_t memory_bytes)
{
	struct share *share = memory_zeroed(sizeof(*share));

	share->methods = methods;
	share->context = context;
	share->last = &share->first;
	graph->share = share;
	graph->budget.limit_bytes = memory_bytes;
	for (unsigned i = 0; i < graph->source_count; i++)
		graph->sources[i]->instead = share_step;
}

/* The next unit that was handed out is one of the source. */
static bool has_handed(const struct operator *source, const struct share *share)
{
	return share->first &&
		share_source(source->graph, share->first->segment) == source;
}

/* Units that aren't run; STEP_END when there are no more of any kind. */
static enum step pass_over(struct operator *source, struct share *share)
{
	const struct operator_spec *spec = source->spec;
	struct refusal refusal = {.status = STATUS_OK};
	struct found_unit found;

	if ((share->drains && !has_handed(source, share)) ||
		!share_find_unit(source, share->next, &found))
		return STEP_END;
	source->progress++;
	if (share_way(source, share->next) == UNIT_BROUGHT) {
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

static enum step step_on(struct operator *source, struct share *share)
{
	if (share->current)
		return share_take(source, share);
	if (!source_may_bring(source)) {
		source->wait = WAIT_UNITS;
		return STEP_WAIT;
	}
	if (has_handed(source, share) &&
		share->first->segment->unit->number == share->next) {
		share_begin_unit(source, share);
		source->progress++;
		return STEP_MORE;
	}
	/* Once nothing is handed out any more, what was refused isn't
	 * awaited. */
	if (share->refused && !share->drains &&
		share_source(source->graph, share->refused) == source &&
		share_way(source, share->next) == UNIT_RUNS)
		return share_await(source, share);
	return pass_over(source, share);
}

/* ---- What nobody wants any more ---------------------------------------------- */

/* Units of sources that ended before all of theirs were taken. */
static uint64_t count_unwanted(
	const struct graph *graph, const struct share *share)
{
	uint64_t count = 0;

	for (const struct handed *at = share->first;
		at && share_source(graph, at->segment)->finished; at = at->next)
		count++;
	return count;
}

/* The crew gives what comes of units in their order, wanted or not. */
static enum step discard(
	struct operator *source, struct share *share, uint64_t count)
{
	struct arrival arrival;

	if (count > share->dropped)
		share->methods->drop(share->context, count);
	share->dropped = count;
	switch (share->methods->arrive(share->context, &arrival)) {
	case ARRIVAL_NOTHING: return share_await(source, share);
	case ARRIVAL_PIECE: break;
	case ARRIVAL_REPORT:
	case ARRIVAL_LOST: {
		struct segment *segment = share_pop(share);

		share->dropped--;
		graph_forget_outputs(source->graph, segment->unit);
		segment_unref(segment);
		break;
	}
	}
	source->progress++;
	return STEP_MORE;
}

enum step share_step(struct operator *source)
{
	struct graph *graph = source->graph;
	struct share *share = graph->share;

	if (!source_has_turn(source))
		return source_wait_turn(source);
	if (share->taken != source) {
		share->taken = source;
		share->next = 0;
	}
	share_hand_out(graph, share);
	uint64_t unwanted = count_unwanted(graph, share);
	return unwanted > 0 ? discard(source, share, unwanted)
			    : step_on(source, share);
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

static bool all_have_finished(const struct graph *graph)
{
	for (unsigned i = 0; i < graph->source_count; i++)
		if (!graph->sources[i]->finished)
			return false;
	return true;
}

/* The crew isn't through with the unit that was taken. */
static void hand_back(struct share *share, struct segment *segment)
{
	struct handed *handed = memory_alloc(sizeof(*handed));

	*handed = (struct handed){
		.next = share->first, .segment = segment_ref(segment)};
	if (!share->first)
		share->last = &handed->next;
	share->first = handed;
}

static void cut_current(struct graph *graph, struct segment *current)
{
	if (graph->failed)
		return;
	if (graph->draining && !current->unit->failed)
		current->unit->failed = current->unit->cancelled = true;
	frontiers_end(graph, current);
	unit_end_arrived(graph, current->unit);
}

void share_end(struct operator *source)
{
	struct graph *graph = source->graph;
	struct share *share = graph->share;
	struct segment *current = share->current;
	bool all = all_have_finished(graph);

	if (all) {
		share->drains = true;
		share->methods->stop(share->context);
	}
	if (!current || share_source(graph, current) != source)
		return;
	share->current = NULL;
	buffer_unref(share->piece.data.buffer);
	share->piece = (struct arrival){0};
	if (!all)
		hand_back(share, current);
	cut_current(graph, current);
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
