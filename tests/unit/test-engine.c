/* SPDX-License-Identifier: MIT */
/* The contract between operators and the engine. Expected values by hand. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "plan.h"

enum { ONE = 0, TWO = 1, THREE = 2 };

/* ---- A source of numbered units ------------------------------------------- */

struct units {
	unsigned units, items; /* settings */
	unsigned unit, item;
	bool open;
};

static enum step source_step(struct operator *op, void *state)
{
	struct units *source = state;
	struct item *item;
	char name[16];

	if (source->unit == source->units)
		return STEP_END;
	if (!source->open) {
		snprintf(name, sizeof(name), "u%u", source->unit);
		struct segment *segment =
			segment_create_unit(name, source->unit, NULL);
		operator_begin(op, ONE, segment);
		segment_unref(segment);
		source->open = true;
		source->item = 0;
		return STEP_MORE;
	}
	if (source->item == source->items) {
		operator_end(op, ONE);
		source->open = false;
		source->unit++;
		return STEP_MORE;
	}
	if (operator_room(op, ONE) == 0)
		return operator_wait_output(op, ONE);
	item = operator_item(op, PAYLOAD_NONE);
	item->position = source->unit * 1000 + source->item++;
	operator_give(op, ONE, &item, 1);
	return STEP_MORE;
}

static const struct pin_spec source_pins[] = {
	{"out", PIN_OUTPUT, 0, PAYLOAD_BIT(PAYLOAD_NONE), 0, ""},
	{0},
};

static const struct operator_spec source_spec = {
	.name = "source",
	.pins = source_pins,
	.state_size = sizeof(struct units),
	.step = source_step,
};

/* ---- Passes items on; fails the unit when it sees a position --------------- */

struct through {
	uint64_t fail_at; /* 0: never */
};

static enum step through_step(struct operator *op, void *state)
{
	struct through *through = state;
	struct span span;
	enum event event = operator_next(op, ONE, &span);

	if (event != EVENT_ITEMS)
		return operator_pass(op, ONE, event);
	for (size_t i = 0; i < span.count; i++)
		if (through->fail_at &&
			span.items[i]->position == through->fail_at)
			operator_fail_unit(op, ONE, STATUS_BAD_DATA,
				(struct place){0}, "broken");
	operator_give(op, TWO, span.items, span.count);
	operator_consume(op, ONE, span.count);
	return STEP_MORE;
}

static const struct pin_spec through_pins[] = {
	{"in", PIN_INPUT, 0, PAYLOAD_BIT(PAYLOAD_NONE), 0, ""},
	{"out", PIN_OUTPUT, 0, PAYLOAD_BIT(PAYLOAD_NONE), 0, ""},
	{0},
};

static const struct operator_spec through_spec = {
	.name = "through",
	.pins = through_pins,
	.state_size = sizeof(struct through),
	.step = through_step,
};

/* ---- One input to two outputs ----------------------------------------------- */

static enum step fork_step(struct operator *op, void *state)
{
	struct span span;
	enum event event = operator_next(op, ONE, &span);

	(void)state;
	if (event != EVENT_ITEMS)
		return operator_pass(op, ONE, event);
	for (size_t i = 0; i < span.count; i++)
		item_ref(span.items[i]);
	operator_give(op, TWO, span.items, span.count);
	operator_give(op, THREE, span.items, span.count);
	operator_consume(op, ONE, span.count);
	return STEP_MORE;
}

static const struct pin_spec fork_pins[] = {
	{"in", PIN_INPUT, 0, PAYLOAD_BIT(PAYLOAD_NONE), 0, ""},
	{"a", PIN_OUTPUT, 0, PAYLOAD_BIT(PAYLOAD_NONE), 0, ""},
	{"b", PIN_OUTPUT, 0, PAYLOAD_BIT(PAYLOAD_NONE), 0, ""},
	{0},
};

static const struct operator_spec fork_spec = {
	.name = "fork",
	.pins = fork_pins,
	.step = fork_step,
};

/* ---- Takes all of one input, then all of the other --------------------------- */

static enum step join_step(struct operator *op, void *state)
{
	struct span span;

	(void)state;
	for (unsigned pin = ONE; pin <= TWO; pin++) {
		enum event event = operator_next(op, pin, &span);

		if (event == EVENT_WAIT)
			return STEP_WAIT;
		if (event == EVENT_CLOSED)
			continue;
		if (event == EVENT_ITEMS) {
			operator_give(op, THREE, span.items, span.count);
			operator_consume(op, pin, span.count);
		}
		return STEP_MORE;
	}
	return STEP_END;
}

static const struct pin_spec join_pins[] = {
	{"a", PIN_INPUT, 0, PAYLOAD_BIT(PAYLOAD_NONE), 0, ""},
	{"b", PIN_INPUT, 0, PAYLOAD_BIT(PAYLOAD_NONE), 0, ""},
	{"out", PIN_OUTPUT, 0, PAYLOAD_BIT(PAYLOAD_NONE), 0, ""},
	{0},
};

static const struct operator_spec join_spec = {
	.name = "join",
	.pins = join_pins,
	.step = join_step,
};

/* ---- Counts what arrives, keeping the unit in progress apart ------------------ */

struct count {
	struct tally {
		uint64_t kept, dropped, units, failed, ends;
		uint64_t sum; /* of the positions kept */
	} * tally; /* the setting: where the test reads the result */
	uint64_t pending, pending_sum;
};

static void count_end(struct operator *op, struct count *count)
{
	struct tally *tally = count->tally;

	tally->ends++;
	if (operator_segment(op, ONE)->failed) {
		tally->failed++;
		tally->dropped += count->pending;
	} else {
		tally->units++;
		tally->kept += count->pending;
		tally->sum += count->pending_sum;
	}
	count->pending = count->pending_sum = 0;
}

static enum step count_step(struct operator *op, void *state)
{
	struct count *count = state;
	struct span span;
	enum event event = operator_next(op, ONE, &span);

	if (event == EVENT_END)
		count_end(op, count);
	if (event != EVENT_ITEMS)
		return operator_pass(op, ONE, event);
	for (size_t i = 0; i < span.count; i++)
		count->pending_sum += span.items[i]->position;
	count->pending += span.count;
	operator_release(op, ONE, span.count);
	return STEP_MORE;
}

static const struct pin_spec sink_pins[] = {
	{"in", PIN_INPUT, 0, PAYLOAD_BIT(PAYLOAD_NONE), 0, ""},
	{0},
};

static const struct operator_spec count_spec = {
	.name = "count",
	.pins = sink_pins,
	.state_size = sizeof(struct count),
	.step = count_step,
};

/* ---- Items and units -------------------------------------------------------- */

static void items_arrive_in_their_units(void **unused)
{
	struct plan plan;
	struct units source = {.units = 3, .items = 700};
	struct through through = {0};
	struct tally tally = {0};
	struct count count = {.tally = &tally};

	(void)unused;
	plan_init(&plan);
	plan_add(&plan, "s", &source_spec, &source, SCOPE_UNIT);
	plan_add(&plan, "t", &through_spec, &through, SCOPE_UNIT);
	plan_add(&plan, "c", &count_spec, &count, SCOPE_GRAPH);
	plan_link(&plan, 0, ONE, 1, ONE, PAYLOAD_NONE);
	plan_link(&plan, 1, TWO, 2, ONE, PAYLOAD_NONE);
	struct graph_result result = plan_run(&plan, NULL);

	assert_int_equal(result.status, STATUS_OK);
	assert_int_equal(result.units, 3);
	assert_int_equal(tally.kept, 2100);
	assert_int_equal(tally.units, 3);
}

/* A unit that fails in one branch leaves nothing in the other, though that one
 * may have seen its end long before. */
static void failure_reaches_all_branches(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct plan plan;
		struct units source = {.units = 5, .items = 10};
		struct through through = {.fail_at = 2009};
		struct tally tallies[2] = {0};
		struct count counts[2] = {
			{.tally = &tallies[0]}, {.tally = &tallies[1]}};
		struct graph_settings settings = {
			.schedule_seed = seed,
			.link_items = 1 + seed % 7,
			.keep_going = true,
		};

		plan_init(&plan);
		plan_add(&plan, "s", &source_spec, &source, SCOPE_UNIT);
		plan_add(&plan, "f", &fork_spec, NULL, SCOPE_UNIT);
		plan_add(&plan, "t", &through_spec, &through, SCOPE_UNIT);
		plan_add(&plan, "a", &count_spec, &counts[0], SCOPE_GRAPH);
		plan_add(&plan, "b", &count_spec, &counts[1], SCOPE_GRAPH);
		plan_link(&plan, 0, ONE, 1, ONE, PAYLOAD_NONE);
		plan_link(&plan, 1, TWO, 2, ONE, PAYLOAD_NONE);
		plan_link(&plan, 1, THREE, 3, ONE, PAYLOAD_NONE);
		plan_link(&plan, 2, TWO, 4, ONE, PAYLOAD_NONE);
		struct graph_result result = plan_run(&plan, &settings);

		assert_int_equal(result.status, STATUS_UNITS_FAILED);
		assert_int_equal(result.units, 5);
		assert_int_equal(result.units_failed, 1);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(tallies[i].kept, 40);
			assert_int_equal(tallies[i].failed, 1);
			/* 5 units of 45 + 10 * 1000 * number, less number 2 */
			assert_int_equal(tallies[i].sum, 4 * 45 + 80000);
		}
	}
}

/* Without -k, what lies before the failed unit is finished, and nothing that
 * lies behind it, whatever the schedule. (The end of the unit itself passes
 * before it is decided.) */
static void failure_stops_in_order(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct plan plan;
		struct units source = {.units = 6, .items = 4};
		struct through through = {.fail_at = 3001};
		struct tally tallies[2] = {0};
		struct count within = {.tally = &tallies[0]};
		struct count spanning = {.tally = &tallies[1]};
		struct graph_settings settings = {
			.schedule_seed = seed,
			.link_items = 1 + seed % 9,
		};

		plan_init(&plan);
		plan_add(&plan, "s", &source_spec, &source, SCOPE_UNIT);
		plan_add(&plan, "f", &fork_spec, NULL, SCOPE_UNIT);
		plan_add(&plan, "t", &through_spec, &through, SCOPE_UNIT);
		plan_add(&plan, "w", &count_spec, &within, SCOPE_UNIT);
		plan_add(&plan, "g", &count_spec, &spanning, SCOPE_GRAPH);
		plan_link(&plan, 0, ONE, 1, ONE, PAYLOAD_NONE);
		plan_link(&plan, 1, TWO, 2, ONE, PAYLOAD_NONE);
		plan_link(&plan, 1, THREE, 4, ONE, PAYLOAD_NONE);
		plan_link(&plan, 2, TWO, 3, ONE, PAYLOAD_NONE);
		struct graph_result result = plan_run(&plan, &settings);

		assert_int_equal(result.status, STATUS_UNITS_FAILED);
		assert_int_equal(result.units_failed, 1);
		assert_in_range(tallies[0].units, 3, 4);
		assert_in_range(tallies[1].kept, 0, 12);
	}
}

/* ---- Diamonds ----------------------------------------------------------------- */

static void diamond_grows_a_full_link(void **unused)
{
	struct plan plan;
	struct units source = {.units = 1, .items = 900};
	struct tally tally = {0};
	struct count count = {.tally = &tally};
	struct graph_settings settings = {.link_items = 2};

	(void)unused;
	plan_init(&plan);
	plan_add(&plan, "s", &source_spec, &source, SCOPE_UNIT);
	plan_add(&plan, "f", &fork_spec, NULL, SCOPE_UNIT);
	plan_add(&plan, "j", &join_spec, NULL, SCOPE_GRAPH);
	plan_add(&plan, "c", &count_spec, &count, SCOPE_GRAPH);
	plan_link(&plan, 0, ONE, 1, ONE, PAYLOAD_NONE);
	plan_link(&plan, 1, TWO, 2, ONE, PAYLOAD_NONE);
	plan_link(&plan, 1, THREE, 2, TWO, PAYLOAD_NONE);
	plan_link(&plan, 2, THREE, 3, ONE, PAYLOAD_NONE);
	assert_int_equal(plan_run(&plan, &settings).status, STATUS_OK);

	/* The budget bounds the growth: 900 items need 7 KiB of slots. */
	settings.memory_bytes = 1024;
	assert_int_equal(plan_run(&plan, &settings).status, STATUS_SYSTEM);
}

/* ---- Waiting ------------------------------------------------------------------ */

struct waiter {
	int pipe[2]; /* setting */
	bool wrote, slept;
	int64_t until_ns;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Sleeps, writes into the pipe from then on, and waits for it. */
static enum step waiter_step(struct operator *op, void *state)
{
	struct waiter *waiter = state;

	if (waiter->until_ns == 0)
		waiter->until_ns = now_ns() + 20 * 1000000;
	if (now_ns() < waiter->until_ns)
		return operator_wait_until(op, waiter->until_ns);
	if (!waiter->wrote) {
		waiter->wrote = true;
		assert_int_equal(write(waiter->pipe[1], "x", 1), 1);
		return operator_wait_descriptor(op, waiter->pipe[0], POLLIN);
	}
	return STEP_END;
}

static const struct pin_spec no_pins[] = {{0}};

static void waits_for_time_and_descriptor(void **unused)
{
	static const struct operator_spec spec = {
		.name = "waiter",
		.pins = no_pins,
		.state_size = sizeof(struct waiter),
		.step = waiter_step,
	};
	struct waiter waiter = {0};
	struct plan plan;

	(void)unused;
	assert_int_equal(pipe(waiter.pipe), 0);
	plan_init(&plan);
	plan_add(&plan, "w", &spec, &waiter, SCOPE_UNIT);
	assert_int_equal(plan_run(&plan, NULL).status, STATUS_OK);
	close(waiter.pipe[0]);
	close(waiter.pipe[1]);
}

/* A source that lends one stream at a time, as an archive does its entries. */
struct lender {
	int *alive, *most; /* settings */
	unsigned given;
};

struct lent_stream {
	struct stream stream;
	int *alive;
};

static enum read_status lent_read(struct stream *stream, struct slice *window)
{
	(void)stream;
	(void)window;
	return READ_END;
}

static void lent_destroy(struct stream *stream)
{
	struct lent_stream *lent = (struct lent_stream *)stream;

	--*lent->alive;
	free(lent);
}

static const struct stream_methods lent_methods = {
	.read = lent_read,
	.destroy = lent_destroy,
};

static enum step lender_step(struct operator *op, void *state)
{
	struct lender *lender = state;

	if (*lender->alive > 0)
		return operator_wait_released(op, ONE);
	if (lender->given++ == 10)
		return STEP_END;
	struct lent_stream *lent = memory_zeroed(sizeof(*lent));
	stream_init(&lent->stream, &lent_methods);
	lent->alive = lender->alive;
	if (++*lender->alive > *lender->most)
		*lender->most = *lender->alive;
	struct item *item = operator_stream_item(op, ONE, &lent->stream);
	operator_give(op, ONE, &item, 1);
	return STEP_MORE;
}

static void waits_for_release(void **unused)
{
	static const struct operator_spec spec = {
		.name = "lender",
		.pins = source_pins,
		.state_size = sizeof(struct lender),
		.step = lender_step,
	};
	int alive = 0, most = 0;
	struct lender lender = {&alive, &most, 0};
	struct tally tally = {0};
	struct count count = {.tally = &tally};
	struct plan plan;

	(void)unused;
	plan_init(&plan);
	plan_add(&plan, "l", &spec, &lender, SCOPE_UNIT);
	plan_add(&plan, "c", &count_spec, &count, SCOPE_GRAPH);
	plan_link(&plan, 0, ONE, 1, ONE, PAYLOAD_STREAM);
	assert_int_equal(plan_run(&plan, NULL).status, STATUS_OK);
	assert_int_equal(most, 1);
	assert_int_equal(alive, 0);
}

/* ---- Breaches of the contract, each found and named ----------------------------- */

static enum step lazy_more(struct operator *op, void *state)
{
	(void)op;
	(void)state;
	return STEP_MORE;
}

static enum step lazy_wait(struct operator *op, void *state)
{
	(void)op;
	(void)state;
	return STEP_WAIT;
}

static enum step silent_fail(struct operator *op, void *state)
{
	(void)op;
	(void)state;
	return STEP_FAIL;
}

static enum step wait_for_room_there_is(struct operator *op, void *state)
{
	(void)state;
	return operator_wait_output(op, ONE);
}

static enum step give_too_much(struct operator *op, void *state)
{
	struct item *items[2] = {operator_item(op, PAYLOAD_NONE),
		operator_item(op, PAYLOAD_NONE)};

	(void)state;
	operator_give(op, ONE, items, 2);
	return STEP_MORE;
}

static enum step read_what_may_block(struct operator *op, void *state)
{
	struct stream stream;
	struct slice window;

	(void)state;
	stream_init(&stream, &lent_methods);
	stream.may_block = true;
	operator_read(op, ONE, &stream, &window);
	return STEP_MORE;
}

static enum step end_without_begin(struct operator *op, void *state)
{
	(void)state;
	operator_end(op, ONE);
	return STEP_MORE;
}

static void breaches_are_bugs(void **unused)
{
	enum step (*const steps[])(struct operator *, void *) = {lazy_more,
		lazy_wait, silent_fail, wait_for_room_there_is, give_too_much,
		end_without_begin, read_what_may_block};

	(void)unused;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		const struct operator_spec spec = {.name = "breach",
			.pins = source_pins,
			.step = steps[i]};
		struct tally tally = {0};
		struct count count = {.tally = &tally};
		struct graph_settings settings = {.link_items = 1};
		struct plan plan;

		plan_init(&plan);
		plan_add(&plan, "b", &spec, NULL, SCOPE_UNIT);
		plan_add(&plan, "c", &count_spec, &count, SCOPE_GRAPH);
		plan_link(&plan, 0, ONE, 1, ONE, PAYLOAD_NONE);
		assert_int_equal(plan_run(&plan, &settings).status, STATUS_BUG);
	}
}

/* ---- Live properties -------------------------------------------------------------- */

struct live {
	int64_t limit; /* live */
	int *changes; /* setting */
};

static bool live_changed(struct operator *op, void *state,
	const struct property_spec *property, struct text *problem)
{
	struct live *live = state;

	(void)op;
	assert_string_equal(property->name, "limit");
	++*live->changes;
	(void)problem;
	return live->limit >= 0;
}

static enum step live_step(struct operator *op, void *state)
{
	struct live *live = state;

	(void)op;
	assert_int_equal(live->limit, 7);
	return STEP_END;
}

static void live_property_is_set(void **unused)
{
	static const struct property_spec properties[] = {
		{.name = "limit",
			.type = SETTING_INTEGER,
			.offset = offsetof(struct live, limit),
			.flags = PROPERTY_LIVE},
		{.name = "fixed",
			.type = SETTING_INTEGER,
			.offset = offsetof(struct live, limit)},
		{0},
	};
	static const struct operator_spec spec = {
		.name = "live",
		.pins = no_pins,
		.properties = properties,
		.state_size = sizeof(struct live),
		.step = live_step,
		.changed = live_changed,
	};
	int changes = 0;
	int64_t seven = 7;
	struct live live = {1, &changes};
	struct graph_settings settings = {.memory_bytes = 1000};
	struct plan plan;

	(void)unused;
	plan_init(&plan);
	plan_add(&plan, "l", &spec, &live, SCOPE_UNIT);
	settings.log = &(struct log){.file = stderr};
	struct graph *graph = graph_create(&plan.graph, &settings);
	assert_false(graph_set_property(graph, 0, "fixed", &seven));
	assert_false(graph_set_property(graph, 0, "absent", &seven));
	assert_true(graph_set_property(graph, 0, "limit", &seven));
	assert_int_equal(graph_run(graph).status, STATUS_OK);
	graph_destroy(graph);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_arrive_in_their_units),
		cmocka_unit_test(failure_reaches_all_branches),
		cmocka_unit_test(failure_stops_in_order),
		cmocka_unit_test(diamond_grows_a_full_link),
		cmocka_unit_test(waits_for_time_and_descriptor),
		cmocka_unit_test(waits_for_release),
		cmocka_unit_test(breaches_are_bugs),
		cmocka_unit_test(live_property_is_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
