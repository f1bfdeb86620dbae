/* SPDX-License-Identifier: MIT */
/*
 * gather: several inputs become one output, in an order that doesn't depend on
 * which of them comes first.
 *
 *  - The inputs that bring units go before those that bring only what spans
 *    units (of an aggregate over all, say): that comes when the units have run
 *    through all other branches, so waiting for it first would be waiting for
 *    itself. An input may bring both, its units first.
 *  - While units come, every input is waited for until it is known what it
 *    brings next. What stands outside of segments is passed on, in the order of
 *    the pins. The first input that has begun a unit leads; others that have
 *    begun the same unit share it. It is begun once at the output; what each
 *    input has in it follows in the order of the pins, inner segments as they
 *    are; then it is ended once.
 *  - When no more units come, the inputs are emptied in the order of the pins.
 *
 * While one input is taken from, the links of the others fill, and what writes
 * to them waits. Where that is also what the first input waits for, the engine
 * finds everything waiting in a cycle and makes room.
 */
#include <string.h>

#include "engine/operator.h"

enum { OUT, IN };

enum {
	LIMIT = 64, /* inputs */
	ANY = PAYLOAD_BIT(PAYLOAD_NONE) | PAYLOAD_BIT(PAYLOAD_STREAM) |
		PAYLOAD_BIT(PAYLOAD_BYTES) | PAYLOAD_BIT(PAYLOAD_LINE) |
		PAYLOAD_BIT(PAYLOAD_RECORD),
};

/* What comes next at an input, outside of segments. */
enum head {
	HEAD_UNKNOWN,
	HEAD_ITEMS,
	HEAD_BEGUN, /* its begin was taken: operator_segment */
	HEAD_CLOSED,
};

struct gather {
	enum head heads[LIMIT];
	unsigned current; /* the input that is taken from, in a segment */
	bool open; /* a segment is begun at the output */
	unsigned depth; /* of segments in that one */
};

static const struct pin_spec pins[] = {
	{.name = "out",
		.direction = PIN_OUTPUT,
		.types = ANY,
		.summary = "The items of all inputs"},
	{.name = "in",
		.direction = PIN_INPUT,
		.flags = PIN_REQUESTED,
		.types = ANY,
		.maximum = LIMIT,
		.summary = "Items of one type; records with the same fields"},
	{0},
};

/* ---- What comes out ------------------------------------------------------ */

static void complain(struct relation *relation, const char *hint,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

static void complain(
	struct relation *relation, const char *hint, const char *format, ...)
{
	struct text text = {0};
	va_list args;

	va_start(args, format);
	text_add_vformat(&text, format, args);
	va_end(args);
	relation_error(relation, relation_location(relation, ""), hint, "%s",
		text.data);
	text_free(&text);
}

/* Says how the fields of input NUMBER differ from those of input 1. */
static bool compare_fields(struct relation *relation, unsigned number,
	const struct schema *first, const struct schema *schema)
{
	const char *hint = "let a map before the gather give all inputs the "
			   "same fields in the same order";

	for (size_t i = 0; i < first->count && i < schema->count; i++) {
		const struct field *a = &first->fields[i];
		const struct field *b = &schema->fields[i];

		if (strcmp(a->name, b->name) != 0) {
			complain(relation, hint,
				"field %zu of input %u is '%s', but '%s' "
				"of input 1",
				i + 1, number, b->name, a->name);
			return false;
		}
		if (a->type != b->type) {
			complain(relation, hint,
				"field '%s' of input %u is %s, but %s of "
				"input 1",
				a->name, number, value_type_names[b->type],
				value_type_names[a->type]);
			return false;
		}
	}
	if (first->count == schema->count)
		return true;
	bool more = schema->count > first->count;
	const struct schema *longer = more ? schema : first;
	complain(relation, hint,
		"input %u has a field '%s' that input %u doesn't have",
		more ? number : 1,
		longer->fields[more ? first->count : schema->count].name,
		more ? 1 : number);
	return false;
}

static bool compare(struct relation *relation, unsigned number,
	const struct shape *first, const struct shape *shape)
{
	if (first->type != shape->type) {
		complain(relation,
			"gather inputs of one type, or use a gather for each",
			"input %u brings items of type %s, but input 1 of "
			"type %s",
			number, payload_specs[shape->type].name,
			payload_specs[first->type].name);
		return false;
	}
	if (!first->schema || !shape->schema)
		return true;
	return compare_fields(relation, number, first->schema, shape->schema);
}

/* A field is nullable if it is that in any input. */
static const struct schema *join_schemas(struct relation *relation,
	const struct schema *left, const struct schema *right)
{
	struct arena *arena = relation_arena(relation);

	if (!left || !right)
		return NULL;
	struct schema *joined = arena_alloc(arena, sizeof(*joined));
	struct field *fields = arena_array(arena, left->count, sizeof(*fields));
	for (size_t i = 0; i < left->count; i++) {
		fields[i] = left->fields[i];
		fields[i].nullable |= right->fields[i].nullable;
	}
	*joined = (struct schema){.count = left->count, .fields = fields};
	return joined;
}

static bool has_attribute(
	const struct shape *shape, const struct attribute_spec *attribute)
{
	for (size_t i = 0; i < shape->attribute_count; i++)
		if (shape->attributes[i] == attribute)
			return true;
	return false;
}

/* What both have, with the wider scope. */
static void join_shapes(struct relation *relation, struct shape *left,
	const struct shape *right)
{
	const struct attribute_spec **kept =
		arena_array(relation_arena(relation), left->attribute_count + 1,
			sizeof(*kept));
	size_t count = 0;

	for (size_t i = 0; i < left->attribute_count; i++)
		if (has_attribute(right, left->attributes[i]))
			kept[count++] = left->attributes[i];
	left->attributes = kept;
	left->attribute_count = count;
	if (right->scope < left->scope)
		left->scope = right->scope;
	left->units |= right->units;
	left->schema = join_schemas(relation, left->schema, right->schema);
}

static void relate(struct relation *relation)
{
	struct shape out = *relation_input(relation, IN);
	unsigned links = relation_links(relation, IN);

	for (unsigned i = 1; i < links && out.known; i++) {
		const struct shape *shape = relation_input(relation, IN + i);

		out.known =
			shape->known && compare(relation, i + 1, &out, shape);
		if (out.known)
			join_shapes(relation, &out, shape);
	}
	if (out.known)
		relation_output(relation, OUT, &out);
}

/* ---- Work ---------------------------------------------------------------- */

/* Learns what comes next at an input; false: it has to be waited for. */
static bool look(struct operator *op, struct gather *gather, unsigned input)
{
	enum head *head = &gather->heads[input];
	enum event event;
	struct span span;

	if (*head != HEAD_UNKNOWN)
		return true;
	while ((event = operator_next(op, IN + input, &span)) == EVENT_GAP)
		operator_gap(op, OUT, operator_dropped(op, IN + input));
	switch (event) {
	case EVENT_ITEMS: *head = HEAD_ITEMS; break;
	case EVENT_BEGIN: *head = HEAD_BEGUN; break;
	case EVENT_CLOSED: *head = HEAD_CLOSED; break;
	default: return false;
	}
	return true;
}

static enum step give(struct operator *op, unsigned input, struct span *span)
{
	operator_give(op, OUT, span->items, span->count);
	operator_consume(op, IN + input, span->count);
	return STEP_MORE;
}

/* The unit that an input has begun and that is still to be taken, or NULL. */
static const struct unit *begun(
	struct operator *op, const struct gather *gather, unsigned input)
{
	return gather->heads[input] == HEAD_BEGUN
		? operator_segment(op, IN + input)->unit
		: NULL;
}

/* The segment has ended at the current input: goes on with the next one that
 * shares its unit. */
static enum step leave(struct operator *op, struct gather *gather)
{
	const struct unit *unit = begun(op, gather, gather->current);
	unsigned links = operator_links(op, IN);

	gather->heads[gather->current] = HEAD_UNKNOWN;
	for (unsigned i = gather->current + 1; unit && i < links; i++)
		if (begun(op, gather, i) == unit) {
			gather->current = i;
			return STEP_MORE;
		}
	operator_end(op, OUT);
	gather->open = false;
	return STEP_MORE;
}

static enum step step_within(struct operator *op, struct gather *gather)
{
	unsigned pin = IN + gather->current;
	struct span span;

	switch (operator_next(op, pin, &span)) {
	case EVENT_WAIT: return STEP_WAIT;
	case EVENT_ITEMS: return give(op, gather->current, &span);
	case EVENT_BEGIN:
		gather->depth++;
		operator_begin(op, OUT, operator_segment(op, pin));
		return STEP_MORE;
	case EVENT_END:
		if (gather->depth == 0)
			return leave(op, gather);
		gather->depth--;
		operator_end(op, OUT);
		return STEP_MORE;
	case EVENT_GAP:
		operator_gap(op, OUT, operator_dropped(op, pin));
		return STEP_MORE;
	default: break;
	}
	return leave(op, gather);
}

/* The segment in which what all inputs have of the unit of INPUT, the first of
 * them, comes out: it is bare only if it is so in all. */
static struct segment *common_segment(
	struct operator *op, const struct gather *gather, unsigned input)
{
	struct segment *segment = operator_segment(op, IN + input);
	unsigned links = operator_links(op, IN);

	for (unsigned i = input + 1; segment->bare && i < links; i++)
		if (begun(op, gather, i) == segment->unit)
			segment = operator_segment(op, IN + i);
	return segment;
}

/* Passes on what INPUT has outside of segments, or begins its segment. */
static enum step follow(
	struct operator *op, struct gather *gather, unsigned input)
{
	struct span span;

	if (gather->heads[input] == HEAD_ITEMS) {
		if (operator_next(op, IN + input, &span) != EVENT_ITEMS)
			return STEP_WAIT;
		gather->heads[input] = HEAD_UNKNOWN;
		return give(op, input, &span);
	}
	operator_begin(op, OUT, common_segment(op, gather, input));
	gather->open = true;
	gather->current = input;
	return STEP_MORE;
}

/* Does what is next while units come; *PASSED when none does any more. */
static enum step step_units(
	struct operator *op, struct gather *gather, bool *passed)
{
	unsigned links = operator_links(op, IN), leader = links;

	for (unsigned i = 0; i < links; i++) {
		if (operator_units_over(op, IN + i) ||
			(leader < links &&
				operator_awaits_turn(
					op, IN + i, begun(op, gather, leader))))
			continue;
		if (!look(op, gather, i))
			return STEP_WAIT;
		if (gather->heads[i] == HEAD_ITEMS)
			return follow(op, gather, i);
		if (leader == links && begun(op, gather, i))
			leader = i;
	}
	*passed = leader == links;
	return *passed ? STEP_MORE : follow(op, gather, leader);
}

static enum step step(struct operator *op, void *state)
{
	struct gather *gather = state;
	unsigned links = operator_links(op, IN);
	bool passed = false;

	if (gather->open)
		return step_within(op, gather);
	enum step units = step_units(op, gather, &passed);
	if (!passed)
		return units;
	for (unsigned i = 0; i < links; i++) {
		if (!look(op, gather, i))
			return STEP_WAIT;
		if (gather->heads[i] != HEAD_CLOSED)
			return follow(op, gather, i);
	}
	return STEP_END;
}

const struct operator_spec spec_gather = {
	.name = "gather",
	.family = "flow",
	.summary = "Several inputs become one, in an order that is always "
		   "the same",
	.description =
		"Takes any number of inputs of one type; records must have the "
		"same fields, of the same types, in the same order.\n\n"
		"Inputs that stem from the same units, as behind a tee, are "
		"taken unit by unit: first what the first input has of a unit, "
		"then what the second has of it, in the order of the links. "
		"Other inputs follow each other in the order of the links; "
		"those that span units, such as an aggregate over all, come "
		"last.\n\n"
		"What arrives too early waits in its link, which may have to "
		"grow: a branch that brings much of a unit is better linked "
		"first.\n\n",
	.example = "leat: 1\n"
		   "session: gather\n"
		   "operators:\n"
		   "  input: stdin\n"
		   "  split: lines\n"
		   "  errors: {use: match, pattern: '^E', else: drop}\n"
		   "  warnings: {use: match, pattern: '^W', else: drop}\n"
		   "  all: gather\n"
		   "  output: stdout\n"
		   "links:\n"
		   "  - input -> split -> errors -> all -> output\n"
		   "  - split -> warnings -> all\n",
	.example_input = "W one\nE two\nother\nW three\n",
	.example_output = "E two\nW one\nW three\n",
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.state_size = sizeof(struct gather),
	.relate = relate,
	.step = step,
};
