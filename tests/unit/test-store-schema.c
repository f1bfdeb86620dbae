/* SPDX-License-Identifier: MIT */
/* The file of the run store: its versions, and where it may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/magic.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"
#include "store/database.h"
#include "store/schema.h"
#include "stores.h"

/* ---- Versions ----------------------------------------------------------------------------------------- */

static void run_sql(const char *sql)
{
	sqlite3 *database;

	assert_int_equal(
		sqlite3_open(".leat/one/store.db", &database), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

static void test_newer_version(void **state)
{
	(void)state;
	close_store(open_store());
	run_sql("PRAGMA user_version=4");
	expect_refusal(&usual, STATUS_IO_ERROR,
		"it is of version 4, made by a newer leat than this, which "
		"knows version 3");
	run_sql("PRAGMA user_version=0");
	expect_refusal(&usual, STATUS_IO_ERROR, "gc --rebuild");
	run_sql("PRAGMA user_version=3; PRAGMA application_id=1");
	expect_refusal(&usual, STATUS_IO_ERROR, "gc --rebuild");
}

/* Units of files are kept in 1 as they are now, but for how deep these lie. */
static void test_first_version(void **state)
{
	(void)state;
	struct run_store *store = open_store();
	struct text problem = {0};
	enum exit_status status;

	assert_true(store_change(store));
	put_unit(store, "maintenance", "c", 5);
	assert_true(store_commit(store));
	close_store(store);
	run_sql("PRAGMA user_version=1");
	assert_int_equal(
		run_store_open_reader(".leat/one", &store, &problem, &status),
		STORE_FAILED);
	assert_non_null(strstr(problem.data,
		"it is of an older version; `leat run` makes it one of version "
		"3"));
	text_free(&problem);
	store = open_store();
	expect_units(store, "maintenance", "maintenance:c=5 ");
	close_store(store);
	/* A reader takes no older version: it was raised. */
	store = open_reader();
	expect_units(store, "maintenance", "maintenance:c=5 ");
	close_store(store);
}

static bool see_outputs(void *context, struct store_unit *unit)
{
	for (size_t i = 0; i < unit->output_count; i++)
		text_add_format(context, "%s:%u:%u ", unit->outputs[i].path,
			(unsigned)unit->outputs[i].kind,
			unit->outputs[i].depth);
	return true;
}

/* What outputs are, and how deep they lie. */
static void test_kinds_and_depths(void **state)
{
	(void)state;
	struct run_store *store = open_store();
	struct store_output outputs[] = {
		{.path = "a", .operator= "", .kind = FILE_LINK, .depth = 1},
		{.path = "b", .operator= "", .kind = FILE_REGULAR, .depth = 2},
		{.path = "c", .operator= "", .kind = FILE_DIRECTORY},
		{.path = "d", .operator= "", .depth = 4000},
	};
	struct store_unit unit = {.graph = "main",
		.key = "u",
		.outputs = outputs,
		.output_count = 4};
	struct text found = {0};

	assert_true(store_change(store) && store_put_unit(store, &unit) &&
		store_commit(store));
	close_store(store);
	store = open_store();
	assert_true(store_units(store, "main", see_outputs, &found));
	assert_string_equal(found.data, "a:1:1 b:0:2 c:2:0 d:0:4000 ");
	text_free(&found);
	close_store(store);
}

/* Versions that never were: 3 had a table less, 4 a table more. */
static void test_migration(void **state)
{
	(void)state;
	static const struct schema_step steps[] = {
		{3, "CREATE TABLE two(x)"},
		{4, "CREATE TABLE three(x); INSERT INTO three SELECT 3"},
		{0},
	};
	static const struct schema_step broken[] = {
		{3, "CREATE TABLE two(x)"}, {4, "nonsense"}, {0}};
	sqlite3 *database;

	close_store(open_store());
	assert_int_equal(
		sqlite3_open(".leat/one/store.db", &database), SQLITE_OK);
	assert_int_equal(schema_look(database, steps, 3), SCHEMA_CURRENT);
	assert_int_equal(schema_look(database, steps, 5), SCHEMA_OLDER);
	assert_int_equal(schema_look(database, steps, 6), SCHEMA_FOREIGN);
	assert_int_not_equal(schema_migrate(database, broken, 5), SQLITE_OK);
	assert_int_equal(schema_look(database, steps, 3), SCHEMA_CURRENT);
	assert_int_equal(schema_migrate(database, steps, 5), SQLITE_OK);
	assert_int_equal(schema_look(database, steps, 5), SCHEMA_CURRENT);
	assert_int_equal(schema_look(database, steps, 4), SCHEMA_NEWER);
	assert_int_equal(
		database_number(database, "SELECT x FROM three", 0), 3);
	sqlite3_close(database);
}

/* ---- Where the file is --------------------------------------------------------------------------------- */

static void test_file_systems(void **state)
{
	(void)state;
	assert_true(database_shares_memory(EXT4_SUPER_MAGIC));
	assert_true(database_shares_memory(XFS_SUPER_MAGIC));
	assert_true(database_shares_memory(TMPFS_MAGIC));
	assert_false(database_shares_memory(NFS_SUPER_MAGIC));
	assert_false(database_shares_memory((int)0xff534d42)); /* CIFS */
	assert_false(database_shares_memory(FUSE_SUPER_MAGIC));
}

static void test_directory(void **state)
{
	(void)state;
	struct stat stat_of;

	close_store(open_store());
	files_expect(".leat/.gitignore", "*\n");
	assert_int_equal(stat(".leat/one", &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 07777, 0700);
	/* What is left after all is closed. */
	files_expect_names(
		".leat/one", "lock store.db store.db-shm store.db-wal ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILES_TEST(test_newer_version),
		FILES_TEST(test_first_version),
		FILES_TEST(test_kinds_and_depths),
		FILES_TEST(test_migration),
		FILES_TEST(test_file_systems),
		FILES_TEST(test_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
