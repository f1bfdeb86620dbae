/* SPDX-License-Identifier: MIT */
/* Makes records of the groups of an aggregation. */
#include "operators/support/aggregate/rows.h"

#include "model/packer.h"

void aggregate_rows_start(
	struct aggregate_rows *rows, struct aggregation *aggregation)
{
	rows->aggregation = aggregation;
	rows->count = aggregation_sort(aggregation);
	rows->next = 0;
}

static void add_value(
	struct text *text, const struct field *field, const struct value *value)
{
	enum { SHOWN_BYTES = 60 };
	struct text shown = {0};

	text_add_format(text, "%s = ", field->name);
	if (value->null)
		text_add_string(text, "null");
	value_format(field->type, value, &shown);
	if (shown.length > 0)
		text_add_escaped(text, shown.data, shown.length, SHOWN_BYTES);
	text_free(&shown);
}

/* Says that the result of CALL is no value, and in which group. */
static void describe(struct aggregate_rows *rows, const struct value *values,
	size_t call, const char *problem)
{
	const struct aggregate_plan *plan = rows->aggregation->plan;
	const struct field *fields = plan->schema.fields;
	struct text *text = &rows->problem;

	text->length = 0;
	text_add_format(
		text, "%s %s", fields[plan->group_count + call].name, problem);
	for (size_t i = 0; i < plan->group_count; i++) {
		text_add_string(text, i ? ", " : " in the group ");
		add_value(text, &fields[i], &values[i]);
	}
	text_add_string(text, "; CAST its argument to REAL");
}

/* Makes the records, whose bytes are borrowed from the aggregation. */
static const char *make(struct aggregate_rows *rows, struct operator *op,
	const struct schema *schema, struct item **items, size_t *count)
{
	const char *problem = NULL;
	size_t made = 0, call;

	for (; made < *count; made++) {
		struct item *item = operator_record(op, schema, NULL);

		problem = aggregation_row(rows->aggregation, rows->next + made,
			item->record.values, &call);
		if (problem) {
			describe(rows, item->record.values, call, problem);
			item_unref(item);
			break;
		}
		items[made] = item;
	}
	*count = made;
	return problem;
}

/* Gives the records a buffer of their own for their bytes. */
static bool own_bytes(struct aggregate_rows *rows, struct budget *budget,
	struct item **items, size_t count)
{
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += record_bytes(items[i]);
	if (bytes == 0)
		return true;
	struct buffer *buffer = buffer_create(budget, bytes);
	if (!buffer) {
		rows->need_bytes = bytes + sizeof(*buffer) + BUFFER_PADDING;
		return false;
	}
	char *at = buffer->data;
	for (size_t i = 0; i < count; i++)
		at = record_move(items[i], buffer, at);
	buffer_unref(buffer);
	return true;
}

enum rows_status aggregate_rows_make(struct aggregate_rows *rows,
	struct operator *op, const struct schema *schema, struct item **items,
	size_t *count)
{
	size_t left = rows->count - rows->next;

	if (left == 0)
		return ROWS_NO_MORE;
	if (*count > left)
		*count = left;
	if (make(rows, op, schema, items, count) && *count == 0) {
		rows->next++;
		return ROWS_FAILED;
	}
	if (!own_bytes(rows, operator_budget(op), items, *count)) {
		while (*count > 0)
			item_unref(items[--*count]);
		return ROWS_MEMORY;
	}
	rows->next += *count;
	return ROWS_MADE;
}

void aggregate_rows_finish(struct aggregate_rows *rows)
{
	text_free(&rows->problem);
	*rows = (struct aggregate_rows){0};
}
