/* SPDX-License-Identifier: MIT */
/* Entries changed. */
#include "operators/support/archive/entry-change.h"

#include <string.h>

#include "operators/support/archive/entry-value.h"
#include "operators/support/file/names.h"

enum { SHOWN_BYTES = 200 };

void entry_change_finish(struct entry_change *change)
{
	substitution_destroy(change->rename);
	expression_destroy(change->set);
	text_free(&change->path);
	text_free(&change->name);
	text_free(&change->problem);
}

/* ---- Problems; all return NULL ---------------------------------------------- */

static struct attributes *refuse(struct entry_change *change,
	struct attributes *set, const char *field, const char *problem)
{
	change->field = field;
	text_add_string(&change->problem, problem);
	attributes_unref(set);
	return NULL;
}

static struct attributes *refuse_text(struct entry_change *change,
	struct attributes *set, enum entry_attribute key,
	const struct text *text, const char *problem)
{
	text_add_string(&change->problem, "'");
	text_add_escaped(
		&change->problem, text->data, text->length, SHOWN_BYTES);
	text_add_string(&change->problem, "' ");
	return refuse(change, set, entry_attributes[key].name, problem);
}

static struct attributes *refuse_value(struct entry_change *change,
	struct attributes *set, const struct attribute_spec *key,
	enum value_type type, const struct value *value, const char *problem)
{
	struct text shown = {0};

	value_format(type, value, &shown);
	text_add_string(&shown, "");
	set = refuse_text(change, set,
		(enum entry_attribute)(key - entry_attributes), &shown,
		problem);
	text_free(&shown);
	return set;
}

/* ---- Names ------------------------------------------------------------------ */

/* The name that an entry with the attributes FROM gets: the one GIVEN, if it
 * isn't null, what the substitution makes of its path, or its path; a file that
 * came from no archive has that of its source. False: a limit was hit. */
static bool find_name(struct entry_change *change,
	const struct attributes *from, const struct value *given)
{
	const struct value *path =
		attributes_get(from, &entry_attributes[ENTRY_PATH]);
	enum pattern_result result = PATTERN_NONE;

	if (!path)
		path = attributes_get(from, &source_attributes[SOURCE_PATH]);
	if (!given->null)
		path = given;
	change->name.length = 0;
	if (change->rename)
		result = substitution_apply(change->rename, path->data,
			path->length, &change->name);
	if (result == PATTERN_NONE)
		text_add(&change->name, path->data, path->length);
	return result != PATTERN_LIMIT;
}

/* Sets the path KEY to the name that was found, checked and brought into the
 * form that those of archive-read have. */
static struct attributes *set_name(struct entry_change *change,
	struct attributes *set, enum entry_attribute key)
{
	const char *problem =
		entry_name_problem(change->name.data, change->name.length);

	if (problem)
		return refuse_text(change, set, key, &change->name, problem);
	change->path.length = 0;
	entry_add_path(&change->path, change->name.data, change->name.length);
	return attributes_set_text(set, &entry_attributes[key],
		change->path.data, change->path.length);
}

/* What src_path has in front of the path of the entry: its archive. */
static size_t archive_length(
	const struct value *source, const struct value *path)
{
	size_t length;

	if (!path || path->length >= source->length)
		return 0;
	length = source->length - path->length;
	return memcmp(source->data + length, path->data, path->length) == 0
		? length
		: 0;
}

/* src_path and its kin follow the path of the entry, set before. */
static struct attributes *set_sources(struct entry_change *change,
	struct attributes *set, const struct attributes *from)
{
	const struct value *source =
		attributes_get(from, &source_attributes[SOURCE_PATH]);
	size_t length = archive_length(
		source, attributes_get(from, &entry_attributes[ENTRY_PATH]));

	change->name.length = 0;
	text_add(&change->name, source->data, length);
	text_add(&change->name, change->path.data, change->path.length);
	return source_names_set(set, change->name.data);
}

static struct attributes *set_path(struct entry_change *change,
	struct attributes *set, const struct attributes *from,
	const struct value *given)
{
	if (!find_name(change, from, given))
		return refuse(change, set, "entry_path",
			substitution_limit(change->rename));
	set = set_name(change, set, ENTRY_PATH);
	return set ? set_sources(change, set, from) : NULL;
}

/* ---- Entries ---------------------------------------------------------------- */

/* A time that is set has no more than its microseconds. */
static struct attributes *set_value(struct attributes *set,
	const struct attribute_spec *key, const struct value *value)
{
	if (key == &entry_attributes[ENTRY_MTIME] &&
		attributes_get(set, &entry_attributes[ENTRY_MTIME_NS]))
		set = attributes_set_integer(
			set, &entry_attributes[ENTRY_MTIME_NS], 0);
	return attributes_set(set, key, value);
}

/* Sets what the columns say; null leaves what there is. GIVEN gets the path if
 * they say it. */
static struct attributes *set_values(struct entry_change *change,
	struct attributes *set, struct value *given)
{
	const struct schema *schema = expression_schema(change->set);

	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];
		const struct attribute_spec *key = entry_value_key(field->name);
		struct value value, converted;
		const char *problem = expression_value(change->set, i, &value);

		if (problem)
			return refuse(change, set, key->name, problem);
		if (value.null)
			continue;
		converted = value;
		problem = entry_value_convert(key, field->type, &converted);
		if (problem)
			return refuse_value(
				change, set, key, field->type, &value, problem);
		if (key == &entry_attributes[ENTRY_PATH])
			*given = value;
		else
			set = set_value(set, key, &converted);
	}
	return set;
}

/* Computes the columns of an entry; false: expression_error says why not. */
static bool compute(struct entry_change *change, const struct segment *segment,
	struct item *item)
{
	size_t row;

	expression_start(change->set, &item, 1, segment);
	return expression_next(change->set, &row) == EXPRESSION_ROW;
}

static bool is_hard_link(const struct attributes *from)
{
	const struct value *type =
		attributes_get(from, &entry_attributes[ENTRY_TYPE]);

	return type && type->length == 8 &&
		memcmp(type->data, "hardlink", 8) == 0 &&
		attributes_get(from, &entry_attributes[ENTRY_LINK]);
}

/* The attributes of a hard link as if it had the path of what it leads to. */
static struct attributes *at_target(
	struct entry_change *change, struct attributes *from)
{
	const struct value *link =
		attributes_get(from, &entry_attributes[ENTRY_LINK]);
	struct attributes *set;

	change->path.length = 0;
	entry_add_path(&change->path, link->data, link->length);
	set = attributes_set_text(attributes_ref(from),
		&entry_attributes[ENTRY_PATH], change->path.data,
		change->path.length);
	return set_sources(change, set, from);
}

/* Finds the name that TARGET gets; returns NULL, or what is wrong. */
static const char *find_target(struct entry_change *change,
	const struct segment *target, struct item *item)
{
	struct value given = {.null = true};
	const char *problem = NULL;
	int column = change->set
		? schema_find(expression_schema(change->set), "entry_path")
		: -1;

	if (column >= 0 && !compute(change, target, item))
		return expression_error(change->set);
	if (column >= 0)
		problem = expression_value(change->set, (size_t)column, &given);
	if (!problem && !find_name(change, target->attributes, &given))
		problem = substitution_limit(change->rename);
	return problem;
}

/* A hard link leads to what has another name as well. */
static struct attributes *follow_link(struct entry_change *change,
	struct attributes *set, const struct segment *segment,
	struct item *item)
{
	struct segment target = *segment;
	const char *problem;

	if (!is_hard_link(segment->attributes))
		return set;
	target.attributes = at_target(change, segment->attributes);
	problem = find_target(change, &target, item);
	attributes_unref(target.attributes);
	if (problem)
		return refuse(change, set, "entry_link", problem);
	return set_name(change, set, ENTRY_LINK);
}

struct attributes *entry_change_apply(struct entry_change *change,
	const struct segment *segment, struct item *item)
{
	const struct attributes *from = segment->attributes;
	struct attributes *set = attributes_ref(segment->attributes);
	struct value given = {.null = true};

	if (!attributes_get(from, &source_attributes[SOURCE_PATH]))
		return set ? set : attributes_create();
	change->problem.length = 0;
	change->field = NULL;
	if (change->set && !compute(change, segment, item))
		return refuse(change, set, NULL, expression_error(change->set));
	if (change->set)
		set = set_values(change, set, &given);
	if (set)
		set = set_path(change, set, from, &given);
	return set ? follow_link(change, set, segment, item) : NULL;
}
