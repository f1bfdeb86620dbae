/* SPDX-License-Identifier: MIT */
/* The run store as it is read, beside a writer or after it was killed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "files.h"
#include "stores.h"

/* What is in the directory, with times and sizes. */
static void list_state(char *listing, size_t size)
{
	FILE *pipe = popen("ls -lA --full-time .leat .leat/one", "r");

	assert_non_null(pipe);
	listing[fread(listing, 1, size - 1, pipe)] = '\0';
	assert_int_equal(pclose(pipe), 0);
}

static void expect_no_trace(void)
{
	char before[2048], after[2048];

	list_state(before, sizeof(before));
	struct run_store *store = open_reader();
	expect_units(store, "maintenance", "maintenance:c=5 ");
	expect_units(store, "main", "main:=3 main:a=4 main:a/b=2 main:b=1 ");
	assert_false(store_change(store));
	close_store(store);
	list_state(after, sizeof(after));
	assert_string_equal(before, after);
}

static int64_t file_bytes(const char *file)
{
	struct stat stat_now;

	assert_int_equal(stat(file, &stat_now), 0);
	return stat_now.st_size;
}

static void put_and_leave(void)
{
	put_some(open_store());
}

static void test_reader(void **state)
{
	(void)state;
	struct run_store *store;
	struct text problem = {0};
	enum exit_status status;

	assert_int_equal(
		run_store_open_reader(".leat/one", &store, &problem, &status),
		STORE_NONE);
	assert_int_not_equal(access(".leat", F_OK), 0);
	store = open_store();
	put_some(store);
	/* Beside a writer. */
	struct run_store *reader = open_reader();
	expect_units(reader, "maintenance", "maintenance:c=5 ");
	assert_true(store_change(store));
	put_unit(store, "maintenance", "d", 6);
	expect_units(reader, "maintenance", "maintenance:c=5 ");
	assert_true(store_commit(store));
	expect_units(reader, "maintenance", "maintenance:c=5 maintenance:d=6 ");
	assert_true(store_change(store));
	assert_true(store_remove_unit(store, "maintenance", "d"));
	assert_true(store_commit(store));
	close_store(reader);
	close_store(store);
	/* While nobody writes. */
	expect_no_trace();
}

static void test_reader_of_the_killed(void **state)
{
	(void)state;
	do_and_die(put_and_leave);
	assert_int_equal(access(".leat/one/store.db-wal", F_OK), 0);
	expect_no_trace();
	close_store(open_store());
	expect_no_trace();
}

/* Puts so many bytes into the log, and tells whether it stays. */
static bool keeps_log(const char *key, const char *data, size_t length)
{
	struct run_store *store = open_store();

	assert_true(store_change(store));
	assert_true(
		store_put_partial(store, "main", key, "sort", data, length));
	assert_true(store_commit(store));
	close_store(store);
	return access(".leat/one/store.db-wal", F_OK) == 0;
}

/* What many runs have written becomes a long log as well. */
static void test_log_of_many(void **state)
{
	const size_t length = 180 * 1024;
	char *data = memory_zeroed(length);

	(void)state;
	assert_true(keeps_log("a", data, length));
	assert_true(keeps_log("b", data, length));
	assert_true(keeps_log("c", data, length));
	assert_true(keeps_log("d", data, length));
	assert_true(keeps_log("e", data, length));
	assert_false(keeps_log("f", data, length)); /* over 1 MiB in all */
	assert_true(keeps_log("g", data, length));
	free(data);
}

/* A short log stays where it is, a long one doesn't, nor what one run has made
 * much longer. */
static void test_log(void **state)
{
	(void)state;
	struct run_store *store = open_store();
	struct store_garbage garbage;
	const size_t length = 1200 * 1024;
	char *large = memory_zeroed(length);

	put_some(store);
	close_store(store);
	assert_int_equal(access(".leat/one/store.db-wal", F_OK), 0);
	assert_false(keeps_log("a", large, length / 4));
	assert_false(keeps_log("b", large, length));
	expect_no_trace();
	/* What is collected gives its space back. */
	store = open_store();
	assert_true(store_change(store));
	assert_true(store_remove_unit(store, "main", "a"));
	assert_true(store_remove_unit(store, "main", "b"));
	put_unit(store, "main", "a", 4);
	put_unit(store, "main", "b", 1);
	assert_true(store_commit(store));
	close_store(store);
	assert_true(file_bytes(".leat/one/store.db") > (int64_t)length);
	store = open_store();
	assert_true(store_collect(store, 0, 0, false, &garbage));
	close_store(store);
	assert_true(file_bytes(".leat/one/store.db") < 100 * 1024);
	assert_int_not_equal(access(".leat/one/store.db-wal", F_OK), 0);
	expect_no_trace();
	free(large);
}

/* A run that begins and ends while a reader takes the file for still. */
static void test_reader_overtaken(void **state)
{
	(void)state;
	struct run_store *store = open_store();
	struct text found = {0};

	put_some(store);
	close_store(store);
	for (unsigned number = 1; number < 40; number++) {
		struct run_store *reader = open_reader();

		found.length = 0;
		if (number % 2)
			store_units(reader, "main", list_unit, &found);
		store = open_store();
		assert_true(store_change(store));
		for (unsigned i = 0; i < number * 3; i++) {
			char key[16];

			snprintf(key, sizeof(key), "%u", i);
			put_unit(store, "main", key, number);
		}
		assert_true(store_commit(store));
		close_store(store);
		/* What is right, or that it can't be told. */
		if (!store_units(reader, "main", list_unit, &found))
			assert_non_null(strstr(run_store_problem(reader),
				"a run wrote to it while it was read"));
		close_store(reader);
	}
	text_free(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILES_TEST(test_reader),
		FILES_TEST(test_reader_of_the_killed),
		FILES_TEST(test_log),
		FILES_TEST(test_log_of_many),
		FILES_TEST(test_reader_overtaken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
