/* SPDX-License-Identifier: MIT */
/* What graphs will write, for those that run after them. */
#include "session/upcoming.h"

#include <string.h>

#include "base/memory.h"
#include "base/path-set.h"

struct file {
	struct file *next;
	const char *path; /* in the arena */
	bool there; /* a unit of the graph that is looked at */
};

struct upcoming {
	const struct key_base *base;
	struct arena *arena;
	struct path_set graphs; /* by keys: who writes it */
	struct file *files, **last; /* in the order in which they were added */
	const char *unknown; /* a graph that writes files that can't be told */
	struct text key;
};

struct upcoming *upcoming_create(const struct key_base *base)
{
	struct upcoming *upcoming = memory_zeroed(sizeof(*upcoming));

	upcoming->base = base;
	upcoming->arena = arena_create();
	upcoming->last = &upcoming->files;
	return upcoming;
}

void upcoming_destroy(struct upcoming *upcoming)
{
	if (!upcoming)
		return;
	path_set_finish(&upcoming->graphs);
	arena_destroy(upcoming->arena);
	text_free(&upcoming->key);
	free(upcoming);
}

/* ---- Adding --------------------------------------------------------------------- */

struct adding {
	struct upcoming *upcoming;
	const char *graph; /* its name */
	const struct due *due;
	size_t next; /* the unit that is likely to be told next */
};

/* Whether the unit of that name will run: they come in order, several times
 * where several operators write. */
static bool will_run(struct adding *adding, const char *name)
{
	const struct due *due = adding->due;

	for (size_t tries = 0; tries < due->count; tries++) {
		if (strcmp(due->units[adding->next].name, name) == 0)
			return due->ways[adding->next] == UNIT_RUNS;
		adding->next = (adding->next + 1) % due->count;
	}
	return true;
}

static bool add(void *context, const struct graph_target *target)
{
	struct adding *adding = context;
	struct upcoming *upcoming = adding->upcoming;

	if (target->unit && !will_run(adding, target->unit))
		return true;
	if (!target->path) {
		upcoming->unknown = adding->graph;
		return true;
	}
	struct file *file = arena_alloc(upcoming->arena, sizeof(*file));
	*file = (struct file){
		.path = arena_string(upcoming->arena, target->path)};
	*upcoming->last = file;
	upcoming->last = &file->next;
	key_of(upcoming->base, target->path, &upcoming->key);
	path_set_add(&upcoming->graphs, upcoming->key.data, adding->graph);
	return true;
}

void upcoming_add(struct upcoming *upcoming, struct graph *graph,
	const struct graph_plan *plan, const struct due *due)
{
	struct adding adding = {upcoming, plan->name, due, 0};

	if (due->reason == DUE_NOT)
		return;
	graph_targets(graph, add, &adding);
	if (due->awaited_count > 0)
		upcoming->unknown = plan->name;
}

/* ---- Applying ------------------------------------------------------------------- */

static const char *writer_of(struct upcoming *upcoming, const char *path)
{
	key_of(upcoming->base, path, &upcoming->key);
	return path_set_owner(&upcoming->graphs, upcoming->key.data);
}

static void await_unit(struct due *due, size_t index, const char *graph)
{
	struct due_unit *unit = &due->units[index];

	due->run_count += due->ways[index] != UNIT_RUNS;
	due->brought_count -= due->ways[index] == UNIT_BROUGHT;
	due->ways[index] = UNIT_RUNS;
	unit->reason = DUE_WRITTEN;
	unit->detail = graph;
}

static void await_file(
	struct due *due, const struct graph *graph, const struct file *file)
{
	if (file->there || !graph_finds(graph, file->path))
		return;
	due->awaited[due->awaited_count++] =
		arena_string(due->arena, file->path);
}

/* The graph runs after all, so that units that aren't due are brought. */
static void bring_others(struct due *due)
{
	for (size_t i = 0; i < due->count; i++) {
		const struct due_unit *unit = &due->units[i];

		if (due->ways[i] != UNIT_SKIPPED || unit->quarantined ||
			!due->spans || unit->source->frontiers == 0)
			continue;
		due->ways[i] = UNIT_BROUGHT;
		due->brought_count++;
	}
}

/* Whether it reads files at all; of those that aren't there yet nothing is
 * known. */
static bool reads_files(const struct due *due)
{
	for (size_t i = 0; i < due->count; i++)
		if (due->units[i].file.state.inode)
			return true;
	return due->count == 0 && due->knowledge != UNITS_UNKNOWN;
}

/* Finds the units that will be written; the last graph that does, or NULL. */
static const char *await_units(
	struct upcoming *upcoming, struct due *due, struct path_set *there)
{
	const char *depends = NULL;

	for (size_t i = 0; i < due->count; i++) {
		const char *writer = writer_of(upcoming, due->units[i].name);

		if (!writer)
			continue;
		path_set_add(there, upcoming->key.data, "");
		await_unit(due, i, writer);
		depends = writer;
	}
	return depends;
}

bool upcoming_apply(
	struct upcoming *upcoming, const struct graph *graph, struct due *due)
{
	struct path_set there = {NULL};
	const char *depends = await_units(upcoming, due, &there);
	size_t count = 0;

	if (!depends && reads_files(due))
		depends = upcoming->unknown;
	for (struct file *file = upcoming->files; file; file = file->next) {
		key_of(upcoming->base, file->path, &upcoming->key);
		file->there = path_set_owner(&there, upcoming->key.data);
		count++;
	}
	due->awaited = arena_array(due->arena, count + 1, sizeof(char *));
	for (struct file *file = upcoming->files; file; file = file->next)
		await_file(due, graph, file);
	if (due->awaited_count > 0)
		depends = writer_of(upcoming, due->awaited[0]);
	path_set_finish(&there);
	if (!depends)
		return false;
	bring_others(due);
	due->reason = DUE_WRITTEN;
	due->detail = arena_string(due->arena, depends);
	return true;
}
