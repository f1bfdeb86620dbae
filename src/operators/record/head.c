/* SPDX-License-Identifier: MIT */
/* Passes the first items and drops the rest. */
#include "engine/operator.h"
#include "operators/support/levels.h"

enum { IN, OUT };

struct head {
	int64_t count;

	struct levels passed; /* of int64_t: how many, as `per` counts them */
	int64_t unit_passed; /* of the unit in progress, with `per: graph` */
	bool alone; /* nobody else reads what comes in */
	bool undecided; /* a unit was passed on and may still turn out failed */
};

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_RECORD) |
			PAYLOAD_BIT(PAYLOAD_LINE) |
			PAYLOAD_BIT(PAYLOAD_STREAM) | PAYLOAD_BIT(PAYLOAD_NONE),
		.summary = "any items but chunks of bytes",
	},
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_RECORD) |
			PAYLOAD_BIT(PAYLOAD_LINE) |
			PAYLOAD_BIT(PAYLOAD_STREAM) | PAYLOAD_BIT(PAYLOAD_NONE),
		.summary = "the first of them",
	},
	{0},
};

static const struct property_spec properties[] = {
	{
		.name = "count",
		.type = SETTING_INTEGER,
		.offset = offsetof(struct head, count),
		.flags = PROPERTY_LIVE,
		.fallback = "10",
		.maximum = INT64_MAX,
		.unit = "items",
		.summary = "How many items to pass",
	},
	{0},
};

static int64_t *passed(struct operator *op, struct head *state)
{
	return levels_get(&state->passed, operator_per(op));
}

static enum step pass(
	struct operator *op, struct head *state, struct span *span)
{
	int64_t *count = passed(op, state);
	int64_t left = state->count > *count ? state->count - *count : 0;
	size_t taken = span->count;

	if ((uint64_t)left < taken)
		taken = (size_t)left;
	*count += (int64_t)taken;
	state->unit_passed += (int64_t)taken;
	operator_give(op, OUT, span->items, taken);
	operator_consume(op, IN, taken);
	operator_release(op, IN, span->count - taken);
	return STEP_MORE;
}

static enum step begin(struct operator *op, struct head *state)
{
	levels_begin(&state->passed);
	if (state->passed.depth == 1)
		state->unit_passed = 0;
	if (levels_edge(&state->passed, operator_per(op)))
		*passed(op, state) = 0;
	return operator_pass(op, IN, EVENT_BEGIN);
}

static enum step end(struct operator *op, struct head *state)
{
	levels_end(&state->passed);
	if (state->passed.depth == 0)
		state->undecided = operator_segment(op, IN)->unit;
	return operator_pass(op, IN, EVENT_END);
}

/* What failed is dropped behind as well, and others may come in its place. */
static enum step lose(struct operator *op, struct head *state)
{
	state->undecided = false;
	if (operator_per(op) == SCOPE_GRAPH)
		*passed(op, state) -= state->unit_passed;
	return STEP_MORE;
}

static void relate(struct relation *relation)
{
	/* Units stay apart, whatever is counted: what isn't passed of them is
	 * no more than what a filter drops. */
	relation_set_scope(relation, SCOPE_UNIT);
	relation_output(relation, OUT, relation_input(relation, IN));
}

/* Whether nothing more is wanted. While others read what comes in, the unit in
 * progress may still turn out failed, and others be wanted in its place. */
static bool has_enough(struct operator *op, struct head *state)
{
	return operator_per(op) == SCOPE_GRAPH &&
		*passed(op, state) >= state->count &&
		(state->alone ||
			(state->passed.depth == 0 && !state->undecided));
}

static bool open(struct operator *op, void *memory)
{
	struct head *state = memory;

	levels_init(&state->passed, sizeof(int64_t));
	state->alone = operator_reads_alone(op);
	if (operator_per(op) == SCOPE_GRAPH)
		operator_needs(op, IN, (uint64_t)state->count);
	return true;
}

static enum step step(struct operator *op, void *memory)
{
	struct head *state = memory;
	struct span span;
	enum event event;

	if (has_enough(op, state))
		return STEP_END; /* which ends the segments that are open */
	event = operator_next(op, IN, &span);
	switch (event) {
	case EVENT_ITEMS: return pass(op, state, &span);
	case EVENT_BEGIN: return begin(op, state);
	case EVENT_END: return end(op, state);
	case EVENT_LOST: return lose(op, state);
	case EVENT_KEPT: state->undecided = false; return STEP_MORE;
	case EVENT_CLOSED:
	case EVENT_GAP:
	case EVENT_WAIT: break;
	}
	return operator_pass(op, IN, event);
}

/* The next step looks at the new count. */
static bool changed(struct operator *op, void *state,
	const struct property_spec *property, struct text *problem)
{
	(void)op;
	(void)state;
	(void)property;
	(void)problem;
	return true;
}

static void close(struct operator *op, void *memory)
{
	struct head *state = memory;

	(void)op;
	levels_finish(&state->passed);
}

const struct operator_spec spec_head = {
	.name = "head",
	.family = "record",
	.summary = "Passes the first items and drops the rest",
	.description =
		"Passes the first `count` items. With `per: graph` it ends "
		"then, and so do the operators in front that nobody else "
		"reads from: `head` behind a large file reads no more of it "
		"than it needs. With `per: unit` or `per: segment` it passes "
		"the first of each.\n\n"
		"Items of a unit that has failed don't count. Where nobody "
		"else reads what comes in, `head` ends amid a unit, and what "
		"would be wrong behind that place isn't seen; else it ends "
		"when the unit has succeeded.\n\n"
		"A link can bring the count, as in: number -> first@count. "
		"With `per: unit` or `per: segment` each unit may have its "
		"own; see leat-session(5).\n\n",
	.example = "leat: 1\n"
		   "session: first-lines\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  split: lines\n"
		   "  first: {use: head, count: 2}\n"
		   "  out: stdout\n"
		   "links:\n"
		   "  - in -> split -> first -> out\n",
	.example_input = "one\ntwo\nthree\n",
	.example_output = "one\ntwo\n",
	.flags = OPERATOR_SCOPED | OPERATOR_AWAITS_VERDICT,
	.scope = SCOPE_GRAPH,
	.pins = pins,
	.properties = properties,
	.state_size = sizeof(struct head),
	.relate = relate,
	.open = open,
	.step = step,
	.changed = changed,
	.close = close,
};
