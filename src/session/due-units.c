/* SPDX-License-Identifier: MIT */
/* Which units a graph has, and what they are called in the store. */
#include "session/due-parts.h"

#include <inttypes.h>
#include <string.h>

#include "base/memory.h"

/* What else counts of the unit than its content. */
static const char *identity_of(const struct due *due,
	const struct found_unit *found, const struct stat *file)
{
	const char *identity = arena_string(
		due->arena, found->identity ? found->identity : "");

	if (due->file_facts & FILE_TIMES)
		identity = arena_format(due->arena, "%s at %" PRId64, identity,
			file_state_of(file).mtime_ns);
	if (due->file_facts & FILE_MODES)
		identity = arena_format(due->arena, "%s mode %o of %u:%u",
			identity, (unsigned)file->st_mode & 07777u,
			(unsigned)file->st_uid, (unsigned)file->st_gid);
	return identity;
}

/* SOURCE, where it isn't NULL, tells units apart that several sources find. A
 * key of a file has no two slashes in a row of its own. */
static void add_unit(struct due *due, const struct found_unit *found,
	const struct key_base *base, const char *source, struct text *key)
{
	struct due_unit unit = {
		.name = arena_string(due->arena, found->name),
		.reason = DUE_NEW,
	};
	struct stat stat_now = {0};

	key->length = 0;
	if (found->is_file) {
		key_of(base, found->name, key);
		if (stat(found->name, &stat_now) == 0)
			unit.file = file_state_of(&stat_now);
	} else {
		text_add_string(key, found->name);
	}
	if (source)
		text_add_format(key, "//%s", source);
	unit.key = arena_string(due->arena, key->data);
	unit.identity = identity_of(due, found, &stat_now);
	due->units = memory_grow(
		due->units, due->count, &due->capacity, sizeof(*due->units));
	due->units[due->count++] = unit;
}

static void add_source(struct due *due, struct graph *graph,
	const struct graph_plan *plan, const struct key_base *base,
	struct due_source *source)
{
	const char *name =
		due->source_count > 1 ? plan->operators[source->op].name : NULL;
	struct found_unit found;
	struct text key = {0};

	source->first = due->count;
	source->side = graph_is_side(graph, source->op);
	for (unsigned i = 0; i < due->frontier_count; i++)
		source->frontiers += graph_contributes(graph, source->op, i);
	while (graph_unit(
		graph, source->op, due->count - source->first, &found)) {
		add_unit(due, &found, base, name, &key);
		due->units[due->count - 1].source = source;
	}
	source->count = due->count - source->first;
	text_free(&key);
}

void due_find_units(struct due *due, struct graph *graph,
	const struct graph_plan *plan, const struct key_base *base)
{
	unsigned *sources = memory_zeroed(
		memory_product(plan->operator_count, sizeof(*sources)));

	due->source_count = graph_sources(graph, sources);
	due->sources = arena_array(
		due->arena, due->source_count, sizeof(*due->sources));
	for (unsigned i = 0; i < due->source_count; i++) {
		due->sources[i] = (struct due_source){.op = sources[i]};
		add_source(due, graph, plan, base, &due->sources[i]);
		due->has_sides |= due->sources[i].side;
	}
	free(sources);
}

struct due_unit *due_unit(const struct due *due, const struct unit *unit)
{
	for (unsigned i = 0; unit && i < due->source_count; i++)
		if (due->sources[i].op == unit->source)
			return &due->units[due->sources[i].first +
				unit->number];
	return NULL;
}

static int by_key(const void *left, const void *right, void *context)
{
	const struct due *due = context;
	size_t a = *(const size_t *)left, b = *(const size_t *)right;
	int order = strcmp(due->units[a].key, due->units[b].key);

	return order ? order : (a > b) - (a < b);
}

/* One file may have been found by two names: gives the second one a key of its
 * own. Returns whether there was one. */
static bool part_same(struct due *due)
{
	unsigned copies = 0;
	bool found = false;

	for (size_t i = 1; i < due->count; i++) {
		struct due_unit *unit = &due->units[due->order[i]];
		const struct due_unit *first =
			&due->units[due->order[i - 1 - copies]];

		copies = strcmp(first->key, unit->key) == 0 ? copies + 1 : 0;
		if (copies == 0)
			continue;
		unit->key = arena_format(
			due->arena, "%s//%u", first->key, copies + 1);
		found = true;
	}
	return found;
}

void due_order_units(struct due *due)
{
	bool sorted = true;

	due->order = memory_zeroed(
		memory_product(due->count + 1, sizeof(*due->order)));
	for (size_t i = 0; i < due->count; i++) {
		due->order[i] = i;
		if (i > 0 &&
			strcmp(due->units[i - 1].key, due->units[i].key) >= 0)
			sorted = false;
	}
	if (sorted)
		return;
	do
		qsort_r(due->order, due->count, sizeof(*due->order), by_key,
			due);
	while (part_same(due));
}
