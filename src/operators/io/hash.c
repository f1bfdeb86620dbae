/* SPDX-License-Identifier: MIT */
/* hash: digests of contents, which pass through. */
#include <string.h>

#include "engine/operator.h"
#include "operators/support/empty-content.h"
#include "operators/support/hash/tap.h"
#include "operators/support/levels.h"

enum { IN, OUT, DIGEST };

/* An open segment. */
struct level {
	struct hasher *hasher; /* of its content; NULL until some comes */
	bool failed; /* its content can't be read */
};

struct state {
	int algorithm;

	struct tap tap; /* of the stream that is digested */
	struct levels levels; /* of struct level, one for each segment */
	bool ending; /* the END was taken, and is to be passed on */
};

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM) |
			PAYLOAD_BIT(PAYLOAD_BYTES),
		.summary = "contents",
	},
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.flags = PIN_OPTIONAL,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM) |
			PAYLOAD_BIT(PAYLOAD_BYTES),
		.summary = "the same contents",
	},
	{
		.name = "digest",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_RECORD),
		.summary = "a record for each content",
	},
	{0},
};

static const char *const algorithms[] = {"sha256", "xxh3", NULL};

static const struct property_spec properties[] = {
	{
		.name = "algorithm",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct state, algorithm),
		.fallback = "sha256",
		.choices = algorithms,
		.summary = "Which digest, also the name of the record's field",
		.details = "`sha256` is SHA-256, as `sha256sum` prints it: it "
			   "also tells what was changed on purpose. `xxh3` is "
			   "XXH3 with 128 bits, as `xxhsum -H2` prints it: "
			   "many times faster, and good enough to tell what "
			   "was changed by accident.",
	},
	{0},
};

static const struct field fields[] = {
	[HASH_SHA256] = {.name = "sha256", .type = VALUE_TEXT},
	[HASH_XXH3] = {.name = "xxh3", .type = VALUE_TEXT},
};

static const struct schema schemas[] = {
	[HASH_SHA256] = {1, &fields[HASH_SHA256]},
	[HASH_XXH3] = {1, &fields[HASH_XXH3]},
};

/* ---- Contents ----------------------------------------------------------- */

static struct level *innermost(struct state *state)
{
	return levels_get(&state->levels, SCOPE_SEGMENT);
}

/* The digest of the content that comes now. False: the run has failed. */
static bool want_hasher(struct operator *op, struct state *state)
{
	struct level *level = innermost(state);

	if (!level->hasher)
		level->hasher =
			hasher_create((enum hash_algorithm)state->algorithm);
	if (level->hasher)
		return true;
	operator_fail(op, STATUS_UNAVAILABLE, "libcrypto doesn't do %s here",
		algorithms[state->algorithm]);
	return false;
}

/* Takes one stream; whoever reads the output reads it for us. */
static enum step take_stream(
	struct operator *op, struct state *state, struct item *item)
{
	struct stream *stream = item->stream;

	state->tap.hasher = innermost(state)->hasher;
	operator_consume(op, IN, 1);
	if (!operator_linked(op, OUT)) {
		item->stream = NULL;
		item_unref(item);
		state->tap.rest = stream;
		return STEP_MORE;
	}
	struct item *given =
		operator_stream_item(op, OUT, tap_create(&state->tap, stream));
	given->attributes = attributes_ref(item->attributes);
	given->position = item->position;
	item->stream = NULL;
	item_unref(item);
	operator_give(op, OUT, &given, 1);
	return STEP_MORE;
}

static enum step take(
	struct operator *op, struct state *state, const struct span *span)
{
	if (!operator_linked(op, DIGEST)) {
		operator_give(op, OUT, span->items, span->count);
		operator_consume(op, IN, span->count);
		return STEP_MORE;
	}
	if (!want_hasher(op, state))
		return STEP_FAIL;
	if (span->items[0]->type == PAYLOAD_STREAM)
		return take_stream(op, state, span->items[0]);
	for (size_t i = 0; i < span->count; i++)
		hasher_add(innermost(state)->hasher, span->items[i]->slice.data,
			span->items[i]->slice.length);
	operator_give(op, OUT, span->items, span->count);
	operator_consume(op, IN, span->count);
	return STEP_MORE;
}

/* Reads on where nobody else does. */
static enum step read_rest(struct operator *op, struct state *state)
{
	struct slice window;

	switch (operator_read(op, IN, state->tap.rest, &window)) {
	case READ_DATA:
		hasher_add(state->tap.hasher, window.data, window.length);
		return STEP_MORE;
	case READ_FAILED: innermost(state)->failed = true; break;
	case READ_END: break;
	case READ_BLOCKED:
	case READ_MEMORY: return STEP_WAIT;
	}
	tap_finish(&state->tap);
	return STEP_MORE;
}

/* ---- Segments ----------------------------------------------------------- */

/* A segment of bytes that got none has a content, too: an empty one. */
static bool has_content(struct operator *op, struct state *state)
{
	struct level *level = innermost(state);

	if (level->failed || operator_segment(op, IN)->failed ||
		operator_unit_failed(op, IN) || !operator_linked(op, DIGEST))
		return false;
	return level->hasher ||
		(state->levels.leaf && is_empty_content(op, IN));
}

static enum step give_record(struct operator *op, struct state *state)
{
	if (operator_room(op, DIGEST) == 0)
		return operator_wait_output(op, DIGEST);
	struct buffer *buffer =
		buffer_create(operator_budget(op), HASHER_TEXT_BYTES);
	if (!buffer)
		return operator_wait_memory(op,
			HASHER_TEXT_BYTES + sizeof(*buffer) + BUFFER_PADDING);
	struct item *item =
		operator_record(op, &schemas[state->algorithm], buffer);
	size_t length = hasher_finish(innermost(state)->hasher, buffer->data);
	item->record.values[0] = (struct value){
		.data = buffer->data,
		.length = (uint32_t)length,
	};
	buffer_unref(buffer);
	operator_give(op, DIGEST, &item, 1);
	return STEP_MORE;
}

static enum step end(struct operator *op, struct state *state)
{
	state->ending = false;
	if (has_content(op, state)) {
		if (!want_hasher(op, state))
			return STEP_FAIL;
		if (give_record(op, state) == STEP_WAIT) {
			state->ending = true;
			return STEP_WAIT;
		}
	}
	hasher_destroy(innermost(state)->hasher);
	*innermost(state) = (struct level){0};
	levels_end(&state->levels);
	return operator_pass(op, IN, EVENT_END);
}

/* ---- The operator ------------------------------------------------------- */

static void relate(struct relation *relation)
{
	const struct state *settings = relation_settings(relation);
	const struct shape *input = relation_input(relation, IN);

	if (!input->known)
		return;
	relation_output(relation, OUT, input);
	if (relation_unknown(relation, "algorithm"))
		return;
	struct shape shape = relation_shape(
		relation, input, PAYLOAD_RECORD, &schemas[settings->algorithm]);
	relation_output(relation, DIGEST, &shape);
}

static bool open(struct operator *op, void *memory)
{
	struct state *state = memory;

	(void)op;
	levels_init(&state->levels, sizeof(struct level));
	return true;
}

static enum step step(struct operator *op, void *memory)
{
	struct state *state = memory;
	struct span span;
	enum event event;

	if (state->tap.lent)
		return operator_wait_released(op, OUT);
	if (state->tap.failed) {
		innermost(state)->failed = true;
		state->tap.failed = false;
	}
	if (state->tap.rest && !operator_unit_failed(op, IN))
		return read_rest(op, state);
	tap_finish(&state->tap);
	if (state->ending)
		return end(op, state);
	event = operator_next(op, IN, &span);
	switch (event) {
	case EVENT_ITEMS: return take(op, state, &span);
	case EVENT_BEGIN: levels_begin(&state->levels); break;
	case EVENT_END: return end(op, state);
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
	struct state *state = memory;

	(void)op;
	tap_finish(&state->tap);
	for (size_t i = 0; i < state->levels.count; i++) {
		struct level *level = levels_at(&state->levels, i);

		hasher_destroy(level->hasher);
	}
	levels_finish(&state->levels);
}

const struct operator_spec spec_hash = {
	.name = "hash",
	.family = "io",
	.summary = "Digests of contents, which pass through",
	.description =
		"Gives for each content, that is for each innermost segment, a "
		"record at its pin `digest`. It has one text, the digest in "
		"small hexadecimal digits, in the field `sha256` or `xxh3`; "
		"the attributes of the segment, such as src_path, go with "
		"it.\n\n"
		"The contents themselves come out at `out`, and are digested "
		"while they are read there. What the reader leaves unread, as "
		"`head` behind it may, is read for the digest all the same, "
		"and so is everything where `out` isn't linked: the digest is "
		"always that of the whole content. It comes when the reader "
		"has released the content.\n\n"
		"A content that can't be read to its end gives no digest. "
		"When nobody takes digests any more, contents just pass.\n\n",
	.example = "leat: 1\n"
		   "session: digest\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  sum: hash\n"
		   "  table: csv-encode\n"
		   "  out: stdout\n"
		   "links:\n"
		   "  - in -> sum\n"
		   "  - sum.digest -> table -> out\n",
	.example_input = "leat\n",
	.example_output = "sha256\n"
			  "c892e603fd93e4dddc96ce1308dd1aaa3cc0df71d44061bafd53"
			  "a32132c9ffd1\n",
	.flags = OPERATOR_RESUMABLE,
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.properties = properties,
	.state_size = sizeof(struct state),
	.relate = relate,
	.open = open,
	.step = step,
	.close = close,
};
