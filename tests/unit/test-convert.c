/* SPDX-License-Identifier: MIT */
/* Inputs that need streams to seek in get a spool in front of them, by their
 * table alone. Expected values by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "engine/graph.h"
#include "engine/operator.h"
#include "loader/graph.h"
#include "registry/registry.h"

/* ---- Reads the last bytes of a stream, then the first ------------------------- */

struct seeker {
	struct text *text; /* what it has read */
};

static void read_from(struct stream *stream, uint64_t offset, struct text *text)
{
	struct slice window;

	assert_true(stream->methods->seek(stream, offset));
	assert_int_equal(stream_read(stream, &window), READ_DATA);
	text_add(text, window.data, window.length < 4 ? window.length : 4);
}

static enum step step(struct operator *op, void *state)
{
	const struct seeker *seeker = state;
	struct span span;
	enum event event = operator_next(op, 0, &span);
	uint64_t size;

	if (event != EVENT_ITEMS)
		return operator_pass(op, 0, event);
	struct stream *stream = span.items[0]->stream;
	assert_true(stream->methods->size(stream, &size));
	text_add_format(seeker->text, "%llu ", (unsigned long long)size);
	read_from(stream, size - 4, seeker->text);
	read_from(stream, 0, seeker->text);
	operator_release(op, 0, 1);
	return STEP_MORE;
}

static const struct pin_spec pins[] = {
	{"in", PIN_INPUT, PIN_SEEKS, PAYLOAD_BIT(PAYLOAD_STREAM), 0, ""},
	{0},
};

static const struct operator_spec seeker_spec = {
	.name = "seek",
	.pins = pins,
	.state_size = sizeof(struct seeker),
	.step = step,
};

/* ---- A session whose `out` is replaced by that --------------------------------- */

struct trial {
	struct session session;
	struct graph_plan plan;
	struct loader loader;
	struct graph_work work;
	struct diagnostics *diagnostics;
};

static unsigned add(
	struct trial *trial, const struct operator_spec *spec, const char *name)
{
	const struct location nowhere = {0};
	unsigned index =
		graph_add_operator(&trial->work, spec, name, NULL, nowhere);
	struct operator_plan *op = &trial->plan.operators[index];

	op->pin_count = (unsigned)spec_pin_count(spec);
	op->pins = arena_array(
		trial->loader.arena, op->pin_count, sizeof(*op->pins));
	for (unsigned i = 0; i < op->pin_count; i++)
		op->pins[i].link = -1;
	return index;
}

static void link_all(struct trial *trial, bool unconverted)
{
	struct graph_plan *plan = &trial->plan;
	struct arena *arena = trial->loader.arena;

	plan->link_count = plan->operator_count - 1;
	plan->links =
		arena_array(arena, plan->link_count, sizeof(*plan->links));
	plan->ranks =
		arena_array(arena, plan->operator_count, sizeof(*plan->ranks));
	for (unsigned i = 0; i < plan->operator_count; i++)
		plan->ranks[i] = i;
	for (unsigned i = 0; i < plan->link_count; i++) {
		unsigned out =
			(unsigned)spec_pin(plan->operators[i].spec, "out");

		plan->links[i] = (struct link_plan){.from = i,
			.from_pin = out,
			.to = i + 1,
			.options = {.unconverted = unconverted}};
		plan->operators[i].pins[out].link = (int)i;
		plan->operators[i + 1].pins[0].link = (int)i;
	}
	trial->work.related = plan->operator_count;
	graph_relate(&trial->work);
}

static void start(struct trial *trial)
{
	memset(trial, 0, sizeof(*trial));
	trial->diagnostics = diagnostics_create();
	trial->loader = (struct loader){.session = &trial->session,
		.arena = arena_create(),
		.diagnostics = trial->diagnostics};
	trial->work = (struct graph_work){
		.loader = &trial->loader, .plan = &trial->plan};
	trial->work.names = names_create(trial->loader.arena, NULL, 0);
	trial->plan.name = "test";
}

static void stop(struct trial *trial)
{
	diagnostics_destroy(trial->diagnostics);
	arena_destroy(trial->loader.arena);
}

static void check_run(struct trial *trial, const char *expected)
{
	char *messages = NULL;
	size_t length = 0;
	const struct log log = {.file = open_memstream(&messages, &length)};
	struct graph_settings settings = {.memory_bytes = 8 << 20, .log = &log};
	struct text text = {0};
	struct operator_plan *seeker = &trial->plan.operators[2];

	((struct seeker *)seeker->settings)->text = &text;
	struct graph *graph = graph_create(&trial->plan, &settings);
	struct graph_result result = graph_run(graph);
	graph_destroy(graph);
	fclose(log.file);
	assert_string_equal(messages, "");
	assert_int_equal(result.status, STATUS_OK);
	assert_string_equal(text.data, expected);
	text_free(&text);
	free(messages);
}

static void a_reader_that_seeks_gets_a_spool(void **unused)
{
	struct trial trial;

	(void)unused;
	start(&trial);
	add(&trial, registry_operator("stdin"), "in");
	add(&trial, registry_operator("pass"), "same");
	add(&trial, &seeker_spec, "reader");
	link_all(&trial, false);
	assert_false(trial.loader.failed);

	const struct operator_plan *spool = &trial.plan.operators[3];
	assert_int_equal(trial.plan.operator_count, 4);
	assert_string_equal(spool->name, "reader.spool");
	assert_string_equal(spool->spec->name, "spool");
	assert_string_equal(spool->inserted, "'reader' seeks in its streams");
	assert_int_equal(trial.plan.ranks[2], 3);
	assert_int_equal(trial.plan.ranks[3], 2);
	assert_int_equal(trial.plan.link_count, 3);
	assert_int_equal(trial.plan.links[1].to, 3);
	assert_int_equal(trial.plan.links[2].from, 3);
	assert_int_equal(trial.plan.links[2].to, 2);

	FILE *file = tmpfile();
	for (unsigned i = 0; i < 100000; i++)
		fprintf(file, "%05u\n", i);
	fflush(file);
	rewind(file);
	assert_int_equal(dup2(fileno(file), 0), 0);
	fclose(file);
	check_run(&trial, "600000 999\n0000");
	stop(&trial);
}

static void a_link_may_forbid_it(void **unused)
{
	struct trial trial;
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	(void)unused;
	start(&trial);
	add(&trial, registry_operator("stdin"), "in");
	add(&trial, &seeker_spec, "reader");
	link_all(&trial, true);
	assert_true(trial.loader.failed);
	assert_int_equal(trial.plan.operator_count, 2);
	diagnostics_print(trial.diagnostics, file);
	fclose(file);
	assert_non_null(strstr(
		text, "'reader' (seek) needs streams that it can seek in"));
	free(text);
	stop(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_that_seeks_gets_a_spool),
		cmocka_unit_test(a_link_may_forbid_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
