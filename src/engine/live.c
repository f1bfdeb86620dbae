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

static struct link *link_of(const struct operator *op, const struct live *live)
{
	return op->pins[live->pin].link;
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
		live_refuse(op, live, "the value isn't known: its unit failed");
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
				live_take_item(op, live, span.items[i]);
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

/* Puts the value in its place. The one before is kept until the operator has
 * been told: it may still refer to it. */
static void apply(struct operator *op, struct live *live)
{
	const struct property_spec *spec = live_property(op, live);
	const char *given = (const char *)op->plan->settings + spec->offset;
	struct text problem = {0};

	if (live->values == 0 && !live->problem.length &&
		!op->plan->property_locations[live->plan->property].source)
		live_refuse(
			op, live, "no value came, and the session gives none");
	if (live->problem.length)
		return;
	memcpy((char *)op->state + spec->offset,
		live->values ? (const void *)&live->value : given,
		live_size(spec->type));
	if (!op->spec->changed(op, op->state, spec, &problem))
		live_refuse(op, live, "%s", problem.data);
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
	return op->code.step(op, op->state);
}

/* ---- Made and freed -------------------------------------------------------- */

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
