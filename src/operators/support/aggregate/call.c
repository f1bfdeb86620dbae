/* SPDX-License-Identifier: MIT */
/* Reads calls of aggregate functions, word by word. */
#include "operators/support/aggregate/call.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "operators/support/aggregate/functions.h"
#include "operators/support/sql/token.h"

struct reader {
	struct arena *arena;
	const struct setting_text *sql;
	const char *at; /* behind TOKEN */
	struct sql_token token;
	struct expression_problem *problem;
};

static struct location place_of(
	const struct reader *reader, const char *text, size_t length)
{
	struct location location = location_within(
		reader->sql->location, (size_t)(text - reader->sql->text));

	location.width = length ? (unsigned)length : 1;
	return location;
}

static struct location place(const struct reader *reader)
{
	return place_of(reader, reader->token.text, reader->token.length);
}

static void next(struct reader *reader)
{
	reader->token = sql_next(&reader->at);
}

static bool wrong(struct reader *reader, const char *hint, const char *format,
	...) __attribute__((format(printf, 3, 4)));

static bool wrong(
	struct reader *reader, const char *hint, const char *format, ...)
{
	struct expression_problem *problem = reader->problem;
	va_list args;

	problem->location = place(reader);
	snprintf(problem->hint, sizeof(problem->hint), "%s", hint);
	va_start(args, format);
	vsnprintf(problem->message, sizeof(problem->message), format, args);
	va_end(args);
	return false;
}

/* ---- The function ------------------------------------------------------- */

static void list_functions(char *hint, size_t size)
{
	size_t length = (size_t)snprintf(hint, size, "one call of ");

	for (size_t i = 0; aggregate_function_names[i]; i++)
		length += (size_t)snprintf(hint + length, size - length, "%s%s",
			i ? ", " : "", aggregate_function_names[i]);
	snprintf(hint + length, size - length,
		" over an expression is expected; what goes beyond can be "
		"done by a `map` behind");
}

static bool read_function(struct reader *reader, struct aggregate_text *call)
{
	char word[64], hint[256];

	list_functions(hint, sizeof(hint));
	if (reader->token.kind != SQL_NAME)
		return wrong(reader, hint, "no function is called here");
	snprintf(word, sizeof(word), "%.*s", (int)reader->token.length,
		reader->token.text);
	for (size_t i = 0; aggregate_function_names[i]; i++)
		if (strcasecmp(word, aggregate_function_names[i]) == 0)
			call->function = aggregate_function_names[i];
	if (!call->function) {
		const char *near = text_nearest(word, aggregate_function_names);
		if (near)
			snprintf(hint, sizeof(hint), "did you mean %s?", near);
		return wrong(reader, hint,
			"%s is no function that makes one value of many", word);
	}
	call->location = place(reader);
	next(reader);
	if (!sql_is(&reader->token, "("))
		return wrong(reader, "as in sum(bytes)",
			"( is expected behind %s", call->function);
	return true;
}

/* ---- What stands in the parentheses ------------------------------------- */

static bool is_quantile(const struct aggregate_text *call)
{
	return strcmp(call->function, "quantile") == 0;
}

/* The share of a quantile: a number, or a param that is one. */
static bool read_share(struct reader *reader, struct aggregate_text *call)
{
	const struct setting_text *sql = reader->sql;
	char text[64];
	long number = 0;

	next(reader); /* the comma */
	snprintf(text, sizeof(text), "%.*s", (int)reader->token.length,
		reader->token.text);
	size_t length = reader->token.length;
	if (reader->token.kind == SQL_VARIABLE)
		number = strtol(text + 1, NULL, 10);
	call->quantile = -1;
	if (number > 0 && (size_t)number <= sql->binding_count) {
		const struct setting_binding *b = &sql->bindings[number - 1];

		if (b->type == VALUE_REAL)
			call->quantile = b->value.real;
		else if (b->type == VALUE_INTEGER)
			call->quantile = (double)b->value.integer;
	} else if (length < sizeof(text)) {
		units_real(text, &call->quantile);
	}
	if (!(call->quantile >= 0 && call->quantile <= 1))
		return wrong(reader, "the median is quantile(x, 0.5)",
			"quantile takes a number from 0 to 1");
	next(reader);
	return true;
}

static bool check_start(struct reader *reader, struct aggregate_text *call)
{
	bool count = strcmp(call->function, "count") == 0;

	if (sql_is(&reader->token, ")"))
		return wrong(reader, count ? "count(*) counts the items" : "",
			"%s takes an expression", call->function);
	if (sql_is(&reader->token, "*") && !count)
		return wrong(reader, "only count takes *",
			"%s takes an expression", call->function);
	if (sql_is(&reader->token, "DISTINCT"))
		return wrong(reader,
			count ? "count_distinct(x) counts different values"
			      : "",
			"DISTINCT is not possible here");
	return true;
}

/* Reads on to what ends the argument: a comma or the closing parenthesis. */
static bool skip_argument(struct reader *reader)
{
	unsigned depth = 0;

	for (;; next(reader)) {
		if (reader->token.kind == SQL_END ||
			reader->token.kind == SQL_OPEN_END)
			return wrong(
				reader, "", "nothing closes the parenthesis");
		if (depth == 0 &&
			(sql_is(&reader->token, ",") ||
				sql_is(&reader->token, ")")))
			return true;
		if (sql_is(&reader->token, "("))
			depth++;
		else if (sql_is(&reader->token, ")"))
			depth--;
	}
}

/* From behind the opening parenthesis to behind the closing one. */
static bool read_argument(struct reader *reader, struct aggregate_text *call)
{
	const char *end;
	bool star;

	next(reader);
	if (!check_start(reader, call))
		return false;
	const char *start = reader->token.text;
	star = sql_is(&reader->token, "*");
	if (!skip_argument(reader))
		return false;
	end = reader->token.text;
	if (is_quantile(call) && !sql_is(&reader->token, ","))
		return wrong(reader, "the median is quantile(x, 0.5)",
			"quantile takes an expression and a share");
	if (is_quantile(call) && !read_share(reader, call))
		return false;
	if (!sql_is(&reader->token, ")"))
		return wrong(
			reader, "", "%s takes one expression", call->function);
	if (!star) {
		call->argument = *reader->sql;
		call->argument.text =
			arena_copy(reader->arena, start, (size_t)(end - start));
		call->argument.location =
			place_of(reader, start, (size_t)(end - start));
	}
	next(reader);
	return true;
}

/* ---- What follows ------------------------------------------------------- */

static bool read_name(struct reader *reader, struct aggregate_text *call)
{
	char name[256];

	if (sql_is(&reader->token, "AS"))
		next(reader);
	if (reader->token.kind != SQL_NAME && reader->token.kind != SQL_QUOTED)
		return wrong(reader, "as in count(*) AS hits",
			"the field that %s computes has no name",
			call->function);
	sql_unquote(&reader->token, name, sizeof(name));
	call->name = arena_string(reader->arena, name);
	call->name_location = place(reader);
	next(reader);
	return true;
}

static bool read_call(struct reader *reader, struct aggregate_text *call)
{
	return read_function(reader, call) && read_argument(reader, call) &&
		(call->name || read_name(reader, call));
}

struct aggregate_text **aggregate_text_read(struct arena *arena,
	const struct setting_expression *expression,
	struct aggregate_text **last, struct expression_problem *problem)
{
	struct reader reader = {
		.arena = arena,
		.sql = &expression->sql,
		.at = expression->sql.text,
		.problem = problem,
	};

	do {
		next(&reader);
		*last = arena_alloc(arena, sizeof(**last));
		**last = (struct aggregate_text){
			.name = expression->name,
			.name_location = expression->name_location,
		};
		if (!read_call(&reader, *last))
			return NULL;
		last = &(*last)->next;
	} while (!expression->name && sql_is(&reader.token, ","));
	if (reader.token.kind != SQL_END) {
		char hint[256];

		list_functions(hint, sizeof(hint));
		wrong(&reader, hint, "the call should end here");
		return NULL;
	}
	return last;
}
