/* SPDX-License-Identifier: MIT */
/* What operators ask of the engine: items, waits, files, facts. */
#include <string.h>

#include "base/memory.h"
#include "engine/internal.h"

/* ---- Items ---------------------------------------------------------------- */

static struct slab *slab_for(struct graph *graph, size_t bytes)
{
	struct slab_entry **at = &graph->slabs;

	for (; *at; at = &(*at)->next)
		if ((*at)->slab.block_bytes >= bytes &&
			(*at)->slab.block_bytes < bytes + sizeof(max_align_t))
			return &(*at)->slab;
	*at = memory_zeroed(sizeof(**at));
	slab_init(&(*at)->slab, bytes);
	return &(*at)->slab;
}

struct item *operator_item(struct operator *op, enum payload_type type)
{
	struct slab *slab = slab_for(op->graph, item_bytes_plain());

	return item_create(slab, type);
}

static void stream_released(void *owner)
{
	struct pin *pin = owner;

	pin->streams--;
	if (pin->op->wait == WAIT_RELEASED)
		operator_set_ready(pin->op);
}

struct item *operator_stream_item(
	struct operator *op, unsigned pin, struct stream *stream)
{
	struct item *item = operator_item(op, PAYLOAD_STREAM);

	stream->released = stream_released;
	stream->owner = &op->pins[pin];
	stream->lent_bytes = &op->statistics.bytes_out;
	op->pins[pin].streams++;
	item->stream = stream;
	return item;
}

struct item *operator_reopen(struct operator *op, const struct item *item)
{
	const struct stream *old = item->stream;
	struct stream *stream = old->methods->reopen
		? old->methods->reopen(item->stream)
		: NULL;

	if (!stream)
		return NULL;
	stream->owner = old->owner;
	stream->released = old->released;
	stream->lent_bytes = old->lent_bytes;
	if (stream->owner)
		((struct pin *)stream->owner)->streams++;
	struct item *again = operator_item(op, PAYLOAD_STREAM);
	again->stream = stream;
	again->attributes = attributes_ref(item->attributes);
	again->position = item->position;
	return again;
}

struct item *operator_record(
	struct operator *op, const struct schema *schema, struct buffer *buffer)
{
	struct slab *slab =
		slab_for(op->graph, item_bytes_record(schema->count));
	struct item *item = item_create(slab, PAYLOAD_RECORD);

	item->record.schema = schema;
	item->record.buffer = buffer_ref(buffer);
	return item;
}

struct budget *operator_budget(struct operator *op)
{
	return &op->graph->budget;
}

/* ---- Waiting -------------------------------------------------------------- */

static enum step name_wait(struct operator *op, enum wait wait)
{
	op->wait = wait;
	return STEP_WAIT;
}

enum step operator_wait_output(struct operator *op, unsigned pin)
{
	op->wait_pin = pin;
	return name_wait(op, WAIT_OUTPUT);
}

enum step operator_wait_memory(struct operator *op, size_t bytes)
{
	op->wait_bytes = bytes;
	return name_wait(op, WAIT_MEMORY);
}

enum step operator_wait_descriptor(
	struct operator *op, int descriptor, short events)
{
	op->wait_descriptor = descriptor;
	op->wait_events = events;
	return name_wait(op, WAIT_DESCRIPTOR);
}

enum step operator_wait_until(struct operator *op, int64_t time_ns)
{
	op->wait_until_ns = time_ns;
	return name_wait(op, WAIT_TIME);
}

enum step operator_wait_released(struct operator *op, unsigned pin)
{
	op->wait_pin = pin;
	return name_wait(op, WAIT_RELEASED);
}

bool operator_stopping(const struct operator *op)
{
	const volatile sig_atomic_t *stop = op->graph->settings.stop;

	return stop && *stop;
}

void operator_progressed(struct operator *op)
{
	op->progress++;
}

/* ---- Facts ---------------------------------------------------------------- */

/* Marks what is in front of the operator. */
static void mark_upstream(const struct operator *op, bool *upstream)
{
	for (unsigned i = 0; i < op->plan->pin_count; i++) {
		const struct pin *pin = &op->pins[i];

		if (pin->output || !pin->link ||
			upstream[pin->link->from->rank])
			continue;
		upstream[pin->link->from->rank] = true;
		mark_upstream(pin->link->from, upstream);
	}
}

bool operator_reads_alone(const struct operator *op)
{
	const struct graph *graph = op->graph;
	bool *upstream = memory_zeroed(graph->plan->operator_count);
	bool alone = true;

	mark_upstream(op, upstream);
	for (unsigned i = 0; i < graph->plan->link_count; i++) {
		const struct link *link = &graph->links[i];

		if (upstream[link->from->rank] && link->to != op &&
			!upstream[link->to->rank])
			alone = false;
	}
	free(upstream);
	return alone;
}

const struct shape *operator_shape(const struct operator *op, unsigned pin)
{
	return &op->plan->pins[pin].shape;
}

bool operator_spans(const struct operator *op)
{
	return op->plan->scope == SCOPE_GRAPH ||
		((op->spec->flags & OPERATOR_BY_DOCUMENT) &&
			!op->plan->by_parts &&
			op->document_scope == SCOPE_GRAPH);
}

enum scope operator_per(const struct operator *op)
{
	return op->plan->per;
}

enum scope operator_document_scope(const struct operator *op)
{
	return op->document_scope;
}
