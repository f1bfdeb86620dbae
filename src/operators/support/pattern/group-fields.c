/* SPDX-License-Identifier: MIT */
/* The named groups of a pattern as the fields of records. */
#include "operators/support/pattern/group-fields.h"

#include <string.h>

#include "base/memory.h"

struct column {
	size_t group;
	bool plain; /* text, which ASCII is without a look at it */
};

struct group_fields {
	const struct pattern *pattern;
	const struct schema *schema;
	struct column columns[];
};

/* ---- Checking ------------------------------------------------------------ */

static void complain(struct relation *relation, struct location location,
	const char *name, const char *const *groups)
{
	const char *hint = NULL, *near = text_nearest(name, groups);

	if (near)
		hint = arena_format(
			relation_arena(relation), "did you mean '%s'?", near);
	else if (!groups[0])
		hint = "name a group as in (?<size>[0-9]+)";
	relation_error(relation, location, hint,
		"the pattern has no group named '%s'", name);
}

bool group_fields_check(struct relation *relation,
	const struct pattern *pattern, const struct setting_fields *types)
{
	size_t count;
	const struct pattern_group *groups = pattern_groups(pattern, &count);
	bool right = true;
	const char **names =
		memory_zeroed(memory_product(count + 1, sizeof(*names)));

	for (size_t i = 0; i < count; i++)
		names[i] = groups[i].name;
	for (size_t i = 0; i < types->schema.count; i++) {
		const char *name = types->schema.fields[i].name;
		size_t n = 0;

		while (n < count && strcmp(names[n], name) != 0)
			n++;
		if (n == count)
			complain(relation, types->locations[i], name, names);
		right &= n < count;
	}
	free(names);
	return right;
}

const struct schema *group_fields_schema(struct relation *relation,
	const struct pattern *pattern, const struct setting_fields *types)
{
	struct arena *arena = relation_arena(relation);
	size_t count;
	const struct pattern_group *groups = pattern_groups(pattern, &count);

	if (count == 0)
		return NULL;
	struct schema *schema = arena_alloc(arena, sizeof(*schema));
	struct field *fields = arena_array(arena, count, sizeof(*fields));
	for (size_t i = 0; i < count; i++) {
		int typed = schema_find(&types->schema, groups[i].name);

		fields[i].type = VALUE_TEXT;
		if (typed >= 0)
			fields[i] = types->schema.fields[typed];
		fields[i].name = arena_string(arena, groups[i].name);
		fields[i].nullable |= groups[i].optional &&
			!fields[i].never_null && !fields[i].fallback;
	}
	*schema = (struct schema){.count = count, .fields = fields};
	return schema;
}

/* ---- Reading ------------------------------------------------------------- */

struct group_fields *group_fields_create(
	const struct pattern *pattern, const struct schema *schema)
{
	size_t count;
	const struct pattern_group *groups = pattern_groups(pattern, &count);
	struct group_fields *fields = memory_alloc(sizeof(*fields) +
		memory_product(count, sizeof(fields->columns[0])));

	fields->pattern = pattern;
	fields->schema = schema;
	for (size_t i = 0; i < count; i++) {
		const struct field *field = &schema->fields[i];

		fields->columns[i] = (struct column){
			.group = groups[i].number,
			.plain = field->type == VALUE_TEXT && !field->null_text,
		};
	}
	return fields;
}

void group_fields_destroy(struct group_fields *fields)
{
	free(fields);
}

bool group_fields_read(const struct group_fields *fields, const char *base,
	bool ascii, struct value *values, struct wrong_value *wrong)
{
	const size_t *vector = pattern_vector(fields->pattern);
	const struct schema *schema = fields->schema;

	for (size_t i = 0; i < schema->count; i++) {
		const struct column *column = &fields->columns[i];
		const struct field *field = &schema->fields[i];
		size_t start = vector[2 * column->group];
		size_t length = vector[2 * column->group + 1] - start;
		const char *why = NULL;

		if (start == SIZE_MAX) {
			why = value_missing(field, &values[i]);
		} else if (column->plain && ascii) {
			values[i].data = base + start;
			values[i].length = (uint32_t)length;
			values[i].null = false;
		} else {
			why = value_parse(
				field, base + start, length, ascii, &values[i]);
		}
		if (why) {
			*wrong = (struct wrong_value){field->name,
				start == SIZE_MAX ? "" : base + start,
				start == SIZE_MAX ? 0 : length, why};
			return false;
		}
	}
	return true;
}
