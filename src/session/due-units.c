/* SPDX-License-Identifier: MIT */
/* Which units a graph has, and what they are called in the store. */
#include "session/due-parts.h"

#include <inttypes.h>
#include <string.h>

#include "base/memory.h"

/* What else counts of the unit than its content. */
static const char *identity_of(const struct due *due,
	const struct found_unit *found, const struct file_details *file)
{
	const char *identity = arena_string(
		due->arena, found->identity ? found->identity : "");

	if (due->file_facts & FILE_TIMES)
		identity = arena_format(due->arena, "%s at %" PRId64, identity,
			file->state.mtime_ns);
	if (due->file_facts & FILE_MODES)
		identity = arena_format(due->arena, "%s mode %o of %u:%u",
			identity, file->mode & 07777u, file->uid, file->gid);
	return identity;
}

/* What is at hand while units are listed. */
struct listing {
	struct due *due;
	const struct key_base *base;
	const char *source; /* tells units apart that several find; or NULL */
	struct text key;
	struct looker looker;
};

/* A key of a file has no two slashes in a row of its own. */
static void add_unit(struct listing *listing, const struct found_unit *found)
{
	struct due *due = listing->due;
	struct text *key = &listing->key;
	struct due_unit unit = {
		.name = arena_string(due->arena, found->name),
		.reason = DUE_NEW,
	};
	struct stat file;

	key->length = 0;
	if (found->is_file) {
		key_of(listing->base, found->name, key);
		if (looker_stat(&listing->looker, found->name, &file))
			unit.file = file_details_of(&file);
	} else {
		text_add_string(key, found->name);
	}
	if (listing->source)
		text_add_format(key, "//%s", listing->source);
	unit.key = arena_string(due->arena, key->data);
	unit.identity = identity_of(due, found, &unit.file);
	due->units = memory_grow(
		due->units, due->count, &due->capacity, sizeof(*due->units));
	due->units[due->count++] = unit;
}

static void add_source(
	struct listing *listing, struct graph *graph, struct due_source *source)
{
	struct due *due = listing->due;
	struct found_unit found;

	source->first = due->count;
	source->side = graph_is_side(graph, source->op);
	for (unsigned i = 0; i < due->frontier_count; i++)
		source->frontiers += graph_contributes(graph, source->op, i);
	while (graph_unit(
		graph, source->op, due->count - source->first, &found)) {
		add_unit(listing, &found);
		due->units[due->count - 1].source = source;
	}
	source->count = due->count - source->first;
}

void due_find_units(struct due *due, struct graph *graph,
	const struct graph_plan *plan, const struct key_base *base)
{
	unsigned *sources = memory_zeroed(
		memory_product(plan->operator_count, sizeof(*sources)));
	struct listing listing = {.due = due, .base = base};

	looker_init(&listing.looker);
	due->source_count = graph_sources(graph, sources);
	due->sources = arena_array(
		due->arena, due->source_count, sizeof(*due->sources));
	for (unsigned i = 0; i < due->source_count; i++) {
		due->sources[i] = (struct due_source){.op = sources[i]};
		if (due->source_count > 1)
			listing.source = plan->operators[sources[i]].name;
		add_source(&listing, graph, &due->sources[i]);
		due->has_sides |= due->sources[i].side;
	}
	text_free(&listing.key);
	looker_finish(&listing.looker);
	free(sources);
}

struct due_unit *due_unit_at(
	const struct due *due, unsigned source, uint64_t number)
{
	for (unsigned i = 0; i < due->source_count; i++)
		if (due->sources[i].op == source)
			return &due->units[due->sources[i].first + number];
	return NULL;
}

struct due_unit *due_unit(const struct due *due, const struct unit *unit)
{
	return unit ? due_unit_at(due, unit->source, unit->number) : NULL;
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
