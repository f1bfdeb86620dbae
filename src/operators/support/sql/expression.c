/* SPDX-License-Identifier: MIT */
/* Runs a compiled expression over spans of items. */
#include "operators/support/sql/expression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "operators/support/sql/expression-parts.h"
#include "registry/relation.h"

void expression_destroy(struct expression *expression)
{
	if (!expression)
		return;
	sqlite3_finalize(expression->statement);
	if (expression->connection.database)
		sql_connection_close(&expression->connection);
	span_table_finish(&expression->table);
	for (size_t i = 0; i < expression->column_count; i++) {
		free(expression->columns[i].name);
		free(expression->columns[i].sql);
	}
	free(expression->columns);
	free(expression->fields);
	text_free(&expression->error);
	free(expression);
}

const struct schema *expression_schema(const struct expression *expression)
{
	return &expression->schema;
}

const struct schema *expression_schema_copy(
	const struct expression *expression, struct arena *arena)
{
	struct schema *schema = arena_alloc(arena, sizeof(*schema));
	size_t count = expression->schema.count;
	struct field *fields = arena_array(arena, count, sizeof(*fields));

	for (size_t i = 0; i < count; i++) {
		fields[i] = expression->fields[i];
		fields[i].name = arena_string(arena, fields[i].name);
	}
	schema->count = count;
	schema->fields = fields;
	return schema;
}

int expression_field(const struct expression *expression, size_t column)
{
	int span = expression->columns[column].span;

	if (span < 0 || expression->table.columns[span].source != SPAN_FIELD)
		return -1;
	return (int)expression->table.columns[span].field;
}

enum expression_origin expression_origin(
	const struct expression *expression, size_t column, const char **name)
{
	const struct span_table *table = &expression->table;
	int span = expression->columns[column].span;

	*name = span < 0 ? NULL : table->columns[span].name;
	if (span < 0)
		return EXPRESSION_COMPUTED;
	return table->columns[span].source == SPAN_ATTRIBUTE
		? EXPRESSION_ATTRIBUTE
		: EXPRESSION_PAYLOAD;
}

bool expression_named(const struct expression *expression, size_t column)
{
	return expression->columns[column].named;
}

/* ---- Rows ---------------------------------------------------------------- */

static void stop(struct expression *expression)
{
	if (expression->running)
		sqlite3_reset(expression->statement);
	expression->running = false;
}

void expression_start(struct expression *expression, struct item *const *items,
	size_t count, const struct segment *segment)
{
	struct span_table *table = &expression->table;

	stop(expression);
	span_table_start(table, items, count, segment);
	expression->row = SIZE_MAX;
	expression->connection.asked_time = false;
}

const char *expression_reason(struct expression *expression)
{
	sqlite3 *database = expression->connection.database;

	switch (sqlite3_errcode(database)) {
	case SQLITE_TOOBIG: return "a text is longer than 16 MiB";
	case SQLITE_INTERRUPT: return "the expression takes too many steps";
	case SQLITE_NOMEM: memory_abort();
	default: return sqlite3_errmsg(database);
	}
}

static void set_error(struct expression *expression, const char *reason)
{
	expression->error.length = 0;
	text_add_string(&expression->error, reason);
}

/* Of the functions of dates, which get no time, nobody hears otherwise. */
static enum expression_row time_asked(
	struct expression *expression, size_t *index)
{
	set_error(expression, SQL_NOW_MESSAGE);
	*index = expression->connection.asked_row;
	stop(expression);
	return EXPRESSION_FAILED;
}

enum expression_row expression_next(
	struct expression *expression, size_t *index)
{
	struct span_table *table = &expression->table;

	if (!expression->statement) {
		*index = ++expression->row;
		return *index < table->count ? EXPRESSION_ROW : EXPRESSION_DONE;
	}
	int status = sqlite3_step(expression->statement);

	expression->running = status == SQLITE_ROW;
	if (expression->connection.asked_time)
		return time_asked(expression, index);
	*index = expression->row = table->row;
	if (status == SQLITE_ROW)
		return EXPRESSION_ROW;
	if (status == SQLITE_DONE)
		return EXPRESSION_DONE;
	set_error(expression, expression_reason(expression));
	sqlite3_reset(expression->statement);
	return EXPRESSION_FAILED;
}

/* ---- Values -------------------------------------------------------------- */

bool sql_overflows(sqlite3_value *value)
{
	return sqlite3_value_type(value) == SQLITE_FLOAT &&
		fabs(sqlite3_value_double(value)) >= 0x1p63;
}

static const char *mismatch(struct expression *expression,
	const struct expression_column *column, int found, sqlite3_value *value)
{
	static const char *const names[] = {[SQLITE_INTEGER] = "integer",
		[SQLITE_FLOAT] = "real",
		[SQLITE_TEXT] = "text",
		[SQLITE_BLOB] = "bytes"};

	expression->error.length = 0;
	if (column->type == VALUE_INTEGER && sql_overflows(value))
		text_add_format(&expression->error,
			"is beyond the integers of 64 bits: %s", column->sql);
	else
		text_add_format(&expression->error, "is %s, not %s",
			names[found], value_type_names[column->type]);
	return expression->error.data;
}

static const char *text_value(sqlite3_value *from, struct value *value)
{
	const char *data = sqlite3_value_blob(from);
	size_t length = (size_t)sqlite3_value_bytes(from);
	size_t valid = length ? text_valid(data, length) : 0;

	value->data = length ? data : "";
	value->length = (uint32_t)length;
	if (valid == length)
		return NULL;
	return data[valid] ? "is not UTF-8" : "holds a NUL byte";
}

/* The value that SQLite has computed; its type has to be that of the column,
 * but that a real number may be whole. */
static const char *computed_value(struct expression *expression,
	const struct expression_column *column, struct value *value)
{
	sqlite3_value *from =
		sqlite3_column_value(expression->statement, column->result);
	int found = sqlite3_value_type(from);

	value->length = 0;
	value->null = found == SQLITE_NULL;
	if (value->null) {
		value->integer = 0;
		return NULL;
	}
	if (column->type == VALUE_INTEGER && found == SQLITE_INTEGER) {
		value->integer = sqlite3_value_int64(from);
		return NULL;
	}
	if (column->type == VALUE_TEXT && found == SQLITE_TEXT)
		return text_value(from, value);
	if (column->type == VALUE_REAL &&
		(found == SQLITE_FLOAT || found == SQLITE_INTEGER)) {
		value->real = sqlite3_value_double(from);
		return NULL;
	}
	if (column->type == VALUE_BYTES && found == SQLITE_BLOB) {
		const char *data = sqlite3_value_blob(from);

		value->length = (uint32_t)sqlite3_value_bytes(from);
		value->data = value->length ? data : "";
		return NULL;
	}
	return mismatch(expression, column, found, from);
}

const char *expression_value(
	struct expression *expression, size_t column, struct value *value)
{
	const struct expression_column *from = &expression->columns[column];

	if (from->span < 0)
		return computed_value(expression, from, value);
	return span_table_value(&expression->table, expression->row,
		&expression->table.columns[from->span], value);
}

const char *expression_error(const struct expression *expression)
{
	return expression->error.data;
}

void expression_problem_report(struct relation *relation, const char *property,
	const struct expression_problem *problem)
{
	relation_error(relation,
		problem->location.source
			? problem->location
			: relation_location(relation, property),
		*problem->hint ? problem->hint : NULL, "%s", problem->message);
}
