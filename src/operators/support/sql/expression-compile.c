/* SPDX-License-Identifier: MIT */
/*
 * Compiles expressions. Two statements are made of them: one with all columns
 * and the condition, from which SQLite tells names and types, and the one that
 * runs, with only those columns that have to be computed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/units.h"
#include "operators/support/sql/expression-parts.h"

/* ---- The texts ------------------------------------------------------------ */

static struct sql_source *add_source(
	struct compiler *compiler, const struct setting_text *text)
{
	struct sql_source *source = &compiler->sources[compiler->source_count];

	if (compiler->source_count > 0)
		source->first_variable = source[-1].first_variable +
			source[-1].text->binding_count;
	source->text = text;
	compiler->source_count++;
	if (text->now_us) {
		compiler->expression->connection.has_now = true;
		compiler->expression->connection.now_us = *text->now_us;
	}
	return source;
}

static void add_sources(struct compiler *compiler,
	const struct setting_expression *columns, size_t count,
	const struct setting_text *where)
{
	for (size_t i = 0; i < count; i++) {
		struct sql_source *source =
			add_source(compiler, &columns[i].sql);

		source->name = columns[i].name;
		source->list = !columns[i].name;
	}
	compiler->column_sources = count;
	if (where)
		add_source(compiler, where);
}

static bool check_source(
	struct compiler *compiler, const struct sql_source *source)
{
	struct sql_mistake mistake;

	return sql_check(source->text->text, source->text->binding_count,
		       source->list, &mistake) ||
		compiler_mistake(compiler, source, &mistake);
}

static bool check_names(struct compiler *compiler)
{
	const char *left, *right;

	if (!span_table_alike(&compiler->expression->table, &left, &right))
		return true;
	return compiler_problem(compiler, &compiler->sources[0],
		"rename one of them where it is made",
		"the names %s and %s differ only in case, which SQL ignores",
		left, right);
}

static bool check_count(struct compiler *compiler)
{
	struct expression *expression = compiler->expression;
	size_t count = expression->table.column_count;
	int most = sqlite3_limit(
		expression->connection.database, SQLITE_LIMIT_COLUMN, -1);

	if (count <= (size_t)most)
		return true;
	return compiler_problem(compiler, &compiler->sources[0], NULL,
		"%zu fields and attributes arrive here; SQL takes at most %d",
		count, most);
}

/* ---- The statements ---------------------------------------------------------- */

/* Adds bytes of a source, its variables numbered on from those before. */
static void add_text(struct compiler *compiler, const struct sql_source *source,
	size_t start, size_t end)
{
	const char *text = source->text->text;
	const char *at = text + start, *copied = at;

	while (at < text + end) {
		struct sql_token token = sql_next(&at);

		if (token.kind != SQL_VARIABLE || token.text >= text + end)
			continue;
		text_add(&compiler->sql, copied, (size_t)(token.text - copied));
		text_add_format(&compiler->sql, "?%lu",
			strtoul(token.text + 1, NULL, 10) +
				source->first_variable);
		copied = token.text + token.length;
	}
	if (copied < text + end)
		text_add(&compiler->sql, copied, (size_t)(text + end - copied));
}

/* A whole source; the newline ends a comment. */
static void add_whole(struct compiler *compiler, struct sql_source *source)
{
	text_add_string(&compiler->sql, source->list ? "" : "(");
	source->start = compiler->sql.length;
	add_text(compiler, source, 0, strlen(source->text->text));
	source->end = compiler->sql.length;
	text_add_string(&compiler->sql, source->list ? "\n" : "\n)");
}

static sqlite3_stmt *prepare(struct compiler *compiler, bool lasting)
{
	sqlite3_stmt *statement =
		sql_connection_prepare(&compiler->expression->connection,
			compiler->sql.data, compiler->sql.length, lasting);

	if (statement)
		compiler_bind(compiler, statement);
	return statement;
}

static sqlite3_stmt *prepare_description(struct compiler *compiler)
{
	text_add_string(&compiler->sql, "SELECT ");
	for (size_t i = 0; i < compiler->source_count; i++) {
		text_add_string(&compiler->sql, i ? ", " : "");
		add_whole(compiler, &compiler->sources[i]);
	}
	text_add_string(&compiler->sql, " FROM " SQL_TABLE);
	sqlite3_stmt *statement = prepare(compiler, false);
	if (!statement)
		compiler_explain(compiler);
	return statement;
}

static bool prepare_run(struct compiler *compiler)
{
	struct expression *expression = compiler->expression;
	bool has_where = compiler->source_count > compiler->column_sources;
	int results = 0;

	compiler->sql.length = 0;
	text_add_string(&compiler->sql, "SELECT ");
	for (size_t i = 0; i < expression->column_count; i++) {
		struct expression_column *column = &expression->columns[i];

		if (column->span >= 0)
			continue;
		text_add_string(&compiler->sql, results ? ", " : "");
		add_text(compiler, &compiler->sources[column->text],
			column->start, column->end);
		text_add_string(&compiler->sql, "\n");
		column->result = results++;
	}
	if (!has_where && results == 0)
		return true;
	text_add_string(&compiler->sql,
		results ? " FROM " SQL_TABLE : "1 FROM " SQL_TABLE);
	if (has_where) {
		text_add_string(&compiler->sql, " WHERE ");
		add_whole(
			compiler, &compiler->sources[compiler->column_sources]);
	}
	expression->statement = prepare(compiler, true);
	return expression->statement || compiler_explain(compiler);
}

/* ---- Values of variables ------------------------------------------------------- */

static void bind_time(sqlite3_stmt *statement, int variable, int64_t time)
{
	char text[UNITS_TIMESTAMP_BYTES];
	size_t length = units_format_timestamp(time, text);

	sqlite3_bind_text(
		statement, variable, text, (int)length, SQLITE_TRANSIENT);
}

static void bind(sqlite3_stmt *statement, int variable,
	const struct setting_binding *binding)
{
	const struct value *value = &binding->value;

	if (value->null)
		return;
	switch (binding->type) {
	case VALUE_INTEGER:
	case VALUE_DURATION:
		sqlite3_bind_int64(statement, variable, value->integer);
		break;
	case VALUE_REAL:
		sqlite3_bind_double(statement, variable, value->real);
		break;
	case VALUE_BOOLEAN:
		sqlite3_bind_int(statement, variable, value->boolean);
		break;
	case VALUE_TIMESTAMP:
		bind_time(statement, variable, value->integer);
		break;
	case VALUE_TEXT:
	case VALUE_JSON:
		sqlite3_bind_text64(statement, variable,
			value->length ? value->data : "", value->length,
			SQLITE_TRANSIENT, SQLITE_UTF8);
		break;
	case VALUE_BYTES:
		sqlite3_bind_blob64(statement, variable,
			value->length ? value->data : "", value->length,
			SQLITE_TRANSIENT);
		break;
	}
}

void compiler_bind(struct compiler *compiler, sqlite3_stmt *statement)
{
	int most = sqlite3_bind_parameter_count(statement);

	for (size_t i = 0; i < compiler->source_count; i++) {
		const struct sql_source *source = &compiler->sources[i];

		for (size_t j = 0; j < source->text->binding_count; j++) {
			int variable = (int)(source->first_variable + j + 1);

			if (variable <= most)
				bind(statement, variable,
					&source->text->bindings[j]);
		}
	}
}

/* ---- Together ------------------------------------------------------------------- */

static void make_schema(struct expression *expression)
{
	size_t count = expression->column_count;

	expression->fields = memory_zeroed(count * sizeof(struct field));
	for (size_t i = 0; i < count; i++) {
		expression->fields[i].name = expression->columns[i].name;
		expression->fields[i].type = expression->columns[i].type;
		expression->fields[i].nullable =
			expression->columns[i].nullable;
	}
	expression->schema.count = count;
	expression->schema.fields = expression->fields;
}

static void open_connection(struct expression *expression)
{
	struct span_table *table = &expression->table;
	struct sql_connection *connection = &expression->connection;

	connection->has_rowid = span_table_find(table, "rowid") >= 0;
	connection->declaring = &table->declaring;
	connection->row = &table->row;
	sql_connection_open(connection, &span_module, table);
}

static bool compile(struct compiler *compiler)
{
	for (size_t i = 0; i < compiler->source_count; i++)
		if (!check_source(compiler, &compiler->sources[i]))
			return false;
	if (!check_names(compiler))
		return false;
	open_connection(compiler->expression);
	if (!check_count(compiler))
		return false;
	sqlite3_stmt *statement = prepare_description(compiler);
	bool good = statement &&
		(compiler->guessed ||
			(compiler_read_columns(compiler, statement) &&
				compiler_find_types(compiler, statement)));

	sqlite3_finalize(statement);
	if (compiler->guessed)
		return good;
	if (!good || !prepare_run(compiler))
		return false;
	make_schema(compiler->expression);
	return true;
}

static struct expression *create(const struct shape *shape, bool guessed,
	const struct setting_expression *columns, size_t count,
	const struct setting_text *where, struct expression_problem *problem)
{
	struct expression *expression = memory_zeroed(sizeof(*expression));
	struct compiler compiler = {.expression = expression,
		.shape = shape,
		.guessed = guessed,
		.problem = problem};

	memset(problem, 0, sizeof(*problem));
	compiler.sources =
		memory_zeroed((count + 1) * sizeof(*compiler.sources));
	add_sources(&compiler, columns, count, where);
	span_table_init(&expression->table, shape);
	bool good = compiler.source_count > 0 && compile(&compiler);
	free(compiler.sources);
	text_free(&compiler.sql);
	if (good)
		return expression;
	expression_destroy(expression);
	return NULL;
}

struct expression *expression_create(const struct shape *shape,
	const struct setting_expression *columns, size_t count,
	const struct setting_text *where, struct expression_problem *problem)
{
	return create(shape, false, columns, count, where, problem);
}

/* ---- Without a shape ---------------------------------------------------------- */

enum { MOST_NAMES = 500 };

/* Adds the names in TEXT, each once, to FIELDS; false: there are too many. */
static bool add_names(const char *text, struct arena *arena,
	struct field *fields, size_t *count)
{
	struct sql_token token = sql_next(&text);
	char name[256];

	for (; token.kind != SQL_END && token.kind != SQL_OPEN_END;
		token = sql_next(&text)) {
		size_t i = 0;

		if (token.kind != SQL_NAME && token.kind != SQL_QUOTED)
			continue;
		sql_unquote(&token, name, sizeof(name));
		while (i < *count && strcasecmp(fields[i].name, name) != 0)
			i++;
		if (i < *count)
			continue;
		if (*count == MOST_NAMES)
			return false;
		fields[(*count)++] = (struct field){
			.name = arena_string(arena, name), .nullable = true};
	}
	return true;
}

bool expression_check(const struct setting_expression *columns, size_t count,
	const struct setting_text *where, struct expression_problem *problem)
{
	struct arena *arena = arena_create();
	struct field *fields = arena_array(arena, MOST_NAMES, sizeof(*fields));
	struct schema schema = {0, fields};
	struct shape shape = {
		.known = true, .type = PAYLOAD_RECORD, .schema = &schema};
	struct expression *expression = NULL;
	bool few = true;

	for (size_t i = 0; i < count; i++)
		few &= add_names(
			columns[i].sql.text, arena, fields, &schema.count);
	if (where)
		few &= add_names(where->text, arena, fields, &schema.count);
	if (few)
		expression =
			create(&shape, true, columns, count, where, problem);
	expression_destroy(expression);
	arena_destroy(arena);
	return !few || expression;
}
