/* SPDX-License-Identifier: MIT */
/* Run stores for tests. */
#include "stores.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *absolute(const char *name)
{
	static char paths[4][512];
	static int next;
	char *path = paths[next++ % 4];
	char here[256];

	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(path, sizeof(paths[0]), "%s/%s", here, name);
	return path;
}

const struct store_opening usual = {
	.directory = ".leat/one",
	.session = "one",
	.session_path = "one.yaml",
};

struct run_store *open_store(void)
{
	struct run_store *store;
	struct text problem = {0};
	enum exit_status status;
	enum store_status opened =
		run_store_open(&usual, &store, &problem, &status);

	if (opened != STORE_OK)
		fail_msg("%s", problem.data);
	assert_int_equal(status, STATUS_OK);
	return store;
}

void close_store(struct run_store *store)
{
	struct text problem = {0};

	if (!run_store_close(store, &problem))
		fail_msg("%s", problem.data);
}

struct run_store *open_reader(void)
{
	struct run_store *store;
	struct text problem = {0};
	enum exit_status status;

	if (run_store_open_reader(".leat/one", &store, &problem, &status) !=
		STORE_OK)
		fail_msg("%s", problem.data);
	return store;
}

void expect_refusal(const struct store_opening *opening,
	enum exit_status wanted, const char *saying)
{
	struct run_store *store;
	struct text problem = {0};
	enum exit_status status;

	assert_int_not_equal(
		run_store_open(opening, &store, &problem, &status), STORE_OK);
	assert_int_equal(status, wanted);
	if (!strstr(problem.data, saying))
		fail_msg("\"%s\" isn't in: %s", saying, problem.data);
	text_free(&problem);
}

void do_and_die(void (*work)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		work();
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static const struct file_state some_state = {1, 2, 3, 4, 5};

void put_unit(struct run_store *store, const char *graph, const char *key,
	unsigned number)
{
	struct store_output outputs[2] = {
		{.path = "out/x", .operator= "deep/out", .state = some_state},
		{
			.path = "out/y",
			.operator= "out" },
		};
	struct store_unit unit = {.graph = graph,
		.key = key,
		.state = (enum store_unit_state)(number % 3),
		.run = number,
		.partials = 3,
		.input = some_state,
		.identity = "in/x",
		.reason = number % 3 ? "it failed" : "",
		.outputs = outputs,
		.output_count = number % 3};

	memset(&unit.content, (int)number, sizeof(unit.content));
	memset(&unit.fingerprint, 7, sizeof(unit.fingerprint));
	memset(&outputs[0].digest, 9, sizeof(outputs[0].digest));
	assert_true(store_put_unit(store, &unit));
}

bool list_unit(void *context, struct store_unit *unit)
{
	unsigned number = (unsigned)unit->run;

	assert_int_equal(unit->state, number % 3);
	assert_int_equal(unit->partials, 3);
	assert_memory_equal(&unit->input, &some_state, sizeof(some_state));
	assert_int_equal(unit->content.bytes[15], number & 255);
	assert_int_equal(unit->fingerprint.bytes[0], 7);
	assert_string_equal(unit->identity, "in/x");
	assert_string_equal(unit->reason, number % 3 ? "it failed" : "");
	assert_int_equal(unit->output_count, number % 3);
	if (number % 3) {
		assert_string_equal(unit->outputs[0].path, "out/x");
		assert_string_equal(unit->outputs[0].operator, "deep/out");
		assert_memory_equal(&unit->outputs[0].state, &some_state,
			sizeof(some_state));
		assert_int_equal(unit->outputs[0].digest.bytes[3], 9);
	}
	text_add_format(context, "%s:%s=%u ", unit->graph, unit->key, number);
	return true;
}

void expect_units(
	struct run_store *store, const char *graph, const char *wanted)
{
	struct text found = {0};

	text_add_string(&found, "");
	if (!store_units(store, graph, list_unit, &found))
		fail_msg("%s", run_store_problem(store));
	assert_string_equal(found.data, wanted);
	text_free(&found);
}

void put_some(struct run_store *store)
{
	assert_true(store_change(store));
	put_unit(store, "main", "b", 1);
	put_unit(store, "main", "a/b", 2);
	put_unit(store, "main", "", 3);
	put_unit(store, "main", "a", 4);
	put_unit(store, "maintenance", "c", 5);
	assert_true(
		store_put_partial(store, "main", "a", "count", "\0\1\2", 3));
	assert_true(store_put_partial(store, "main", "a", "sort", "", 0));
	assert_true(store_put_partial(store, "main", "a/b", "count", "x", 1));
	assert_true(store_commit(store));
}
