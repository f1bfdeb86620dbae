/* SPDX-License-Identifier: MIT */
/*
 * No result depends on capacities, span sizes or the order in which operators
 * run: random graphs, with diamonds and with units that fail, leave the same
 * bytes under many schedules as under the plain one, also when what was kept of
 * units is brought in place of some of them. LEAT_SCHEDULE_GRAPHS says
 * how many graphs (default 60), LEAT_SCHEDULE_FIRST which is the first.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "engine/graph.h"
#include "loader/session.h"
#include "random-session.h"

enum { SCHEDULES = 12, UNITS = RANDOM_UNITS };

/* ---- Comparing ------------------------------------------------------------------- */

static bool is_output(const struct dirent *entry)
{
	return strncmp(entry->d_name, "in-", 3) != 0 &&
		strcmp(entry->d_name, "session.yaml") != 0 &&
		entry->d_name[0] != '.';
}

static int select_output(const struct dirent *entry)
{
	return is_output(entry);
}

/* All outputs, with their names, as one text; removes them. Without EACH those
 * of units are left out. */
static char *collect_outputs(const char *directory, bool each)
{
	struct dirent **entries = NULL;
	char *text = NULL, path[1024], block[4096];
	size_t length = 0, got;
	FILE *all = open_memstream(&text, &length);
	int count = scandir(directory, &entries, select_output, alphasort);

	assert_true(count >= 0);
	for (int i = 0; i < count; i++) {
		bool wanted =
			each || strncmp(entries[i]->d_name, "raw-", 4) != 0;

		snprintf(path, sizeof(path), "%s/%s", directory,
			entries[i]->d_name);
		if (wanted)
			fprintf(all, "== %s\n", entries[i]->d_name);
		FILE *file = fopen(path, "r");
		assert_non_null(file);
		while (wanted &&
			(got = fread(block, 1, sizeof(block), file)) > 0)
			fwrite(block, 1, got, all);
		fclose(file);
		unlink(path);
		free(entries[i]);
	}
	free(entries);
	fclose(all);
	return text;
}

/* ---- What is kept of units ------------------------------------------------------- */

enum { MOST_KEPT = 2048, MOST_SOURCES = 64 };

struct kept {
	unsigned source;
	uint64_t unit;
	struct frontier frontier;
	char *data;
	size_t length;
};

struct memory {
	struct kept kept[MOST_KEPT];
	unsigned count;
	unsigned char ways[MOST_SOURCES][UNITS];
	unsigned brought; /* units, so far */
};

static void keep(void *context, const struct unit *unit,
	struct frontier frontier, const void *data, size_t length)
{
	struct memory *memory = context;

	assert_true(memory->count < MOST_KEPT);
	struct kept *kept = &memory->kept[memory->count++];
	*kept = (struct kept){unit->source, unit->number, frontier,
		memory_alloc(length + 1), length};
	if (length > 0)
		memcpy(kept->data, data, length);
}

static bool contribution(void *context, const struct unit *unit,
	struct frontier frontier, struct brought *brought)
{
	struct memory *memory = context;

	for (unsigned i = 0; i < memory->count; i++) {
		const struct kept *kept = &memory->kept[i];

		if (kept->source != unit->source ||
			kept->unit != unit->number ||
			kept->frontier.op != frontier.op ||
			kept->frontier.pin != frontier.pin)
			continue;
		brought->data = (struct slice){NULL, kept->data, kept->length};
		return true;
	}
	return false;
}

static const struct graph_host keeps = {.keep = keep};
static const struct graph_host brings = {.contribution = contribution};

/* Any of the units of SOURCE of which all is kept are brought instead. */
static void choose_ways(struct memory *memory, const struct graph *graph,
	unsigned source, unsigned char *ways, uint64_t *state)
{
	unsigned frontiers = 0;

	for (unsigned i = 0; i < graph_frontier_count(graph); i++)
		frontiers += graph_contributes(graph, source, i);
	for (unsigned unit = 0; unit < UNITS; unit++) {
		unsigned found = 0;

		for (unsigned i = 0; i < memory->count; i++)
			found += memory->kept[i].source == source &&
				memory->kept[i].unit == unit;
		ways[unit] = found == frontiers && random_draw(state, 3) > 0 &&
				!graph_is_side(graph, source)
			? UNIT_BROUGHT
			: UNIT_RUNS;
		memory->brought += ways[unit] == UNIT_BROUGHT;
	}
}

static void forget(struct memory *memory)
{
	for (unsigned i = 0; i < memory->count; i++)
		free(memory->kept[i].data);
	memory->count = 0;
}

/* MEMORY may be NULL. With a STATE units may be brought from it, else it is
 * filled. */
static void set_host(
	struct graph *graph, struct memory *memory, uint64_t *state)
{
	if (!memory)
		return;
	assert_true(graph_find_units(graph));
	if (graph_units_known(graph) != UNITS_APART)
		return;
	graph_set_host(graph, state ? &brings : &keeps, memory);
	if (!state)
		return;
	unsigned sources[MOST_SOURCES];
	unsigned count = graph_sources(graph, sources);
	for (unsigned i = 0; i < count; i++) {
		choose_ways(memory, graph, sources[i], memory->ways[i], state);
		graph_set_ways(graph, sources[i], memory->ways[i], UNITS);
	}
}

static char *run_once(const struct session *session, const char *directory,
	struct graph_settings settings, struct memory *memory, uint64_t *state)
{
	char *messages = NULL;
	size_t length = 0;

	settings.memory_bytes = (size_t)session->memory_bytes;
	settings.keep_going = true;
	const struct log log = {.file = open_memstream(&messages, &length)};
	settings.log = &log;
	struct graph *graph = graph_create(&session->graphs[0], &settings);
	set_host(graph, memory, state);
	struct graph_result result = graph_run(graph);
	graph_destroy(graph);
	fclose(log.file);
	if (result.status != STATUS_UNITS_FAILED && result.status != STATUS_OK)
		print_message("%s\n", messages);
	free(messages);
	/* A head that has enough may stop before the unit that fails. */
	assert_true(result.status == STATUS_UNITS_FAILED ||
		result.status == STATUS_OK);
	return collect_outputs(directory, !memory);
}

static void show(const char *path)
{
	char block[4096];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	size_t got = fread(block, 1, sizeof(block) - 1, file);

	block[got] = '\0';
	fclose(file);
	print_message("%s", block);
}

/* Fails with the first line that differs. */
static void compare(const char *path, const char *got, const char *expected)
{
	size_t line = 0, at = 0;

	if (strcmp(got, expected) == 0)
		return;
	for (; got[at] && got[at] == expected[at]; at++)
		if (got[at] == '\n')
			line = at + 1;
	show(path);
	fail_msg("at byte %zu:\n%.60s\nbut by the plain schedule:\n%.60s", at,
		got + line, expected + line);
}

/* Other capacities for links, and links that have no queue. */
static void vary_links(const struct graph_plan *plan, uint64_t *state)
{
	for (unsigned i = 0; i < plan->link_count; i++) {
		struct link_options *options = &plan->links[i].options;
		const struct operator_plan *to =
			&plan->operators[plan->links[i].to];

		/* What sets a live property is always blocking. */
		if (plan->links[i].to_pin >= to->pin_count - to->live_count)
			continue;
		*options = (struct link_options){.policy = LINK_BLOCKING};
		switch (random_draw(state, 4)) {
		case 0: options->policy = LINK_BACK_PRESSURE; break;
		case 1:
			options->capacity_items = 1 + random_draw(state, 40);
			break;
		case 2:
			options->capacity_bytes = 1 + random_draw(state, 4000);
			break;
		default: break;
		}
	}
}

static struct graph_settings random_settings(uint64_t *state)
{
	return (struct graph_settings){
		.link_items = 1 + random_draw(state, 300),
		.link_bytes = 1 + random_draw(state, 100000),
		.span_items = 1 + random_draw(state, 256),
		.schedule_seed = 1 + random_draw(state, UINT32_MAX),
	};
}

/* What spans units is the same when some of them are brought. Returns how many
 * were. */
static unsigned check_brought(const struct session *session,
	const char *directory, const char *path, uint64_t seed)
{
	struct memory memory = {.count = 0};
	char *expected = run_once(
		session, directory, (struct graph_settings){0}, &memory, NULL);

	for (uint64_t i = 1; i <= SCHEDULES; i++) {
		uint64_t state = seed * 1000 + 500 + i;
		char *got = run_once(session, directory,
			random_settings(&state), &memory, &state);

		compare(path, got, expected);
		free(got);
	}
	free(expected);
	forget(&memory);
	return memory.brought;
}

static unsigned check_graph(const char *directory, uint64_t seed)
{
	print_message("graph %llu\n", (unsigned long long)seed);
	struct diagnostics *diagnostics = diagnostics_create();
	char path[512];

	snprintf(path, sizeof(path), "%s/session.yaml", directory);
	random_session_write(path, directory, seed);
	struct session *session = session_parse(path, diagnostics);
	bool built = session && session_build(session, true, diagnostics);
	diagnostics_print(diagnostics, stderr);
	if (!built)
		show(path);
	assert_true(built);

	char *expected = run_once(
		session, directory, (struct graph_settings){0}, NULL, NULL);
	assert_true(strlen(expected) > 0);
	unsigned brought = check_brought(session, directory, path, seed);
	for (uint64_t i = 1; i <= SCHEDULES; i++) {
		uint64_t state = seed * 1000 + i;

		if (i > SCHEDULES / 2)
			vary_links(&session->graphs[0], &state);
		char *got = run_once(session, directory,
			random_settings(&state), NULL, NULL);
		compare(path, got, expected);
		free(got);
	}
	free(expected);
	session_destroy(session);
	diagnostics_destroy(diagnostics);
	unlink(path);
	return brought;
}

static void results_do_not_depend_on_the_schedule(void **unused)
{
	char directory[] = "/tmp/leat-schedules-XXXXXX", command[600];
	const char *graphs = getenv("LEAT_SCHEDULE_GRAPHS");
	uint64_t count = graphs ? strtoull(graphs, NULL, 10) : 60;
	const char *first = getenv("LEAT_SCHEDULE_FIRST");
	uint64_t seed = first ? strtoull(first, NULL, 10) : 1;

	(void)unused;
	assert_non_null(mkdtemp(directory));
	random_inputs_write(directory);
	unsigned brought = 0;
	for (; seed <= count; seed++)
		brought += check_graph(directory, seed);
	print_message("%u units were brought\n", brought);
	assert_true(brought > 0 || count < 10);
	snprintf(command, sizeof(command), "rm -r '%s'", directory);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_do_not_depend_on_the_schedule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
