/* SPDX-License-Identifier: MIT */
/* The methods of SQLite's module for spans: sqlite.org/vtab.html. */
#include <stddef.h>

#include "base/units.h"
#include "operators/support/sql/instant.h"
#include "operators/support/sql/span-table.h"

static void result_time(sqlite3_context *context, int64_t time)
{
	char text[UNITS_TIMESTAMP_BYTES];
	size_t length = units_format_timestamp(time, text);

	sqlite3_result_text64(
		context, text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void result_value(sqlite3_context *context, enum value_type type,
	const struct value *value)
{
	if (value->null)
		return; /* null already */
	switch (type) {
	case VALUE_INTEGER:
	case VALUE_DURATION:
		sqlite3_result_int64(context, value->integer);
		break;
	case VALUE_REAL: sqlite3_result_double(context, value->real); break;
	case VALUE_BOOLEAN: sqlite3_result_int(context, value->boolean); break;
	case VALUE_TIMESTAMP: result_time(context, value->integer); break;
	case VALUE_TEXT:
	case VALUE_JSON:
		sqlite3_result_text64(context, value->length ? value->data : "",
			value->length, SQLITE_STATIC, SQLITE_UTF8);
		break;
	case VALUE_BYTES:
		sqlite3_result_blob64(context, value->length ? value->data : "",
			value->length, SQLITE_STATIC);
		break;
	}
}

static const char *affinity(enum value_type type)
{
	switch (type) {
	case VALUE_INTEGER:
	case VALUE_BOOLEAN:
	case VALUE_DURATION: return "INTEGER";
	case VALUE_REAL: return "REAL";
	case VALUE_TEXT:
	case VALUE_TIMESTAMP:
	case VALUE_JSON: return "TEXT";
	case VALUE_BYTES: break;
	}
	return "BLOB";
}

static void add_name(struct text *sql, const char *name)
{
	text_add_string(sql, "\"");
	for (; *name; name++)
		text_add(sql, *name == '"' ? "\"\"" : name,
			*name == '"' ? 2 : 1);
	text_add_string(sql, "\" ");
}

/* The number in the type of each column tells which one it is: SQLite hands
 * it on with columns of results that are unchanged. A table without columns
 * can't be declared, so it gets one without a name. */
static void add_declaration(struct span_table *table, struct text *sql)
{
	text_add_string(sql, "CREATE TABLE x(");
	for (size_t i = 0; i < table->column_count; i++) {
		const struct span_column *column = &table->columns[i];

		text_add_string(sql, i ? ", " : "");
		add_name(sql, column->name);
		text_add_format(sql, "%s%s(%zu)%s",
			i < table->visible_count ? "" : "HIDDEN ",
			affinity(column->type), i,
			column->type == VALUE_TIMESTAMP
				? " COLLATE " SQL_INSTANT
				: "");
	}
	text_add_string(sql, table->column_count ? ")" : "\"\" HIDDEN)");
}

static int connect_table(sqlite3 *database, void *context, int count,
	const char *const *arguments, sqlite3_vtab **vtab, char **error)
{
	struct span_table *table = context;
	struct text sql = {0};

	(void)count;
	(void)arguments;
	add_declaration(table, &sql);
	table->declaring = true;
	int status = sqlite3_declare_vtab(database, sql.data);
	table->declaring = false;
	text_free(&sql);
	if (status != SQLITE_OK)
		*error = sqlite3_mprintf("%s", sqlite3_errmsg(database));
	*vtab = &table->vtab;
	return status;
}

static int disconnect_table(sqlite3_vtab *vtab)
{
	(void)vtab;
	return SQLITE_OK;
}

/* There is one way to read it: all rows. It seems costly, so that no plan
 * reads it twice. */
static int best_index(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
	(void)vtab;
	info->estimatedCost = 1e9;
	info->estimatedRows = 256;
	return SQLITE_OK;
}

static struct span_table *table_of(void *cursor)
{
	return (struct span_table *)((char *)cursor -
		offsetof(struct span_table, cursor));
}

static int open_cursor(sqlite3_vtab *vtab, sqlite3_vtab_cursor **cursor)
{
	struct span_table *table = (struct span_table *)((char *)vtab -
		offsetof(struct span_table, vtab));

	if (table->open)
		return SQLITE_ERROR;
	table->open = true;
	*cursor = &table->cursor;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
	table_of(cursor)->open = false;
	return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *cursor, int number, const char *string,
	int count, sqlite3_value **values)
{
	(void)number;
	(void)string;
	(void)count;
	(void)values;
	table_of(cursor)->row = 0;
	return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *cursor)
{
	table_of(cursor)->row++;
	return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *cursor)
{
	struct span_table *table = table_of(cursor);

	return table->row >= table->count;
}

static int column_value(
	sqlite3_vtab_cursor *cursor, sqlite3_context *context, int number)
{
	struct span_table *table = table_of(cursor);
	struct value value;

	if ((size_t)number >= table->column_count)
		return SQLITE_OK;
	struct span_column *column = &table->columns[number];

	/* The common case, without a copy. */
	if (column->source == SPAN_FIELD) {
		const struct item *item = table->items[table->row];

		result_value(context, column->type,
			&item->record.values[column->field]);
		return SQLITE_OK;
	}
	const char *problem =
		span_table_value(table, table->row, column, &value);
	if (!problem) {
		result_value(context, column->type, &value);
		return SQLITE_OK;
	}
	sqlite3_free(table->vtab.zErrMsg);
	table->vtab.zErrMsg = sqlite3_mprintf("%s %s", column->name, problem);
	return SQLITE_ERROR;
}

/* Where an item stands in a span means nothing. */
static int row_number(sqlite3_vtab_cursor *cursor, sqlite3_int64 *number)
{
	(void)cursor;
	(void)number;
	return SQLITE_ERROR;
}

const sqlite3_module span_module = {
	.iVersion = 1,
	.xConnect = connect_table,
	.xDisconnect = disconnect_table,
	.xBestIndex = best_index,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = filter,
	.xNext = next,
	.xEof = at_end,
	.xColumn = column_value,
	.xRowid = row_number,
};
