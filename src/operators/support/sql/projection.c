/* SPDX-License-Identifier: MIT */
/* Makes records of items by an expression. */
#include "operators/support/sql/projection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many bytes of texts end a batch of records. */
enum { TEXT_BYTES = 1024 * 1024 };

struct projection_column {
	int field; /* of the record that comes, or -1: computed */
	bool text; /* its values refer to bytes */
};

static bool is_text(enum value_type type)
{
	return type == VALUE_TEXT || type == VALUE_BYTES || type == VALUE_JSON;
}

/* Whether the bytes of the column are in the payload of the item. */
static bool is_borrowed(const struct expression *expression, size_t column)
{
	const char *name;

	return expression_origin(expression, column, &name) ==
		EXPRESSION_PAYLOAD;
}

void projection_open(struct projection *projection,
	struct expression *expression, const struct schema *schema)
{
	projection->expression = expression;
	projection->schema = schema;
	projection->columns =
		memory_zeroed(schema->count * sizeof(*projection->columns));
	projection->borrows = true;
	for (size_t i = 0; i < schema->count; i++) {
		struct projection_column *column = &projection->columns[i];

		column->field = expression_field(expression, i);
		column->text = is_text(schema->fields[i].type);
		projection->has_text |= column->text;
		if (column->text && !is_borrowed(expression, i))
			projection->borrows = false;
	}
}

void projection_close(struct projection *projection)
{
	expression_destroy(projection->expression);
	free(projection->columns);
	text_free(&projection->texts);
}

static void fail(
	struct projection *projection, const char *field, const char *reason)
{
	projection->failed = true;
	projection->field = field;
	snprintf(projection->reason, sizeof(projection->reason), "%s", reason);
}

/* Until all are known, a text that is copied refers to its place among them. */
static void copy_text(struct projection *projection, struct value *value)
{
	size_t offset = projection->texts.length;

	if (value->null)
		return;
	if (value->length > 0)
		text_add(&projection->texts, value->data, value->length);
	value->data = (const char *)(uintptr_t)offset;
}

/* Reads the columns of ITEM; false: one of them isn't of its type. */
static bool fill(struct projection *projection, const struct item *item,
	struct value *values)
{
	for (size_t i = 0; i < projection->schema->count; i++) {
		const struct projection_column *column =
			&projection->columns[i];
		const char *problem = NULL;

		if (column->field >= 0)
			values[i] = item->record.values[column->field];
		else
			problem = expression_value(
				projection->expression, i, &values[i]);
		if (problem) {
			fail(projection, projection->schema->fields[i].name,
				problem);
			return false;
		}
		if (column->text && !projection->borrows)
			copy_text(projection, &values[i]);
	}
	return true;
}

static struct buffer *lent_buffer(
	const struct projection *projection, const struct item *item)
{
	if (!projection->has_text || !projection->borrows)
		return NULL;
	return item->type == PAYLOAD_RECORD ? item->record.buffer
					    : item->slice.buffer;
}

static bool make_record(struct projection *projection, struct operator *op,
	const struct item *item)
{
	struct item *record = operator_record(
		op, projection->schema, lent_buffer(projection, item));

	if (!fill(projection, item, record->record.values)) {
		item_unref(record);
		return false;
	}
	record->attributes = attributes_ref(item->attributes);
	record->position = item->position;
	projection->records[projection->count++] = record;
	return true;
}

static void make_records(struct projection *projection, struct operator *op,
	struct item *const *items)
{
	struct expression *expression = projection->expression;
	size_t index;

	while (projection->texts.length < TEXT_BYTES) {
		switch (expression_next(expression, &index)) {
		case EXPRESSION_DONE: return;
		case EXPRESSION_FAILED:
			fail(projection, NULL, expression_error(expression));
			return;
		case EXPRESSION_ROW: break;
		}
		if (!make_record(projection, op, items[index]))
			return;
	}
}

static void place_values(const struct projection *projection,
	struct record *record, struct buffer *buffer)
{
	record->buffer = buffer_ref(buffer);
	for (size_t i = 0; i < projection->schema->count; i++) {
		struct value *value = &record->values[i];

		if (projection->columns[i].text && !value->null)
			value->data = buffer->data + (uintptr_t)value->data;
	}
}

/* Moves the texts into a buffer of their own; false: there is no memory. */
static bool place_texts(struct projection *projection, struct operator *op)
{
	const struct text *texts = &projection->texts;
	struct buffer *buffer =
		buffer_create(operator_budget(op), texts->length);

	if (!buffer)
		return false;
	memcpy(buffer->data, texts->data, texts->length);
	for (size_t i = 0; i < projection->count; i++)
		place_values(
			projection, &projection->records[i]->record, buffer);
	buffer_unref(buffer);
	return true;
}

static void drop_records(struct projection *projection)
{
	for (size_t i = 0; i < projection->count; i++)
		item_unref(projection->records[i]);
	projection->count = 0;
	projection->failed = false;
}

bool projection_make(struct projection *projection, struct operator *op,
	struct item *const *items, size_t count, const struct segment *segment,
	size_t *bytes)
{
	bool copies = projection->has_text && !projection->borrows;
	bool placed = true;

	projection->count = 0;
	projection->failed = false;
	projection->texts.length = 0;
	text_add_string(&projection->texts, "");
	expression_start(projection->expression, items, count, segment);
	make_records(projection, op, items);
	if (copies && projection->count > 0)
		placed = place_texts(projection, op);
	*bytes = projection->texts.length;
	if (!placed)
		drop_records(projection);
	/* What very long texts have left isn't kept. */
	if (projection->texts.capacity > 2 * TEXT_BYTES)
		text_free(&projection->texts);
	return placed;
}
