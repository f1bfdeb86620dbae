/* SPDX-License-Identifier: MIT */
/*
 * A store whose file was damaged: a bit of any byte flipped, or the file cut
 * anywhere. Either what is read is what was written, or the damage is reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "files.h"
#include "stores.h"

static const char path[] = ".leat/one/store.db";

static const char log_path[] = ".leat/one/store.db-wal";

/* ---- What is in the store --------------------------------------------------------- */

static void put_units(struct run_store *store, const char *graph, int count)
{
	for (int i = 0; i < count; i++) {
		char key[32];
		struct store_output output = {
			.path = "out/name", .operator= "out" };
		struct store_unit unit = {.graph = graph,
			.key = key,
			.run = 1,
			.reason = "",
			.outputs = &output,
			.output_count = 1};

		snprintf(key, sizeof(key), "in/file-%d", i);
		memset(&unit.content, i, sizeof(unit.content));
		assert_true(store_put_unit(store, &unit));
		assert_true(store_put_partial(
			store, graph, key, "count", key, strlen(key)));
	}
}

/* Closes it, and writes its log into it: each bit is in one place. */
static void close_settled(struct run_store *store)
{
	sqlite3 *database;

	close_store(store);
	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(database, "PRAGMA wal_checkpoint(TRUNCATE)", NULL,
			NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
	assert_int_not_equal(access(log_path, F_OK), 0);
}

/* More units than a page holds, so that there are pages of all kinds. */
static void make_store(void)
{
	struct run_store *store = open_store();
	struct store_run run = {.params = "n=1"};
	static const struct store_component component = {"a", "1"};
	static const struct digest fingerprint;
	char *large = memory_zeroed(10000);

	assert_true(store_begin_run(store, &run));
	assert_true(store_put_telemetry(store, 1, "{}"));
	assert_true(store_put_fingerprint(store, &fingerprint, &component, 1));
	assert_true(store_change(store));
	put_units(store, "main", 40);
	put_units(store, "other", 2);
	assert_true(
		store_put_partial(store, "other", "x", "sort", large, 10000));
	assert_true(store_commit(store));
	run.state = RUN_DONE;
	assert_true(store_end_run(store, &run));
	close_settled(store);
	free(large);
}

/* ---- Reading all of it ------------------------------------------------------------- */

struct reading {
	struct run_store *store;
	struct text all;
	bool damaged;
};

static bool read_unit(void *context, struct store_unit *unit)
{
	struct reading *reading = context;
	char *data;
	size_t length;

	text_add_format(&reading->all, "%s/%s %ju %s\n", unit->graph, unit->key,
		(uintmax_t)unit->run, unit->outputs[0].path);
	text_add(&reading->all, (const char *)&unit->content,
		sizeof(unit->content));
	/* A partial result that isn't there makes its unit run again. */
	if (!store_partial(reading->store, unit->graph, unit->key, "count",
		    &data, &length))
		reading->damaged = true;
	else if (data && strcmp(data, unit->key) != 0)
		fail_msg("a wrong partial result");
	free(data);
	return true;
}

static bool read_run(void *context, const struct store_run *run)
{
	struct reading *reading = context;

	text_add_format(&reading->all, "%ju %d %s\n", (uintmax_t)run->id,
		run->state, run->params);
	return true;
}

static void read_component(
	void *context, const struct store_component *component)
{
	struct reading *reading = context;

	text_add_format(
		&reading->all, "%s=%s\n", component->name, component->value);
}

/* All there is, or that it is damaged. */
static void read_all(struct reading *reading)
{
	struct run_store *store = reading->store;
	static const struct digest fingerprint;

	if (!store_units(store, "main", read_unit, reading) ||
		!store_units(store, "other", read_unit, reading) ||
		!store_runs(store, read_run, reading) ||
		!store_fingerprint(
			store, &fingerprint, read_component, reading))
		reading->damaged = true;
}

/* Opens the store as a reader or as a run does; reads all. */
static struct reading read_store(bool write)
{
	struct reading reading = {0};
	struct text problem = {0};
	enum exit_status status;
	enum store_status opened = write
		? run_store_open(&usual, &reading.store, &problem, &status)
		: run_store_open_reader(
			  usual.directory, &reading.store, &problem, &status);

	if (opened == STORE_OK)
		read_all(&reading);
	else
		reading.damaged = true;
	if (reading.damaged && reading.store)
		text_add_string(&problem, run_store_problem(reading.store));
	if (reading.damaged && !strstr(problem.data, path))
		fail_msg("the problem doesn't name the file: %s", problem.data);
	problem.length = 0;
	run_store_close(reading.store, &problem);
	text_free(&problem);
	return reading;
}

/* ---- Damage -------------------------------------------------------------------------- */

static struct text original; /* the bytes of the file */
static struct text contents; /* what is in it */
static size_t stride = 1;

static void write_file(const char *data, size_t length)
{
	int file = open(path, O_WRONLY);

	assert_true(file >= 0);
	assert_true(file_write(file, data, length));
	assert_int_equal(ftruncate(file, (off_t)length), 0);
	close(file);
}

/* Whether the damage was reported; what isn't must have changed nothing. */
static bool check(bool write, const char *what, size_t at)
{
	struct reading reading = read_store(write);

	if (!reading.damaged &&
		(reading.all.length != contents.length ||
			memcmp(reading.all.data, contents.data,
				contents.length) != 0))
		fail_msg("%s %zu: what is read is wrong", what, at);
	text_free(&reading.all);
	return reading.damaged;
}

static int setup(void **state)
{
	char *data = memory_alloc(1 << 20);

	files_enter(state);
	make_store();
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	text_add(&original, data, fread(data, 1, 1 << 20, file));
	fclose(file);
	free(data);
	contents = read_store(false).all;
	assert_true(contents.length > 1000);
	return 0;
}

static int teardown(void **state)
{
	text_free(&original);
	text_free(&contents);
	return files_leave(state);
}

static void flip(int file, size_t at)
{
	original.data[at] ^= (char)(1 << (at % 8));
	assert_int_equal(pwrite(file, original.data + at, 1, (off_t)at), 1);
}

static void test_flips(void **state)
{
	(void)state;
	int file = open(path, O_WRONLY);
	size_t found = 0;

	for (size_t i = 0; i < original.length; i += stride) {
		flip(file, i);
		found += check(false, "a bit flipped at", i);
		flip(file, i);
	}
	/* Most of the file holds rows; what was flipped elsewhere, in what is
	 * free, is harmless. */
	if (found < original.length / stride / 10)
		fail_msg("only %zu of %zu were found", found, original.length);
	close(file);
	assert_false(check(false, "restored", 0));
}

/* What SQLite finds missing; of the last page it takes what is there, and only
 * reading it tells. */
static size_t whole_pages(void)
{
	return original.length - 4095;
}

static void test_cuts(void **state)
{
	(void)state;
	int file = open(path, O_WRONLY);

	for (size_t i = original.length - 1; i < original.length; i -= stride) {
		assert_int_equal(ftruncate(file, (off_t)i), 0);
		if (!check(false, "cut at", i) && i < whole_pages())
			fail_msg("cut at %zu: not found", i);
	}
	close(file);
	write_file(original.data, original.length);
	assert_false(check(false, "restored", 0));
}

static bool is(const struct text *text, const struct reading *reading)
{
	return text->length == reading->all.length &&
		memcmp(text->data, reading->all.data, text->length) == 0;
}

/* One run more, which stays in the log. Whatever bit of that is wrong, what is
 * read is as it was before that run, or after it. */
static void test_flips_in_log(void **state)
{
	(void)state;
	struct run_store *store = open_store();
	size_t before = 0, after = 0;

	assert_true(store_change(store));
	put_units(store, "main", 43);
	assert_true(store_commit(store));
	close_store(store);
	struct reading newer = read_store(false);
	assert_false(newer.damaged || is(&contents, &newer));
	int file = open(log_path, O_RDWR);
	char byte;
	for (size_t i = 0; pread(file, &byte, 1, (off_t)i) == 1;
		i += 5 * stride) {
		byte ^= (char)(1 << (i % 8));
		assert_int_equal(pwrite(file, &byte, 1, (off_t)i), 1);
		struct reading reading = read_store(false);
		before += is(&contents, &reading);
		after += is(&newer.all, &reading);
		if (!reading.damaged && !is(&contents, &reading) &&
			!is(&newer.all, &reading))
			fail_msg("a bit flipped at %zu of the log", i);
		text_free(&reading.all);
		byte ^= (char)(1 << (i % 8));
		assert_int_equal(pwrite(file, &byte, 1, (off_t)i), 1);
	}
	close(file);
	/* Its frames have sums; a few bytes of its header mean nothing. */
	assert_true(before > 100 && after < before);
	assert_int_equal(unlink(log_path), 0);
	assert_false(check(false, "without its log", 0));
	text_free(&newer.all);
}

/* A page that an earlier write never reached: all its rows fit their
 * digests. */
static void test_stale_pages(void **state)
{
	(void)state;
	struct text newer = {0};
	struct run_store *store = open_store();

	assert_true(store_change(store));
	put_units(store, "main", 39);
	struct store_unit unit = {
		.graph = "main", .key = "in/file-5", .reason = "again"};
	assert_true(store_put_unit(store, &unit));
	assert_true(store_remove_unit(store, "other", "in/file-1"));
	assert_true(store_commit(store));
	close_settled(store);
	char *data = memory_alloc(1 << 20);
	FILE *file = fopen(path, "r");
	text_add(&newer, data, fread(data, 1, 1 << 20, file));
	fclose(file);
	free(data);
	size_t found = 0, pages = 0;
	for (size_t i = 0; i + 4096 <= original.length; i += 4096) {
		struct reading reading;

		if (memcmp(newer.data + i, original.data + i, 4096) == 0)
			continue;
		write_file(newer.data, newer.length);
		int output = open(path, O_WRONLY);
		assert_int_equal(
			pwrite(output, original.data + i, 4096, (off_t)i),
			4096);
		close(output);
		reading = read_store(false);
		found += reading.damaged;
		pages++;
		text_free(&reading.all);
	}
	/* The first has no rows, partial results aren't swept. */
	assert_true(pages >= 3);
	assert_true(found >= 2);
	text_free(&newer);
	write_file(original.data, original.length);
}

/* A run that opens it to write finds the same. */
static void test_runs_find_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < original.length; i += 211 * stride) {
		original.data[i] ^= 4;
		write_file(original.data, original.length);
		check(true, "a run; a bit flipped at", i);
		original.data[i] ^= 4;
		write_file(original.data, i);
		if (!check(true, "a run; cut at", i) && i < whole_pages())
			fail_msg("a run; cut at %zu: not found", i);
	}
	write_file(original.data, original.length);
}

/* ---- Rebuilding ------------------------------------------------------------------------ */

static bool count_unit(void *context, struct store_unit *unit)
{
	(void)unit;
	++*(int *)context;
	return true;
}

static bool is_damaged(bool write)
{
	struct reading reading = read_store(write);

	text_free(&reading.all);
	return reading.damaged;
}

static void test_rebuild(void **state)
{
	(void)state;
	char *key = memmem(original.data, original.length, "in/file-7", 9);
	struct text report = {0};
	struct run_store *store;
	enum exit_status status;
	int units = 0;

	/* One row less: a byte of the body of one unit. */
	assert_non_null(key);
	key[60] ^= 1;
	write_file(original.data, original.length);
	key[60] ^= 1;
	assert_true(is_damaged(false));
	assert_int_equal(run_store_rebuild(&usual, &report, &status), STORE_OK);
	assert_non_null(strstr(report.data, "store.db.damaged-1"));
	assert_non_null(strstr(report.data, "1 were damaged"));
	assert_int_equal(access(".leat/one/store.db.damaged-1", F_OK), 0);
	report.length = 0;
	store = open_store();
	assert_true(store_units(store, "main", count_unit, &units));
	assert_true(store_units(store, "other", count_unit, &units));
	assert_true(units == 41 || units == 42); /* it may be a partial's */
	close_store(store);
	/* Of nothing at all, too. */
	write_file("", 0);
	assert_true(is_damaged(true));
	assert_int_equal(run_store_rebuild(&usual, &report, &status), STORE_OK);
	assert_non_null(strstr(report.data, "store.db.damaged-2"));
	assert_false(is_damaged(true));
	text_free(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_flips_in_log),
		cmocka_unit_test(test_stale_pages),
		cmocka_unit_test(test_runs_find_it),
		cmocka_unit_test(test_rebuild),
	};

	if (getenv("LEAT_TEST_QUICK"))
		stride = 17;
	return cmocka_run_group_tests(tests, setup, teardown);
}
