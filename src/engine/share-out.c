/* SPDX-License-Identifier: MIT */
/* Units that are shared: who comes next, and what a worker has to know of
 * it. */
#include "engine/share-parts.h"

#include "base/memory.h"

/* Finds the source of the next unit that is to be run; NULL: there is none. */
static struct operator *find_next_source(
	const struct graph *graph, struct share *share)
{
	for (; share->ahead_source < graph->source_count;
		share->ahead_source++, share->ahead = 0) {
		struct operator *source = graph->sources[share->ahead_source];
		struct found_unit found;

		if (source->finished)
			continue;
		while (share_way(source, share->ahead) != UNIT_RUNS)
			share->ahead++;
		if (share_find_unit(source, share->ahead, &found))
			return source;
	}
	return NULL;
}

/* Finds the next unit that is to be run; false: there is none. */
static bool find_next(const struct graph *graph, struct share *share)
{
	struct refusal refusal = {.status = STATUS_OK};
	struct operator *source = find_next_source(graph, share);

	if (!source) {
		share->all_found = true;
		return false;
	}
	share->refused = source->spec->segment(
		source, source->state, share->ahead, &refusal);
	share->refused->unit->source = (unsigned)(source - graph->operators);
	share->opens = refusal.status == STATUS_OK;
	share->task.length = 0;
	task_pack(&share->task, source, share->refused, &refusal);
	text_free(&refusal.text);
	return true;
}

static void forget_refused(struct share *share)
{
	segment_unref(share->refused);
	share->refused = NULL;
}

void share_hand_out(const struct graph *graph, struct share *share)
{
	if (share->refused && share_source(graph, share->refused)->finished)
		forget_refused(share);
	while (!share->drains && !share->all_found) {
		if (!share->refused && !find_next(graph, share))
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
