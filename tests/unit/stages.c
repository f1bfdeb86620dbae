/* SPDX-License-Identifier: MIT */
/* Operators for tests of the engine. */
#include "stages.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

enum { ONE = 0, TWO = 1, THREE = 2 };

/* ---- A source of units of numbered items ------------------------------------ */

struct counted_stream {
	struct stream stream;
	unsigned *destroyed;
};

static enum read_status read_nothing(
	struct stream *stream, struct slice *window)
{
	(void)stream;
	(void)window;
	return READ_END;
}

static void destroy_counted(struct stream *stream)
{
	struct counted_stream *counted = (struct counted_stream *)stream;

	++*counted->destroyed;
	free(counted);
}

static struct item *make_item(struct operator *op, const struct giver *source)
{
	static const struct stream_methods methods = {
		.read = read_nothing, .destroy = destroy_counted};
	static const char text[100];
	struct item *item;

	if (source->streams) {
		struct counted_stream *counted = memory_alloc(sizeof(*counted));

		stream_init(&counted->stream, &methods);
		counted->destroyed = source->destroyed;
		return operator_stream_item(op, ONE, &counted->stream);
	}
	item = operator_item(op, source->bytes ? PAYLOAD_LINE : PAYLOAD_NONE);
	if (source->bytes)
		item->slice =
			(struct slice){.data = text, .length = source->bytes};
	return item;
}

static enum step give_one(struct operator *op, struct giver *source)
{
	struct item *item;

	if (operator_room(op, ONE) == 0)
		return operator_wait_output(op, ONE);
	item = make_item(op, source);
	item->position = source->unit * 1000 + source->item++;
	if (source->given)
		++*source->given;
	operator_give(op, ONE, &item, 1);
	return STEP_MORE;
}

static enum step source_step(struct operator *op, void *state)
{
	struct giver *source = state;
	char name[16];

	if (source->unit == source->units)
		return STEP_END;
	if (!source->open) {
		snprintf(name, sizeof(name), "u%u", source->unit);
		struct segment *segment =
			segment_create_unit(name, source->unit, NULL);
		operator_begin(op, ONE, segment);
		segment_unref(segment);
		source->open = true;
		source->item = 0;
		return STEP_MORE;
	}
	if (source->item < source->items)
		return give_one(op, source);
	operator_end(op, ONE);
	source->open = false;
	source->unit++;
	return STEP_MORE;
}

static const struct pin_spec source_pins[] = {
	{.name = "out", .direction = PIN_OUTPUT, .types = STAGE_TYPES},
	{0},
};

const struct operator_spec stage_source = {
	.name = "source",
	.pins = source_pins,
	.state_size = sizeof(struct giver),
	.step = source_step,
};

/* ---- Passes items on; fails the unit when it sees a position --------------- */

static enum step through_step(struct operator *op, void *state)
{
	struct through *through = state;
	struct span span;
	enum event event = operator_next(op, ONE, &span);

	if (event != EVENT_ITEMS)
		return operator_pass(op, ONE, event);
	for (size_t i = 0; i < span.count; i++)
		if (through->fail_at &&
			span.items[i]->position == through->fail_at)
			operator_fail_unit(op, ONE, STATUS_BAD_DATA,
				(struct place){0}, "broken");
	operator_give(op, TWO, span.items, span.count);
	operator_consume(op, ONE, span.count);
	return STEP_MORE;
}

static const struct pin_spec through_pins[] = {
	{.name = "in", .direction = PIN_INPUT, .types = STAGE_TYPES},
	{.name = "out", .direction = PIN_OUTPUT, .types = STAGE_TYPES},
	{0},
};

const struct operator_spec stage_through = {
	.name = "through",
	.pins = through_pins,
	.state_size = sizeof(struct through),
	.step = through_step,
};

/* ---- One input to two outputs, and back --------------------------------------- */

static enum step fork_step(struct operator *op, void *state)
{
	struct span span;
	enum event event = operator_next(op, ONE, &span);

	(void)state;
	if (event != EVENT_ITEMS)
		return operator_pass(op, ONE, event);
	for (size_t i = 0; i < span.count; i++)
		item_ref(span.items[i]);
	operator_give(op, TWO, span.items, span.count);
	operator_give(op, THREE, span.items, span.count);
	operator_consume(op, ONE, span.count);
	return STEP_MORE;
}

static const struct pin_spec fork_pins[] = {
	{.name = "in", .direction = PIN_INPUT, .types = STAGE_TYPES},
	{.name = "a", .direction = PIN_OUTPUT, .types = STAGE_TYPES},
	{.name = "b", .direction = PIN_OUTPUT, .types = STAGE_TYPES},
	{0},
};

const struct operator_spec stage_fork = {
	.name = "fork",
	.pins = fork_pins,
	.step = fork_step,
};

/* Takes all of one input, then all of the other. */
static enum step join_step(struct operator *op, void *state)
{
	struct span span;

	(void)state;
	for (unsigned pin = ONE; pin <= TWO; pin++) {
		enum event event = operator_next(op, pin, &span);

		if (event == EVENT_WAIT)
			return STEP_WAIT;
		if (event == EVENT_CLOSED)
			continue;
		if (event == EVENT_ITEMS) {
			operator_give(op, THREE, span.items, span.count);
			operator_consume(op, pin, span.count);
		}
		return STEP_MORE;
	}
	return STEP_END;
}

static const struct pin_spec join_pins[] = {
	{.name = "a", .direction = PIN_INPUT, .types = STAGE_TYPES},
	{.name = "b", .direction = PIN_INPUT, .types = STAGE_TYPES},
	{.name = "out", .direction = PIN_OUTPUT, .types = STAGE_TYPES},
	{0},
};

const struct operator_spec stage_join = {
	.name = "join",
	.pins = join_pins,
	.step = join_step,
};

/* ---- Counts what arrives, keeping the unit in progress apart ------------------ */

static void count_end(struct operator *op, struct count *count)
{
	struct tally *tally = count->tally;

	tally->ends++;
	if (operator_segment(op, ONE)->failed) {
		tally->failed++;
		tally->dropped += count->pending;
	} else {
		tally->units++;
		tally->kept += count->pending;
		tally->sum += count->pending_sum;
	}
	count->pending = count->pending_sum = 0;
}

static enum step count_step(struct operator *op, void *state)
{
	struct count *count = state;
	struct span span;
	enum event event = operator_next(op, ONE, &span);

	if (event == EVENT_END)
		count_end(op, count);
	if (event != EVENT_ITEMS)
		return operator_pass(op, ONE, event);
	for (size_t i = 0; i < span.count; i++)
		count->pending_sum += span.items[i]->position;
	count->pending += span.count;
	operator_release(op, ONE, span.count);
	return STEP_MORE;
}

static const struct pin_spec sink_pins[] = {
	{.name = "in", .direction = PIN_INPUT, .types = STAGE_TYPES},
	{0},
};

const struct operator_spec stage_count = {
	.name = "count",
	.pins = sink_pins,
	.state_size = sizeof(struct count),
	.step = count_step,
};
