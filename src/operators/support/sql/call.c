/* SPDX-License-Identifier: MIT */
/* The types of calls of functions, and times that aren't reproducible. */
#include <string.h>
#include <strings.h>

#include "operators/support/sql/parser.h"

enum { KEPT = 3 }; /* arguments whose operands are looked at later */

struct arguments {
	struct sql_operand kept[KEPT];
	size_t count;
	unsigned united; /* all types of all */
	bool all_null; /* all may be null */
};

static void set_hint(struct sql_mistake *mistake, const char *hint)
{
	snprintf(mistake->hint, sizeof(mistake->hint), "%s", hint);
}

static void mistake_time(struct sql_parser *parser, const char *start,
	const char *end, const char *message, const char *hint)
{
	struct sql_token place = {
		.text = start, .length = (size_t)(end - start)};

	if (parser->mistaken || parser->lost)
		return;
	sql_mistake_set(parser->mistake, parser->text, &place, "%s", message);
	set_hint(parser->mistake, hint);
	parser->mistaken = true;
}

/* An argument of a function of dates. */
static void check_time(
	struct sql_parser *parser, const struct sql_operand *part)
{
	size_t length = (size_t)(part->end - part->start);

	if (part->literal != SQL_STRING)
		return;
	if (!parser->scope->has_now && length == 5 &&
		strncasecmp(part->start, "'now'", length) == 0)
		mistake_time(parser, part->start, part->end, SQL_NOW_MESSAGE,
			SQL_NOW_HINT);
	else if (length == 11 &&
		strncasecmp(part->start, "'localtime'", length) == 0)
		mistake_time(parser, part->start, part->end,
			"there is no local time",
			"all times are in UTC; add a modifier such as '+1 "
			"hour'");
}

static void mistake_aggregate(
	struct sql_parser *parser, const char *start, const char *name)
{
	struct sql_token place = {.text = start, .length = strlen(name)};
	char reason[128];
	const char *hint;

	if (parser->mistaken || parser->lost ||
		!sql_function_refusal(name, reason, sizeof(reason), &hint))
		return;
	sql_mistake_set(parser->mistake, parser->text, &place, "%s", reason);
	set_hint(parser->mistake, hint);
	parser->mistaken = true;
}

static struct arguments parse_arguments(
	struct sql_parser *parser, const struct sql_function *function)
{
	struct arguments arguments = {.all_null = true};

	if (sql_accept(parser, ")"))
		return arguments;
	do {
		struct sql_operand part = sql_parse(parser);

		if (function->date)
			check_time(parser, &part);
		if (arguments.count < KEPT)
			arguments.kept[arguments.count] = part;
		arguments.count++;
		arguments.united |= part.types;
		arguments.all_null &= (part.types & SQL_TYPE_NULL) != 0;
	} while (!parser->lost && sql_accept(parser, ","));
	sql_expect(parser, ")");
	return arguments;
}

static unsigned value_types(
	const struct sql_function *function, const struct arguments *arguments)
{
	const struct sql_operand *kept = arguments->kept;
	unsigned first = kept[0].types & SQL_TYPE_VALUE;

	switch (function->result) {
	case SQL_RESULT_FIXED: return function->types;
	case SQL_RESULT_UNION: return arguments->united & SQL_TYPE_VALUE;
	case SQL_RESULT_FIRST: return first;
	case SQL_RESULT_CHOICE:
		return (kept[1].types | kept[2].types) & SQL_TYPE_VALUE;
	case SQL_RESULT_NUMBER:
		return (first & ~(unsigned)SQL_TYPE_NUMBER) ? SQL_TYPE_VALUE
							    : first;
	case SQL_RESULT_PART:
		if (first == SQL_TYPE_BLOB)
			return SQL_TYPE_BLOB;
		return (first & SQL_TYPE_BLOB) | SQL_TYPE_TEXT;
	}
	return SQL_TYPE_VALUE;
}

static unsigned null_type(
	const struct sql_function *function, const struct arguments *arguments)
{
	switch (function->nulls) {
	case SQL_NULL_ARGUMENTS: return arguments->united & SQL_TYPE_NULL;
	case SQL_NULL_ALL: return arguments->all_null ? SQL_TYPE_NULL : 0;
	case SQL_NULL_NEVER: return 0;
	case SQL_NULL_MAYBE: break;
	}
	return SQL_TYPE_NULL;
}

struct sql_operand sql_parse_call(struct sql_parser *parser)
{
	const char *start = parser->token.text;
	char name[64];

	sql_unquote(&parser->token, name, sizeof(name));
	const struct sql_function *function = sql_function(name);
	sql_take(parser);
	sql_take(parser); /* the parenthesis */
	if (!function)
		parser->lost = true;
	if (parser->lost)
		return sql_operand(parser, start);
	struct arguments arguments = parse_arguments(parser, function);
	struct sql_operand result = sql_operand(parser, start);

	result.types = value_types(function, &arguments) |
		null_type(function, &arguments);
	/* Without a time the functions of dates mean now. */
	if (function->date && !parser->scope->has_now &&
		arguments.count == (strcasecmp(name, "strftime") == 0))
		mistake_time(parser, start, parser->end, SQL_NOW_MESSAGE,
			SQL_NOW_HINT);
	/* SQLite takes those for aggregates. */
	if (arguments.count == 1 && function->result == SQL_RESULT_UNION)
		mistake_aggregate(parser, start, name);
	if (strcasecmp(name, "regexp_replace") == 0 && arguments.count > 1)
		sql_parse_pattern(parser, &arguments.kept[1]);
	if (strcasecmp(name, "nullif") == 0 && arguments.count == 2)
		sql_parse_compare(
			parser, &arguments.kept[0], &arguments.kept[1]);
	if (sql_is(&parser->token, "FILTER") || sql_is(&parser->token, "OVER"))
		parser->lost = true;
	return result;
}
