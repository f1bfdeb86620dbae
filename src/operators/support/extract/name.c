/* SPDX-License-Identifier: MIT */
/* The names that entries get beneath a directory. */
#include "operators/support/extract/name.h"

#include <string.h>

#include "operators/support/archive/entry.h"

static const char mark[] = "!/"; /* in a trail, behind an archive */

/* How many bytes of the trail are that of the archive. */
static size_t archive_length(
	const struct value *trail, const struct value *path)
{
	size_t tail = path->length + strlen(mark);
	const char *at = trail->data;

	if (trail->length >= tail &&
		memcmp(at + trail->length - tail, mark, strlen(mark)) == 0 &&
		memcmp(at + trail->length - path->length, path->data,
			path->length) == 0)
		return trail->length - tail;
	/* The entry was renamed. */
	for (size_t length = trail->length; length > 1; length--)
		if (memcmp(at + length - 2, mark, 2) == 0)
			return length - 2;
	return 0;
}

static bool has_mark(const struct value *trail, size_t at)
{
	return trail->length >= at + strlen(mark) &&
		memcmp(trail->data + at, mark, strlen(mark)) == 0;
}

/* Where the trail goes on behind the outermost archive, which has the path of
 * the unit, that may have a mark in it, or a name that entry-edit gave it. */
static size_t outermost_length(
	const struct value *trail, const struct value *unit_path)
{
	size_t at = unit_path ? unit_path->length : 0;

	if (unit_path && has_mark(trail, at) &&
		memcmp(trail->data, unit_path->data, at) == 0)
		return at + strlen(mark);
	for (at = 0; at < trail->length && !has_mark(trail, at);)
		at++;
	return at + strlen(mark);
}

/* Adds the way from the outermost archive to the one that the entry is in. */
static void add_way(struct text *name, const struct attributes *set,
	const struct value *unit_path)
{
	const struct value *trail =
		attributes_get(set, &entry_attributes[ENTRY_TRAIL]);
	const struct value *path =
		attributes_get(set, &entry_attributes[ENTRY_PATH]);

	if (!trail || trail->null)
		return;
	size_t end = archive_length(trail, path);
	for (size_t at = outermost_length(trail, unit_path); at < end; at++) {
		if (at + strlen(mark) < end && has_mark(trail, at))
			at++;
		text_add(name, trail->data + at, 1);
	}
	if (name->length > 0)
		text_add(name, "/", 1);
}

/* Whether a component of the name is that of a directory of run stores. */
static bool names_state(const char *name)
{
	static const char state[] = ".leat";

	for (;;) {
		size_t length = strcspn(name, "/");

		if (length == strlen(state) && memcmp(name, state, length) == 0)
			return true;
		if (!name[length])
			return false;
		name += length + 1;
	}
}

const char *extract_name(struct text *name, const struct value *path,
	const struct attributes *set, const struct value *unit_path, bool flat)
{
	const char *problem = entry_name_problem(path->data, path->length);

	name->length = 0;
	if (problem)
		return problem;
	if (memchr(path->data, '\0', path->length))
		return "has a NUL byte";
	if (!flat)
		add_way(name, set, unit_path);
	size_t way = name->length;
	entry_add_path(name, path->data, path->length);
	if (strcmp(name->data + way, ".") == 0) {
		name->length = way > 0 ? way - 1 : 0;
		name->data[name->length] = '\0';
	}
	if (names_state(name->data))
		return "has a component .leat, where leat keeps its state";
	return name->length > 0 ? entry_name_problem(name->data, name->length)
				: NULL;
}
