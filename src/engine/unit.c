/* SPDX-License-Identifier: MIT */
/* Units: when they are decided, and what becomes of their outputs. */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/secrets.h"
#include "engine/frontier.h"
#include "engine/share.h"

enum { SHOWN_BYTES = 200 };

void graph_add_output(
	struct graph *graph, struct output *output, struct unit *unit)
{
	struct pending *pending = memory_alloc(sizeof(*pending));

	*pending = (struct pending){.output = output, .unit = unit};
	*graph->pending_last = pending;
	graph->pending_last = &pending->next;
}

/* Too many have failed, or this one alone is enough. */
static bool stops_run(const struct graph *graph)
{
	const struct graph_settings *settings = &graph->settings;

	return !settings->keep_going ||
		(settings->failures_max > 0 &&
			graph->result.units_failed + 1 >=
				settings->failures_max);
}

/* What was decided can't be published. UNIT may be NULL: STATUS is that of the
 * run. */
static void fail_unpublished(struct graph *graph, struct unit *unit,
	enum exit_status status, const char *reason)
{
	struct text text = {0};

	if (graph->result.status == STATUS_OK)
		graph->result.status = unit ? STATUS_UNITS_FAILED : status;
	if (!unit)
		return;
	unit->failed = true;
	if (!unit->reason) {
		text_add_escaped(
			&text, unit->name, strlen(unit->name), SHOWN_BYTES);
		text_add_format(&text, ": %s", reason);
		unit->reason = text.data;
	}
	if (stops_run(graph))
		graph_drain(graph, unit->number + 1);
}

/* Says what errno says of an output. */
static void fail_output(struct graph *graph, struct unit *unit,
	enum exit_status status, const char *verb, const struct output *output,
	const char *where)
{
	const struct location nowhere = {0};
	struct text text = {0};

	text_add_format(&text, "cannot %s %s%s: %s", verb, output_path(output),
		where, strerror(errno));
	diagnostics_add(graph->diagnostics, SEVERITY_ERROR, nowhere, NULL, "%s",
		text.data);
	log_diagnostics(graph->settings.log, graph->diagnostics,
		&(struct log_subject){
			graph->plan->operators[output_owner(output)].name,
			unit ? unit->name : NULL});
	char *reason = secrets_hidden(graph->plan->secrets, text.data);
	fail_unpublished(graph, unit, status, reason);
	free(reason);
	text_free(&text);
}

/* Takes the outputs of UNIT off the list; *COUNT becomes how many. */
static struct output **take_outputs(
	struct graph *graph, struct unit *unit, size_t *count)
{
	struct output **outputs = NULL;
	struct pending **at = &graph->pending, *pending;
	size_t capacity = 0;

	for (*count = 0; (pending = *at);) {
		if (pending->unit != unit) {
			at = &pending->next;
			continue;
		}
		if (*count == capacity) {
			capacity = capacity ? capacity * 2 : 4;
			outputs = memory_resize(
				outputs, capacity, sizeof(struct output *));
		}
		outputs[(*count)++] = pending->output;
		*at = pending->next;
		free(pending);
	}
	graph->pending_last = at;
	return outputs;
}

static void show_output(const struct graph *graph, const struct unit *unit,
	const struct output *output)
{
	const struct graph_watch *watch = graph->settings.watch;

	if (watch && watch->output && output_is_finished(output))
		watch->output(watch->context, unit, output);
}

/* Gives the outputs to the host. */
static void hand_over(struct graph *graph, struct unit *unit,
	struct output **outputs, size_t count)
{
	char *reason =
		graph->host->decided(graph->host_context, unit, outputs, count);

	if (reason)
		fail_unpublished(graph, unit, STATUS_CANNOT_CREATE, reason);
	free(reason);
}

/* Whether all are on the disk; else the unit has failed. */
static bool make_durable(struct graph *graph, struct unit *unit,
	struct output **outputs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!output_make_durable(outputs[i])) {
			fail_output(graph, unit, STATUS_IO_ERROR, "write",
				outputs[i], "");
			return false;
		}
	return true;
}

static void fail_in_place(
	struct graph *graph, struct unit *unit, const struct output *output)
{
	fail_output(graph, unit, STATUS_CANNOT_CREATE, "put", output,
		" in its place");
}

/* Gives them their names, and syncs their directories after that: one that has
 * many is synced once. */
static void publish_all(struct graph *graph, struct unit *unit,
	struct output **outputs, size_t count)
{
	if (!make_durable(graph, unit, outputs, count))
		return;
	for (size_t i = 0; i < count; i++)
		if (output_is_finished(outputs[i]) &&
			output_kind(outputs[i]) != FILE_DIRECTORY &&
			!output_rename(outputs[i]))
			fail_in_place(graph, unit, outputs[i]);
	for (size_t i = count; i-- > 0;)
		if (output_is_finished(outputs[i]) &&
			output_kind(outputs[i]) == FILE_DIRECTORY &&
			!output_settle_directory(outputs[i]))
			fail_in_place(graph, unit, outputs[i]);
	for (size_t i = 0; i < count; i++)
		if (!output_sync(outputs[i]))
			fail_in_place(graph, unit, outputs[i]);
}

static void destroy_outputs(struct output **outputs, size_t count)
{
	/* A directory is empty when what is in it is gone. */
	while (count > 0)
		output_destroy(outputs[--count]);
	free(outputs);
}

void graph_publish(struct graph *graph, struct unit *unit)
{
	size_t count;
	struct output **outputs = take_outputs(graph, unit, &count);

	for (size_t i = 0; i < count; i++)
		show_output(graph, unit, outputs[i]);
	if (graph->host && graph->host->decided &&
		!(unit && unit->brought && count == 0)) {
		hand_over(graph, unit, outputs, count);
		count = 0;
	} else {
		publish_all(graph, unit, outputs, count);
	}
	destroy_outputs(outputs, count);
}

static void discard_outputs(struct graph *graph, struct unit *unit)
{
	size_t count;
	struct output **outputs = take_outputs(graph, unit, &count);

	destroy_outputs(outputs, count);
}

void graph_forget_outputs(struct graph *graph, struct unit *unit)
{
	discard_outputs(graph, unit);
}

void graph_discard_outputs(struct graph *graph)
{
	while (graph->pending)
		discard_outputs(graph, graph->pending->unit);
}

static void wake_those_that_wait_for(struct graph *graph)
{
	for (unsigned i = 0; i < graph->plan->operator_count; i++)
		if (graph->operators[i].wait == WAIT_VERDICT)
			operator_set_ready(&graph->operators[i]);
	graph_wake_sources(graph);
}

/* ---- Failures ---------------------------------------------------------------- */

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
	if (op->plan->on_error == ON_ERROR_FAIL && stops_run(graph))
		graph_drain(graph, unit->number + 1);
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

/* ---- The verdict -------------------------------------------------------------- */

bool unit_is_lost(const struct graph *graph, struct unit *unit)
{
	if (!unit)
		return false;
	bool late = graph->draining && unit->number >= graph->drain_limit;
	if ((late || graph->failed) && !unit->failed)
		unit->failed = unit->cancelled = true;
	return unit->failed;
}

/* Tells the host of a unit that has failed. */
static void tell_failed(struct graph *graph, const struct unit *unit)
{
	const struct graph_host *host = graph->host;

	if (host && host->decided && !unit->cancelled)
		free(host->decided(graph->host_context, unit, NULL, 0));
}

static void show_unit(const struct graph *graph, const struct unit *unit)
{
	const struct graph_watch *watch = graph->settings.watch;

	if (watch && watch->unit && !unit->brought && !unit->cancelled)
		watch->unit(watch->context, unit);
}

void unit_opened(struct operator *op, struct unit *unit)
{
	if (unit->opened)
		return;
	op->graph->open_units++;
	op->open_units++;
	unit->opened = true;
	unit->source = (unsigned)(op - op->graph->operators);
}

static void decide(struct graph *graph, struct unit *unit)
{
	unit->decided = true;
	graph->open_units--;
	graph->operators[unit->source].open_units--;
	if (graph->worker) { /* who shares the units decides */
		wake_those_that_wait_for(graph);
		return;
	}
	graph->result.units += !unit->brought;
	if (!unit_is_lost(graph, unit))
		graph_decide_failures(graph, unit);
	if (!unit->failed)
		graph_publish(graph, unit);
	else
		discard_outputs(graph, unit);
	frontiers_decide(graph, unit);
	if (unit->failed)
		tell_failed(graph, unit);
	if (unit->quarantined)
		graph->result.units_quarantined++;
	else if (unit->failed && !unit->cancelled)
		graph->result.units_failed++;
	show_unit(graph, unit);
	wake_those_that_wait_for(graph);
}

void unit_end_arrived(struct graph *graph, struct unit *unit)
{
	if (--unit->open_ends == 0 && !unit->decided)
		decide(graph, unit);
}
