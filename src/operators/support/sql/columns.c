/* SPDX-License-Identifier: MIT */
/* Columns of a span: pointers into its records, or to values computed. */
#include "operators/support/sql/columns.h"

#include <string.h>

#include "base/memory.h"
#include "engine/operator.h"
#include "operators/support/pool.h"

struct column {
	int field; /* of the record; -1: computed */
	bool bytes; /* of text, bytes or json */
	const char *name;
	struct value *values; /* SPAN_ITEMS of them; NULL: bare */
	const struct value *pointers[SPAN_ITEMS];
};

struct columns {
	struct expression *expression;
	size_t count;
	size_t computed;
	const struct value *const **values; /* the pointers of each */
	struct pool texts; /* of the computed ones */
	struct meter *meter;
	const char *problem, *problem_name;
	struct column columns[];
};

static bool is_bytes(enum value_type type)
{
	return type == VALUE_TEXT || type == VALUE_BYTES || type == VALUE_JSON;
}

static void init_column(struct columns *columns, size_t i)
{
	struct column *column = &columns->columns[i];
	const struct field *field =
		&expression_schema(columns->expression)->fields[i];

	columns->values[i] = column->pointers;
	column->field = expression_field(columns->expression, i);
	column->bytes = is_bytes(field->type);
	column->name = field->name;
	if (column->field >= 0)
		return;
	column->values = memory_alloc(SPAN_ITEMS * sizeof(*column->values));
	for (size_t row = 0; row < SPAN_ITEMS; row++)
		column->pointers[row] = &column->values[row];
	columns->computed++;
}

struct columns *columns_create(
	struct expression *expression, struct meter *meter)
{
	size_t count = expression ? expression_schema(expression)->count : 0;
	struct columns *columns = memory_zeroed(sizeof(*columns) +
		memory_product(count, sizeof(columns->columns[0])));

	columns->expression = expression;
	columns->count = count;
	columns->meter = meter;
	columns->values =
		memory_zeroed(memory_product(count, sizeof(*columns->values)));
	for (size_t i = 0; i < count; i++)
		init_column(columns, i);
	return columns;
}

void columns_destroy(struct columns *columns)
{
	if (!columns)
		return;
	for (size_t i = 0; i < columns->count; i++)
		free(columns->columns[i].values);
	pool_finish(&columns->texts, columns->meter);
	free(columns->values);
	free(columns);
}

static void load_fields(
	struct column *column, struct item *const *items, size_t count)
{
	size_t field = (size_t)column->field;

	for (size_t i = 0; i < count; i++)
		column->pointers[i] = &items[i]->record.values[field];
}

/* Whether the bytes stay as long as the item: a line that is unchanged. */
static bool is_part(const struct item *item, const struct value *value)
{
	return item->type == PAYLOAD_LINE && value->data >= item->slice.data &&
		value->data < item->slice.data + item->slice.length;
}

/* The computed values of one row. */
static bool load_row(
	struct columns *columns, const struct item *item, size_t row)
{
	for (size_t i = 0; i < columns->count; i++) {
		struct column *column = &columns->columns[i];
		if (column->field >= 0)
			continue;
		struct value *value = &column->values[row];
		columns->problem =
			expression_value(columns->expression, i, value);
		columns->problem_name = column->name;
		if (columns->problem)
			return false;
		if (column->bytes && !value->null && !is_part(item, value))
			value->data = pool_copy(&columns->texts, columns->meter,
				value->data, value->length);
	}
	return true;
}

static size_t load_computed(struct columns *columns, struct item *const *items,
	size_t count, const struct segment *segment)
{
	size_t index = 0;

	pool_clear(&columns->texts, columns->meter);
	expression_start(columns->expression, items, count, segment);
	for (;;) {
		switch (expression_next(columns->expression, &index)) {
		case EXPRESSION_ROW: break;
		case EXPRESSION_DONE: return count;
		case EXPRESSION_FAILED:
			columns->problem =
				expression_error(columns->expression);
			columns->problem_name = NULL;
			return index;
		}
		if (!load_row(columns, items[index], index))
			return index;
	}
}

size_t columns_load(struct columns *columns, struct item *const *items,
	size_t count, const struct segment *segment)
{
	if (columns->computed > 0 && count > 0)
		count = load_computed(columns, items, count, segment);
	for (size_t i = 0; i < columns->count; i++)
		if (columns->columns[i].field >= 0)
			load_fields(&columns->columns[i], items, count);
	return count;
}

const struct value *const *const *columns_values(const struct columns *columns)
{
	return columns->values;
}

const char *columns_problem(const struct columns *columns, const char **name)
{
	*name = columns->problem_name;
	return columns->problem;
}

void columns_reject(const struct columns *columns, struct operator *op,
	unsigned pin, struct item *item)
{
	const char *name;
	const char *problem = columns_problem(columns, &name);

	operator_reject(op, pin, item, name, "%s", problem);
}
