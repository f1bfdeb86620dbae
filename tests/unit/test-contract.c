/* SPDX-License-Identifier: MIT */
/* What operators may wait for, and what breaks the contract between them and
 * the engine. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "plan.h"
#include "stages.h"

enum { ONE = 0 };

static const struct pin_spec pins[] = {
	{.name = "out", .direction = PIN_OUTPUT, .types = STAGE_TYPES},
	{0},
};

/* ---- Waiting ------------------------------------------------------------------ */

struct waiter {
	int pipe[2]; /* setting */
	bool wrote;
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
		.pins = pins,
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
	plan_add(&plan, "c", &stage_count, &count, SCOPE_GRAPH);
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
		const struct operator_spec spec = {
			.name = "breach", .pins = pins, .step = steps[i]};
		struct tally tally = {0};
		struct count count = {.tally = &tally};
		struct graph_settings settings = {.link_items = 1};
		struct plan plan;

		plan_init(&plan);
		plan_add(&plan, "b", &spec, NULL, SCOPE_UNIT);
		plan_add(&plan, "c", &stage_count, &count, SCOPE_GRAPH);
		plan_link(&plan, 0, ONE, 1, ONE, PAYLOAD_NONE);
		assert_int_equal(plan_run(&plan, &settings).status, STATUS_BUG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_for_time_and_descriptor),
		cmocka_unit_test(waits_for_release),
		cmocka_unit_test(breaches_are_bugs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
