/* SPDX-License-Identifier: MIT */
/*
 * Values of live properties that come by links; see loader/live.h for the two
 * kinds. They are applied in band: where a unit begins, or before the first
 * step. An operator whose value isn't usable gets no item that needs it.
 */
#include "engine/live.h"

#include <string.h>

#include "base/memory.h"
#include "engine/internal.h"
#include "loader/plain.h"

enum { SHOWN_BYTES = 60 };

static const struct property_spec *property_of(
	const struct operator *op, const struct live *live)
{
	return &op->spec->properties[live->plan->property];
}

static struct link *link_of(const struct operator *op, const struct live *live)
{
	return op->pins[live->pin].link;
}

/* ---- One value ------------------------------------------------------------ */

/* The value isn't usable; the first reason counts. */
static void __attribute__((format(printf, 3, 4)))
refuse_value(struct operator *op, struct live *live, const char *format, ...)
{
	const struct link_plan *link =
		&op->graph->plan->links[op->plan->pins[live->pin].link];
	va_list args;

	if (live->problem.length)
		return;
	text_add_format(&live->problem,
		"%s, by the link in line %u: ", property_of(op, live)->name,
		link->location.line);
	va_start(args, format);
	text_add_vformat(&live->problem, format, args);
	va_end(args);
}

static void parse_choice(
	struct operator *op, struct live *live, const char *const *choices)
{
	for (int i = 0; choices[i]; i++)
		if (strcmp(choices[i], live->text.data) == 0) {
			live->value.choice = i;
			return;
		}
	struct text shown = {0};
	text_add_escaped(
		&shown, live->text.data, live->text.length, SHOWN_BYTES);
	text_add_string(&shown, "' is not one of: ");
	for (int i = 0; choices[i]; i++)
		text_add_format(&shown, "%s%s", i ? ", " : "", choices[i]);
	refuse_value(op, live, "'%s", shown.data);
	text_free(&shown);
}

static void check_range(
	struct operator *op, struct live *live, const struct plain *plain)
{
	const struct property_spec *spec = property_of(op, live);
	bool real = spec->type == SETTING_REAL;

	if (!plain_is_number(spec->type) || (!spec->minimum && !spec->maximum))
		return;
	if (real ? plain->real < (double)spec->minimum
		 : plain->integer < spec->minimum)
		refuse_value(op, live, "%s is too small: the least is %lld",
			live->text.data, (long long)spec->minimum);
	if (real ? plain->real > (double)spec->maximum
		 : plain->integer > spec->maximum)
		refuse_value(op, live, "%s is too large: the most is %lld",
			live->text.data, (long long)spec->maximum);
}

static void store(
	struct operator *op, struct live *live, const struct plain *plain)
{
	switch (property_of(op, live)->type) {
	case SETTING_REAL: live->value.real = plain->real; break;
	case SETTING_BOOLEAN: live->value.boolean = plain->boolean; break;
	case SETTING_TEXT: live->value.text.text = live->text.data; break;
	case SETTING_REGEX:
	case SETTING_SQL:
		live->value.text = (struct setting_text){
			.text = live->text.data,
			.location =
				op->graph->plan
					->links[op->plan->pins[live->pin].link]
					.location};
		break;
	default: live->value.integer = plain->integer; break;
	}
}

/* Takes the value that stands in live->text as a session would write it. */
static void parse_text(struct operator *op, struct live *live)
{
	const struct property_spec *spec = property_of(op, live);
	struct plain plain = {0};

	if (text_valid(live->text.data, live->text.length) <
		live->text.length) {
		refuse_value(op, live, "the value isn't text");
		return;
	}
	if (spec->type == SETTING_CHOICE) {
		parse_choice(op, live, spec->choices);
		return;
	}
	const char *problem = plain_parse(spec->type, live->text.data, &plain);
	if (problem) {
		struct text shown = {0};

		text_add_escaped(&shown, live->text.data, live->text.length,
			SHOWN_BYTES);
		refuse_value(op, live, "'%s' is not a valid %s: %s", shown.data,
			setting_type_names[spec->type], problem);
		text_free(&shown);
		return;
	}
	check_range(op, live, &plain);
	store(op, live, &plain);
}

/* A value of a type of its own; it stands as a text too, for messages. */
static void take_typed(struct operator *op, struct live *live,
	enum value_type type, const struct value *value)
{
	bool real = property_of(op, live)->type == SETTING_REAL;
	struct plain plain = {0};

	value_format(type, value, &live->text);
	if (type == VALUE_BOOLEAN)
		plain.boolean = value->boolean;
	else if (type == VALUE_REAL)
		plain.real = value->real;
	else if (real)
		plain.real = (double)value->integer;
	else
		plain.integer = value->integer;
	check_range(op, live, &plain);
	store(op, live, &plain);
}

static void take_item(
	struct operator *op, struct live *live, const struct item *item)
{
	const struct value *value = NULL;
	enum value_type type = VALUE_TEXT;

	if (item->type == PAYLOAD_RECORD) {
		value = &item->record.values[live->plan->field];
		type = item->record.schema->fields[live->plan->field].type;
		if (value->null)
			return;
	}
	if (live->values++ > 0) {
		refuse_value(op, live, "a second value came");
		return;
	}
	live->text.length = 0;
	if (value && type != VALUE_TEXT) {
		take_typed(op, live, type, value);
		return;
	}
	if (value)
		text_add(&live->text, value->data, value->length);
	else
		text_add(&live->text, item->slice.data, item->slice.length);
	text_add_string(&live->text, "");
	parse_text(op, live);
}

/* ---- What comes by the link ----------------------------------------------- */

static void forget(struct live *live)
{
	live->values = 0;
	live->problem.length = 0;
}

static void take_begin(struct live *live)
{
	if (live->depth++ == 0 && live->plan->per_unit)
		forget(live);
}

/* A segment has ended; returns its unit if it was that. */
static const struct unit *take_end(struct operator *op, struct live *live)
{
	const struct segment *segment = link_of(op, live)->segment;
	const struct unit *unit = segment->parent ? NULL : segment->unit;

	if (segment->failed && unit && !live->plan->per_unit && !live->lost) {
		live->lost = true;
		live->problem.length = 0;
		refuse_value(
			op, live, "the value isn't known: its unit failed");
	}
	operator_settle_end(op, &op->pins[live->pin]);
	live->depth--;
	return unit;
}

/* Takes what there is, until UNIT has ended, or the link. */
static bool take(
	struct operator *op, struct live *live, const struct unit *unit)
{
	struct span span;

	while (!live->closed) {
		switch (operator_next(op, live->pin, &span)) {
		case EVENT_WAIT: return false;
		case EVENT_CLOSED: live->closed = true; break;
		case EVENT_BEGIN: take_begin(live); break;
		case EVENT_ITEMS:
			for (size_t i = 0; i < span.count; i++)
				take_item(op, live, span.items[i]);
			operator_release(op, live->pin, span.count);
			break;
		case EVENT_END:
			if (take_end(op, live) == unit && unit)
				return true;
			break;
		default: break;
		}
	}
	/* It ended before the unit came. */
	if (unit)
		forget(live);
	return true;
}

/* ---- What is done with it ------------------------------------------------- */

static const void *value_of(
	const struct property_spec *spec, const struct live *live)
{
	return spec->type == SETTING_TEXT ? (const void *)&live->value.text.text
					  : (const void *)&live->value;
}

/* Puts the value in its place. The one before is kept until the operator has
 * been told: it may still refer to it. */
static void apply(struct operator *op, struct live *live)
{
	const struct property_spec *spec = property_of(op, live);
	const char *given = (const char *)op->plan->settings + spec->offset;
	struct text problem = {0};

	if (live->values == 0 && !live->problem.length &&
		!op->plan->property_locations[live->plan->property].source)
		refuse_value(
			op, live, "no value came, and the session gives none");
	if (live->problem.length)
		return;
	memcpy((char *)op->state + spec->offset,
		live->values ? value_of(spec, live) : (const void *)given,
		live_size(spec->type));
	if (!op->spec->changed(op, op->state, spec, &problem))
		refuse_value(op, live, "%s", problem.data);
	text_free(&problem);
	struct text old = live->held;
	live->held = live->text;
	live->text = old;
}

bool live_take_unit(struct operator *op, const struct unit *unit)
{
	for (unsigned i = 0; i < op->plan->live_count; i++) {
		struct live *live = &op->lives[i];

		if (!live->plan->per_unit || live->unit == unit)
			continue;
		if (!take(op, live, unit))
			return false;
		live->unit = unit;
		apply(op, live);
	}
	return true;
}

/* The first problem, or NULL. */
static const struct live *find_problem(const struct operator *op)
{
	for (unsigned i = 0; i < op->plan->live_count; i++)
		if (op->lives[i].problem.length)
			return &op->lives[i];
	return NULL;
}

void live_begin_unit(struct operator *op, unsigned pin)
{
	const struct live *live = find_problem(op);
	struct unit *unit = operator_segment(op, pin)->unit;

	for (unsigned i = 0; i < op->plan->live_count; i++)
		op->lives[i].unit = NULL;
	if (op->live_cut && !unit->failed)
		unit->failed = unit->cancelled = true;
	else if (live)
		operator_fail_unit(op, pin, STATUS_BAD_DATA, (struct place){0},
			"%s", live->problem.data);
}

static enum step await(struct operator *op)
{
	bool all = true;

	for (unsigned i = 0; i < op->plan->live_count; i++)
		all &= op->lives[i].plan->per_unit ||
			take(op, &op->lives[i], NULL);
	if (!all)
		return STEP_WAIT;
	for (unsigned i = 0; i < op->plan->live_count; i++)
		if (!op->lives[i].plan->per_unit)
			apply(op, &op->lives[i]);
	op->live_awaited = false;
	op->live_cut = op->graph->draining;
	op->live_refused = op->live_cut || find_problem(op);
	op->progress++;
	return STEP_MORE;
}

static unsigned data_pin(const struct operator *op)
{
	unsigned pin = 0;

	while (op->pins[pin].output)
		pin++;
	return pin;
}

/* Passes punctuation on, so that units fail where they begin; what spans them
 * fails here. */
static enum step refuse(struct operator *op)
{
	unsigned pin = data_pin(op);
	struct span span;
	enum event event = operator_next(op, pin, &span);
	const struct segment *segment = operator_segment(op, pin);
	bool spans = !operator_shape(op, pin)->units;

	if (event == EVENT_ITEMS) {
		operator_release(op, pin, span.count);
		spans |= !segment || !segment->unit;
	}
	if (spans && !op->live_cut)
		operator_fail_unit(op, pin, STATUS_BAD_DATA, (struct place){0},
			"%s", find_problem(op)->problem.data);
	return operator_pass(op, pin, event);
}

enum step live_step(struct operator *op)
{
	if (op->live_awaited)
		return await(op);
	if (op->live_refused)
		return refuse(op);
	return op->spec->step(op, op->state);
}

/* ---- Made and freed -------------------------------------------------------- */

size_t live_size(enum setting_type type)
{
	switch (type) {
	case SETTING_INTEGER:
	case SETTING_DATE:
	case SETTING_TIMESTAMP:
	case SETTING_DURATION:
	case SETTING_SIZE:
	case SETTING_BITRATE: return sizeof(int64_t);
	case SETTING_REAL: return sizeof(double);
	case SETTING_BOOLEAN: return sizeof(bool);
	case SETTING_CHOICE: return sizeof(int);
	case SETTING_TEXT: return sizeof(const char *);
	case SETTING_REGEX:
	case SETTING_SQL: return sizeof(struct setting_text);
	default: return 0;
	}
}

void live_create(struct operator *op)
{
	unsigned count = op->plan->live_count;

	op->lives = memory_zeroed(memory_product(count, sizeof(*op->lives)));
	for (unsigned i = 0; i < count; i++) {
		struct live *live = &op->lives[i];

		live->plan = &op->plan->lives[i];
		live->pin = op->plan->pin_count - count + i;
		op->pins[live->pin].live = live;
		op->live_awaited |= !live->plan->per_unit;
	}
}

void live_destroy(struct operator *op)
{
	for (unsigned i = 0; i < op->plan->live_count; i++) {
		text_free(&op->lives[i].text);
		text_free(&op->lives[i].held);
		text_free(&op->lives[i].problem);
	}
	free(op->lives);
}
