/* SPDX-License-Identifier: MIT */
/*
 * The types of computed columns: those that SQLite gives for rows that are
 * made up, together with those that the text tells of.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "operators/support/sql/expression-parts.h"
#include "operators/support/sql/span-probe.h"

struct trial {
	unsigned *found; /* the types of each column */
	bool computed; /* at least one row */
	char *error; /* the first one, or NULL */
};

/* TYPES are those that the text of the column tells of. */
static unsigned type_found(sqlite3_value *value, unsigned types)
{
	switch (sqlite3_value_type(value)) {
	case SQLITE_INTEGER: return SQL_TYPE_INTEGER;
	case SQLITE_FLOAT:
		return sql_overflows(value) && !(types & SQL_TYPE_REAL)
			? SQL_TYPE_INTEGER
			: SQL_TYPE_REAL;
	case SQLITE_TEXT: return SQL_TYPE_TEXT;
	case SQLITE_BLOB: return SQL_TYPE_BLOB;
	default: return SQL_TYPE_NULL;
	}
}

/* Runs STATEMENT over the rows of the table to the next error; returns how
 * many it came behind. */
static size_t try_rows(
	struct compiler *compiler, sqlite3_stmt *statement, struct trial *trial)
{
	struct expression *expression = compiler->expression;
	int status;

	expression->table.row = expression->table.text_row = 0;
	while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
		trial->computed = true;
		for (size_t i = 0; i < expression->column_count; i++)
			trial->found[i] |= type_found(
				sqlite3_column_value(statement, (int)i),
				expression->columns[i].types);
	}
	if (status != SQLITE_DONE && !trial->error)
		trial->error = memory_string(expression_reason(expression));
	sqlite3_reset(statement);
	return expression->table.row + (status != SQLITE_DONE);
}

static void try_probes(
	struct compiler *compiler, sqlite3_stmt *statement, struct trial *trial)
{
	struct span_table *table = &compiler->expression->table;
	struct item *items[SPAN_PROBES];

	span_probe_create(compiler->shape, items);
	for (size_t first = 0; first < SPAN_PROBES;) {
		table->items = items + first;
		table->count = SPAN_PROBES - first;
		first += try_rows(compiler, statement, trial);
	}
	table->items = NULL;
	table->count = 0;
	span_probe_destroy(items);
}

/* An expression that fails for some rows is fine; not one that always does. */
static bool check_trial(struct compiler *compiler, const struct trial *trial)
{
	const struct sql_source *source = &compiler->sources[0];

	if (compiler->expression->connection.asked_time)
		return compiler_problem(
			compiler, source, SQL_NOW_HINT, SQL_NOW_MESSAGE);
	if (!trial->computed)
		return compiler_problem(
			compiler, source, NULL, "%s", trial->error);
	return true;
}

/* ---- Deciding --------------------------------------------------------------- */

static const struct {
	unsigned type;
	enum value_type value;
	const char *name, *cast;
} types[] = {
	{SQL_TYPE_TEXT, VALUE_TEXT, "text", "TEXT"},
	{SQL_TYPE_BLOB, VALUE_BYTES, "bytes", "BLOB"},
	{SQL_TYPE_REAL, VALUE_REAL, "real", "REAL"},
	{SQL_TYPE_INTEGER, VALUE_INTEGER, "integer", "INTEGER"},
};

enum { TYPES = sizeof(types) / sizeof(types[0]) };

/* The index of the first type of SET behind INDEX, or TYPES. */
static size_t next_type(unsigned set, size_t index)
{
	while (index < TYPES && !(set & types[index].type))
		index++;
	return index;
}

/* The column's text is a mistake, its type among SET. */
static bool type_problem(struct compiler *compiler,
	const struct expression_column *column, unsigned set)
{
	const struct sql_source *source = &compiler->sources[column->text];
	const char *end = source->text->text + column->end;
	const char *at = source->text->text + column->start;
	struct sql_token place = sql_next(&at);
	struct sql_mistake mistake;
	size_t first = next_type(set, 0), second = next_type(set, first + 1);

	place.length = (size_t)(end - place.text);
	if (set)
		sql_mistake_set(&mistake, source->text->text, &place,
			"the type isn't unique: it may be %s or %s",
			types[first].name, types[second].name);
	else
		sql_mistake_set(&mistake, source->text->text, &place,
			"the type can't be found: the value was null whatever "
			"the items held");
	snprintf(mistake.hint, sizeof(mistake.hint),
		"say which, as in CAST(... AS %s)",
		set ? types[first].cast : "INTEGER");
	return compiler_mistake(compiler, source, &mistake);
}

static bool decide(struct compiler *compiler, struct expression_column *column,
	unsigned found)
{
	const struct span_table *table = &compiler->expression->table;
	bool known = (column->types & SQL_TYPE_VALUE) != SQL_TYPE_VALUE;
	unsigned set = (known ? found | column->types : found) & SQL_TYPE_VALUE;
	size_t type = next_type(set, 0);

	if (column->span >= 0) {
		column->type = table->columns[column->span].type;
		column->nullable = table->columns[column->span].nullable;
		return true;
	}
	if (type == TYPES || next_type(set, type + 1) < TYPES)
		return type_problem(compiler, column, set);
	column->type = types[type].value;
	column->nullable = (column->types | found) & SQL_TYPE_NULL;
	return true;
}

bool compiler_find_types(struct compiler *compiler, sqlite3_stmt *statement)
{
	struct expression *expression = compiler->expression;
	size_t count = expression->column_count;
	struct trial trial = {
		.found = memory_zeroed(count * sizeof(*trial.found))};

	try_probes(compiler, statement, &trial);
	bool good = check_trial(compiler, &trial);
	for (size_t i = 0; good && i < count; i++)
		good = decide(
			compiler, &expression->columns[i], trial.found[i]);
	free(trial.found);
	free(trial.error);
	return good;
}
