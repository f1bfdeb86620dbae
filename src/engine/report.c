/* SPDX-License-Identifier: MIT */
/* Failures and rejected items: what is said of them, and what follows. */
#include <string.h>

#include "engine/share.h"

enum { SHOWN_BYTES = 200 };

/* What is kept of a unit in quarantine, by each operator. */
enum {
	KEPT_ITEMS = 1000,
	KEPT_BYTES = 1024 * 1024,
	KEPT_ITEM_BYTES = 64 * 1024
};

const struct attribute_spec reject_attributes[] = {
	{"reject_reason", VALUE_TEXT, ATTRIBUTE_READ, ATTRIBUTE_ITEM,
		"why the item was rejected"},
	{"reject_field", VALUE_TEXT, ATTRIBUTE_READ, ATTRIBUTE_ITEM,
		"the field that didn't fit, if it was one"},
	{"reject_position", VALUE_INTEGER, ATTRIBUTE_READ, ATTRIBUTE_ITEM,
		"where the item stands in its content, in bytes"},
	{0},
};

void operator_relate_rejected(
	struct relation *relation, unsigned pin, struct shape shape)
{
	for (size_t i = 0; reject_attributes[i].name; i++)
		relation_add_attribute(relation, &shape, &reject_attributes[i]);
	relation_output(relation, pin, &shape);
}

static void __attribute__((format(printf, 4, 0)))
vreport(const struct operator *op, const struct unit *unit,
	enum severity severity, const char *format, va_list args)
{
	struct graph *graph = op->graph;
	struct text text = {0};
	struct log_subject subject = {
		op->plan->name, unit ? unit->name : worker_unit(graph)};

	text_add_format(&text, "%s: ", op->plan->name);
	text_add_vformat(&text, format, args);
	diagnostics_add(graph->diagnostics, severity, op->plan->location, NULL,
		"%s", text.data);
	log_diagnostics(graph->settings.log, graph->diagnostics, &subject);
	text_free(&text);
}

void graph_report(const struct operator *op, const struct unit *unit,
	enum severity severity, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vreport(op, unit, severity, format, args);
	va_end(args);
}

void graph_fail(struct graph *graph, enum exit_status status)
{
	/* The failure of the run outweighs those of units. */
	if (!graph->failed)
		graph->result.status = status;
	graph->failed = true;
}

enum step operator_fail(
	struct operator *op, enum exit_status status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vreport(op, NULL, SEVERITY_ERROR, format, args);
	va_end(args);
	graph_fail(op->graph, status);
	return STEP_FAIL;
}

enum step operator_broken_pipe(struct operator *op)
{
	op->graph->result.broken_pipe = true;
	graph_fail(op->graph, STATUS_IO_ERROR);
	return STEP_FAIL;
}

void operator_warn(struct operator *op, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vreport(op, NULL, SEVERITY_WARNING, format, args);
	va_end(args);
}

void graph_violation(struct operator *op, const char *what)
{
	graph_report(op, NULL, SEVERITY_ERROR,
		"bug in leat: the operator `%s` %s", op->spec->name, what);
	graph_fail(op->graph, STATUS_BUG);
}

static struct segment *segment_at(struct operator *op, unsigned pin)
{
	struct link *link = op->pins[pin].link;

	if (!link)
		return NULL;
	return op->pins[pin].output ? link->given : link->segment;
}

/* Whether a failure of the segment's unit is to be said: the first one that
 * the operator finds, of a unit that isn't lost anyhow. */
static bool is_news(struct operator *op, const struct segment *segment)
{
	if (!segment || !segment->unit)
		return !op->finish_wanted;
	return op->failed_unit != segment->unit &&
		!unit_is_lost(op->graph, segment->unit);
}

/* "UNIT: at byte N: ", as far as known. */
static void add_place(struct text *text, const struct segment *segment,
	const struct place *place)
{
	const struct unit *unit = segment ? segment->unit : NULL;

	if (unit) {
		text_add_escaped(
			text, unit->name, strlen(unit->name), SHOWN_BYTES);
		text_add_string(text, ": ");
	}
	if (place->has_offset)
		text_add_format(text,
			"at byte %llu: ", (unsigned long long)place->offset);
}

void operator_fail_unit(struct operator *op, unsigned pin,
	enum exit_status status, struct place place, const char *format, ...)
{
	struct segment *segment = segment_at(op, pin);
	struct text text = {0};
	va_list args;

	op->progress++;
	if (!is_news(op, segment))
		return;
	add_place(&text, segment, &place);
	va_start(args, format);
	text_add_vformat(&text, format, args);
	va_end(args);
	unit_fail(op, op, segment, status, text.data);
}

void operator_fail_stream(
	struct operator *op, unsigned pin, const struct stream *stream)
{
	const struct pin *maker = stream->blamed;
	const struct place unknown = {0}; /* the problem says where */
	struct segment *segment = segment_at(op, pin);
	struct text text = {0};

	op->progress++;
	if (!is_news(op, segment))
		return;
	add_place(&text, segment, &unknown);
	text_add_string(&text, stream->problem.data);
	unit_fail(
		op, maker ? maker->op : op, segment, stream->status, text.data);
}

static struct item *add_reasons(
	struct item *item, const char *field, const struct text *reason)
{
	item = item_writable(item);
	struct attributes *set = item->attributes;

	set = attributes_set_text(
		set, &reject_attributes[0], reason->data, reason->length);
	if (field)
		set = attributes_set_text(
			set, &reject_attributes[1], field, strlen(field));
	set = attributes_set_integer(
		set, &reject_attributes[2], (int64_t)item->position);
	item->attributes = set;
	return item;
}

/* What is said of a rejected item that fails its unit: the reason, and how it
 * begins. */
static void describe(struct text *text, const struct item *item,
	const char *field, const struct text *reason)
{
	enum { EXCERPT_BYTES = 60 };

	if (field)
		text_add_format(text, "field %s ", field);
	text_add_string(text, reason->data);
	if (item->type != PAYLOAD_LINE)
		return;
	text_add_string(text, ": ");
	text_add_escaped(
		text, item->slice.data, item->slice.length, EXCERPT_BYTES);
}

static void fail_by_item(struct operator *op, unsigned pin,
	const struct item *item, const char *field, const struct text *reason)
{
	struct segment *segment = segment_at(op, pin);
	struct place place = {item->position,
		segment && segment->unit &&
			(item->type != PAYLOAD_NONE || item->position > 0)};
	struct text text = {0};

	if (!is_news(op, segment))
		return;
	add_place(&text, segment, &place);
	describe(&text, item, field, reason);
	unit_fail(op, op, segment, STATUS_BAD_DATA, text.data);
}

/* How an item is written where it is kept. */
static void write_item(struct text *text, const struct item *item)
{
	struct text value = {0};

	if (item->type == PAYLOAD_LINE || item->type == PAYLOAD_BYTES)
		text_add_escaped(text, item->slice.data, item->slice.length,
			KEPT_ITEM_BYTES);
	for (size_t i = 0;
		item->type == PAYLOAD_RECORD && i < item->record.schema->count;
		i++) {
		const struct field *field = &item->record.schema->fields[i];

		value.length = 0;
		text_add_string(&value, "");
		value_format(field->type, &item->record.values[i], &value);
		text_add_format(text, "%s%s=", i ? " " : "", field->name);
		text_add_escaped(
			text, value.data, value.length, KEPT_ITEM_BYTES);
	}
	text_free(&value);
}

static void keep_item(struct failure *failure, const struct item *item,
	const char *field, const struct text *reason)
{
	struct text *text = &failure->rejected;

	text_add_format(text, "%s: at byte %llu: ", failure->op->plan->name,
		(unsigned long long)item->position);
	if (field)
		text_add_format(text, "field %s ", field);
	text_add_shown(text, reason->data);
	text_add_string(text, ": ");
	write_item(text, item);
	text_add_string(text, "\n");
	failure->rejected_count++;
}

/* Fails the unit, but goes on with it: all that it rejects is wanted, up to
 * what can be kept. */
static void quarantine_item(struct operator *op, unsigned pin,
	const struct item *item, const char *field, const struct text *reason)
{
	struct segment *segment = segment_at(op, pin);
	struct unit *unit = segment ? segment->unit : NULL;
	struct failure *failure = unit ? unit_failure(op, unit) : NULL;

	if (!failure) {
		fail_by_item(op, pin, item, field, reason);
		failure =
			unit && !unit->endless ? unit_failure(op, unit) : NULL;
		if (!failure)
			return;
		op->failed_unit = NULL;
	}
	if (failure->rejected_count < KEPT_ITEMS &&
		failure->rejected.length < KEPT_BYTES)
		keep_item(failure, item, field, reason);
	else
		op->failed_unit = unit;
}

void operator_reject(struct operator *op, unsigned pin, struct item *item,
	const char *field, const char *format, ...)
{
	struct text reason = {0};
	va_list args;

	op->statistics.rejected++;
	op->progress++;
	va_start(args, format);
	text_add_vformat(&reason, format, args);
	va_end(args);

	if (op->rejected && op->rejected->link) {
		item = add_reasons(item, field, &reason);
		operator_give(
			op, (unsigned)(op->rejected - op->pins), &item, 1);
	} else {
		switch (op->plan->on_error) {
		case ON_ERROR_FAIL:
			fail_by_item(op, pin, item, field, &reason);
			break;
		case ON_ERROR_SKIP: op->graph->result.skipped++; break;
		case ON_ERROR_QUARANTINE:
			quarantine_item(op, pin, item, field, &reason);
			break;
		}
		item_unref(item);
	}
	text_free(&reason);
}
