/* SPDX-License-Identifier: MIT */
/* lines: cuts streams into lines, or into packed lines for who takes them. */
#include <string.h>

#include "engine/operator.h"
#include "operators/support/line/carry.h"
#include "operators/support/line/survey.h"

enum { IN, OUT, REJECTED };

enum too_long { TOO_LONG_REJECT, TOO_LONG_CUT, TOO_LONG_FAIL };

struct lines {
	int64_t max;
	int too_long;

	struct item *content; /* the stream that is read, or NULL */
	bool ended; /* it is used up */
	bool ascii; /* the window is ASCII without NUL */
	bool packable; /* and has no CR, and no line that is too long */
	struct slice window; /* what is left of the block that was read */
	uint64_t offset; /* of the window in the content */

	struct carry carry; /* the line that began in an earlier block */
};

static const struct pin_spec pins[] = {
	{.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_STREAM),
		.summary = "Streams"},
	{.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "Their lines, without their ends"},
	{.name = "rejected",
		.direction = PIN_OUTPUT,
		.flags = PIN_OPTIONAL,
		.types = PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "The beginnings of lines that are too long"},
	{0},
};

static const char *const too_long_choices[] = {"reject", "cut", "fail", NULL};

static const struct property_spec properties[] = {
	{.name = "max",
		.type = SETTING_SIZE,
		.offset = offsetof(struct lines, max),
		.fallback = "1MiB",
		.minimum = 1,
		.maximum = 1 << 30,
		.summary = "The longest line, without its end",
		.details = "This bounds the memory that a line may take."},
	{.name = "too-long",
		.type = SETTING_CHOICE,
		.offset = offsetof(struct lines, too_long),
		.fallback = "reject",
		.choices = too_long_choices,
		.summary = "What becomes of a line that is longer",
		.details = "reject: its first bytes, as many as max says, are "
			   "rejected. cut: they are taken for the line. fail: "
			   "the unit fails."},
	{0},
};

/* ---- The block that was read --------------------------------------------- */

static void survey(struct lines *lines)
{
	const struct slice *window = &lines->window;
	struct survey survey = survey_block(window->data, window->length);

	lines->ascii = survey.ascii;
	lines->packable = !survey.cr &&
		!survey_long_line(
			window->data, window->length, (size_t)lines->max);
}

static void advance(struct lines *lines, size_t bytes)
{
	lines->window.data += bytes;
	lines->window.length -= bytes;
	lines->offset += bytes;
}

static struct item *make_line(struct operator *op, const struct lines *lines,
	const char *data, size_t length)
{
	struct item *item = operator_item(op, PAYLOAD_LINE);

	item->slice =
		(struct slice){buffer_ref(lines->window.buffer), data, length};
	item->ascii = lines->ascii;
	item->position = lines->offset + (uint64_t)(data - lines->window.data);
	return item;
}

/* ---- Lines that are too long --------------------------------------------- */

static void fail_line(
	struct operator *op, const struct lines *lines, uint64_t offset)
{
	operator_fail_unit(op, IN, STATUS_BAD_DATA,
		(struct place){.offset = offset, .has_offset = true},
		"a line is longer than %lld bytes; raise `max`, or say "
		"`too-long: cut`",
		(long long)lines->max);
}

/* Takes ITEM, whose slice is cut to max; its line has LENGTH bytes. There is
 * room for it at either output. */
static void give_long(struct operator *op, const struct lines *lines,
	struct item *item, uint64_t length)
{
	switch ((enum too_long)lines->too_long) {
	case TOO_LONG_CUT: operator_give(op, OUT, &item, 1); break;
	case TOO_LONG_REJECT:
		operator_reject(op, IN, item, NULL,
			"the line has %llu bytes, more than %lld",
			(unsigned long long)length, (long long)lines->max);
		break;
	case TOO_LONG_FAIL:
		fail_line(op, lines, item->position);
		item_unref(item);
		break;
	}
}

/* ---- The line that crosses blocks ---------------------------------------- */

/* Moves the first LENGTH bytes of the window to the line; false: it waits. */
static bool keep(struct operator *op, struct lines *lines, size_t length)
{
	size_t lacking = 0;

	if (length > 0)
		lacking = carry_add(&lines->carry, operator_budget(op),
			(size_t)lines->max, lines->window.data, length,
			lines->offset, lines->ascii);
	if (lacking) {
		operator_wait_memory(op, lacking);
		return false;
	}
	advance(lines, length);
	return true;
}

/* Gives the line that was carried, which has come to its end. */
static void give_carried(
	struct operator *op, struct lines *lines, bool terminated)
{
	struct carry *carry = &lines->carry;
	uint64_t length = carry->length - (terminated && carry->cr);
	bool fits = length <= (uint64_t)lines->max;
	struct item *item = operator_item(op, PAYLOAD_LINE);

	item->slice = (struct slice){carry->buffer, carry->buffer->data,
		fits ? (size_t)length : (size_t)lines->max};
	item->ascii = carry->ascii;
	item->position = carry->offset;
	carry->buffer = NULL;
	carry_clear(carry);
	if (fits)
		operator_give(op, OUT, &item, 1);
	else
		give_long(op, lines, item, length);
}

/* ---- Work ---------------------------------------------------------------- */

/* Releases the stream and what was kept of it. */
static void drop(struct lines *lines)
{
	if (lines->content)
		item_unref(lines->content);
	lines->content = NULL;
	carry_clear(&lines->carry);
	lines->window = (struct slice){0};
}

static enum step take(struct operator *op, struct lines *lines)
{
	struct span span;
	enum event event = operator_next(op, IN, &span);

	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	lines->content = span.items[0];
	operator_consume(op, IN, 1);
	lines->ended = false;
	lines->offset = 0;
	return STEP_MORE;
}

/* Whether there is room at both outputs; else it is waited for. */
static bool has_room(struct operator *op)
{
	bool out = operator_room(op, OUT) > 0;

	if (out && operator_room(op, REJECTED) > 0)
		return true;
	operator_wait_output(op, out ? REJECTED : OUT);
	return false;
}

/* The carried line ends in the window, or all of that belongs to it. */
static enum step end_carried(
	struct operator *op, struct lines *lines, bool *progress)
{
	const struct slice *window = &lines->window;
	const char *lf = memchr(window->data, '\n', window->length);

	if (!keep(op, lines, lf ? (size_t)(lf - window->data) : window->length))
		return STEP_WAIT;
	if (lf) {
		advance(lines, 1);
		give_carried(op, lines, true);
		*progress = true;
	} else if (lines->too_long == TOO_LONG_FAIL &&
		lines->carry.length > (uint64_t)lines->max + 1) {
		fail_line(op, lines, lines->carry.offset);
		*progress = true;
	}
	return STEP_MORE;
}

/* Gives all whole lines of the window as one item; false: there is none. */
static bool give_packed(struct operator *op, struct lines *lines)
{
	const char *data = lines->window.data;
	const char *lf = memrchr(data, '\n', lines->window.length);

	if (!lf)
		return false;
	size_t length = (size_t)(lf - data);
	struct item *item = make_line(op, lines, data, length);
	item->packed = length > 0 && memchr(data, '\n', length);
	operator_give(op, OUT, &item, 1);
	advance(lines, length + 1);
	return true;
}

/* Cuts as many lines off the window as there is room for, up to one that is
 * too long, which is dealt with by itself. */
static size_t give_lines(struct operator *op, struct lines *lines)
{
	struct item *items[SPAN_ITEMS];
	size_t room = operator_room(op, OUT), count = 0;
	const char *at = lines->window.data;
	const char *end = at + lines->window.length;
	const char *lf = NULL;
	size_t length = 0;

	if (room > SPAN_ITEMS)
		room = SPAN_ITEMS;
	while (count < room && (lf = memchr(at, '\n', (size_t)(end - at)))) {
		length = (size_t)(lf - at);
		length -= length > 0 && lf[-1] == '\r';
		if (length > (size_t)lines->max)
			break;
		items[count++] = make_line(op, lines, at, length);
		at = lf + 1;
	}
	operator_give(op, OUT, items, count);
	if (count == 0 && lf) {
		give_long(op, lines,
			make_line(op, lines, at, (size_t)lines->max), length);
		at = lf + 1;
		count = 1;
	}
	advance(lines, (size_t)(at - lines->window.data));
	return count;
}

static enum step cut(struct operator *op, struct lines *lines, bool *progress)
{
	if (!has_room(op))
		return STEP_WAIT;
	if (lines->carry.length > 0)
		return end_carried(op, lines, progress);
	if (lines->packable && operator_takes_packed(op, OUT))
		*progress |= give_packed(op, lines);
	else
		*progress |= give_lines(op, lines) > 0;
	if (memchr(lines->window.data, '\n', lines->window.length))
		return STEP_MORE;
	return keep(op, lines, lines->window.length) ? STEP_MORE : STEP_WAIT;
}

/* The stream is used up: what was carried is its last line. */
static enum step finish(struct operator *op, struct lines *lines)
{
	if (lines->carry.length > 0) {
		if (!has_room(op))
			return STEP_WAIT;
		give_carried(op, lines, false);
	}
	drop(lines);
	return take(op, lines);
}

static enum step read_block(struct operator *op, struct lines *lines)
{
	uint64_t offset = lines->content->stream->position;

	switch (operator_read(op, IN, lines->content->stream, &lines->window)) {
	case READ_DATA:
		lines->offset = offset;
		survey(lines);
		return STEP_MORE;
	case READ_END: lines->ended = true; return STEP_MORE;
	case READ_FAILED: drop(lines); return STEP_MORE;
	case READ_BLOCKED:
	case READ_MEMORY: break;
	}
	return STEP_WAIT;
}

/* Reads at most one block, and gives at most one span. */
static enum step step(struct operator *op, void *state)
{
	struct lines *lines = state;
	bool progress = false;

	if (lines->content && operator_unit_failed(op, IN))
		drop(lines);
	if (!lines->content)
		return take(op, lines);
	while (!progress) {
		enum step step = STEP_MORE;

		if (lines->window.length == 0 && !lines->ended) {
			step = read_block(op, lines);
			progress = true;
		}
		if (lines->ended)
			return finish(op, lines);
		if (step == STEP_MORE && lines->content)
			step = cut(op, lines, &progress);
		if (step != STEP_MORE)
			return step;
	}
	return STEP_MORE;
}

static void close(struct operator *op, void *state)
{
	(void)op;
	drop(state);
}

static void relate(struct relation *relation)
{
	const struct lines *settings = relation_settings(relation);
	const struct shape *input = relation_input(relation, IN);

	if (settings->max > relation_memory_bytes(relation) &&
		!relation_unknown(relation, "max"))
		relation_error(relation, relation_location(relation, "max"),
			"raise `resources: memory`, or take a smaller one",
			"a line of %lld bytes doesn't fit into the memory of "
			"the run, %lld bytes",
			(long long)settings->max,
			(long long)relation_memory_bytes(relation));
	if (!input->known)
		return;
	struct shape shape =
		relation_shape(relation, input, PAYLOAD_LINE, NULL);
	relation_output(relation, OUT, &shape);
	operator_relate_rejected(relation, REJECTED, shape);
}

const struct operator_spec spec_lines = {
	.name = "lines",
	.family = "text",
	.summary = "Cuts streams into lines",
	.description =
		"A line ends in LF or CR LF; the last one may lack its end. "
		"Nothing else is changed: empty lines are lines, a CR within a "
		"line, NUL bytes and what isn't UTF-8 stay as they are. The "
		"position of a line is the offset of its first byte in the "
		"content.\n\n"
		"Lines come out as soon as they have been read, also from a "
		"pipe, and refer to the block that was read: only those that "
		"cross a block's border are copied.\n\n"
		"A line that is longer than max never takes more memory than "
		"that. The property too-long says what becomes of it; if it is "
		"cut, then between bytes, not between characters.\n\n",
	.example = "leat: 1\n"
		   "session: lines\n"
		   "operators:\n"
		   "  input: stdin\n"
		   "  split: {use: lines, max: 4B, too-long: cut}\n"
		   "  output: stdout\n"
		   "links: [input -> split -> output]\n",
	.example_input = "one\r\n\nthree",
	.example_output = "one\n\nthre\n",
	.flags = OPERATOR_RESUMABLE,
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.properties = properties,
	.attributes = reject_attributes,
	.state_size = sizeof(struct lines),
	.relate = relate,
	.step = step,
	.close = close,
};
