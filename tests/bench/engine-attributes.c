/* SPDX-License-Identifier: MIT */
/*
 * The cost of an attribute: 5 million items go through ten operators that each
 * read an attribute of the item and write it, from a source to a sink. Prints
 * the nanoseconds per item and operator, with source and sink.
 *
 *	make floors && time tests/bench/engine-attributes
 */
#include <stdio.h>
#include <time.h>

#include "../unit/plan.h"

enum { IN, OUT };
enum { ITEMS = 5000000, OPERATORS = 10 };

static const struct attribute_spec hops = {"hops", VALUE_INTEGER,
	ATTRIBUTE_WRITE, ATTRIBUTE_ITEM, "how many operators it went through"};

static const struct pin_spec source_pins[] = {
	{.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_NONE)},
	{0},
};

static const struct pin_spec pins[] = {
	{.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_NONE)},
	{.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_NONE)},
	{0},
};

static const struct pin_spec sink_pins[] = {
	{.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_NONE)},
	{0},
};

static enum step make(struct operator *op, void *state)
{
	uint64_t *left = state;
	struct item *items[SPAN_ITEMS];
	size_t count = operator_room(op, 0);

	if (*left == 0)
		return STEP_END;
	if (count == 0)
		return operator_wait_output(op, 0);
	if (count > SPAN_ITEMS)
		count = SPAN_ITEMS;
	if (count > *left)
		count = *left;
	for (size_t i = 0; i < count; i++)
		items[i] = operator_item(op, PAYLOAD_NONE);
	operator_give(op, 0, items, count);
	*left -= count;
	return STEP_MORE;
}

static enum step touch(struct operator *op, void *state)
{
	struct span span;
	enum event event = operator_next(op, IN, &span);

	(void)state;
	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	for (size_t i = 0; i < span.count; i++) {
		struct item *item = item_writable(span.items[i]);
		const struct value *value =
			attributes_get(item->attributes, &hops);

		item->attributes = attributes_set_integer(item->attributes,
			&hops, value ? value->integer + 1 : 1);
		span.items[i] = item;
	}
	operator_give(op, OUT, span.items, span.count);
	operator_consume(op, IN, span.count);
	return STEP_MORE;
}

static enum step drop(struct operator *op, void *state)
{
	struct span span;
	enum event event = operator_next(op, IN, &span);

	(void)state;
	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	operator_release(op, IN, span.count);
	return STEP_MORE;
}

static const struct operator_spec source = {.name = "source",
	.pins = source_pins,
	.state_size = sizeof(uint64_t),
	.step = make};
static const struct operator_spec middle = {
	.name = "touch", .pins = pins, .step = touch};
static const struct operator_spec sink = {
	.name = "sink", .pins = sink_pins, .step = drop};

int main(void)
{
	static struct plan plan;
	uint64_t items = ITEMS;
	struct timespec begin, end;

	plan_init(&plan);
	plan_add(&plan, "source", &source, &items, SCOPE_UNIT);
	for (unsigned i = 0; i < OPERATORS; i++) {
		plan_add(&plan, "touch", &middle, NULL, SCOPE_UNIT);
		plan_link(&plan, i, i > 0 ? OUT : 0, i + 1, IN, PAYLOAD_NONE);
	}
	plan_add(&plan, "sink", &sink, NULL, SCOPE_GRAPH);
	plan_link(&plan, OPERATORS, OUT, OPERATORS + 1, IN, PAYLOAD_NONE);

	clock_gettime(CLOCK_MONOTONIC, &begin);
	struct graph_result result = plan_run(&plan, NULL);
	clock_gettime(CLOCK_MONOTONIC, &end);
	double ns = (double)(end.tv_sec - begin.tv_sec) * 1e9 +
		(double)(end.tv_nsec - begin.tv_nsec);
	printf("%.2f ns per item and operator\n", ns / ITEMS / OPERATORS);
	return (int)result.status;
}
