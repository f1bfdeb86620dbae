/* SPDX-License-Identifier: MIT */
/*
 * The run store on a real file system: what is put is found again by the next
 * one that opens it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "stores.h"

/* ---- Units ------------------------------------------------------------- */

static void expect_partial(struct run_store *store, const char *key,
	const char *operator, const char * wanted, size_t wanted_length)
{
	char *data;
	size_t length;

	assert_true(
		store_partial(store, "main", key, operator, & data, &length));
	if (!wanted) {
		assert_null(data);
		return;
	}
	assert_non_null(data);
	assert_int_equal(length, wanted_length);
	assert_memory_equal(data, wanted, length);
	free(data);
}

static void test_units(void **state)
{
	(void)state;
	struct run_store *store = open_store();
	static const char all[] = "main:=3 main:a=4 main:a/b=2 main:b=1 ";

	put_some(store);
	expect_units(store, "main", all);
	expect_units(store, "mai", "");
	close_store(store);

	store = open_store();
	expect_units(store, "main", all);
	expect_units(store, "maintenance", "maintenance:c=5 ");
	const char *const *graphs = store_graphs(store);
	assert_string_equal(graphs[0], "main");
	assert_string_equal(graphs[1], "maintenance");
	assert_null(graphs[2]);
	expect_partial(store, "a", "count", "\0\1\2", 3);
	expect_partial(store, "a", "sort", "", 0);
	expect_partial(store, "a", "head", NULL, 0);

	/* One in the place of another, and one less. */
	assert_true(store_change(store));
	put_unit(store, "main", "b", 7);
	assert_true(store_remove_unit(store, "main", "a"));
	assert_true(store_remove_unit(store, "main", "none"));
	assert_true(store_remove_unit(store, "maintenance", "c"));
	assert_true(store_commit(store));
	expect_units(store, "main", "main:=3 main:a/b=2 main:b=7 ");
	expect_partial(store, "a", "count", NULL, 0);
	expect_partial(store, "a/b", "count", "x", 1);
	assert_null(store_graphs(store)[1]);
	close_store(store);
}

static void test_change_is_whole(void **state)
{
	(void)state;
	struct run_store *store = open_store();

	put_some(store);
	assert_true(store_change(store));
	put_unit(store, "main", "b", 8);
	store_abandon(store);
	/* What fails makes the commit fail. */
	assert_true(store_change(store));
	put_unit(store, "main", "new", 8);
	const struct store_rename wrong = {
		.temporary = "/a/.leat-x", .target = "/b/x"};
	assert_false(store_put_rename(store, &wrong));
	assert_false(store_commit(store));
	assert_non_null(strstr(run_store_problem(store), "another directory"));
	expect_units(store, "main", "main:=3 main:a=4 main:a/b=2 main:b=1 ");
	/* Without a change there is nothing to put into. */
	struct store_unit unit = {.graph = "main", .key = "x"};
	assert_false(store_put_unit(store, &unit));
	put_some(store);
	close_store(store);
}

/* ---- Runs --------------------------------------------------------------------------------- */

static bool list_run(void *context, const struct store_run *run)
{
	text_add_format(context, "%ju:%d:%d:%s ", (uintmax_t)run->id,
		run->state, run->exit_status, run->params);
	return true;
}

static void expect_runs(struct run_store *store, const char *wanted)
{
	struct text found = {0};

	text_add_string(&found, "");
	assert_true(store_runs(store, list_run, &found));
	assert_string_equal(found.data, wanted);
	text_free(&found);
}

static void begin_and_leave(void)
{
	struct store_run run = {.params = "n=3", .started_us = 1};

	assert_true(store_begin_run(open_store(), &run));
}

static void test_runs(void **state)
{
	(void)state;
	struct run_store *store = open_store();
	struct store_run run = {.params = "n=1", .started_us = 5};

	assert_true(store_begin_run(store, &run));
	assert_int_equal(run.id, 1);
	run.state = RUN_DONE;
	run.ended_us = 10;
	assert_true(store_put_telemetry(store, run.id, "{}"));
	assert_true(store_end_run(store, &run));
	close_store(store);

	do_and_die(begin_and_leave);
	store = open_store();
	expect_runs(store, "2:0:0:n=3 1:1:0:n=1 ");
	run = (struct store_run){.params = NULL, .started_us = 20};
	assert_true(store_begin_run(store, &run));
	run.state = RUN_FAILED;
	run.exit_status = 65;
	assert_true(store_end_run(store, &run));
	expect_runs(store, "3:2:65: 2:3:0:n=3 1:1:0:n=1 ");
	assert_string_equal(store_telemetry(store, 1), "{}");
	assert_null(store_telemetry(store, 2));
	close_store(store);
}

/* ---- Fingerprints --------------------------------------------------------------------------- */

static void list_component(
	void *context, const struct store_component *component)
{
	text_add_format(context, "%s=%s ", component->name, component->value);
}

static void expect_fingerprint(
	struct run_store *store, int byte, const char *wanted)
{
	struct text found = {0};
	struct digest digest;

	memset(&digest, byte, sizeof(digest));
	text_add_string(&found, "");
	assert_true(store_fingerprint(store, &digest, list_component, &found));
	assert_string_equal(found.data, wanted);
	text_free(&found);
}

static void put_fingerprint(struct run_store *store, int byte)
{
	static const struct store_component components[] = {
		{"parse.pattern", "a|b"}, {"in.match", "*"}};
	struct digest digest;

	memset(&digest, byte, sizeof(digest));
	assert_true(store_put_fingerprint(store, &digest, components, 2));
}

static void test_fingerprints(void **state)
{
	(void)state;
	struct run_store *store = open_store();

	put_fingerprint(store, 0);
	put_fingerprint(store, 0);
	put_fingerprint(store, 255);
	expect_fingerprint(store, 0, "in.match=* parse.pattern=a|b ");
	expect_fingerprint(store, 255, "in.match=* parse.pattern=a|b ");
	expect_fingerprint(store, 1, "");
	close_store(store);
}

static void test_collect(void **state)
{
	(void)state;
	struct run_store *store = open_store();
	struct store_garbage garbage;

	for (int64_t i = 1; i <= 4; i++) {
		struct store_run run = {.params = "", .started_us = i};

		assert_true(store_begin_run(store, &run));
		assert_true(store_put_telemetry(store, run.id, "{}"));
		run.state = RUN_DONE;
		run.ended_us = 100 * i;
		assert_true(store_end_run(store, &run));
	}
	put_some(store); /* of fingerprint 7 */
	put_fingerprint(store, 7);
	put_fingerprint(store, 8);
	assert_true(store_change(store));
	assert_true(store_put_partial(store, "main", "gone", "x", "abc", 3));
	assert_true(store_commit(store));

	assert_true(store_collect(store, 1, 300, true, &garbage));
	assert_int_equal(garbage.runs, 2);
	assert_int_equal(garbage.partials, 1);
	expect_partial(store, "gone", "x", "abc", 3);
	assert_true(store_collect(store, 1, 300, false, &garbage));
	assert_int_equal(garbage.runs, 2);
	expect_runs(store, "4:1:0: 3:1:0: ");
	assert_null(store_telemetry(store, 2));
	assert_string_equal(store_telemetry(store, 3), "{}");
	expect_partial(store, "gone", "x", NULL, 0);
	expect_partial(store, "a", "count", "\0\1\2", 3);
	expect_fingerprint(store, 7, "in.match=* parse.pattern=a|b ");
	expect_fingerprint(store, 8, "");
	assert_true(store_collect(store, 0, 0, false, &garbage));
	assert_int_equal(garbage.runs + garbage.partials, 0);
	close_store(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILES_TEST(test_units),
		FILES_TEST(test_change_is_whole),
		FILES_TEST(test_runs),
		FILES_TEST(test_fingerprints),
		FILES_TEST(test_collect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
