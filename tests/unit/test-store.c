/* SPDX-License-Identifier: MIT */
/*
 * The run store on a real file system: what is put is found again by the next
 * one that opens it, whatever the last one did or failed to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "files.h"
#include "store/database.h"
#include "store/run-store.h"
#include "store/schema.h"

/* The absolute path of a name in the working directory; in a buffer of its own. */
static const char *absolute(const char *name)
{
	static char paths[4][512];
	static int next;
	char *path = paths[next++ % 4];
	char here[256];

	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(path, sizeof(paths[0]), "%s/%s", here, name);
	return path;
}

/* ---- Opening ----------------------------------------------------------------------- */

static const struct store_opening usual = {
	.directory = ".leat/one",
	.session = "one",
	.session_path = "one.yaml",
};

static struct run_store *open_store(void)
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

static void close_store(struct run_store *store)
{
	struct text problem = {0};

	if (!run_store_close(store, &problem))
		fail_msg("%s", problem.data);
}

static struct run_store *open_reader(void)
{
	struct run_store *store;
	struct text problem = {0};
	enum exit_status status;

	if (run_store_open_reader(".leat/one", &store, &problem, &status) !=
		STORE_OK)
		fail_msg("%s", problem.data);
	return store;
}

static void expect_refusal(const struct store_opening *opening,
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

/* Does WORK in a child that dies of SIGKILL where WORK returns. */
static void do_and_die(void (*work)(void))
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

/* ---- Units that are put and looked for ----------------------------------------------- */

static const struct file_state some_state = {1, 2, 3, 4, 5};

/* A unit whose fields all follow from NUMBER. */
static void put_unit(struct run_store *store, const char *graph,
	const char *key, unsigned number)
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

static bool list_unit(void *context, struct store_unit *unit)
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

static void expect_units(
	struct run_store *store, const char *graph, const char *wanted)
{
	struct text found = {0};

	text_add_string(&found, "");
	if (!store_units(store, graph, list_unit, &found))
		fail_msg("%s", run_store_problem(store));
	assert_string_equal(found.data, wanted);
	text_free(&found);
}

/* One change with units, and what belongs to one of them. */
static void put_some(struct run_store *store)
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

/* ---- One writer ------------------------------------------------------------------------------- */

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

/* A worker that lives on doesn't keep the lock when it disowned the store. */
static int worker_pipe[2];

static void leave_worker(void)
{
	struct run_store *store = open_store();

	if (fork() == 0) {
		char byte;

		run_store_disown(store);
		close(worker_pipe[1]);
		(void)!read(worker_pipe[0], &byte, 1);
		_exit(0);
	}
	usleep(100000);
}

static void test_lock_dies(void **state)
{
	(void)state;
	assert_int_equal(pipe(worker_pipe), 0);
	do_and_die(leave_worker);
	close_store(open_store());
	close(worker_pipe[0]);
	close(worker_pipe[1]);
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

/* ---- Readers ------------------------------------------------------------------------------------ */

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

/* A short log stays where it is, a long one doesn't. */
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
	store = open_store();
	assert_true(store_change(store));
	assert_true(
		store_put_partial(store, "main", "b", "sort", large, length));
	assert_true(store_commit(store));
	close_store(store);
	assert_int_not_equal(access(".leat/one/store.db-wal", F_OK), 0);
	expect_no_trace();
	/* What is collected gives its space back. */
	store = open_store();
	assert_true(store_change(store));
	assert_true(store_remove_unit(store, "main", "b"));
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

/* ---- Recovery -------------------------------------------------------------------------------------- */

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

static void expect_out(const char *wanted)
{
	char names[256] = "";
	FILE *pipe = popen("ls -A out | tr '\\n' ' '", "r");

	names[fread(names, 1, sizeof(names) - 1, pipe)] = '\0';
	pclose(pipe);
	assert_string_equal(names, wanted);
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
	expect_out(".leat-00000000-1 a ");
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
	expect_out("a ");
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
	expect_out("a ");
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
	FILE *pipe = popen("ls -A .leat/one | tr '\\n' ' '", "r");
	char names[64] = "";
	names[fread(names, 1, sizeof(names) - 1, pipe)] = '\0';
	pclose(pipe);
	assert_string_equal(names, "lock store.db store.db-shm store.db-wal ");
}

#define CASE(name) \
	cmocka_unit_test_setup_teardown(name, files_enter, files_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_units),
		CASE(test_change_is_whole),
		CASE(test_runs),
		CASE(test_fingerprints),
		CASE(test_collect),
		CASE(test_lock),
		CASE(test_lock_dies),
		CASE(test_many_starts),
		CASE(test_two_files),
		CASE(test_copied_tree),
		CASE(test_reader),
		CASE(test_reader_of_the_killed),
		CASE(test_log),
		CASE(test_reader_overtaken),
		CASE(test_recovery),
		CASE(test_recovery_in_vain),
		CASE(test_recovery_behind_links),
		CASE(test_end_forgets_directories),
		CASE(test_newer_version),
		CASE(test_first_version),
		CASE(test_kinds_and_depths),
		CASE(test_migration),
		CASE(test_file_systems),
		CASE(test_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
