/* SPDX-License-Identifier: MIT */
/* What was decided to be published is, by the next one that opens the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "stores.h"

static char temporary[512], stranger[512];
static unsigned depth; /* of out/a */

/* Decides to publish out/a, and leaves another temporary. */
static void decide_and_leave(void)
{
	struct run_store *store = open_store();
	const char *prefix = store_temporary_prefix(store);
	struct store_rename rename = {
		.temporary = temporary, .depth = depth, .size_bytes = 3};
	char target[512];

	assert_true(store_note_directory(store, absolute("out/"), depth));
	snprintf(temporary, sizeof(temporary), "%s/%s1", absolute("out"),
		prefix);
	files_put(temporary, "new");
	snprintf(stranger, sizeof(stranger), "out/%s2", prefix);
	files_put(stranger, "undecided");
	snprintf(target, sizeof(target), "%s", absolute("out/a"));
	rename.target = target;
	assert_true(store_change(store));
	assert_true(store_put_rename(store, &rename));
	assert_true(store_commit(store));
}

static void test_recovery(void **state)
{
	(void)state;
	assert_int_equal(mkdir("out", 0777), 0);
	files_put("out/a", "old");
	files_put("out/.leat-00000000-1", "of another");
	do_and_die(decide_and_leave);
	files_expect("out/a", "old");
	close_store(open_store());
	files_expect("out/a", "new");
	files_expect_names("out", ".leat-00000000-1 a ");
	/* Done once. */
	files_put("out/a", "edited");
	close_store(open_store());
	files_expect("out/a", "edited");
}

static void test_recovery_in_vain(void **state)
{
	(void)state;
	/* The directory is gone, or its target a directory. */
	assert_int_equal(mkdir("out", 0777), 0);
	do_and_die(decide_and_leave);
	assert_int_equal(system("rm -r out"), 0);
	close_store(open_store());
	assert_int_equal(mkdir("out", 0777), 0);
	do_and_die(decide_and_leave);
	assert_int_equal(mkdir("out/a", 0777), 0);
	close_store(open_store());
	files_expect_names("out", "a ");
}

/* The directory was moved, and is a link to where it is now. */
static void decide_and_move(void)
{
	assert_int_equal(system("rm -rf out kept; mkdir out"), 0);
	files_put("out/a", "old");
	do_and_die(decide_and_leave);
	assert_int_equal(rename("out", "kept"), 0);
	assert_int_equal(symlink("kept", "out"), 0);
	close_store(open_store());
}

static void test_recovery_behind_links(void **state)
{
	(void)state;
	/* 2: the root is the working directory. 0: that isn't known, as in
	 * version 2; then it is what paths are kept relative to. */
	for (depth = 0; depth <= 2; depth += 2) {
		decide_and_move();
		files_expect("kept/a", "old");
		assert_int_equal(
			system("test $(ls -A kept | grep -c leat) = 2"), 0);
	}
	/* 1: the user's own path leads through a link. */
	depth = 1;
	decide_and_move();
	files_expect("kept/a", "new");
	files_expect_names("out", "a ");
	depth = 0;
}

static void begin_end_and_leave(void)
{
	struct run_store *store = open_store();
	struct store_run run = {.params = ""};

	assert_true(store_begin_run(store, &run));
	assert_true(store_note_directory(store, absolute("out/"), 1));
	assert_true(store_note_directory(store, absolute("out/"), 1));
	snprintf(stranger, sizeof(stranger), "out/%s2",
		store_temporary_prefix(store));
	run.state = RUN_DONE;
	assert_true(store_end_run(store, &run));
	files_put(stranger, "");
}

static void test_end_forgets_directories(void **state)
{
	(void)state;
	assert_int_equal(mkdir("out", 0777), 0);
	do_and_die(begin_end_and_leave);
	DIR *list = opendir("out");
	close_store(open_store());
	int entries = 0;
	while (readdir(list))
		entries++;
	closedir(list);
	assert_int_equal(entries, 3); /* nobody looked */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILES_TEST(test_recovery),
		FILES_TEST(test_recovery_in_vain),
		FILES_TEST(test_recovery_behind_links),
		FILES_TEST(test_end_forgets_directories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
