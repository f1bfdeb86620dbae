/* SPDX-License-Identifier: MIT */
/* Makes one record of many: groups them, and computes values of each group. */
#include "engine/operator.h"
#include "operators/support/aggregate/partial.h"
#include "operators/support/aggregate/rows.h"
#include "operators/support/empty-content.h"
#include "operators/support/levels.h"
#include "operators/support/sql/columns.h"

enum { IN, OUT };

struct aggregate {
	struct setting_expressions group, compute;

	struct aggregate_plan *plan;
	struct columns *columns;
	struct meter meter;

	struct levels levels; /* of struct aggregation, as `per` says */

	bool emitting;
	struct aggregate_rows rows;
	struct text partial; /* what a unit has brought, to be kept */
};

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.types =
			PAYLOAD_BIT(PAYLOAD_RECORD) | PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "what is grouped",
	},
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_RECORD),
		.summary =
			"a record for each group, in the order of the groups",
	},
	{0},
};

static const struct property_spec properties[] = {
	{
		.name = "group",
		.type = SETTING_EXPRESSIONS,
		.offset = offsetof(struct aggregate, group),
		.summary = "What the items of one group share",
		.details =
			"A map of names to SQL expressions, an SQL list as one "
			"text, or a list of field names. Null is a group of "
			"its own. Without it all items are one group.",
	},
	{
		.name = "compute",
		.type = SETTING_EXPRESSIONS,
		.offset = offsetof(struct aggregate, compute),
		.summary = "What to compute of each group",
		.details =
			"A map of names to calls, or a list as one text, such "
			"as `count(*) AS hits, sum(bytes) AS bytes`. The calls "
			"are count(*), count(x), sum(x), min(x), max(x), "
			"avg(x), quantile(x, q), first(x), last(x) and "
			"count_distinct(x), where x is an SQL expression.",
	},
	{0},
};

/* ---- Levels ------------------------------------------------------------- */

static struct aggregation *level(struct operator *op, struct aggregate *state)
{
	struct aggregation *aggregation =
		levels_get(&state->levels, operator_per(op));

	if (!aggregation->plan)
		aggregation_init(aggregation, state->plan, &state->meter);
	return aggregation;
}

/* ---- Input -------------------------------------------------------------- */

/* Takes what a unit that doesn't run had brought. */
static enum step load(
	struct operator *op, struct aggregate *state, const struct span *span)
{
	const char *problem =
		aggregation_load(level(op, state), &span->items[0]->slice);

	if (problem)
		return operator_fail(op, STATUS_IO_ERROR,
			"what was kept of %s can't be used: %s",
			operator_segment(op, IN)->unit->name, problem);
	operator_release(op, IN, 1);
	return STEP_MORE;
}

static void save(struct operator *op, struct aggregate *state)
{
	state->partial.length = 0;
	aggregation_save(level(op, state), &state->partial);
	operator_keep(op, IN, state->partial.data, state->partial.length);
}

static enum step fold(
	struct operator *op, struct aggregate *state, const struct span *span)
{
	size_t count = span->count < GROUP_SPAN ? span->count : GROUP_SPAN;

	if (span->items[0]->type == PAYLOAD_BYTES)
		return load(op, state, span);
	size_t loaded = columns_load(
		state->columns, span->items, count, operator_segment(op, IN));

	if (loaded > 0)
		aggregation_add(level(op, state),
			columns_values(state->columns), loaded);
	struct item *bad = loaded < count ? span->items[loaded] : NULL;
	operator_release(op, IN, loaded);
	if (bad) {
		operator_consume(op, IN, 1);
		columns_reject(state->columns, op, IN, bad);
	}
	return STEP_MORE;
}

static enum step begin(struct operator *op, struct aggregate *state)
{
	levels_begin(&state->levels);
	if (!levels_edge(&state->levels, operator_per(op)))
		return STEP_MORE;
	return operator_pass(op, IN, EVENT_BEGIN);
}

static void start_rows(struct operator *op, struct aggregate *state)
{
	aggregate_rows_start(&state->rows, level(op, state));
	state->emitting = true;
}

static enum step finish_rows(struct operator *op, struct aggregate *state)
{
	state->emitting = false;
	aggregate_rows_finish(&state->rows);
	aggregation_clear(level(op, state));
	if (operator_per(op) == SCOPE_GRAPH)
		return STEP_END;
	levels_end(&state->levels);
	return operator_pass(op, IN, EVENT_END);
}

/* Whether a segment has a result: items came, or it is a content without. */
static bool is_result(
	struct operator *op, const struct aggregation *aggregation, bool leaf)
{
	if (aggregation->any)
		return true;
	if (operator_per(op) == SCOPE_UNIT)
		return !operator_segment(op, IN)->bare;
	return leaf && is_empty_content(op, IN);
}

/* The end of a unit decides whether what it brought is kept. */
static enum step end(struct operator *op, struct aggregate *state)
{
	struct aggregation *aggregation = level(op, state);
	bool edge = levels_edge(&state->levels, operator_per(op));

	if (!edge && state->levels.depth == 1 && operator_keeps(op, IN))
		save(op, state);
	if (edge || state->levels.depth == 1) {
		if (operator_segment(op, IN)->failed)
			aggregation_drop(aggregation);
		else
			aggregation_keep(aggregation);
	}
	if (edge && !is_result(op, aggregation, state->levels.leaf))
		return finish_rows(op, state);
	if (edge)
		start_rows(op, state);
	else
		levels_end(&state->levels);
	return STEP_MORE;
}

static enum step close_input(struct operator *op, struct aggregate *state)
{
	struct segment *segment;

	if (operator_per(op) != SCOPE_GRAPH)
		return STEP_END;
	aggregation_keep(level(op, state)); /* what has no unit */
	segment = segment_create_unnamed();
	operator_begin(op, OUT, segment);
	segment_unref(segment);
	start_rows(op, state);
	return STEP_MORE;
}

/* ---- Output ------------------------------------------------------------- */

/* A result that isn't one: blames the unit, where there is one. */
static enum step fail_row(struct operator *op, struct aggregate *state)
{
	operator_fail_unit(op, operator_per(op) == SCOPE_GRAPH ? OUT : IN,
		STATUS_BAD_DATA, (struct place){0}, "%s",
		state->rows.problem.data);
	return STEP_MORE;
}

static enum step emit(struct operator *op, struct aggregate *state)
{
	size_t count = operator_room(op, OUT);
	struct item *items[SPAN_ITEMS];

	if (operator_unit_failed(op, IN))
		return finish_rows(op, state);
	if (count == 0)
		return operator_wait_output(op, OUT);
	if (count > SPAN_ITEMS)
		count = SPAN_ITEMS;
	switch (aggregate_rows_make(&state->rows, op,
		operator_shape(op, OUT)->schema, items, &count)) {
	case ROWS_MADE: operator_give(op, OUT, items, count); break;
	case ROWS_MEMORY:
		return operator_wait_memory(op, state->rows.need_bytes);
	case ROWS_FAILED: return fail_row(op, state);
	case ROWS_NO_MORE: return finish_rows(op, state);
	}
	return STEP_MORE;
}

/* ---- The operator ------------------------------------------------------- */

static void relate(struct relation *relation)
{
	const struct aggregate *settings = relation_settings(relation);
	const struct shape *input = relation_input(relation, IN);
	enum scope per = relation_per(relation);
	struct expression_problem problem = {0};

	if (relation_unknown(relation, "group") ||
		relation_unknown(relation, "compute"))
		return;
	if (!aggregate_plan_check(
		    &settings->group, &settings->compute, &problem)) {
		expression_problem_report(relation, "compute", &problem);
		return;
	}
	if (!input->known)
		return;
	struct aggregate_plan *plan = aggregate_plan_create(
		input, &settings->group, &settings->compute, &problem);
	if (!plan) {
		expression_problem_report(relation, "compute", &problem);
		return;
	}
	const struct schema *schema =
		aggregate_plan_schema(plan, relation_arena(relation));
	struct shape shape = per == SCOPE_GRAPH
		? relation_unnamed(PAYLOAD_RECORD, schema)
		: relation_shape(relation, input, PAYLOAD_RECORD, schema);
	if (per == SCOPE_UNIT && shape.scope == SCOPE_SEGMENT)
		shape.scope = SCOPE_UNIT;
	relation_output(relation, OUT, &shape);
	aggregate_plan_destroy(plan);
}

static bool open(struct operator *op, void *memory)
{
	struct aggregate *state = memory;
	struct expression_problem problem = {0};
	const struct shape *shape = operator_shape(op, IN);

	levels_init(&state->levels, sizeof(struct aggregation));
	state->plan = aggregate_plan_create(
		shape, &state->group, &state->compute, &problem);
	if (!state->plan) {
		operator_fail(op, STATUS_SESSION_WRONG, "%s", problem.message);
		return false;
	}
	state->columns = columns_create(state->plan->expression, &state->meter);
	level(op, state);
	return true;
}

static enum step step(struct operator *op, void *memory)
{
	struct aggregate *state = memory;
	struct span span;

	if (!meter_settle(&state->meter, operator_budget(op)))
		return operator_wait_memory(op, meter_missing(&state->meter));
	if (state->emitting)
		return emit(op, state);
	switch (operator_next(op, IN, &span)) {
	case EVENT_ITEMS: return fold(op, state, &span);
	case EVENT_BEGIN: return begin(op, state);
	case EVENT_END: return end(op, state);
	case EVENT_CLOSED: return close_input(op, state);
	case EVENT_GAP: return operator_pass(op, IN, EVENT_GAP);
	case EVENT_KEPT:
	case EVENT_LOST:
	case EVENT_WAIT: break;
	}
	return STEP_WAIT;
}

static void close(struct operator *op, void *memory)
{
	struct aggregate *state = memory;

	for (size_t i = 0; i < state->levels.count; i++) {
		struct aggregation *aggregation = levels_at(&state->levels, i);

		if (aggregation->plan) /* else nothing came there */
			aggregation_finish(aggregation);
	}
	levels_finish(&state->levels);
	columns_destroy(state->columns);
	aggregate_rows_finish(&state->rows);
	aggregate_plan_destroy(state->plan);
	text_free(&state->partial);
	meter_finish(&state->meter, operator_budget(op));
}

const struct operator_spec spec_aggregate = {
	.name = "aggregate",
	.family = "record",
	.summary = "Groups items and computes values of each group",
	.description =
		"Puts records or lines that share the values of `group` into "
		"one group, and yields a record for each group: first the "
		"values of `group`, then those of `compute`. The records come "
		"in the order of the values of `group`, null first and text by "
		"its bytes. Without `group` there is exactly one record (for "
		"each unit or content, with `per`), also when no item came: "
		"the counts are 0 then, and all else is null.\n\n"
		"count(*) counts items; the other functions pass over nulls. "
		"sum of integers is exact, and an error where the result is "
		"beyond 64 bits; sum and avg of reals compensate for rounding. "
		"avg of integers is a real, of durations a duration to the "
		"nearest microsecond. quantile(x, q), with q from 0 to 1, is "
		"the value of nearest rank: the smallest value that a share of "
		"at least q of them doesn't exceed; it is exact, takes numbers "
		"and times, and holds 8 bytes for each. min, max, first, last "
		"and quantile have the type of their argument. "
		"count_distinct is exact and holds each value once.\n\n"
		"With `per: graph` a unit counts when it has succeeded as a "
		"whole. Each unit is folded on its own, and merged in the "
		"order of the units, so that results have the same bits "
		"whatever is done in parallel. An item of which an expression "
		"can't be evaluated is dropped or fails its unit, as "
		"`on-error` says; a `map` in front can reject it "
		"elsewhere.\n\n"
		"The groups have to fit in the memory budget; if they don't, "
		"that is an error: raise `resources: memory`.\n\n",
	.example = "leat: 1\n"
		   "session: bytes-per-status\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  split: lines\n"
		   "  parse:\n"
		   "    use: match\n"
		   "    pattern: '^(?<status>\\d+) (?<bytes>\\d+)$'\n"
		   "    types: {bytes: integer}\n"
		   "  sum:\n"
		   "    use: aggregate\n"
		   "    group: [status]\n"
		   "    compute: {hits: count(*), bytes: sum(bytes)}\n"
		   "  table: csv-encode\n"
		   "  out: stdout\n"
		   "links:\n"
		   "  - in -> split -> parse -> sum -> table -> out\n",
	.example_input = "404 10\n200 1200\n404 32\n200 800\n",
	.example_output = "status,hits,bytes\n200,2,2000\n404,2,42\n",
	.flags = OPERATOR_SCOPED | OPERATOR_PARTIAL,
	.scope = SCOPE_GRAPH,
	.pins = pins,
	.properties = properties,
	.state_size = sizeof(struct aggregate),
	.relate = relate,
	.open = open,
	.step = step,
	.close = close,
};
