/* SPDX-License-Identifier: MIT */
/* The run store has one writer, whatever happens to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "stores.h"

static void test_lock(void **state)
{
	(void)state;
	struct run_store *store = open_store();
	char wanted[128];
	struct store_opening waits = usual;
	volatile sig_atomic_t stop = 1;

	snprintf(wanted, sizeof(wanted),
		"session 'one' is being run by process %ld since 20",
		(long)getpid());
	expect_refusal(&usual, STATUS_LOCKED, wanted);
	waits.wait_us = 30000;
	expect_refusal(&waits, STATUS_LOCKED, wanted);
	waits.wait_us = -1;
	waits.stop = &stop;
	expect_refusal(&waits, STATUS_LOCKED, wanted);
	close_store(store);
	close_store(open_store());
}

/* All of them begin at once where there is nothing yet. */
static void test_many_starts(void **state)
{
	(void)state;
	enum { STARTS = 10 };
	struct store_opening waits = usual;
	pid_t children[STARTS];

	waits.wait_us = -1;
	for (int i = 0; i < STARTS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			struct run_store *store;
			struct text problem = {0};
			enum exit_status status;
			struct store_run run = {.params = ""};

			_exit(run_store_open(&waits, &store, &problem,
				      &status) != STORE_OK ||
				!store_begin_run(store, &run) ||
				!store_end_run(store, &run) ||
				!run_store_close(store, &problem));
		}
	}
	for (int i = 0; i < STARTS; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	struct run_store *store = open_store();
	struct store_run run = {.params = ""};
	assert_true(store_begin_run(store, &run));
	assert_int_equal(run.id, STARTS + 1);
	close_store(store);
}

static void test_two_files(void **state)
{
	(void)state;
	struct store_opening other = usual;

	files_put("one.yaml", "");
	files_put("two.yaml", "");
	close_store(open_store());
	other.session_path = "two.yaml";
	expect_refusal(&other, STATUS_SESSION_WRONG, "/one.yaml and /");
	/* Another name of the same file, and a file that was moved. */
	assert_int_equal(link("one.yaml", "three.yaml"), 0);
	other.session_path = "three.yaml";
	struct run_store *store;
	struct text problem = {0};
	enum exit_status status;
	assert_int_equal(
		run_store_open(&other, &store, &problem, &status), STORE_OK);
	close_store(store);
	unlink("one.yaml");
	unlink("three.yaml");
	other.session_path = "two.yaml";
	assert_int_equal(
		run_store_open(&other, &store, &problem, &status), STORE_OK);
	close_store(store);
}

/* A tree that was copied with its state is another tree. */
static void test_copied_tree(void **state)
{
	(void)state;
	files_put("one.yaml", "");
	struct run_store *store = open_store();
	put_some(store);
	close_store(store);
	assert_int_equal(
		system("mkdir copied && cp -r .leat one.yaml copied"), 0);
	assert_int_equal(chdir("copied"), 0);
	store = open_store();
	expect_units(store, "maintenance", "maintenance:c=5 ");
	close_store(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILES_TEST(test_lock),
		FILES_TEST(test_many_starts),
		FILES_TEST(test_two_files),
		FILES_TEST(test_copied_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
