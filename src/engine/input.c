/* SPDX-License-Identifier: MIT */
/* What operators take: items and punctuation from their inputs. */
#include <poll.h>

#include "engine/share.h"

static struct pin *input(struct operator *op, unsigned pin)
{
	return &op->pins[pin];
}

/* An end that was delivered is dealt with: the operator has passed it on, or
 * it goes no further. */
void operator_settle_end(struct operator *op, struct pin *pin)
{
	struct segment *segment = pin->link->segment;

	pin->leaving = false;
	if (!segment->parent && !pin->live)
		op->failed_unit = NULL; /* the next may get its memory */
	pin->link->segment = segment_ref(segment->parent);
	if (!segment->parent && segment->unit && !pin_spans(pin)) {
		if (op->spec->flags & OPERATOR_AWAITS_VERDICT && !pin->live)
			pin->awaited = segment_ref(segment);
		unit_end_arrived(op->graph, segment->unit);
	}
	segment_unref(segment);
}

void operator_settle_ends(struct operator *op)
{
	for (unsigned i = 0; op->input_count > 1 && i < op->plan->pin_count;
		i++)
		if (i != op->wait_pin && op->pins[i].leaving)
			operator_settle_end(op, &op->pins[i]);
}

/* The begin of a unit waits for the values of live properties. */
static enum event deliver_begin(
	struct operator *op, unsigned number, const struct mark *mark)
{
	struct pin *pin = input(op, number);
	struct link *link = pin->link;
	struct unit *unit = mark->segment->parent ? NULL : mark->segment->unit;
	bool changes = unit && op->plan->live_count > 0 && !pin->live;

	if (changes && !live_take_unit(op, unit))
		return EVENT_WAIT;
	segment_unref(link->segment);
	link->segment = link_pop_mark(link);
	op->progress++;
	if (changes)
		live_begin_unit(op, number);
	return EVENT_BEGIN;
}

/* An operator that spans units gets the end of one when it is decided. */
static enum event deliver_end(
	struct operator *op, unsigned number, struct mark *mark)
{
	struct pin *pin = input(op, number);
	struct unit *unit = mark->segment->unit;

	if (!mark->segment->parent && unit && pin_spans(pin)) {
		if (!mark->arrived) {
			mark->arrived = true;
			unit_end_arrived(op->graph, unit);
		}
		if (!unit->decided) {
			op->wait = WAIT_VERDICT;
			op->wait_pin = number;
			return EVENT_WAIT;
		}
	}
	if (unit_is_lost(op->graph, unit))
		mark->segment->failed = true;
	segment_unref(link_pop_mark(pin->link));
	pin->leaving = true;
	op->progress++;
	return EVENT_END;
}

static enum event deliver_gap(struct operator *op, unsigned number)
{
	struct pin *pin = input(op, number);

	pin->dropped = link_mark(pin->link)->dropped;
	link_pop_mark(pin->link);
	op->progress++;
	return EVENT_GAP;
}

static enum event deliver_mark(
	struct operator *op, unsigned number, struct mark *mark)
{
	switch (mark->kind) {
	case MARK_BEGIN: return deliver_begin(op, number, mark);
	case MARK_END: return deliver_end(op, number, mark);
	case MARK_GAP: break;
	}
	return deliver_gap(op, number);
}

static enum event deliver_verdict(struct operator *op, unsigned number)
{
	struct pin *pin = input(op, number);
	struct segment *segment = pin->awaited;
	bool failed = segment->unit->failed;

	if (!segment->unit->decided) {
		op->wait = WAIT_VERDICT;
		op->wait_pin = number;
		return EVENT_WAIT;
	}
	pin->awaited = NULL;
	segment_unref(segment);
	op->progress++;
	return failed ? EVENT_LOST : EVENT_KEPT;
}

/* Whether work of this operator for the unit is in vain. */
static bool is_lost(struct operator *op, struct segment *segment)
{
	return segment && segment->unit &&
		(op->failed_unit == segment->unit ||
			unit_is_lost(op->graph, segment->unit));
}

/* Throws away what is left of a failed unit, unless the operator is amid it. */
static bool drop_failed(struct operator *op, struct pin *pin)
{
	struct link *link = pin->link;
	struct item **items;

	if (pin->lent > 0 || !is_lost(op, link->segment))
		return false;
	size_t count = link_span(link, &items);
	for (size_t i = 0; i < count; i++)
		item_unref(items[i]);
	link_drop(link, count);
	op->progress += count;
	if (link->from->wait == WAIT_OUTPUT)
		operator_set_ready(link->from);
	return count > 0;
}

/* How many items may come without overflowing an output. */
static size_t room_behind(struct operator *op)
{
	size_t room = op->graph->settings.span_items;

	for (unsigned i = 0; i < op->output_count; i++) {
		const struct link *link = op->outputs[i];
		size_t here = link->closed ? room : link_room(link);

		if (here < room)
			room = here;
		if (room == 0) {
			op->wait = WAIT_OUTPUT;
			op->wait_pin = link->from_pin;
			break;
		}
	}
	return room;
}

enum event operator_next(
	struct operator *op, unsigned number, struct span *span)
{
	struct pin *pin = input(op, number);
	struct link *link = pin->link;

	if (!link)
		return EVENT_CLOSED;
	if (pin->leaving)
		operator_settle_end(op, pin);
	if (pin->awaited)
		return deliver_verdict(op, number);
	do {
		struct mark *mark = link_mark(link);

		if (mark)
			return deliver_mark(op, number, mark);
	} while (drop_failed(op, pin));

	span->count = link_span(link, &span->items);
	if (span->count == 0 && link->ended)
		return EVENT_CLOSED;
	if (span->count == 0) {
		/* Nobody asks for what can't be passed on. */
		if (link->policy == LINK_BACK_PRESSURE && room_behind(op) == 0)
			return EVENT_WAIT;
		op->wait = WAIT_INPUT;
		op->wait_pin = number;
		return EVENT_WAIT;
	}
	/* What is lent can't be dropped any more. */
	if (link->policy == LINK_LEAKY_CONSUMER)
		span->count = 1;
	size_t room = pin->live ? span->count : room_behind(op);
	if (room < span->count)
		span->count = room;
	pin->lent = span->count;
	return room == 0 ? EVENT_WAIT : EVENT_ITEMS;
}

void operator_consume(struct operator *op, unsigned number, size_t count)
{
	struct pin *pin = input(op, number);
	struct link *link = pin->link;

	if (count > pin->lent) {
		graph_violation(op, "took more items than it was lent");
		return;
	}
	pin->lent -= count;
	link_drop(link, count);
	if (!pin->live)
		op->statistics.items_in += count;
	op->progress += count;
	if (link->from->wait == WAIT_OUTPUT)
		operator_set_ready(link->from);
}

void operator_release(struct operator *op, unsigned number, size_t count)
{
	struct item **items;

	link_span(input(op, number)->link, &items);
	for (size_t i = 0; i < count; i++)
		item_unref(items[i]);
	operator_consume(op, number, count);
}

struct segment *operator_segment(struct operator *op, unsigned number)
{
	struct link *link = input(op, number)->link;

	return link ? link->segment : NULL;
}

uint64_t operator_dropped(const struct operator *op, unsigned number)
{
	return op->pins[number].dropped;
}

bool operator_unit_failed(struct operator *op, unsigned number)
{
	return is_lost(op, operator_segment(op, number));
}

bool operator_units_over(const struct operator *op, unsigned number)
{
	return op->pins[number].units_over ||
		!operator_shape(op, number)->units ||
		worker_passes_by(op, number);
}

enum step operator_pass(struct operator *op, unsigned number, enum event event)
{
	switch (event) {
	case EVENT_WAIT: return STEP_WAIT;
	case EVENT_CLOSED: return STEP_END;
	case EVENT_KEPT:
	case EVENT_LOST:
	case EVENT_ITEMS: break;
	case EVENT_BEGIN:
		for (unsigned i = 0; i < op->output_count; i++)
			operator_begin(op, op->outputs[i]->from_pin,
				operator_segment(op, number));
		break;
	case EVENT_END:
		for (unsigned i = 0; i < op->output_count; i++)
			operator_end(op, op->outputs[i]->from_pin);
		break;
	case EVENT_GAP:
		for (unsigned i = 0; i < op->output_count; i++)
			operator_gap(op, op->outputs[i]->from_pin,
				operator_dropped(op, number));
		break;
	}
	return STEP_MORE;
}

enum read_status operator_read(struct operator *op, unsigned number,
	struct stream *stream, struct slice *window)
{
	const struct graph_settings *settings = &op->graph->settings;

	if (stream->may_block && !(op->spec->flags & OPERATOR_RESUMABLE)) {
		graph_violation(op,
			"can't wait amid a stream, but got one "
			"that may block");
		return READ_END;
	}
	if (stream->may_block && settings->stop && *settings->stop)
		return READ_END;

	enum read_status status = stream_read(stream, window);
	switch (status) {
	case READ_DATA:
		op->statistics.bytes_in += window->length;
		op->progress++;
		break;
	case READ_END: op->progress++; break;
	case READ_BLOCKED:
		operator_wait_descriptor(op, stream->descriptor, POLLIN);
		break;
	case READ_MEMORY:
		operator_wait_memory(op,
			stream->wanted_bytes ? stream->wanted_bytes
					     : BUFFER_BYTES);
		break;
	case READ_FAILED: operator_fail_stream(op, number, stream); break;
	}
	return status;
}
