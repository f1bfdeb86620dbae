/* SPDX-License-Identifier: MIT */
/* hash: what it does. */
#include <stdlib.h>

#include "base/memory.h"
#include "engine/operator.h"
#include "operators/support/empty-content.h"
#include "operators/support/hash/settings.h"
#include "operators/support/hash/tap.h"
#include "operators/support/levels.h"

extern const struct operator_code code_hash
	__attribute__((visibility("default")));

enum { IN = HASH_IN, OUT = HASH_OUT, DIGEST = HASH_DIGEST };

/* An open segment. */
struct level {
	struct hasher *hasher; /* of its content; NULL until some comes */
	bool failed; /* its content can't be read */
};

struct hashing {
	enum hash_algorithm algorithm;

	struct tap tap; /* of the stream that is digested */
	struct levels levels; /* of struct level, one for each segment */
	bool ending; /* the END was taken, and is to be passed on */
};

/* ---- Contents ----------------------------------------------------------- */

static struct level *innermost(struct hashing *hashing)
{
	return levels_get(&hashing->levels, SCOPE_SEGMENT);
}

/* The digest of the content that comes now. False: the run has failed. */
static bool want_hasher(struct operator *op, struct hashing *hashing)
{
	struct level *level = innermost(hashing);

	if (!level->hasher)
		level->hasher = hasher_create(hashing->algorithm);
	if (level->hasher)
		return true;
	operator_fail(op, STATUS_UNAVAILABLE, "libcrypto doesn't do %s here",
		hash_algorithms[hashing->algorithm]);
	return false;
}

/* Takes one stream; whoever reads the output reads it for us. */
static enum step take_stream(
	struct operator *op, struct hashing *hashing, struct item *item)
{
	struct stream *stream = item->stream;

	hashing->tap.hasher = innermost(hashing)->hasher;
	operator_consume(op, IN, 1);
	if (!operator_linked(op, OUT)) {
		item->stream = NULL;
		item_unref(item);
		hashing->tap.rest = stream;
		return STEP_MORE;
	}
	struct item *given = operator_stream_item(
		op, OUT, tap_create(&hashing->tap, stream));
	given->attributes = attributes_ref(item->attributes);
	given->position = item->position;
	item->stream = NULL;
	item_unref(item);
	operator_give(op, OUT, &given, 1);
	return STEP_MORE;
}

static enum step take(
	struct operator *op, struct hashing *hashing, const struct span *span)
{
	if (!operator_linked(op, DIGEST)) {
		operator_give(op, OUT, span->items, span->count);
		operator_consume(op, IN, span->count);
		return STEP_MORE;
	}
	if (!want_hasher(op, hashing))
		return STEP_FAIL;
	if (span->items[0]->type == PAYLOAD_STREAM)
		return take_stream(op, hashing, span->items[0]);
	for (size_t i = 0; i < span->count; i++)
		hasher_add(innermost(hashing)->hasher,
			span->items[i]->slice.data,
			span->items[i]->slice.length);
	operator_give(op, OUT, span->items, span->count);
	operator_consume(op, IN, span->count);
	return STEP_MORE;
}

/* Reads on where nobody else does. */
static enum step read_rest(struct operator *op, struct hashing *hashing)
{
	struct slice window;

	switch (operator_read(op, IN, hashing->tap.rest, &window)) {
	case READ_DATA:
		hasher_add(hashing->tap.hasher, window.data, window.length);
		return STEP_MORE;
	case READ_FAILED: innermost(hashing)->failed = true; break;
	case READ_END: break;
	case READ_BLOCKED:
	case READ_MEMORY: return STEP_WAIT;
	}
	tap_finish(&hashing->tap);
	return STEP_MORE;
}

/* ---- Segments ----------------------------------------------------------- */

/* A segment of bytes that got none has a content, too: an empty one. */
static bool has_content(struct operator *op, struct hashing *hashing)
{
	struct level *level = innermost(hashing);

	if (level->failed || operator_segment(op, IN)->failed ||
		operator_unit_failed(op, IN) || !operator_linked(op, DIGEST))
		return false;
	return level->hasher ||
		(hashing->levels.leaf && is_empty_content(op, IN));
}

static enum step give_record(struct operator *op, struct hashing *hashing)
{
	if (operator_room(op, DIGEST) == 0)
		return operator_wait_output(op, DIGEST);
	struct buffer *buffer =
		buffer_create(operator_budget(op), HASHER_TEXT_BYTES);
	if (!buffer)
		return operator_wait_memory(op,
			HASHER_TEXT_BYTES + sizeof(*buffer) + BUFFER_PADDING);
	struct item *item =
		operator_record(op, &hash_schemas[hashing->algorithm], buffer);
	size_t length = hasher_finish(innermost(hashing)->hasher, buffer->data);
	item->record.values[0] = (struct value){
		.data = buffer->data,
		.length = (uint32_t)length,
	};
	buffer_unref(buffer);
	operator_give(op, DIGEST, &item, 1);
	return STEP_MORE;
}

static enum step end(struct operator *op, struct hashing *hashing)
{
	hashing->ending = false;
	if (has_content(op, hashing)) {
		if (!want_hasher(op, hashing))
			return STEP_FAIL;
		if (give_record(op, hashing) == STEP_WAIT) {
			hashing->ending = true;
			return STEP_WAIT;
		}
	}
	hasher_destroy(innermost(hashing)->hasher);
	*innermost(hashing) = (struct level){0};
	levels_end(&hashing->levels);
	return operator_pass(op, IN, EVENT_END);
}

/* ---- The operator ------------------------------------------------------- */

static bool open(struct operator *op, void *memory)
{
	struct hash *state = memory;
	struct hashing *hashing = memory_zeroed(sizeof(*hashing));

	(void)op;
	state->hashing = hashing;
	hashing->algorithm = (enum hash_algorithm)state->algorithm;
	levels_init(&hashing->levels, sizeof(struct level));
	return true;
}

static enum step step(struct operator *op, void *memory)
{
	struct hashing *hashing = ((struct hash *)memory)->hashing;
	struct span span;
	enum event event;

	if (hashing->tap.lent)
		return operator_wait_released(op, OUT);
	if (hashing->tap.failed) {
		innermost(hashing)->failed = true;
		hashing->tap.failed = false;
	}
	if (hashing->tap.rest && !operator_unit_failed(op, IN))
		return read_rest(op, hashing);
	tap_finish(&hashing->tap);
	if (hashing->ending)
		return end(op, hashing);
	event = operator_next(op, IN, &span);
	switch (event) {
	case EVENT_ITEMS: return take(op, hashing, &span);
	case EVENT_BEGIN: levels_begin(&hashing->levels); break;
	case EVENT_END: return end(op, hashing);
	case EVENT_CLOSED:
	case EVENT_KEPT:
	case EVENT_LOST:
	case EVENT_GAP:
	case EVENT_WAIT: break;
	}
	return operator_pass(op, IN, event);
}

static void close(struct operator *op, void *memory)
{
	struct hashing *hashing = ((struct hash *)memory)->hashing;

	(void)op;
	if (!hashing)
		return;
	tap_finish(&hashing->tap);
	for (size_t i = 0; i < hashing->levels.count; i++) {
		struct level *level = levels_at(&hashing->levels, i);

		hasher_destroy(level->hasher);
	}
	levels_finish(&hashing->levels);
	free(hashing);
}

const struct operator_code code_hash = {
	.open = open,
	.step = step,
	.close = close,
};
