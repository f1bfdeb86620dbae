/* SPDX-License-Identifier: MIT */
/* Where the units lie in outputs that span them. */
#include "session/ranges.h"

#include <string.h>

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

/* The unit with the key, or NULL: mostly the one at *NEXT. */
static struct due_unit *find_unit(
	const struct due *due, size_t *next, const char *key)
{
	size_t low = 0, high = due->count;

	if (*next < due->count && strcmp(due->units[*next].key, key) == 0)
		return &due->units[(*next)++];
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		size_t index = due->order[middle];
		int order = strcmp(due->units[index].key, key);

		if (order == 0) {
			*next = index + 1;
			return &due->units[index];
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
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
		const struct due_unit *unit = find_unit(due, &next, data);
		if (unit && unit->run == entry.run)
			ranges[unit - due->units] = (struct due_range){
				true, entry.offset, entry.length};
		data += key + sizeof(entry);
	}
}

/* ---- Lists in the store ------------------------------------------------------- */

/* SQLite reads all of a row that it passes on its way to another: a list is
 * kept in pieces. */
enum { PIECE_BYTES = 8 * 1024 };

/* The name of a piece; that of the first one is the frontier's. */
static const char *piece_name(
	struct text *name, const char *frontier, size_t number)
{
	name->length = 0;
	text_add_string(name, frontier);
	if (number > 0)
		text_add_format(name, "//%zu", number);
	return name->data;
}

bool ranges_put(struct run_store *store, const char *graph,
	const char *frontier, const struct text *list)
{
	struct text name = {0};
	bool ok = true;

	for (size_t at = 0; ok && at < list->length; at += PIECE_BYTES) {
		size_t left = list->length - at;

		ok = store_put_partial(store, graph, "",
			piece_name(&name, frontier, at / PIECE_BYTES),
			list->data + at,
			left < PIECE_BYTES ? left : PIECE_BYTES);
	}
	text_free(&name);
	return ok;
}

/* All pieces of a list, one behind the other. */
static bool read_list(struct run_store *store, const char *graph,
	const char *frontier, struct text *list)
{
	struct text name = {0};
	bool ok = true, more = true;

	list->length = 0;
	for (size_t i = 0; ok && more; i++) {
		char *data = NULL;
		size_t length = 0;

		ok = store_partial(store, graph, "",
			piece_name(&name, frontier, i), &data, &length);
		more = data;
		text_add(list, data, length);
		free(data);
	}
	text_free(&name);
	return ok;
}

bool ranges_load(
	struct due *due, const struct graph_plan *plan, struct run_store *store)
{
	struct text name = {0}, list = {0};
	bool ok = true;

	for (unsigned i = 0; ok && i < due->frontier_count; i++) {
		ranges_name(plan, due->frontiers[i], &name);
		ok = read_list(store, plan->name, name.data, &list);
		if (list.length == 0 || due->count == 0)
			continue;
		due->ranges[i] = arena_array(
			due->arena, due->count, sizeof(struct due_range));
		take_list(due, due->ranges[i], list.data, list.length);
	}
	text_free(&name);
	text_free(&list);
	return ok;
}
