/* SPDX-License-Identifier: MIT */
/* Which stamps are trusted: those that are older than what looks at them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "session/stamp.h"

static const int64_t MS = 1000000, SECOND = INT64_C(1000000000);
static const int64_t DAY = INT64_C(86400) * 1000000000;
static const int64_t NOW = INT64_C(1700000000123456789);

static bool is_kept(int64_t mtime_ns, int64_t ctime_ns, int64_t now_ns)
{
	const struct file_state state = {
		1, 2, 3, .mtime_ns = mtime_ns, .ctime_ns = ctime_ns};
	struct file_state kept = stamp_keep(&state, now_ns);

	return stamp_same(&kept, &state, true);
}

static void keeps_what_is_old(void **state)
{
	(void)state;
	assert_true(is_kept(NOW - SECOND, NOW - SECOND, NOW));
	assert_true(is_kept(NOW - 20 * MS, NOW - 20 * MS, NOW));
	assert_false(is_kept(NOW - 19 * MS, NOW - SECOND, NOW));
	assert_false(is_kept(NOW - SECOND, NOW - 19 * MS, NOW));
	/* Whole seconds may be those of a clock that has no others. */
	int64_t whole = NOW - NOW % SECOND;
	assert_false(is_kept(whole, whole, whole + 2 * SECOND - 1));
	assert_true(is_kept(whole, whole, whole + 2 * SECOND));
}

/* A clock that was wrong, or is: nothing is known of what comes after now. */
static void keeps_nothing_of_other_clocks(void **state)
{
	(void)state;
	assert_false(is_kept(NOW + SECOND, NOW + SECOND, NOW));
	assert_false(is_kept(NOW + 400 * DAY, NOW + 400 * DAY, NOW));
	/* Set back: what was old is to come again. */
	assert_false(is_kept(NOW, NOW, NOW - 1000 * DAY));
	/* The clock of a server that runs ahead, and knows no ctime, or has the
	 * time there when the file was made. */
	assert_false(is_kept(NOW + 100 * SECOND, 0, NOW));
	assert_false(is_kept(NOW + 100 * SECOND, NOW - DAY, NOW));
	assert_false(is_kept(NOW + 2 * DAY, 0, NOW));
	assert_false(is_kept(INT64_MAX, INT64_MIN, NOW));
}

/* Somebody gave the file a time that is far ahead; whoever changes it changes
 * its ctime. */
static void keeps_times_that_were_set(void **state)
{
	(void)state;
	assert_true(is_kept(NOW + 2 * DAY, NOW - SECOND, NOW));
	assert_true(is_kept(INT64_MAX, NOW - SECOND, NOW));
	assert_false(is_kept(NOW + 2 * DAY, NOW - 19 * MS, NOW));
	assert_false(is_kept(NOW + DAY / 2, NOW - SECOND, NOW));
	assert_true(is_kept(NOW + DAY / 2, NOW - SECOND, NOW + DAY));
}

static int64_t mtime_of(time_t seconds, long ns)
{
	const struct stat stat = {.st_mtim = {seconds, ns}};

	return file_state_of(&stat).mtime_ns;
}

static void knows_times_of_any_year(void **state)
{
	(void)state;
	assert_int_equal(mtime_of(1, 2), 1000000002);
	assert_int_equal(mtime_of(-1, 999999999), -1);
	assert_int_equal(mtime_of(INT64_C(1) << 40, 5), INT64_MAX);
	assert_int_equal(mtime_of(9223372036, 854775807), INT64_MAX);
	assert_int_equal(mtime_of(9223372036, 854775808), INT64_MAX);
	assert_int_equal(mtime_of(-(INT64_C(1) << 40), 5), INT64_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_is_old),
		cmocka_unit_test(keeps_nothing_of_other_clocks),
		cmocka_unit_test(keeps_times_that_were_set),
		cmocka_unit_test(knows_times_of_any_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
