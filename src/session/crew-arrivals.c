/* SPDX-License-Identifier: MIT */
/* What comes of the units of a crew, in their order. */
#include <stdlib.h>
#include <string.h>

#include "session/crew-parts.h"

static void pop_task(struct crew *crew)
{
	struct task *task = crew->first;
	struct member *member = task->member;

	crew->first = task->next;
	if (!crew->first)
		crew->last = &crew->first;
	crew->task_count--;
	if (member) {
		member->tasks--;
		member->reports--;
	}
	task_free(task);
	crew_bury(crew);
}

/* A piece, less what came before the task was tried again. */
static bool take_piece(struct task *task, const struct wire_record *record,
	struct arrival *arrival)
{
	unsigned frontier = record->head.number;
	size_t length = record->head.length;
	size_t known = task->skip[frontier] < length
		? (size_t)task->skip[frontier]
		: length;

	task->skip[frontier] -= known;
	task->taken[frontier] += length - known;
	*arrival = (struct arrival){
		.data = {NULL, record->data + known, length - known},
		.frontier = frontier,
	};
	return length > known;
}

static enum arrival_kind take_record(struct crew *crew,
	const struct wire_record *record, struct arrival *arrival)
{
	switch ((enum wire_kind)record->head.kind) {
	case WIRE_ITEMS:
		if (record->head.number < crew->frontiers &&
			take_piece(crew->first, record, arrival))
			return ARRIVAL_PIECE;
		break;
	case WIRE_REPORT_PART:
	case WIRE_REPORT:
		text_add(&crew->report, record->data, record->head.length);
		if (record->head.kind == WIRE_REPORT_PART)
			break;
		arrival->data = (struct slice){
			NULL, crew->report.data, crew->report.length};
		crew->report.length = 0;
		pop_task(crew);
		return ARRIVAL_REPORT;
	case WIRE_TASK:
	case WIRE_STRAY:
	case WIRE_OUTPUT:
	case WIRE_REREAD: break; /* it was seen to when it came */
	}
	return ARRIVAL_NOTHING;
}

static enum arrival_kind take_lost(struct crew *crew, struct arrival *arrival)
{
	graph_report_stray(
		crew->graph, crew->first->segment->unit, &crew->first->stray);
	free(crew->lost);
	crew->lost = crew->first->lost;
	crew->first->lost = NULL;
	arrival->data = (struct slice){NULL, crew->lost, strlen(crew->lost)};
	crew->report.length = 0;
	pop_task(crew);
	return ARRIVAL_LOST;
}

enum arrival_kind crew_arrive(void *context, struct arrival *arrival)
{
	struct crew *crew = context;
	struct wire_record record;

	for (bool pumped = false;; pumped = true) {
		struct member *member = crew->first->member;

		while (member && member_take(member, &record)) {
			enum arrival_kind kind =
				take_record(crew, &record, arrival);

			if (kind != ARRIVAL_NOTHING)
				return kind;
		}
		if (member)
			crew_pause_or_go_on(crew, member);
		if (crew->first->lost)
			return take_lost(crew, arrival);
		if (pumped)
			return ARRIVAL_NOTHING;
		crew_pump(crew);
		crew_place_idle(crew);
	}
}
