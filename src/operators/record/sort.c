/* SPDX-License-Identifier: MIT */
/* Sorts records or lines. */
#include <errno.h>

#include "base/system-error.h"
#include "engine/operator.h"
#include "model/packer.h"
#include "operators/support/levels.h"
#include "operators/support/sort/sorter.h"
#include "operators/support/sql/columns.h"

enum { IN, OUT };

struct sort {
	struct setting_expressions by;

	struct order *order;
	struct columns *columns; /* NULL: nothing is computed */
	struct meter meter;
	struct packer packer;

	struct levels levels; /* of struct sorter, as `per` says */
	bool emitting;
};

static const struct pin_spec pins[] = {
	{
		.name = "in",
		.direction = PIN_INPUT,
		.types =
			PAYLOAD_BIT(PAYLOAD_RECORD) | PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "what is sorted",
	},
	{
		.name = "out",
		.direction = PIN_OUTPUT,
		.types =
			PAYLOAD_BIT(PAYLOAD_RECORD) | PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "the same in order",
	},
	{0},
};

static const struct property_spec properties[] = {
	{
		.name = "by",
		.type = SETTING_ORDER,
		.offset = offsetof(struct sort, by),
		.summary = "What to sort by, the most important first",
		.details = "A list of SQL expressions, each of which may be "
			   "followed by `asc` (the default) or `desc`. Without "
			   "it, lines sort by their bytes, and records by "
			   "their fields from the first to the last.",
	},
	{0},
};

/* ---- Levels ------------------------------------------------------------- */

static struct sorter *level(struct operator *op, struct sort *state)
{
	struct sorter *sorter = levels_get(&state->levels, operator_per(op));

	if (!sorter->order)
		sorter_init(sorter, op, state->order, &state->meter);
	return sorter;
}

/* ---- Memory ------------------------------------------------------------- */

static enum step fail_spill(struct operator *op)
{
	const char *directory = getenv("TMPDIR");

	return operator_fail(op, STATUS_IO_ERROR,
		"can't keep items in a temporary file in %s: %s; TMPDIR may "
		"name another directory",
		directory && *directory ? directory : "/tmp",
		system_error(errno));
}

/* Whether so much is held that others might want for memory. */
static bool is_large(struct operator *op, const struct sorter *sorter)
{
	const struct budget *budget = operator_budget(op);

	return budget_left(budget) < budget->limit_bytes / 4 &&
		sorter->held_bytes > budget->limit_bytes / 16;
}

/* ---- Input -------------------------------------------------------------- */

/* Takes the first COUNT items, as far as there is memory for them. */
static size_t add(struct operator *op, struct sort *state,
	const struct span *span, size_t count)
{
	struct sorter *sorter = level(op, state);
	const struct value *const *const *values =
		state->columns ? columns_values(state->columns) : NULL;

	for (size_t i = 0; i < count; i++) {
		struct item *item = packer_add(
			&state->packer, operator_budget(op), span->items[i]);

		if (!item)
			return i;
		sorter_add(sorter, item, values, i);
	}
	return count;
}

static enum step take(
	struct operator *op, struct sort *state, const struct span *span)
{
	struct item *const *items = span->items;
	struct sorter *sorter = level(op, state);
	size_t loaded = span->count;

	if (state->columns)
		loaded = columns_load(state->columns, items, span->count,
			operator_segment(op, IN));
	size_t added = add(op, state, span, loaded);
	if (added == 0 && loaded > 0 && sorter->count > 0) {
		if (!sorter_spill(sorter))
			return fail_spill(op);
		added = add(op, state, span, loaded);
	}
	struct item *next = added < span->count ? items[added] : NULL;

	operator_consume(op, IN, added);
	if (is_large(op, sorter) && !sorter_spill(sorter))
		return fail_spill(op);
	if (added < loaded)
		return added > 0 ? STEP_MORE
				 : operator_wait_memory(op, packer_need(next));
	if (loaded < span->count) {
		operator_consume(op, IN, 1);
		columns_reject(state->columns, op, IN, next);
	}
	return STEP_MORE;
}

static enum step begin(struct operator *op, struct sort *state)
{
	levels_begin(&state->levels);
	if (!levels_edge(&state->levels, operator_per(op)))
		return STEP_MORE;
	return operator_pass(op, IN, EVENT_BEGIN);
}

/* The end of a unit decides whether what it brought is kept. */
static enum step end(struct operator *op, struct sort *state)
{
	struct sorter *sorter = level(op, state);
	bool edge = levels_edge(&state->levels, operator_per(op));

	if (edge || state->levels.depth == 1) {
		if (!operator_segment(op, IN)->failed)
			sorter_keep(sorter);
		else if (!sorter_drop(sorter))
			return fail_spill(op);
	}
	if (edge) {
		if (!sorter_start(sorter))
			return fail_spill(op);
		state->emitting = true;
	} else {
		levels_end(&state->levels);
	}
	return STEP_MORE;
}

static enum step close_input(struct operator *op, struct sort *state)
{
	struct segment *segment;

	if (operator_per(op) != SCOPE_GRAPH)
		return STEP_END;
	segment = segment_create_unnamed();
	operator_begin(op, OUT, segment);
	segment_unref(segment);
	if (!sorter_start(level(op, state)))
		return fail_spill(op);
	state->emitting = true;
	return STEP_MORE;
}

/* ---- Output ------------------------------------------------------------- */

static enum step emit_end(struct operator *op, struct sort *state)
{
	state->emitting = false;
	if (operator_per(op) == SCOPE_GRAPH)
		return STEP_END;
	levels_end(&state->levels);
	return operator_pass(op, IN, EVENT_END);
}

static enum step emit(struct operator *op, struct sort *state)
{
	size_t count = operator_room(op, OUT), taken;
	struct item *items[SPAN_ITEMS];

	if (count == 0)
		return operator_wait_output(op, OUT);
	if (count > SPAN_ITEMS)
		count = SPAN_ITEMS;
	switch (sorter_take(level(op, state), items, count, &taken)) {
	case SPILL_DONE: operator_give(op, OUT, items, taken); break;
	case SPILL_END: return emit_end(op, state);
	case SPILL_MEMORY: return operator_wait_memory(op, taken);
	case SPILL_FAILED: return fail_spill(op);
	}
	return STEP_MORE;
}

/* ---- The operator ------------------------------------------------------- */

static bool check(const struct shape *input, const struct sort *settings,
	struct expression_problem *problem)
{
	if (!input->known)
		return order_check(&settings->by, problem);
	struct order *order = order_create(input, &settings->by, problem);
	order_destroy(order);
	return order;
}

static void relate(struct relation *relation)
{
	const struct sort *settings = relation_settings(relation);
	const struct shape *input = relation_input(relation, IN);
	enum scope per = relation_per(relation);
	struct expression_problem problem = {0};

	if (relation_unknown(relation, "by"))
		return;
	if (!check(input, settings, &problem)) {
		expression_problem_report(relation, "by", &problem);
		return;
	}
	if (!input->known)
		return;
	struct shape shape = per == SCOPE_GRAPH
		? relation_unnamed(input->type, input->schema)
		: *input;
	if (per == SCOPE_UNIT && shape.scope == SCOPE_SEGMENT)
		shape.scope = SCOPE_UNIT;
	relation_output(relation, OUT, &shape);
}

static bool open(struct operator *op, void *memory)
{
	struct sort *state = memory;
	struct expression_problem problem = {0};

	levels_init(&state->levels, sizeof(struct sorter));
	state->order =
		order_create(operator_shape(op, IN), &state->by, &problem);
	if (!state->order) {
		operator_fail(op, STATUS_SESSION_WRONG, "%s", problem.message);
		return false;
	}
	if (state->order->computed_count > 0)
		state->columns =
			columns_create(state->order->expression, &state->meter);
	return true;
}

static enum step step(struct operator *op, void *memory)
{
	struct sort *state = memory;
	struct span span;

	if (!meter_settle(&state->meter, operator_budget(op))) {
		struct sorter *sorter = level(op, state);

		if (sorter->count == 0 || state->emitting)
			return operator_wait_memory(
				op, meter_missing(&state->meter));
		if (!sorter_spill(sorter))
			return fail_spill(op);
	}
	if (state->emitting)
		return emit(op, state);
	switch (operator_next(op, IN, &span)) {
	case EVENT_ITEMS: return take(op, state, &span);
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
	struct sort *state = memory;

	for (size_t i = 0; i < state->levels.count; i++) {
		struct sorter *sorter = levels_at(&state->levels, i);

		if (sorter->order) /* else nothing came there */
			sorter_finish(sorter);
	}
	levels_finish(&state->levels);
	columns_destroy(state->columns);
	order_destroy(state->order);
	packer_finish(&state->packer);
	meter_finish(&state->meter, operator_budget(op));
}

const struct operator_spec spec_sort = {
	.name = "sort",
	.family = "record",
	.summary = "Sorts records or lines",
	.description =
		"Passes records or lines on in the order that `by` gives. "
		"Null comes first, numbers by their value, text by its bytes "
		"(which is the order of code points), false before true; with "
		"`desc` all that is turned round. Items that are equal keep "
		"their order.\n\n"
		"With `per: graph` all units are sorted together, and those "
		"that failed are left out; the segments of the units end here. "
		"With `per: unit` or `per: segment` each is sorted on its "
		"own.\n\n"
		"What doesn't fit in memory, that is in about half of "
		"`resources: memory`, is kept in a file without a name in the "
		"directory that TMPDIR names, or /tmp, until it is sorted. An "
		"item of which an expression can't be evaluated is dropped or "
		"fails its unit, as `on-error` says.\n\n",
	.example = "leat: 1\n"
		   "session: longest-lines\n"
		   "operators:\n"
		   "  in: stdin\n"
		   "  split: lines\n"
		   "  order: {use: sort, by: [length(line) desc, line]}\n"
		   "  out: stdout\n"
		   "links:\n"
		   "  - in -> split -> order -> out\n",
	.example_input = "mill\nwater\nleat\nsluice\n",
	.example_output = "sluice\nwater\nleat\nmill\n",
	.flags = OPERATOR_SCOPED,
	.scope = SCOPE_GRAPH,
	.pins = pins,
	.properties = properties,
	.state_size = sizeof(struct sort),
	.relate = relate,
	.open = open,
	.step = step,
	.close = close,
};
