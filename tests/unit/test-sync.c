/* SPDX-License-Identifier: MIT */
/* Files that are synced at once: what fails is told of the right one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sync.h"

enum { COUNT = 200 };

/* A file; a pipe, which fsync(2) refuses with EINVAL; what isn't open. */
static int open_kind(int kind)
{
	int ends[2];

	if (kind == 0) {
		FILE *file = tmpfile();

		assert_non_null(file);
		int copy = dup(fileno(file));
		fclose(file);
		return copy;
	}
	if (kind == 2)
		return -1;
	assert_int_equal(pipe(ends), 0);
	close(ends[1]);
	return ends[0];
}

static void check(size_t count)
{
	static const int wanted[] = {0, EINVAL, EBADF};
	int descriptors[COUNT] = {0}, errors[COUNT];

	for (size_t i = 0; i < count; i++) {
		descriptors[i] = open_kind((int)(i % 3));
		errors[i] = -1;
	}
	sync_files(descriptors, errors, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(errors[i], wanted[i % 3]);
		if (descriptors[i] >= 0)
			close(descriptors[i]);
	}
}

static void test_each_is_told(void **state)
{
	(void)state;
	check(0);
	check(1);
	check(8);
	check(9);
	check(COUNT);
}

/* Who was ready for signals is so again. */
static void test_signals(void **state)
{
	(void)state;
	sigset_t before, after;

	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &before), 0);
	check(COUNT);
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &after), 0);
	for (int number = 1; number < 32; number++)
		assert_int_equal(sigismember(&before, number),
			sigismember(&after, number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_is_told),
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
