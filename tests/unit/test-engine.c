/* SPDX-License-Identifier: MIT */
/* The contract between operators and the engine. Expected values by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan.h"
#include "stages.h"

enum { ONE = 0, TWO = 1, THREE = 2 };

/* ---- Items and units -------------------------------------------------------- */

static void items_arrive_in_their_units(void **unused)
{
	struct plan plan;
	struct giver source = {.units = 3, .items = 700};
	struct through through = {0};
	struct tally tally = {0};
	struct count count = {.tally = &tally};

	(void)unused;
	plan_init(&plan);
	plan_add(&plan, "s", &stage_source, &source, SCOPE_UNIT);
	plan_add(&plan, "t", &stage_through, &through, SCOPE_UNIT);
	plan_add(&plan, "c", &stage_count, &count, SCOPE_GRAPH);
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
		struct giver source = {.units = 5, .items = 10};
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
		plan_add(&plan, "s", &stage_source, &source, SCOPE_UNIT);
		plan_add(&plan, "f", &stage_fork, NULL, SCOPE_UNIT);
		plan_add(&plan, "t", &stage_through, &through, SCOPE_UNIT);
		plan_add(&plan, "a", &stage_count, &counts[0], SCOPE_GRAPH);
		plan_add(&plan, "b", &stage_count, &counts[1], SCOPE_GRAPH);
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
		struct giver source = {.units = 6, .items = 4};
		struct through through = {.fail_at = 3001};
		struct tally tallies[2] = {0};
		struct count within = {.tally = &tallies[0]};
		struct count spanning = {.tally = &tallies[1]};
		struct graph_settings settings = {
			.schedule_seed = seed,
			.link_items = 1 + seed % 9,
		};

		plan_init(&plan);
		plan_add(&plan, "s", &stage_source, &source, SCOPE_UNIT);
		plan_add(&plan, "f", &stage_fork, NULL, SCOPE_UNIT);
		plan_add(&plan, "t", &stage_through, &through, SCOPE_UNIT);
		plan_add(&plan, "w", &stage_count, &within, SCOPE_UNIT);
		plan_add(&plan, "g", &stage_count, &spanning, SCOPE_GRAPH);
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
	struct giver source = {.units = 1, .items = 900};
	struct tally tally = {0};
	struct count count = {.tally = &tally};
	struct graph_settings settings = {.link_items = 2};

	(void)unused;
	plan_init(&plan);
	plan_add(&plan, "s", &stage_source, &source, SCOPE_UNIT);
	plan_add(&plan, "f", &stage_fork, NULL, SCOPE_UNIT);
	plan_add(&plan, "j", &stage_join, NULL, SCOPE_GRAPH);
	plan_add(&plan, "c", &stage_count, &count, SCOPE_GRAPH);
	plan_link(&plan, 0, ONE, 1, ONE, PAYLOAD_NONE);
	plan_link(&plan, 1, TWO, 2, ONE, PAYLOAD_NONE);
	plan_link(&plan, 1, THREE, 2, TWO, PAYLOAD_NONE);
	plan_link(&plan, 2, THREE, 3, ONE, PAYLOAD_NONE);
	assert_int_equal(plan_run(&plan, &settings).status, STATUS_OK);

	/* The budget bounds the growth: 900 items need 7 KiB of slots. */
	settings.memory_bytes = 1024;
	assert_int_equal(plan_run(&plan, &settings).status, STATUS_SYSTEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_arrive_in_their_units),
		cmocka_unit_test(failure_reaches_all_branches),
		cmocka_unit_test(failure_stops_in_order),
		cmocka_unit_test(diamond_grows_a_full_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
