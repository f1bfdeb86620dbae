/* SPDX-License-Identifier: MIT */
/*
 * Publishes 20 outputs by the run store, for tests that let it fail or kill it
 * at each of its system calls.
 *
 *	publish GENERATION [FAULT]	makes them, in four changes
 *	publish check [exact]		opens the store and looks at all
 *
 * What an output holds tells its generation. FAULT leaves a step of the protocol
 * out; the test must find that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/run-store.h"

enum { UNITS = 4, OUTPUTS = 5, LINES = 200 };

enum fault { NO_FAULT, NO_SYNC, RENAME_FIRST, NO_DIRECTORY_SYNC, NO_NOTE };

static const char *const faults[] = {
	"", "no-sync", "rename-first", "no-directory-sync", "no-note"};

static struct run_store *store;
static int out; /* the directory of the outputs */
static char here[4096];
static char temporaries[OUTPUTS][64], targets[OUTPUTS][32];

static bool complain(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	return false;
}

static bool complain_store(void)
{
	fprintf(stderr, "%s\n", run_store_problem(store));
	return false;
}

static void fill(struct text *text, const char *name, int generation)
{
	for (int i = 0; i < LINES; i++)
		text_add_format(text, "%s generation %d line %d\n", name,
			generation, i);
}

/* ---- Publishing ------------------------------------------------------------------- */

static bool write_temporary(int number, int generation, enum fault fault,
	struct store_output *output)
{
	struct text text = {0};
	struct stat stat;
	int file = openat(out, temporaries[number],
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (file < 0)
		return complain("temporary");
	fill(&text, targets[number], generation);
	bool ok = file_write(file, text.data, text.length) &&
		(fault == NO_SYNC || fsync(file) == 0) &&
		fstat(file, &stat) == 0;
	text_free(&text);
	if (ok)
		output->state = file_state_of(&stat);
	close(file);
	return ok || complain("write");
}

static bool put_rename(int number, uint64_t size_bytes)
{
	struct text temporary = {0}, target = {0};

	text_add_format(&temporary, "%s/out/%s", here, temporaries[number]);
	text_add_format(&target, "%s/out/%s", here, targets[number]);
	const struct store_rename rename = {.temporary = temporary.data,
		.target = target.data,
		.depth = 1,
		.size_bytes = size_bytes};
	bool ok = store_put_rename(store, &rename);

	text_free(&temporary);
	text_free(&target);
	return ok;
}

static bool commit_unit(int unit, int generation, struct store_output *outputs)
{
	char key[16];
	const struct store_unit row = {.graph = "main",
		.key = key,
		.run = (uint64_t)generation,
		.reason = "",
		.outputs = outputs,
		.output_count = OUTPUTS};

	snprintf(key, sizeof(key), "in/%d", unit);
	if (store_change(store) && store_put_unit(store, &row))
		for (int i = 0; i < OUTPUTS; i++)
			put_rename(i, outputs[i].state.size_bytes);
	return store_commit(store) || complain_store();
}

static bool rename_all(enum fault fault)
{
	for (int i = 0; i < OUTPUTS; i++)
		if (renameat(out, temporaries[i], out, targets[i]) != 0)
			return complain("rename");
	return fault == NO_DIRECTORY_SYNC || file_sync_directory(out) ||
		complain("sync");
}

static void remove_temporaries(void)
{
	for (int i = 0; i < OUTPUTS; i++)
		unlinkat(out, temporaries[i], 0);
}

static bool publish_unit(int unit, int generation, enum fault fault)
{
	struct store_output outputs[OUTPUTS] = {0};
	bool ok = true;

	for (int i = 0; i < OUTPUTS && ok; i++) {
		snprintf(targets[i], sizeof(targets[i]), "%d-%d", unit, i);
		snprintf(temporaries[i], sizeof(temporaries[i]), "%s%d-%d",
			store_temporary_prefix(store), unit, i);
		outputs[i].path = targets[i];
		outputs[i].operator= "out";
		ok = write_temporary(i, generation, fault, &outputs[i]);
	}
	if (fault == RENAME_FIRST)
		ok = ok && rename_all(fault);
	if (!ok || !commit_unit(unit, generation, outputs)) {
		remove_temporaries();
		return false;
	}
	/* From here on the next run would finish it. */
	return (fault == RENAME_FIRST || rename_all(fault)) &&
		store_renamed(store);
}

static bool publish(int generation, enum fault fault)
{
	char directory[sizeof(here) + 8];
	struct store_run run = {.params = ""};
	bool ok = true;

	snprintf(directory, sizeof(directory), "%s/out/", here);
	if (!store_begin_run(store, &run) ||
		(fault != NO_NOTE &&
			!store_note_directory(store, directory, 1)))
		return complain_store();
	for (int unit = 0; unit < UNITS && ok; unit++)
		ok = publish_unit(unit, generation, fault);
	run.state = ok ? RUN_DONE : RUN_FAILED;
	return store_end_run(store, &run) ? ok : complain_store();
}

/* ---- Checking ---------------------------------------------------------------------- */

static bool failed, exact;
static int units_seen;

static bool holds(const char *name, int generation)
{
	struct text wanted = {0};
	char found[16384];
	int file = openat(out, name, O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? -1 : file_read(file, found, sizeof(found));

	fill(&wanted, name, generation);
	bool same = length == (ssize_t)wanted.length &&
		memcmp(found, wanted.data, wanted.length) == 0;
	if (file >= 0)
		close(file);
	text_free(&wanted);
	return same;
}

/* Each is whole; where it is as the store knows it, it is what it says. */
static void check_output(
	const struct store_output *output, int generation, int other)
{
	struct stat stat;
	struct file_state state = {0};

	if (fstatat(out, output->path, &stat, AT_SYMLINK_NOFOLLOW) == 0)
		state = file_state_of(&stat);
	bool known = !file_change(&output->state, &state);
	if (known ? holds(output->path, generation)
		  : !exact &&
				(holds(output->path, generation) ||
					holds(output->path, other)))
		return;
	printf("%s is not of generation %d%s\n", output->path, generation,
		known ? "" : ", and the store doesn't know it");
	failed = true;
}

static bool check_unit(void *context, struct store_unit *unit)
{
	int generation = (int)unit->run;

	(void)context;
	units_seen++;
	for (size_t i = 0; i < unit->output_count; i++)
		check_output(&unit->outputs[i], generation, 3 - generation);
	return true;
}

static int check(void)
{
	if (!store_units(store, "main", check_unit, NULL)) {
		complain_store();
		failed = true;
	}
	if (units_seen != UNITS) {
		printf("%d units\n", units_seen);
		failed = true;
	}
	return failed;
}

/* ---- All --------------------------------------------------------------------------- */

int main(int count, char **words)
{
	const struct store_opening opening = {.directory = ".leat/one",
		.session = "one",
		.session_path = "one.yaml"};
	struct text problem = {0};
	enum exit_status status;
	int answer;

	out = open("out", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (count < 2 || out < 0 || !getcwd(here, sizeof(here)))
		return 2;
	if (run_store_open(&opening, &store, &problem, &status) != STORE_OK) {
		fprintf(stderr, "%s\n", problem.data);
		text_free(&problem);
		return 3;
	}
	if (strcmp(words[1], "check") == 0) {
		exact = count > 2;
		answer = check();
	} else {
		enum fault fault = NO_FAULT;

		while (count > 2 && strcmp(faults[fault], words[2]) != 0)
			fault++;
		answer = !publish((int)strtol(words[1], NULL, 10), fault);
	}
	if (!run_store_close(store, &problem)) {
		fprintf(stderr, "%s\n", problem.data);
		answer = 4;
	}
	text_free(&problem);
	close(out);
	return answer;
}
