/* SPDX-License-Identifier: MIT */
/* What the columns of an expression are: fields, attributes or computed. */
#include <ctype.h>
#include <stdlib.h>

#include "base/memory.h"
#include "operators/support/sql/expression-parts.h"

enum { SHOWN_BYTES = 60 };

/* Whether the text of a column is `*`, or `span.*`. */
static bool is_star(const char *text)
{
	struct sql_token token = sql_next(&text), after = sql_next(&text);

	while (sql_is(&after, ".")) {
		token = sql_next(&text);
		after = sql_next(&text);
	}
	return sql_is(&token, "*");
}

static bool check_condition(struct compiler *compiler,
	const struct sql_source *source, const struct sql_typed *typed)
{
	unsigned types = typed->types & SQL_TYPE_VALUE;

	if (types != SQL_TYPE_TEXT && types != SQL_TYPE_BLOB)
		return true;
	return compiler_problem(compiler, source,
		"compare it with something, as in x = 'y'",
		"the condition is %s, which is neither true nor false",
		types == SQL_TYPE_TEXT ? "text" : "bytes");
}

/* What SQLite finds otherwise than we do isn't run. */
static bool misunderstood(struct compiler *compiler)
{
	return compiler_problem(compiler, &compiler->sources[0], NULL,
		"the list of columns isn't understood");
}

/* Adds REPEAT columns like COLUMN. */
static bool add_columns(struct compiler *compiler,
	const struct expression_column *column, size_t repeat, size_t most)
{
	struct expression *expression = compiler->expression;

	if (repeat > most - expression->column_count)
		return misunderstood(compiler);
	while (repeat-- > 0)
		expression->columns[expression->column_count++] = *column;
	return true;
}

/* Reads the columns of one source, with what its text tells of each. */
static bool read_source(struct compiler *compiler, size_t index, size_t most)
{
	const struct sql_source *source = &compiler->sources[index];
	const char *text = source->text->text, *at = text;
	struct sql_scope scope = {.table = &compiler->expression->table,
		.bindings = source->text->bindings,
		.binding_count = source->text->binding_count,
		.has_now = compiler->expression->connection.has_now};
	struct sql_mistake mistake;
	struct sql_typed typed;

	for (;; at++) {
		const char *start = at;

		if (!sql_type(&scope, text, &at, &typed, &mistake))
			return compiler_mistake(compiler, source, &mistake);
		if (index == compiler->column_sources)
			return check_condition(compiler, source, &typed);
		struct expression_column column = {.span = -1,
			.result = -1,
			.named = source->name || typed.named,
			.text = index,
			.start = (size_t)(start - text),
			.end = (size_t)(at - text),
			.types = typed.types};
		bool star = source->list && is_star(start);

		if (!add_columns(compiler, &column,
			    star ? scope.table->visible_count : 1, most))
			return false;
		if (*at != ',')
			return true;
	}
}

/* The column's text without blanks around it, cut where it is long. */
static char *shown_sql(
	const struct compiler *compiler, const struct expression_column *column)
{
	const char *text = compiler->sources[column->text].text->text;
	const char *at = text + column->start, *end = text + column->end;
	struct text shown = {0};

	while (at < end && isspace((unsigned char)*at))
		at++;
	while (end > at && isspace((unsigned char)end[-1]))
		end--;
	text_add_escaped(&shown, at, (size_t)(end - at), SHOWN_BYTES);
	return shown.data;
}

/* Adds what SQLite knows of the columns. */
static void describe(struct compiler *compiler, sqlite3_stmt *statement)
{
	struct expression *expression = compiler->expression;

	for (size_t i = 0; i < expression->column_count; i++) {
		struct expression_column *column = &expression->columns[i];
		const char *name = compiler->sources[column->text].name;

		if (!name)
			name = sqlite3_column_name(statement, (int)i);
		column->name = memory_string(name);
		column->sql = shown_sql(compiler, column);
		column->span = span_table_declared(&expression->table,
			sqlite3_column_decltype(statement, (int)i));
		column->named |= column->span >= 0;
	}
}

bool compiler_read_columns(struct compiler *compiler, sqlite3_stmt *statement)
{
	struct expression *expression = compiler->expression;
	size_t conditions = compiler->source_count - compiler->column_sources;
	size_t count = (size_t)sqlite3_column_count(statement) - conditions;

	expression->columns =
		memory_zeroed(count * sizeof(*expression->columns));
	for (size_t i = 0; i < compiler->source_count; i++)
		if (!read_source(compiler, i, count))
			return false;
	if (expression->column_count != count)
		return misunderstood(compiler);
	describe(compiler, statement);
	return true;
}
