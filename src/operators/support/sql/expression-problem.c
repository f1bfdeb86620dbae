/* SPDX-License-Identifier: MIT */
/* Why SQLite doesn't compile an expression, in words for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "operators/support/sql/expression-parts.h"

#define SUBQUERY "subqueries aren't possible over items in flight"

/* ---- Places in the statement -------------------------------------------- */

/* The source in which a byte of the statement stands, and where in it. */
static const struct sql_source *find_source(
	const struct compiler *compiler, size_t offset, size_t *inside)
{
	for (size_t i = 0; i < compiler->source_count; i++) {
		const struct sql_source *source = &compiler->sources[i];

		if (offset < source->start || offset > source->end)
			continue;
		*inside = offset - source->start;
		return source;
	}
	return NULL;
}

/* The first place where WORD stands. */
static const struct sql_source *find_word(const struct compiler *compiler,
	const char *word, struct sql_token *place)
{
	char plain[256];

	for (size_t i = 0; i < compiler->source_count; i++) {
		const char *at = compiler->sources[i].text->text;
		struct sql_token token = sql_next(&at);

		for (; token.kind != SQL_END && token.kind != SQL_OPEN_END;
			token = sql_next(&at)) {
			if (token.kind != SQL_NAME && token.kind != SQL_QUOTED)
				continue;
			sql_unquote(&token, plain, sizeof(plain));
			if (strcasecmp(plain, word) != 0)
				continue;
			*place = token;
			return &compiler->sources[i];
		}
	}
	return NULL;
}

/* Where SQLite stumbled, or the first WORD, or the first source. */
static const struct sql_source *find_place(const struct compiler *compiler,
	const char *word, struct sql_token *place)
{
	const struct sql_source *source = NULL;
	int offset =
		sqlite3_error_offset(compiler->expression->connection.database);
	size_t inside;

	*place = (struct sql_token){0};
	if (word)
		source = find_word(compiler, word, place);
	if (source)
		return source;
	if (offset >= 0)
		source = find_source(compiler, (size_t)offset, &inside);
	if (!source) {
		place->text = compiler->sources[0].text->text;
		return &compiler->sources[0];
	}
	const char *at = source->text->text;
	do
		*place = sql_next(&at);
	while (place->kind != SQL_END && place->kind != SQL_OPEN_END &&
		(size_t)(at - source->text->text) <= inside);
	return source;
}

/* ---- Names ------------------------------------------------------------------ */

static const char *nearest_column(
	const struct span_table *table, const char *name)
{
	const char **names =
		memory_zeroed((table->column_count + 1) * sizeof(*names));

	for (size_t i = 0; i < table->column_count; i++)
		names[i] = table->columns[i].name;
	const char *nearest = text_nearest(name, names);
	free(names);
	return nearest;
}

static void add_columns(const struct span_table *table, struct text *hint)
{
	for (size_t i = 0; i < table->column_count; i++)
		text_add_format(
			hint, "%s%s", i ? ", " : "", table->columns[i].name);
	if (table->column_count == 0)
		text_add_string(hint, "none");
}

static void hint_column(const struct span_table *table, const char *name,
	const struct sql_token *place, char *hint, size_t size)
{
	const char *nearest = nearest_column(table, name);
	struct text text = {0};

	if (nearest)
		text_add_format(&text, "did you mean %s? T", nearest);
	else if (place->kind == SQL_QUOTED && place->text[0] == '"')
		text_add_format(&text, "a text is written '%s'; t", name);
	else
		text_add_string(&text, "t");
	text_add_string(&text, "here are: ");
	add_columns(table, &text);
	snprintf(hint, size, "%.*s%s", (int)size - 4, text.data,
		text.length > size - 4 ? "..." : "");
	text_free(&text);
}

static void explain_column(struct compiler *compiler, const char *name)
{
	const char *dot = strrchr(name, '.');
	struct sql_mistake mistake;
	struct sql_token place;

	/* table.column, unless a point is part of the name. */
	if (dot && !find_word(compiler, name, &place))
		name = dot + 1;
	const struct sql_source *source = find_place(compiler, name, &place);
	sql_mistake_set(&mistake, source->text->text, &place,
		"no field or attribute %s arrives here", name);
	hint_column(&compiler->expression->table, name, &place, mistake.hint,
		sizeof(mistake.hint));
	compiler_mistake(compiler, source, &mistake);
}

static void explain_function(struct compiler *compiler, const char *name)
{
	struct sql_mistake mistake;
	struct sql_token place;
	char reason[256];
	const char *hint = NULL, *nearest = sql_function_nearest(name);
	const struct sql_source *source = find_place(compiler, name, &place);

	if (sql_function_refusal(name, reason, sizeof(reason), &hint)) {
		sql_mistake_set(
			&mistake, source->text->text, &place, "%s", reason);
		snprintf(mistake.hint, sizeof(mistake.hint), "%s",
			hint ? hint : "");
	} else {
		sql_mistake_set(&mistake, source->text->text, &place,
			"there is no function %s", name);
		if (nearest)
			snprintf(mistake.hint, sizeof(mistake.hint),
				"did you mean %s?", nearest);
	}
	compiler_mistake(compiler, source, &mistake);
}

/* ---- Messages --------------------------------------------------------------- */

/* What stands in MESSAGE behind BEGINNING, or NULL. */
static const char *behind(const char *message, const char *beginning)
{
	size_t length = strlen(beginning);

	return strncmp(message, beginning, length) == 0 ? message + length
							: NULL;
}

/* SQLite stumbled over what stands around the source in the statement. */
static bool ends_early(
	const struct compiler *compiler, const struct sql_source **source)
{
	int offset =
		sqlite3_error_offset(compiler->expression->connection.database);

	for (size_t i = compiler->source_count; offset >= 0 && i-- > 0;) {
		*source = &compiler->sources[i];
		if ((size_t)offset >= (*source)->end)
			return true;
		if ((size_t)offset >= (*source)->start)
			return false;
	}
	return false;
}

static void explain_other(struct compiler *compiler, const char *message)
{
	struct sql_mistake mistake;
	struct sql_token place;
	const struct sql_source *source = find_place(compiler, NULL, &place);
	const char *rest = behind(message, "near ");

	if (behind(message, "no tables specified"))
		message = "there are no fields that * could stand for";
	else if (behind(message, "sub-select"))
		message = SUBQUERY;
	if (rest && ends_early(compiler, &source)) {
		place.text = source->text->text + strlen(source->text->text);
		place.length = 0;
		message = "the expression ends too early";
	}
	sql_mistake_set(
		&mistake, source->text->text, &place, "SQL: %s", message);
	compiler_mistake(compiler, source, &mistake);
}

bool compiler_explain(struct compiler *compiler)
{
	struct sql_connection *connection = &compiler->expression->connection;
	const char *message = sqlite3_errmsg(connection->database), *name;

	if (connection->refused_function[0])
		explain_function(compiler, connection->refused_function);
	else if (connection->selects > 1)
		explain_other(compiler, SUBQUERY);
	else if (connection->refused_rowid)
		explain_column(compiler, "rowid");
	else if ((name = behind(message, "no such column: ")))
		explain_column(compiler, name);
	else if ((name = behind(message, "no such function: ")))
		explain_function(compiler, name);
	else
		explain_other(compiler, message);
	return false;
}
