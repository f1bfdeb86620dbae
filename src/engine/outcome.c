/* SPDX-License-Identifier: MIT */
/*
 * What a task and a report are made of. Who unpacks trusts nothing: a worker
 * may be out of its mind.
 */
#include <string.h>

#include "base/memory.h"
#include "base/pack.h"
#include "engine/share.h"

/* ---- Attributes ------------------------------------------------------------- */

enum { PRESENT = 1, NOTHING = 2 };

static const struct shape *given_shape(const struct operator *source)
{
	return operator_shape(source, source->outputs[0]->from_pin);
}

static bool has_bytes(const struct attribute_spec *key)
{
	return key->type == VALUE_TEXT || key->type == VALUE_BYTES ||
		key->type == VALUE_JSON;
}

static void pack_value(struct text *text, const struct attribute_spec *key,
	const struct value *value)
{
	uint64_t bits = 0;

	if (!value || value->null) {
		pack_number(text, value ? NOTHING : 0);
		return;
	}
	pack_number(text, PRESENT);
	if (has_bytes(key)) {
		pack_bytes(text, value->data, value->length);
		return;
	}
	if (key->type == VALUE_REAL)
		memcpy(&bits, &value->real, sizeof(bits));
	else
		bits = key->type == VALUE_BOOLEAN ? value->boolean
						  : (uint64_t)value->integer;
	pack_number(text, bits);
}

static struct attributes *unpack_value(struct unpacking *from,
	const struct attribute_spec *key, struct attributes *set)
{
	uint64_t there = unpack_number(from), bits;
	struct value value = {.null = there == NOTHING};
	size_t length;

	if (there == 0)
		return set;
	if (there == PRESENT && has_bytes(key)) {
		value.data = unpack_bytes(from, &length);
		value.length = (uint32_t)length;
	} else if (there == PRESENT) {
		bits = unpack_number(from);
		if (key->type == VALUE_REAL)
			memcpy(&value.real, &bits, sizeof(bits));
		else if (key->type == VALUE_BOOLEAN)
			value.boolean = bits;
		else
			value.integer = (int64_t)bits;
	}
	return from->bad ? set : attributes_set(set, key, &value);
}

/* ---- Tasks ------------------------------------------------------------------ */

void task_pack(struct text *task, const struct operator *source,
	const struct segment *segment, const struct refusal *refusal)
{
	const struct shape *shape = given_shape(source);
	const struct unit *unit = segment->unit;

	pack_number(task, unit->source);
	pack_string(task, unit->name);
	pack_number(task, unit->number);
	pack_number(task, unit->is_file);
	pack_number(task, unit->wants_digest);
	pack_state(task, &unit->file);
	pack_number(task, refusal->status);
	pack_string(task, refusal->text.data ? refusal->text.data : "");
	for (size_t i = 0; i < shape->attribute_count; i++)
		pack_value(task, shape->attributes[i],
			attributes_get(
				segment->attributes, shape->attributes[i]));
}

static struct operator *unpack_source(
	struct unpacking *from, const struct graph *graph)
{
	uint64_t index = unpack_number(from);

	return index < graph->plan->operator_count &&
			graph->operators[index].input_count == 0
		? &graph->operators[index]
		: NULL;
}

struct segment *task_unpack(const struct graph *graph, const struct text *task,
	struct operator **source, struct refusal *refusal)
{
	struct unpacking from = unpack_start(task->data, task->length);

	*source = unpack_source(&from, graph);
	if (!*source)
		return NULL;
	const struct shape *shape = given_shape(*source);
	struct attributes *set = attributes_create();
	const char *name = unpack_string(&from);
	uint64_t number = unpack_number(&from);
	bool is_file = unpack_number(&from);
	bool wants_digest = unpack_number(&from);
	struct file_state file;

	unpack_state(&from, &file);
	refusal->status = (enum exit_status)unpack_number(&from);
	text_add_string(&refusal->text, unpack_string(&from));
	for (size_t i = 0; i < shape->attribute_count; i++)
		set = unpack_value(&from, shape->attributes[i], set);
	if (!unpack_done(&from)) {
		attributes_unref(set);
		return NULL;
	}
	struct segment *segment = segment_create_unit(name, number, set);
	segment->unit->is_file = is_file;
	segment->unit->wants_digest = wants_digest;
	segment->unit->file = file;
	return segment;
}

/* ---- Reports: packing ------------------------------------------------------- */

/* What is counted of operators and added up, as they stand in the report. */
static void list_figures(struct operator_statistics *figures, uint64_t *list[8])
{
	list[0] = &figures->runs;
	list[1] = &figures->items_in;
	list[2] = &figures->items_out;
	list[3] = &figures->rejected;
	list[4] = &figures->bytes_in;
	list[5] = &figures->bytes_out;
	list[6] = &figures->busy_ns;
	list[7] = &figures->waits;
}

enum { FIGURES = 8 };

static void pack_statistics(struct text *report, const struct graph *graph,
	struct operator_statistics *sent)
{
	uint64_t *now[FIGURES], *before[FIGURES];

	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator_statistics figures =
			graph->operators[i].statistics;

		list_figures(&figures, now);
		if (memcmp(&figures, &sent[i], sizeof(figures)) == 0)
			continue;
		list_figures(&sent[i], before);
		pack_number(report, i + 1);
		for (unsigned j = 0; j < FIGURES; j++)
			pack_number(report, *now[j] - *before[j]);
		sent[i] = graph->operators[i].statistics;
	}
	pack_number(report, 0);
}

static void pack_failures(struct text *report, const struct graph *graph)
{
	const struct operator *first = graph->operators;

	for (const struct failure *at = graph->failures; at; at = at->next) {
		pack_number(report, (uint64_t)(at->op - first) + 1);
		pack_number(report, (uint64_t)(at->blamed - first));
		pack_number(report, at->status);
		pack_string(report, at->text);
		pack_number(report, at->rejected_count);
		pack_string(report, at->rejected.data ? at->rejected.data : "");
	}
	pack_number(report, 0);
}

static void pack_outputs(struct text *report, const struct graph *graph)
{
	for (struct pending *at = graph->pending; at; at = at->next) {
		struct digest digest = output_digest(at->output);
		struct file_state state = output_state(at->output);

		pack_number(report, output_is_finished(at->output) ? 2 : 1);
		pack_number(report, output_length(at->output));
		pack_digest(report, &digest);
		pack_state(report, &state);
	}
	pack_number(report, 0);
}

void report_pack(struct text *report, const struct graph *graph,
	const struct unit *unit, const struct text *messages,
	struct operator_statistics *sent)
{
	pack_bytes(report, messages->data, messages->length);
	pack_number(report, graph->failed);
	pack_number(report, graph->result.status);
	pack_number(report, graph->result.skipped);
	pack_number(report, unit->has_digest);
	pack_digest(report, &unit->digest);
	pack_statistics(report, graph, sent);
	pack_failures(report, graph);
	pack_outputs(report, graph);
}

/* ---- Reports: unpacking ----------------------------------------------------- */

static bool unpack_statistics(struct unpacking *from, struct graph *graph)
{
	uint64_t index, *figures[FIGURES];

	while ((index = unpack_number(from))) {
		if (index > graph->plan->operator_count)
			return false;
		list_figures(&graph->operators[index - 1].statistics, figures);
		for (unsigned i = 0; i < FIGURES; i++)
			*figures[i] += unpack_number(from);
	}
	return !from->bad;
}

/* They come as they stood in the worker's list. */
static bool unpack_failures(
	struct unpacking *from, struct graph *graph, struct unit *unit)
{
	struct failure **last = &graph->failures;
	uint64_t index, count = graph->plan->operator_count;

	while ((index = unpack_number(from))) {
		uint64_t blamed = unpack_number(from);
		uint64_t status = unpack_number(from);
		const char *text = unpack_string(from);
		uint64_t rejected_count = unpack_number(from);
		const char *rejected = unpack_string(from);

		if (from->bad || rejected_count > UINT32_MAX || index > count ||
			blamed >= count || status > STATUS_SESSION_WRONG)
			return false;
		struct failure *failure = memory_alloc(sizeof(*failure));
		*failure = (struct failure){
			.next = *last,
			.op = &graph->operators[index - 1],
			.blamed = &graph->operators[blamed],
			.unit = unit,
			.status = (enum exit_status)status,
			.text = memory_string(text),
			.rejected_count = (unsigned)rejected_count,
		};
		text_add_string(&failure->rejected, rejected);
		*last = failure;
		last = &failure->next;
	}
	return !from->bad;
}

static bool unpack_outputs(
	struct unpacking *from, struct graph *graph, const struct unit *unit)
{
	struct pending *at = graph->pending;
	uint64_t state;

	while ((state = unpack_number(from))) {
		struct digest digest;
		struct file_state file;
		uint64_t length = unpack_number(from);

		unpack_digest(from, &digest);
		unpack_state(from, &file);
		while (at &&
			(at->unit != unit || !pending_is_within(graph, at)))
			at = at->next;
		if (!at || from->bad)
			return false;
		output_settle(at->output, state == 2, length, &digest, &file);
		at = at->next;
	}
	return !from->bad;
}

bool report_unpack(
	struct graph *graph, struct unit *unit, const struct slice *report)
{
	struct unpacking from = unpack_start(report->data, report->length);
	size_t length;
	const char *messages = unpack_bytes(&from, &length);

	if (!from.bad && graph->settings.log)
		fwrite(messages, 1, length, graph->settings.log->file);
	bool failed = unpack_number(&from);
	uint64_t status = unpack_number(&from);
	graph->result.skipped += unpack_number(&from);
	unit->has_digest = unpack_number(&from);
	unpack_digest(&from, &unit->digest);
	if (!unpack_statistics(&from, graph) ||
		!unpack_failures(&from, graph, unit) ||
		!unpack_outputs(&from, graph, unit) || !unpack_done(&from))
		return false;
	if (failed && (status == STATUS_OK || status > STATUS_SESSION_WRONG))
		return false;
	if (failed)
		graph_fail(graph, (enum exit_status)status);
	return true;
}
