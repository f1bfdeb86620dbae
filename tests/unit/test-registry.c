/* SPDX-License-Identifier: MIT */
/*
 * What holds for every operator without anyone writing it down: its tables are
 * well formed; the example in its manual runs and prints what the manual says,
 * also when its input comes byte by byte, in links of any size, and in any
 * order of work; and so does nothing at all, for an input that is empty.
 */
#include <ctype.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/graph.h"
#include "loader/session.h"
#include "registry/registry.h"

enum { SUMMARY_LETTERS = 72, SCHEDULES = 20 };

/* ---- Tables ---------------------------------------------------------------- */

static void check_name(const char *name)
{
	assert_true(islower(name[0]));
	for (const char *at = name; *at; at++)
		assert_true(islower(*at) || isdigit(*at) || *at == '-');
}

static void check_summary(const char *who, const char *summary)
{
	size_t length = summary ? strlen(summary) : 0;

	if (length == 0 || length > SUMMARY_LETTERS ||
		summary[length - 1] == '.')
		fail_msg("%s: the summary should be a phrase of up to %d "
			 "letters without a full stop",
			who, SUMMARY_LETTERS);
}

static void check_property(
	const struct operator_spec *spec, const struct property_spec *property)
{
	bool number = property->type == SETTING_INTEGER ||
		property->type == SETTING_REAL;

	check_name(property->name);
	check_summary(property->name, property->summary);
	assert_true(property->offset < spec->state_size);
	assert_true(property->type < SETTING_TYPES);
	assert_true(property->minimum <= property->maximum);
	if (number && !property->unit)
		fail_msg("%s.%s: a number needs a unit", spec->name,
			property->name);
	assert_true((property->type == SETTING_CHOICE) ==
		(property->choices != NULL));
	if (property->flags & PROPERTY_REQUIRED)
		assert_null(property->fallback);
	if (property->flags & PROPERTY_LIVE)
		assert_non_null(spec->changed);
}

static void check_pins(const struct operator_spec *spec)
{
	for (const struct pin_spec *pin = spec->pins; pin->name; pin++) {
		assert_true(pin->types != 0);
		assert_true(pin->types < PAYLOAD_BIT(PAYLOAD_TYPES));
		check_summary(pin->name, pin->summary);
		if (pin->flags & PIN_REQUESTED) {
			assert_null(pin[1].name); /* the last of its table */
			assert_true(pin->maximum > 1);
		}
	}
}

static void tables_are_well_formed(void **unused)
{
	const char *last = "";

	(void)unused;
	for (size_t i = 0; registry_operators[i]; i++) {
		const struct operator_spec *spec = registry_operators[i];

		check_name(spec->name);
		assert_true(strcmp(last, spec->name) < 0); /* sorted */
		last = spec->name;
		assert_ptr_equal(registry_operator(spec->name), spec);
		check_summary(spec->name, spec->summary);
		assert_non_null(spec->family);
		assert_non_null(spec->description);
		assert_non_null(spec->example);
		assert_non_null(spec->example_output);
		assert_true(!spec->step == !!spec->module);
		check_pins(spec);
		if (!spec->properties)
			continue;
		for (size_t j = 0; spec->properties[j].name; j++) {
			check_property(spec, &spec->properties[j]);
			for (size_t k = 0; k < j; k++)
				assert_string_not_equal(
					spec->properties[j].name,
					spec->properties[k].name);
		}
	}
}

/* Operators share the rows of attributes that they share. */
static void attributes_have_one_row(void **unused)
{
	(void)unused;
	for (size_t i = 0; registry_operators[i]; i++) {
		const struct attribute_spec *row =
			registry_operators[i]->attributes;

		for (; row && row->name; row++) {
			check_summary(row->name, row->summary);
			assert_ptr_equal(registry_attribute(row->name), row);
		}
	}
}

/* ---- Examples --------------------------------------------------------------- */

static void write_slowly(int descriptor, const char *text, bool slowly)
{
	for (size_t i = 0; text && text[i]; i++) {
		if (write(descriptor, &text[i], 1) != 1)
			break; /* nobody wants more */
		if (slowly && i % 7 == 0)
			usleep(100);
	}
}

/* In a process of its own: standard input and output are those of the
 * example. */
static int run_session(const char *path, struct graph_settings settings)
{
	struct diagnostics *diagnostics = diagnostics_create();
	struct session *session = session_parse(path, diagnostics);
	enum exit_status status = STATUS_SESSION_WRONG;

	if (session && session_build(session, true, diagnostics)) {
		settings.memory_bytes = (size_t)session->memory_bytes;
		settings.log = &(struct log){.file = stderr};
		struct graph *graph =
			graph_create(&session->graphs[0], &settings);
		status = graph_run(graph).status;
		graph_destroy(graph);
	}
	diagnostics_print(diagnostics, stderr);
	diagnostics_destroy(diagnostics);
	session_destroy(session);
	return (int)status;
}

static pid_t start(void (*work)(void *), void *what)
{
	fflush(NULL);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		work(what);
		_exit(0);
	}
	return pid;
}

struct job {
	const char *path, *input;
	bool slowly;
	struct graph_settings settings;
	int feed[2], result[2];
};

static void feed(void *what)
{
	struct job *job = what;

	signal(SIGPIPE, SIG_IGN);
	close(job->feed[0]);
	close(job->result[0]);
	close(job->result[1]);
	write_slowly(job->feed[1], job->input, job->slowly);
}

static void work(void *what)
{
	struct job *job = what;

	dup2(job->feed[0], 0);
	dup2(job->result[1], 1);
	close(job->feed[0]);
	close(job->feed[1]);
	close(job->result[0]);
	close(job->result[1]);
	exit(run_session(job->path, job->settings));
}

/* Runs the session in PATH; returns what it printed. */
static char *run_job(struct job *job, int *status)
{
	char *text = NULL, block[4096];
	size_t length = 0;
	ssize_t got;

	assert_int_equal(pipe(job->feed), 0);
	assert_int_equal(pipe(job->result), 0);
	pid_t worker = start(work, job), feeder = start(feed, job);
	close(job->feed[0]);
	close(job->feed[1]);
	close(job->result[1]);
	FILE *all = open_memstream(&text, &length);
	while ((got = read(job->result[0], block, sizeof(block))) > 0)
		fwrite(block, 1, (size_t)got, all);
	fclose(all);
	close(job->result[0]);
	waitpid(worker, status, 0);
	waitpid(feeder, NULL, 0);
	return text;
}

static void write_example(char *path, const struct operator_spec *spec)
{
	int descriptor = mkstemps(path, 5);

	assert_true(descriptor >= 0);
	write_slowly(descriptor, spec->example, false);
	close(descriptor);
}

static void check_example(const struct operator_spec *spec)
{
	char path[] = "/tmp/leat-example-XXXXXX.yaml";

	write_example(path, spec);
	for (unsigned i = 0; i < SCHEDULES; i++) {
		struct job job = {
			.path = path,
			.input = spec->example_input,
			.slowly = i % 4 == 1,
		};
		int status;

		if (i > 0)
			job.settings = (struct graph_settings){
				.link_items = 1 + i * i % 50,
				.link_bytes = i % 3 == 0 ? 1 : 0,
				.span_items = 1 + i % 5,
				.schedule_seed = i,
			};
		char *printed = run_job(&job, &status);
		if (status != 0 || strcmp(printed, spec->example_output) != 0)
			fail_msg("the example of %s, run %u, ended with %d "
				 "and printed:\n%s",
				spec->name, i, status, printed);
		free(printed);
	}
	unlink(path);
}

static void examples_print_what_the_manual_says(void **unused)
{
	(void)unused;
	for (size_t i = 0; registry_operators[i]; i++)
		check_example(registry_operators[i]);
}

static void empty_input_is_fine(void **unused)
{
	(void)unused;
	for (size_t i = 0; registry_operators[i]; i++) {
		char path[] = "/tmp/leat-example-XXXXXX.yaml";
		struct job job = {.path = path, .input = ""};
		int status;

		if (!registry_operators[i]->example_input)
			continue;
		write_example(path, registry_operators[i]);
		free(run_job(&job, &status));
		if (status != 0)
			fail_msg("the example of %s ended with %d for no input",
				registry_operators[i]->name, status);
		unlink(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_well_formed),
		cmocka_unit_test(attributes_have_one_row),
		cmocka_unit_test(examples_print_what_the_manual_says),
		cmocka_unit_test(empty_input_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
