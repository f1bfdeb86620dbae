/* SPDX-License-Identifier: MIT */
/* What operators have said of units, until it counts. */
#include "base/memory.h"
#include "base/secrets.h"
#include "engine/internal.h"

/* Whether what the operator yields reaches an end of the graph. */
static bool is_needed(const struct operator *op)
{
	if (op->output_count == 0 || operator_spans(op))
		return true;
	for (unsigned i = 0; i < op->output_count; i++)
		if (!op->outputs[i]->cut && is_needed(op->outputs[i]->to))
			return true;
	return false;
}

struct failure *unit_fail(struct operator *op, const struct operator *blamed,
	struct segment *segment, enum exit_status status, char *text)
{
	struct graph *graph = op->graph;
	struct failure *failure = memory_alloc(sizeof(*failure));

	*failure = (struct failure){
		.next = graph->failures,
		.op = op,
		.blamed = blamed,
		.unit = segment ? segment->unit : NULL,
		.status = status,
		.text = text,
	};
	graph->failures = failure;
	op->failed_unit = failure->unit;
	op->finish_wanted = !failure->unit ||
		(op->plan->on_error == ON_ERROR_FAIL &&
			!graph->settings.keep_going);
	return failure;
}

struct failure *unit_failure(const struct operator *op, const struct unit *unit)
{
	struct failure *found = NULL;

	for (struct failure *at = op->graph->failures; at; at = at->next)
		if (at->op == op && at->unit == unit)
			found = at;
	return found;
}

static void count_failure(struct graph *graph, const struct failure *failure)
{
	struct unit *unit = failure->unit;
	struct operator *op = failure->op;

	graph_report(
		failure->blamed, unit, SEVERITY_ERROR, "%s", failure->text);
	if (unit && !unit->reason)
		unit->reason =
			secrets_hidden(graph->plan->secrets, failure->text);
	if (!unit) {
		graph_fail(graph, failure->status);
		return;
	}
	unit->failed = true;
	unit->quarantined =
		op->plan->on_error == ON_ERROR_QUARANTINE && !unit->endless;
	if (graph->result.status == STATUS_OK)
		graph->result.status =
			unit->endless ? failure->status : STATUS_UNITS_FAILED;
	if (op->plan->on_error == ON_ERROR_FAIL)
		graph_drain_behind(graph, unit);
}

void graph_forget_failures(struct graph *graph)
{
	for (struct failure *at = graph->failures, *next; at; at = next) {
		next = at->next;
		text_free(&at->rejected);
		free(at->text);
		free(at);
	}
	graph->failures = NULL;
}

/* What operators have rejected of the unit, in the order of their ranks. */
static char *collect_rejected(
	const struct graph *graph, const struct unit *unit)
{
	struct text all = {0};
	char *shown;

	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		const struct failure *failure =
			unit_failure(graph->ranked[i], unit);

		if (failure && failure->rejected_count > 0)
			text_add(&all, failure->rejected.data,
				failure->rejected.length);
	}
	if (!all.data)
		return NULL;
	shown = secrets_hidden(graph->plan->secrets, all.data);
	text_free(&all);
	return shown;
}

bool graph_decide_failures(struct graph *graph, struct unit *unit)
{
	struct failure *first = NULL, *next, *kept = NULL;

	for (struct failure *at = graph->failures; at; at = at->next)
		if (at->unit == unit && is_needed(at->op) &&
			(!first || at->op->rank < first->op->rank))
			first = at;
	if (first)
		count_failure(graph, first);
	if (first && unit && unit->quarantined)
		unit->rejected = collect_rejected(graph, unit);
	for (struct failure *at = graph->failures; at; at = next) {
		next = at->next;
		if (at->unit == unit) {
			text_free(&at->rejected);
			free(at->text);
			free(at);
		} else {
			at->next = kept;
			kept = at;
		}
	}
	graph->failures = kept;
	return first;
}
