/* SPDX-License-Identifier: MIT */
/* A span of items as a virtual table: sqlite.org/vtab.html. */
#include "operators/support/sql/span-table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

/* ---- Columns --------------------------------------------------------------- */

static struct span_column *add_column(struct span_table *table,
	enum span_source source, const char *name, enum value_type type)
{
	struct span_column *column = &table->columns[table->column_count++];

	column->name = memory_string(name);
	column->source = source;
	column->type = type;
	return column;
}

static void add_fields(struct span_table *table, const struct schema *schema)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];
		struct span_column *column =
			add_column(table, SPAN_FIELD, field->name, field->type);

		column->field = (unsigned)i;
		column->nullable = field->nullable;
	}
}

static bool is_hidden(const struct span_table *table, const char *name)
{
	for (size_t i = 0; i < table->visible_count; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return true;
	return false;
}

/* A field hides the attribute of its name. */
static void add_attributes(struct span_table *table, const struct shape *shape)
{
	for (size_t i = 0; i < shape->attribute_count; i++) {
		const struct attribute_spec *key = shape->attributes[i];

		if (is_hidden(table, key->name))
			continue;
		struct span_column *column =
			add_column(table, SPAN_ATTRIBUTE, key->name, key->type);
		column->attribute = key;
		column->nullable = true;
	}
}

void span_table_init(struct span_table *table, const struct shape *shape)
{
	const struct schema *schema =
		shape->type == PAYLOAD_RECORD ? shape->schema : NULL;
	size_t most = shape->attribute_count + 1 + (schema ? schema->count : 0);

	memset(table, 0, sizeof(*table));
	table->columns = memory_zeroed(most * sizeof(*table->columns));
	if (schema)
		add_fields(table, schema);
	if (shape->type == PAYLOAD_LINE)
		add_column(table, SPAN_LINE, "line", VALUE_TEXT);
	table->visible_count = table->column_count;
	add_attributes(table, shape);
}

void span_table_finish(struct span_table *table)
{
	for (size_t i = 0; i < table->column_count; i++)
		free(table->columns[i].name);
	free(table->columns);
}

int span_table_find(const struct span_table *table, const char *name)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (strcasecmp(table->columns[i].name, name) == 0)
			return (int)i;
	return -1;
}

bool span_table_alike(
	const struct span_table *table, const char **left, const char **right)
{
	for (size_t i = 1; i < table->column_count; i++) {
		int first = span_table_find(table, table->columns[i].name);

		if (first == (int)i)
			continue;
		*left = table->columns[first].name;
		*right = table->columns[i].name;
		return true;
	}
	return false;
}

/* ---- Values ---------------------------------------------------------------- */

static const char *check_text(const struct value *value)
{
	size_t valid = text_valid(value->data, value->length);

	if (valid == value->length)
		return NULL;
	return value->data[valid] ? "is not UTF-8" : "holds a NUL byte";
}

static const char *line_value(
	struct span_table *table, size_t row, struct value *value)
{
	const struct item *item = table->items[row];

	value->data = item->slice.data;
	value->length = (uint32_t)item->slice.length;
	value->null = false;
	if (item->ascii || table->text_row == row + 1)
		return NULL;
	if (item->slice.length > UINT32_MAX)
		return "is longer than 4 GiB";
	const char *problem = check_text(value);
	if (!problem)
		table->text_row = row + 1;
	return problem;
}

static const struct value *find_attribute(const struct span_table *table,
	size_t row, const struct attribute_spec *key)
{
	const struct value *value =
		attributes_get(table->items[row]->attributes, key);

	if (!value && table->segment)
		value = attributes_get(table->segment->attributes, key);
	return value;
}

/* Names of files are bytes as they were found; here they are to be text. Most
 * items of a span share the one that their segment has. */
static const char *attribute_value(const struct span_table *table, size_t row,
	struct span_column *column, struct value *value)
{
	const struct value *found =
		find_attribute(table, row, column->attribute);
	const char *problem = NULL;

	*value = found ? *found : (struct value){.null = true};
	if (value->null || column->type != VALUE_TEXT ||
		found == column->checked)
		return NULL;
	problem = check_text(value);
	column->checked = problem ? NULL : found;
	return problem;
}

void span_table_start(struct span_table *table, struct item *const *items,
	size_t count, const struct segment *segment)
{
	table->items = items;
	table->count = count;
	table->segment = segment;
	table->row = table->text_row = 0;
	for (size_t i = 0; i < table->column_count; i++)
		table->columns[i].checked = NULL;
}

const char *span_table_value(struct span_table *table, size_t row,
	struct span_column *column, struct value *value)
{
	switch (column->source) {
	case SPAN_FIELD:
		*value = table->items[row]->record.values[column->field];
		break;
	case SPAN_LINE: return line_value(table, row, value);
	case SPAN_ATTRIBUTE: return attribute_value(table, row, column, value);
	}
	return NULL;
}

int span_table_declared(const struct span_table *table, const char *declared)
{
	const char *number = declared ? strchr(declared, '(') : NULL;
	unsigned long index = number ? strtoul(number + 1, NULL, 10) : 0;

	return number && index < table->column_count ? (int)index : -1;
}
