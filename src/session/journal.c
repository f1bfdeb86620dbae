/* SPDX-License-Identifier: MIT */
/* What became of the units of a run. */
#include "session/journal.h"

#include <string.h>

#include "base/memory.h"

static struct arena *arena_of(struct journal *journal)
{
	if (!journal->arena)
		journal->arena = arena_create();
	return journal->arena;
}

uint64_t journal_failures(const struct journal *journal)
{
	return journal->counts[JOURNAL_FAILED] +
		journal->counts[JOURNAL_QUARANTINED];
}

bool journal_is_failure(const struct journal_unit *unit)
{
	return unit->state == JOURNAL_FAILED ||
		unit->state == JOURNAL_QUARANTINED;
}

void journal_add(struct journal *journal, struct journal_unit unit)
{
	struct arena *arena = arena_of(journal);

	journal->counts[unit.state]++;
	if (!journal->all &&
		!(journal_is_failure(&unit) &&
			journal_failures(journal) <= JOURNAL_FAILURES))
		return;
	journal->units = memory_grow(journal->units, journal->count,
		&journal->capacity, sizeof(*journal->units));
	unit.graph = arena_string(arena, unit.graph);
	unit.name = arena_string(arena, unit.name);
	unit.reason = arena_string(arena, unit.reason);
	journal->units[journal->count++] = unit;
}

/* The unit, if it was remembered; the last ones are asked for. */
static struct journal_unit *find(
	struct journal *journal, const char *graph, const char *name)
{
	for (size_t i = journal->count; i > 0; i--) {
		struct journal_unit *unit = &journal->units[i - 1];

		if (unit->state == JOURNAL_DONE &&
			strcmp(unit->name, name) == 0 &&
			strcmp(unit->graph, graph) == 0)
			return unit;
	}
	return NULL;
}

void journal_fail(struct journal *journal, const char *graph, const char *name,
	const char *reason)
{
	struct journal_unit *unit = find(journal, graph, name);

	journal->counts[JOURNAL_DONE]--;
	if (!unit) {
		journal_add(journal,
			(struct journal_unit){
				JOURNAL_FAILED, graph, name, reason});
		return;
	}
	journal->counts[JOURNAL_FAILED]++;
	unit->state = JOURNAL_FAILED;
	unit->reason = arena_string(arena_of(journal), reason);
}

void journal_add_name(
	struct journal *journal, struct journal_names *names, const char *name)
{
	names->names = memory_grow(names->names, names->count, &names->capacity,
		sizeof(*names->names));
	names->names[names->count++] = arena_string(arena_of(journal), name);
}

static int compare(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void sort(struct journal_names *names)
{
	size_t kept = 0;

	if (names->count == 0)
		return;
	qsort(names->names, names->count, sizeof(*names->names), compare);
	for (size_t i = 0; i < names->count; i++)
		if (kept == 0 ||
			strcmp(names->names[kept - 1], names->names[i]) != 0)
			names->names[kept++] = names->names[i];
	names->count = kept;
}

void journal_sort(struct journal *journal)
{
	sort(&journal->inputs);
	sort(&journal->outputs);
}

void journal_finish(struct journal *journal)
{
	free(journal->units);
	free(journal->inputs.names);
	free(journal->outputs.names);
	arena_destroy(journal->arena);
	*journal = (struct journal){0};
}
