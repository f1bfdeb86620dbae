/* SPDX-License-Identifier: MIT */
/* Where the units lie in outputs that span them. */
#include "session/ranges.h"

#include <string.h>

#include "base/memory.h"

/* Behind the key and its NUL. */
struct entry {
	uint64_t run, offset, length;
};

void ranges_name(const struct graph_plan *plan, struct frontier frontier,
	struct text *name)
{
	name->length = 0;
	text_add_format(
		name, "%s<%u", plan->operators[frontier.op].name, frontier.pin);
}

void ranges_add(struct text *list, const char *key, uint64_t run,
	uint64_t offset, uint64_t length)
{
	struct entry entry = {run, offset, length};

	text_add(list, key, strlen(key) + 1);
	text_add(list, (const char *)&entry, sizeof(entry));
}

const struct due_range *ranges_find(
	const struct due *due, unsigned number, size_t unit)
{
	const struct due_range *ranges = due->ranges[number];

	return ranges && ranges[unit].known ? &ranges[unit] : NULL;
}

static void take_entry(struct due *due, struct due_range *ranges, size_t *next,
	const char *key, const struct entry *entry)
{
	/* Both are mostly in the same order; else the search goes round. */
	for (size_t tries = 0; tries < due->count; tries++) {
		size_t index = *next;
		const struct due_unit *unit = &due->units[index];

		*next = (*next + 1) % due->count;
		if (strcmp(unit->key, key) != 0)
			continue;
		if (unit->run == entry->run)
			ranges[index] = (struct due_range){
				true, entry->offset, entry->length};
		return;
	}
}

static void take_list(struct due *due, struct due_range *ranges,
	const char *data, size_t length)
{
	const char *end = data + length;
	size_t next = 0;

	while (data < end) {
		size_t key = strnlen(data, (size_t)(end - data)) + 1;
		struct entry entry;

		if (key + sizeof(entry) > (size_t)(end - data))
			return;
		memcpy(&entry, data + key, sizeof(entry));
		take_entry(due, ranges, &next, data, &entry);
		data += key + sizeof(entry);
	}
}

bool ranges_load(
	struct due *due, const struct graph_plan *plan, struct run_store *store)
{
	struct text name = {0};
	bool ok = true;

	for (unsigned i = 0; ok && i < due->frontier_count; i++) {
		char *data = NULL;
		size_t length = 0;

		ranges_name(plan, due->frontiers[i], &name);
		ok = store_partial(
			store, plan->name, "", name.data, &data, &length);
		if (data && due->count > 0) {
			due->ranges[i] = arena_array(due->arena, due->count,
				sizeof(struct due_range));
			take_list(due, due->ranges[i], data, length);
		}
		free(data);
	}
	text_free(&name);
	return ok;
}
