/* SPDX-License-Identifier: MIT */
/* generate: items out of nothing, with computed fields if wanted. */
#include "engine/operator.h"
#include "model/packer.h"
#include "operators/support/sql/columns.h"

enum { OUT };

static const char NAME[] = "generate"; /* of the unit */

struct state {
	int64_t count;
	struct setting_expressions fields;

	bool begun;
	int64_t next; /* number */
	struct item *empty; /* given again and again; or NULL */

	/* With fields: */
	struct expression *expression;
	struct meter meter;
	struct columns *columns;
	const struct schema *schema;
	struct item *numbers[SPAN_ITEMS]; /* what the fields are made of */
};

static const struct pin_spec pins[] = {
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.types =
			PAYLOAD_BIT(PAYLOAD_NONE) | PAYLOAD_BIT(PAYLOAD_RECORD),
		.summary = "empty items, or records with `fields`",
	},
	{0},
};

static const struct property_spec properties[] = {
	{
		.name = "count",
		.type = SETTING_INTEGER,
		.offset = offsetof(struct state, count),
		.flags = PROPERTY_REQUIRED,
		.maximum = INT64_MAX,
		.unit = "items",
		.summary = "How many items to make",
	},
	{
		.name = "fields",
		.type = SETTING_EXPRESSIONS,
		.offset = offsetof(struct state, fields),
		.summary = "The fields of records, each with its SQL",
		.details = "In the expressions, `number` is the number of the "
			   "item, counting from 0.",
	},
	{0},
};

static const struct attribute_spec attributes[] = {
	{"number", VALUE_INTEGER, ATTRIBUTE_READ, ATTRIBUTE_ITEM,
		"in the expressions of `fields`: the number of the item"},
	{0},
};

/* What the expressions see. */
static const struct attribute_spec *const seen[] = {&attributes[0]};

static const struct shape seen_shape = {
	.known = true,
	.type = PAYLOAD_NONE,
	.scope = SCOPE_UNIT,
	.attributes = seen,
	.attribute_count = 1,
};

static void relate(struct relation *relation)
{
	const struct state *settings = relation_settings(relation);
	struct shape shape = relation_unnamed(PAYLOAD_NONE, NULL);
	struct expression_problem problem;

	shape.scope = SCOPE_UNIT;
	if (relation_given(relation, "fields")) {
		struct expression *expression =
			expression_create(&seen_shape, settings->fields.items,
				settings->fields.count, NULL, &problem);

		if (!expression) {
			expression_problem_report(relation, "fields", &problem);
			return;
		}
		shape.type = PAYLOAD_RECORD;
		shape.schema = expression_schema_copy(
			expression, relation_arena(relation));
		expression_destroy(expression);
	}
	relation_output(relation, OUT, &shape);
}

static bool open(struct operator *op, void *memory)
{
	struct state *state = memory;
	struct expression_problem problem;

	if (state->fields.count == 0) {
		state->empty = operator_item(op, PAYLOAD_NONE);
		return true;
	}
	state->schema = operator_shape(op, OUT)->schema;
	state->expression = expression_create(&seen_shape, state->fields.items,
		state->fields.count, NULL, &problem);
	if (!state->expression) {
		operator_fail(op, STATUS_BUG, "%s", problem.message);
		return false;
	}
	state->columns = columns_create(state->expression, &state->meter);
	for (int i = 0; i < SPAN_ITEMS; i++)
		state->numbers[i] = operator_item(op, PAYLOAD_NONE);
	return true;
}

/* ---- Empty items ------------------------------------------------------------ */

/* Gives one item many times: all are alike. */
static void give_empty(struct operator *op, struct state *state, size_t count)
{
	struct item *items[SPAN_ITEMS];

	for (size_t i = 0; i < count; i++)
		items[i] = item_ref(state->empty);
	operator_give(op, OUT, items, count);
	state->next += (int64_t)count;
}

/* ---- Records ---------------------------------------------------------------- */

static void set_numbers(struct state *state, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct item *item = state->numbers[i];

		item->attributes = attributes_set_integer(item->attributes,
			&attributes[0], state->next + (int64_t)i);
	}
}

static struct item *make_record(
	struct operator *op, struct state *state, size_t index)
{
	const struct value *const *const *values =
		columns_values(state->columns);
	struct item *item = operator_record(op, state->schema, NULL);

	for (size_t i = 0; i < state->schema->count; i++)
		item->record.values[i] = *values[i][index];
	return item;
}

/* Makes the records hold their bytes. False: the budget has no room for
 * BYTES. */
static bool move_bytes(
	struct operator *op, struct item **items, size_t count, size_t bytes)
{
	if (bytes == 0)
		return true;
	struct buffer *buffer = buffer_create(operator_budget(op), bytes);
	if (!buffer)
		return false;
	char *at = buffer->data;
	for (size_t i = 0; i < count; i++)
		at = record_move(items[i], buffer, at);
	buffer_unref(buffer);
	return true;
}

static enum step give_records(
	struct operator *op, struct state *state, size_t count)
{
	struct item *items[SPAN_ITEMS];
	size_t bytes = 0;
	const char *name;

	set_numbers(state, count);
	size_t done = columns_load(state->columns, state->numbers, count, NULL);
	for (size_t i = 0; i < done; i++) {
		items[i] = make_record(op, state, i);
		bytes += record_bytes(items[i]);
	}
	if (!move_bytes(op, items, done, bytes)) {
		for (size_t i = 0; i < done; i++)
			item_unref(items[i]);
		return operator_wait_memory(op, bytes);
	}
	operator_give(op, OUT, items, done);
	state->next += (int64_t)done;
	if (done == count)
		return STEP_MORE;
	const char *problem = columns_problem(state->columns, &name);
	return operator_fail(op, STATUS_BAD_DATA, "item %lld: %s%s%s",
		(long long)state->next, name ? name : "", name ? " " : "",
		problem);
}

/* ---- The operator ------------------------------------------------------- */

/* The one unit, of which the settings tell all. */
static bool unit(struct operator *op, void *memory, uint64_t number,
	struct found_unit *unit)
{
	(void)op;
	(void)memory;
	*unit = (struct found_unit){.name = NAME};
	return number == 0;
}

static enum step begin(struct operator *op, struct state *state)
{
	enum turn turn = operator_turn(op, 0);

	if (turn == TURN_WAIT)
		return STEP_WAIT;
	if (turn == TURN_SKIP)
		return STEP_END;
	struct segment *segment = segment_create_unit(NAME, 0, NULL);
	if (turn == TURN_BEGIN)
		operator_begin(op, OUT, segment);
	else
		operator_bring(op, OUT, segment);
	segment_unref(segment);
	state->begun = true;
	return turn == TURN_BEGIN ? STEP_MORE : STEP_END;
}

static enum step step(struct operator *op, void *memory)
{
	struct state *state = memory;
	size_t count = operator_room(op, OUT);

	if (!state->begun)
		return begin(op, state);
	if (state->next == state->count) {
		operator_end(op, OUT);
		return STEP_END;
	}
	if (count == 0)
		return operator_wait_output(op, OUT);
	if (count > SPAN_ITEMS)
		count = SPAN_ITEMS;
	if ((uint64_t)(state->count - state->next) < count)
		count = (size_t)(state->count - state->next);
	if (state->expression)
		return give_records(op, state, count);
	give_empty(op, state, count);
	return STEP_MORE;
}

static void close_state(struct operator *op, void *memory)
{
	struct state *state = memory;

	if (state->empty)
		item_unref(state->empty);
	for (int i = 0; i < SPAN_ITEMS; i++)
		if (state->numbers[i])
			item_unref(state->numbers[i]);
	columns_destroy(state->columns);
	expression_destroy(state->expression);
	meter_finish(&state->meter, operator_budget(op));
}

const struct operator_spec spec_generate = {
	.name = "generate",
	.family = "io",
	.summary = "Makes items out of nothing",
	.description =
		"Makes `count` items, which are empty; with `fields` they are "
		"records whose fields are computed from `number`, the number "
		"of the item, which counts from 0. All of them are one unit. "
		"It is of use for tests, measurements and tables of "
		"numbers.\n\n",
	.example = "leat: 1\n"
		   "session: squares\n"
		   "operators:\n"
		   "  numbers: {use: generate, count: 4, fields: {n: number, "
		   "square: number * number}}\n"
		   "  table: csv-encode\n"
		   "  out: stdout\n"
		   "links: [numbers -> table -> out]\n",
	.example_output = "n,square\n0,0\n1,1\n2,4\n3,9\n",
	.scope = SCOPE_UNIT,
	.pins = pins,
	.properties = properties,
	.attributes = attributes,
	.state_size = sizeof(struct state),
	.relate = relate,
	.open = open,
	.unit = unit,
	.step = step,
	.close = close_state,
};
