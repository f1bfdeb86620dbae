/* SPDX-License-Identifier: MIT */
/* Outputs that wait for their unit: they are published with it, or thrown
 * away. */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/secrets.h"
#include "base/system-error.h"
#include "engine/crew.h"
#include "engine/internal.h"

enum { SHOWN_BYTES = 200 };

void graph_add_output(
	struct graph *graph, struct output *output, struct unit *unit)
{
	struct pending *pending = memory_alloc(sizeof(*pending));

	*pending = (struct pending){.output = output, .unit = unit};
	*graph->pending_last = pending;
	graph->pending_last = &pending->next;
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
	graph_drain_behind(graph, unit);
}

/* Says what errno says of an output. */
static void fail_output(struct graph *graph, struct unit *unit,
	enum exit_status status, const char *verb, const struct output *output,
	const char *where)
{
	const struct location nowhere = {0};
	struct text text = {0};

	text_add_format(&text, "cannot %s %s%s: %s", verb, output_path(output),
		where, system_error(errno));
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

/* Takes the outputs of UNIT, with WITHIN those of what works within units, off
 * the list; *COUNT becomes how many. */
static struct output **take_outputs(struct graph *graph,
	const struct unit *unit, bool within, size_t *count)
{
	struct output **outputs = NULL;
	struct pending **at = &graph->pending, *pending;
	size_t capacity = 0;

	for (*count = 0; (pending = *at);) {
		if (pending->unit != unit ||
			(within && !pending_is_within(graph, pending))) {
			at = &pending->next;
			continue;
		}
		outputs = memory_grow(
			outputs, *count, &capacity, sizeof(struct output *));
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
	struct output **outputs = take_outputs(graph, unit, false, &count);

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

static void discard_outputs(struct graph *graph, struct unit *unit, bool within)
{
	size_t count;
	struct output **outputs = take_outputs(graph, unit, within, &count);

	destroy_outputs(outputs, count);
}

void graph_forget_outputs(struct graph *graph, struct unit *unit)
{
	discard_outputs(graph, unit, true);
}

void graph_discard_unit(struct graph *graph, struct unit *unit)
{
	discard_outputs(graph, unit, false);
}

void graph_discard_outputs(struct graph *graph)
{
	while (graph->pending)
		graph_discard_unit(graph, graph->pending->unit);
}
