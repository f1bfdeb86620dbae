/* SPDX-License-Identifier: MIT */
/* The names that entries get in the directory. */
#include <string.h>

#include "operators/support/extract/name.h"
#include "operators/support/extract/parts.h"

enum { PATH_BYTES = 4095 };

const struct value *extract_unit_path(
	struct operator *op, const struct extracting *extracting)
{
	const struct segment *segment = operator_segment(op, EXTRACT_IN);

	while (segment->parent)
		segment = segment->parent;
	return extracting->path_key
		? attributes_get(segment->attributes, extracting->path_key)
		: NULL;
}

/* Looks for a name that is free. */
static const char *rename_entry(
	struct extracting *extracting, enum file_kind kind)
{
	struct text *name = &extracting->name;
	size_t length = name->length, where;

	for (unsigned number = 2; number < 1000000; number++) {
		name->length = length;
		text_add_format(name, ".%u", number);
		if (tree_ask(&extracting->tree, name->data, kind, &where) ==
			TREE_FREE)
			return entry_name_problem(name->data, name->length);
	}
	return "has a name that comes too often";
}

/* Why the name in extracting->name can't be had; NULL: it can, and may have
 * been changed. *SKIP: the entry is left out. */
static const char *take_name(
	const struct extract *state, enum file_kind kind, bool *skip)
{
	struct extracting *extracting = state->extracting;
	struct text *name = &extracting->name;
	size_t length;

	switch (tree_ask(&extracting->tree, name->data, kind, &length)) {
	case TREE_FREE:
	case TREE_SAME: return NULL;
	case TREE_BLOCKED:
		text_add_string(&extracting->problem, "lies beneath `");
		text_add_escaped(&extracting->problem, name->data, length,
			EXTRACT_SHOWN_BYTES);
		text_add_string(&extracting->problem,
			"`, which isn't a directory of the archive");
		return extracting->problem.data;
	case TREE_TAKEN: break;
	}
	switch ((enum extract_collisions)state->collisions) {
	case EXTRACT_COLLISIONS_SKIP: *skip = true; return NULL;
	case EXTRACT_COLLISIONS_RENAME: return rename_entry(extracting, kind);
	case EXTRACT_COLLISIONS_FAIL: break;
	}
	return "has a name that came before; see `collisions`";
}

static const char *check_alike(struct operator *op, const struct extract *state)
{
	static const char what[] =
		"has a name that differs only in case or Unicode form from `";
	struct extracting *extracting = state->extracting;
	const char *name = extracting->name.data;
	const char *other = tree_alike(&extracting->tree, name);

	if (!other)
		return NULL;
	if (!state->portable_names) {
		extract_warn(op, &extracting->warned_alike, name, what, other);
		return NULL;
	}
	text_add_string(&extracting->problem, what);
	text_add_escaped(&extracting->problem, other, strlen(other),
		EXTRACT_SHOWN_BYTES);
	text_add_string(&extracting->problem, "`");
	return extracting->problem.data;
}

bool extract_find_name(struct operator *op, const struct extract *state,
	const struct attributes *attributes, enum file_kind kind)
{
	struct extracting *extracting = state->extracting;
	const struct value *path = extract_get(attributes, ENTRY_PATH);
	const char *problem = "is none of an archive";
	bool skip = false;

	extracting->problem.length = 0;
	if (path)
		problem = extract_name(&extracting->name, path, attributes,
			extract_unit_path(op, extracting), state->flat);
	if (!problem && extracting->name.length == 0) {
		if (kind == FILE_DIRECTORY)
			return false;
		problem = "has the name of the directory itself";
	}
	if (!problem)
		problem = take_name(state, kind, &skip);
	if (!problem && !skip)
		problem = check_alike(op, state);
	if (!problem) {
		extract_make_path(extracting, extracting->name.data);
		if (extracting->path.length > PATH_BYTES)
			problem = "has, with the directory, a path of more "
				  "than 4095 bytes";
	}
	if (problem)
		extract_refuse(op, attributes, problem);
	return !problem && !skip;
}
