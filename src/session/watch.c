/* SPDX-License-Identifier: MIT */
/* Looks on while a graph runs. */
#include "session/watch.h"

#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "session/stale.h"

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- Names ------------------------------------------------------------------ */

/* PATH relative to the working directory, or to that of the session as it was
 * named, where it lies beneath them. */
static const char *shown_path(struct watch *watch, const char *path)
{
	size_t working = strlen(watch->base->working);

	key_absolute(watch->base, path, &watch->path);
	const char *absolute = watch->path.data;
	if (strncmp(absolute, watch->base->working, working) == 0 &&
		absolute[working])
		return absolute + working;
	if (strncmp(absolute, watch->base->directory, watch->base->length) != 0)
		return absolute;
	struct text named = {0};
	text_add_string(&named, watch->session->directory);
	text_add_string(&named, absolute + watch->base->length);
	text_free(&watch->path);
	watch->path = named;
	return named.data;
}

static bool keeps_all(const struct watch *watch)
{
	return watch->settings->journal && watch->settings->journal->all;
}

static void add_input(struct watch *watch, const char *path)
{
	struct journal *journal = watch->settings->journal;

	journal_add_name(journal, &journal->inputs, shown_path(watch, path));
}

static void add_output(struct watch *watch, const char *path)
{
	struct journal *journal = watch->settings->journal;

	journal_add_name(journal, &journal->outputs, shown_path(watch, path));
}

/* ---- While it runs ---------------------------------------------------------- */

static void see_unit(void *context, const struct unit *unit)
{
	struct watch *watch = context;

	watch->progress.units_done++;
	watch->progress.units_failed += unit->failed;
	if (!watch->settings->journal)
		return;
	if (keeps_all(watch) && unit->is_file)
		add_input(watch, unit->name);
	journal_add(watch->settings->journal,
		(struct journal_unit){
			.state = unit->quarantined ? JOURNAL_QUARANTINED
				: unit->failed	   ? JOURNAL_FAILED
						   : JOURNAL_DONE,
			.graph = watch->plan->name,
			.name = unit->name,
			.reason = unit->reason ? unit->reason : "",
		});
}

void watch_failed_late(
	struct watch *watch, const char *name, const char *reason)
{
	watch->progress.units_failed++;
	if (watch->settings->journal)
		journal_fail(watch->settings->journal, watch->plan->name, name,
			reason);
}

static void see_output(
	void *context, const struct unit *unit, const struct output *output)
{
	struct watch *watch = context;

	(void)unit;
	if (keeps_all(watch))
		add_output(watch, output_path(output));
}

/* How much there is to do, where nobody had to know it. */
static void count_units(struct watch *watch, struct graph *graph)
{
	unsigned *sources = memory_zeroed(
		memory_product(watch->plan->operator_count, sizeof(*sources)));
	unsigned count = graph_sources(graph, sources);
	struct found_unit found;
	struct stat stat_now;

	for (unsigned i = 0; i < count; i++)
		for (uint64_t number = 0;
			graph_unit(graph, sources[i], number, &found);
			number++) {
			watch->progress.units_total++;
			if (found.is_file && stat(found.name, &stat_now) == 0)
				watch->progress.bytes_total +=
					(uint64_t)stat_now.st_size;
		}
	free(sources);
}

static void look(void *context, struct graph *graph)
{
	struct watch *watch = context;
	const struct run_settings *settings = watch->settings;

	if (!watch->counted && graph_units_known(graph) != UNITS_UNKNOWN)
		count_units(watch, graph);
	watch->counted = true;
	watch->progress.bytes_done = graph_bytes_read(graph);
	watch->progress.elapsed_ns = now_ns() - watch->progress.begun_ns;
	settings->look(settings->look_context, &watch->progress);
}

void watch_init(struct watch *watch, const struct session *session,
	const struct graph_plan *plan, const struct run_settings *settings,
	const struct key_base *base)
{
	*watch = (struct watch){
		.graph = {.context = watch,
			.unit = see_unit,
			.output = see_output,
			.look = settings->look ? look : NULL},
		.plan = plan,
		.settings = settings,
		.session = session,
		.base = base,
		.progress = {.graph = plan->name, .begun_ns = now_ns()},
	};
}

void watch_finish(struct watch *watch)
{
	text_free(&watch->path);
}

/* ---- Before and after ------------------------------------------------------- */

void watch_begin(struct watch *watch, const struct due *due)
{
	struct run_progress *progress = &watch->progress;

	watch->counted = due->knowledge != UNITS_UNKNOWN;
	for (size_t i = 0; i < due->count; i++) {
		const struct due_unit *unit = &due->units[i];

		if (due->ways[i] == UNIT_RUNS) {
			progress->units_total++;
			progress->bytes_total += unit->file.state.size_bytes;
			continue;
		}
		if (!keeps_all(watch))
			continue;
		journal_add(watch->settings->journal,
			(struct journal_unit){JOURNAL_UP_TO_DATE,
				watch->plan->name, unit->name,
				unit->quarantined ? "in quarantine"
						  : "up to date"});
		if (unit->file.state.inode)
			add_input(watch, unit->name);
	}
}

/* A sweep of what is remembered; VANISHED are in its order. */
struct sweep {
	struct watch *watch;
	const struct due *due;
	size_t vanished;
};

static bool see_remembered(void *context, struct store_unit *unit)
{
	struct sweep *sweep = context;
	const struct due *due = sweep->due;
	struct text path = {0};

	if (due_is_gone(due, &sweep->vanished, unit->key) || stale_is_row(unit))
		return true;
	for (size_t i = 0; i < unit->output_count; i++) {
		key_path(sweep->watch->base, unit->outputs[i].path, &path);
		add_output(sweep->watch, path.data);
	}
	text_free(&path);
	return true;
}

bool watch_end(struct watch *watch, const struct due *due)
{
	struct sweep sweep = {watch, due, 0};

	return !keeps_all(watch) ||
		store_units(watch->settings->store, watch->plan->name,
			see_remembered, &sweep);
}
