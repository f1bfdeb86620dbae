/* SPDX-License-Identifier: MIT */
/* The policies of links: what is dropped, what is said of it, and what waits.
 * Expected values by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/text.h"
#include "plan.h"
#include "stages.h"

enum { ONE = 0, TWO = 1, THREE = 2 };

/* ---- Writes down what comes ---------------------------------------------------- */

enum pause { PAUSE_NONE, PAUSE_AT_START, PAUSE_WITH_FIRST, PAUSE_OFTEN };

struct record_of_run {
	struct text text; /* "(0 1 -3 5)": units, items, gaps */
	unsigned taken;
	uint64_t dropped;
	unsigned most_ahead; /* items given and not taken */
	uint64_t peak_items, link_dropped; /* of the first link */
	struct graph_result result;
};

struct sink {
	struct record_of_run *record;
	const unsigned *given;
	enum pause pause;

	bool paused;
	uint64_t random;
};

/* Lets all others run as far as they get. */
static enum step pause_sink(struct operator *op, struct sink *sink)
{
	struct timespec now;

	sink->paused = true;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return operator_wait_until(
		op, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec + 50000000);
}

static enum step take(
	struct operator *op, struct sink *sink, const struct span *span)
{
	struct record_of_run *record = sink->record;

	record->taken += (unsigned)span->count;
	for (size_t i = 0; i < span->count; i++)
		text_add_format(&record->text, "%llu ",
			(unsigned long long)span->items[i]->position);
	if (*sink->given - record->taken > record->most_ahead)
		record->most_ahead = *sink->given - record->taken;
	operator_release(op, ONE, span->count);
	return STEP_MORE;
}

static enum step sink_step(struct operator *op, void *state)
{
	struct sink *sink = state;
	struct record_of_run *record = sink->record;
	struct span span;

	if (sink->pause == PAUSE_AT_START && !sink->paused)
		return pause_sink(op, sink);
	switch (operator_next(op, ONE, &span)) {
	case EVENT_ITEMS: break;
	case EVENT_BEGIN: text_add_string(&record->text, "("); return STEP_MORE;
	case EVENT_END: text_add_string(&record->text, ")"); return STEP_MORE;
	case EVENT_GAP:
		record->dropped += operator_dropped(op, ONE);
		text_add_format(&record->text, "-%llu ",
			(unsigned long long)operator_dropped(op, ONE));
		return STEP_MORE;
	case EVENT_CLOSED: return STEP_END;
	default: return STEP_WAIT;
	}
	if (sink->pause == PAUSE_WITH_FIRST && !sink->paused)
		return pause_sink(op, sink);
	sink->random =
		sink->random * 6364136223846793005u + 1442695040888963407u;
	if (sink->pause == PAUSE_OFTEN && sink->random >> 62)
		return operator_wait_until(op, 0);
	return take(op, sink, &span);
}

static const struct pin_spec sink_pins[] = {
	{.name = "in", .direction = PIN_INPUT, .types = STAGE_TYPES},
	{0},
};

static const struct operator_spec sink_spec = {
	.name = "sink",
	.pins = sink_pins,
	.state_size = sizeof(struct sink),
	.step = sink_step,
};

/* ---- Runs ------------------------------------------------------------------------ */

struct trial {
	struct giver source;
	struct link_options options; /* of the first link, and of the others */
	enum pause pause;
	unsigned through; /* operators between source and sink */
	enum payload_type type;
	uint64_t seed;
	unsigned given, destroyed;
};

static void run_plan(
	const struct plan *plan, uint64_t seed, struct record_of_run *record)
{
	struct graph_settings settings = {
		.memory_bytes = 1 << 20, .schedule_seed = seed};
	char *messages = NULL;
	size_t length = 0;

	const struct log log = {.file = open_memstream(&messages, &length)};

	settings.log = &log;
	struct graph *graph = graph_create(&plan->graph, &settings);
	record->result = graph_run(graph);
	record->peak_items = graph_link_statistics(graph, 0)->peak_items;
	record->link_dropped = graph_link_statistics(graph, 0)->dropped;
	graph_destroy(graph);
	fclose(log.file);
	if (length > 0)
		print_message("%s", messages);
	free(messages);
	assert_int_equal(record->result.status, STATUS_OK);
}

static void run_chain(struct trial *trial, struct record_of_run *record)
{
	struct sink sink = {.record = record,
		.given = &trial->given,
		.pause = trial->pause,
		.random = trial->seed};
	struct through through = {0};
	struct plan plan;
	unsigned last;

	trial->source.given = &trial->given;
	trial->source.destroyed = &trial->destroyed;
	plan_init(&plan);
	last = plan_add(
		&plan, "source", &stage_source, &trial->source, SCOPE_UNIT);
	for (unsigned i = 0; i < trial->through; i++) {
		unsigned next = plan_add(
			&plan, "through", &stage_through, &through, SCOPE_UNIT);
		plan_link(&plan, last, i > 0, next, ONE, trial->type);
		last = next;
	}
	plan_add(&plan, "sink", &sink_spec, &sink, SCOPE_UNIT);
	plan_link(&plan, last, trial->through > 0, last + 1, ONE, trial->type);
	for (unsigned i = 0; i < plan.graph.link_count; i++)
		plan.links[i].options = trial->options;
	run_plan(&plan, trial->seed, record);
}

static void expect(struct trial trial, const char *expected, uint64_t dropped)
{
	struct record_of_run record = {.taken = 0};

	run_chain(&trial, &record);
	assert_string_equal(record.text.data, expected);
	assert_int_equal(record.dropped, dropped);
	assert_int_equal(record.link_dropped, dropped);
	assert_int_equal(record.result.dropped, dropped);
	assert_int_equal(trial.given, record.taken + dropped);
	text_free(&record.text);
}

/* ---- Leaky links ------------------------------------------------------------------ */

static void the_newest_is_dropped(void **unused)
{
	(void)unused;
	expect((struct trial){.source = {.units = 1, .items = 8},
		       .options = {.policy = LINK_LEAKY_PRODUCER,
			       .capacity_items = 3},
		       .pause = PAUSE_AT_START},
		"(0 1 2 -5 )", 5);
	expect((struct trial){.source = {.units = 3, .items = 4},
		       .options = {.policy = LINK_LEAKY_PRODUCER,
			       .capacity_items = 2},
		       .pause = PAUSE_AT_START},
		"(0 1 -2 )(-4 )(-4 )", 10);
}

static void the_oldest_is_dropped(void **unused)
{
	(void)unused;
	expect((struct trial){.source = {.units = 1, .items = 8},
		       .options = {.policy = LINK_LEAKY_CONSUMER,
			       .capacity_items = 3},
		       .pause = PAUSE_AT_START},
		"(-5 5 6 7 )", 5);
	expect((struct trial){.source = {.units = 3, .items = 4},
		       .options = {.policy = LINK_LEAKY_CONSUMER,
			       .capacity_items = 2},
		       .pause = PAUSE_AT_START},
		"(-4 )(-4 )(-2 2002 2003 )", 10);
}

/* The consumer is at work on the first item: it stays, and takes no room. */
static void what_is_lent_stays(void **unused)
{
	(void)unused;
	expect((struct trial){.source = {.units = 1, .items = 8},
		       .options = {.policy = LINK_LEAKY_CONSUMER,
			       .capacity_items = 3},
		       .pause = PAUSE_WITH_FIRST},
		"(0 -4 5 6 7 )", 4);
	expect((struct trial){.source = {.units = 3, .items = 2},
		       .options = {.policy = LINK_LEAKY_CONSUMER,
			       .capacity_items = 1},
		       .pause = PAUSE_WITH_FIRST},
		"(0 -1 )(-2 )(-1 2001 )", 4);
	expect((struct trial){.source = {.units = 1, .items = 8},
		       .options = {.policy = LINK_LEAKY_PRODUCER,
			       .capacity_items = 3},
		       .pause = PAUSE_WITH_FIRST},
		"(0 1 2 -5 )", 5);
}

/* Lines of 10 bytes: the third fills a link of 25. */
static void bytes_fill_a_link(void **unused)
{
	(void)unused;
	expect((struct trial){.source = {.units = 1, .items = 8, .bytes = 10},
		       .type = PAYLOAD_LINE,
		       .options = {.policy = LINK_LEAKY_PRODUCER,
			       .capacity_bytes = 25},
		       .pause = PAUSE_AT_START},
		"(0 1 2 -5 )", 5);
	expect((struct trial){.source = {.units = 1, .items = 8, .bytes = 10},
		       .type = PAYLOAD_LINE,
		       .options = {.policy = LINK_LEAKY_CONSUMER,
			       .capacity_bytes = 25},
		       .pause = PAUSE_AT_START},
		"(-5 5 6 7 )", 5);
}

static void dropped_streams_are_released(void **unused)
{
	(void)unused;
	for (int policy = LINK_LEAKY_PRODUCER; policy <= LINK_LEAKY_CONSUMER;
		policy++) {
		struct record_of_run record = {.taken = 0};
		struct trial trial = {
			.source = {.units = 2, .items = 3, .streams = true},
			.type = PAYLOAD_STREAM,
			.options = {.policy = (enum link_policy)policy,
				.capacity_items = 1},
			.pause = PAUSE_AT_START};

		run_chain(&trial, &record);
		assert_int_equal(trial.given, 6);
		assert_int_equal(record.dropped, 5);
		assert_int_equal(trial.destroyed, 6);
		text_free(&record.text);
	}
}

/* What TEXT says is complete and in order: each item has the number that
 * follows from the items and gaps before it, each unit its begin and end. */
static void check_order(const char *text, unsigned units, unsigned items)
{
	for (unsigned unit = 0; unit < units; unit++) {
		unsigned long next = 0;

		assert_int_equal(*text++, '(');
		while (*text != ')') {
			bool gap = *text == '-';
			char *end;
			unsigned long number = strtoul(text + gap, &end, 10);

			text = end;
			if (!gap)
				assert_int_equal(number, unit * 1000 + next);
			next += gap ? number : 1;
			assert_int_equal(*text++, ' ');
		}
		text++;
		assert_int_equal(next, items);
	}
	assert_string_equal(text, "");
}

static void counts_add_up_under_any_schedule(void **unused)
{
	uint64_t dropped = 0;

	(void)unused;
	for (uint64_t seed = 1; seed <= 400; seed++) {
		struct record_of_run record = {.taken = 0};
		struct trial trial = {.source = {.units = 5, .items = 40},
			.options = {.policy = seed % 2 ? LINK_LEAKY_PRODUCER
						       : LINK_LEAKY_CONSUMER,
				.capacity_items = 1 + seed % 7},
			.through = seed % 3,
			.pause = PAUSE_OFTEN,
			.seed = seed};

		run_chain(&trial, &record);
		check_order(record.text.data, 5, 40);
		assert_int_equal(trial.given, 200);
		assert_int_equal(trial.given, record.taken + record.dropped);
		assert_int_equal(record.result.dropped, record.dropped);
		assert_true(record.peak_items <= 2 + seed % 7);
		assert_int_equal(record.result.units, 5);
		dropped += record.dropped;
		text_free(&record.text);
	}
	assert_true(dropped > 400); /* else nothing was tested */
}

/* ---- Back-pressure ---------------------------------------------------------------- */

static void nothing_runs_ahead(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct record_of_run record = {.taken = 0};
		struct trial trial = {.source = {.units = 3, .items = 20},
			.options = {.policy = LINK_BACK_PRESSURE},
			.through = seed % 4,
			.pause = seed % 2 ? PAUSE_OFTEN : PAUSE_NONE,
			.seed = seed};

		run_chain(&trial, &record);
		check_order(record.text.data, 3, 20);
		assert_int_equal(record.taken, 60);
		assert_int_equal(record.dropped, 0);
		assert_int_equal(record.peak_items, 1);
		assert_int_equal(record.most_ahead, 0);
		text_free(&record.text);
	}
}

/* The other branch needs all that goes by the link before any of it is asked
 * for: it is let through. */
static void a_diamond_gets_through(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct record_of_run record = {.taken = 0};
		unsigned given = 0, destroyed = 0;
		struct giver source = {.units = 2,
			.items = 30,
			.given = &given,
			.destroyed = &destroyed};
		struct sink sink = {.record = &record, .given = &given};
		struct plan plan;

		plan_init(&plan);
		plan_add(&plan, "s", &stage_source, &source, SCOPE_UNIT);
		plan_add(&plan, "f", &stage_fork, NULL, SCOPE_UNIT);
		plan_add(&plan, "j", &stage_join, NULL, SCOPE_UNIT);
		plan_add(&plan, "c", &sink_spec, &sink, SCOPE_UNIT);
		plan_link(&plan, 0, ONE, 1, ONE, PAYLOAD_NONE);
		plan_link(&plan, 1, TWO, 2, ONE, PAYLOAD_NONE);
		plan_link(&plan, 1, THREE, 2, TWO, PAYLOAD_NONE);
		plan_link(&plan, 2, THREE, 3, ONE, PAYLOAD_NONE);
		for (unsigned i = 0; i < 3; i++)
			plan.links[i].options.policy = LINK_BACK_PRESSURE;
		run_plan(&plan, seed, &record);
		assert_int_equal(record.taken, 120);
		text_free(&record.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_is_dropped),
		cmocka_unit_test(the_oldest_is_dropped),
		cmocka_unit_test(what_is_lent_stays),
		cmocka_unit_test(bytes_fill_a_link),
		cmocka_unit_test(dropped_streams_are_released),
		cmocka_unit_test(counts_add_up_under_any_schedule),
		cmocka_unit_test(nothing_runs_ahead),
		cmocka_unit_test(a_diamond_gets_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
