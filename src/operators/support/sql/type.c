/* SPDX-License-Identifier: MIT */
/* The types of the columns of a result, and what the parsers share. */
#include <string.h>

#include "base/memory.h"
#include "operators/support/sql/parser.h"
#include "operators/support/sql/regexp.h"

void sql_take(struct sql_parser *parser)
{
	parser->end = parser->token.text + parser->token.length;
	parser->token = sql_next(&parser->at);
}

bool sql_accept(struct sql_parser *parser, const char *word)
{
	if (!sql_is(&parser->token, word))
		return false;
	sql_take(parser);
	return true;
}

void sql_expect(struct sql_parser *parser, const char *word)
{
	if (!sql_accept(parser, word))
		parser->lost = true;
}

struct sql_operand sql_operand(struct sql_parser *parser, const char *start)
{
	return (struct sql_operand){.types = SQL_TYPE_ANY,
		.start = start,
		.end = parser->end,
		.column = -1,
		.literal = SQL_END};
}

void sql_parse_compare(struct sql_parser *parser,
	const struct sql_operand *left, const struct sql_operand *right)
{
	if (!parser->lost && !parser->mistaken &&
		!sql_compare(parser->scope, parser->text, left, right,
			parser->mistake))
		parser->mistaken = true;
}

void sql_parse_pattern(
	struct sql_parser *parser, const struct sql_operand *pattern)
{
	struct sql_token token = {.kind = pattern->literal,
		.text = pattern->start,
		.length = (size_t)(pattern->end - pattern->start)};
	char reason[128];
	size_t offset;

	if (parser->lost || parser->mistaken || token.kind != SQL_STRING)
		return;
	char *plain = memory_alloc(token.length);
	sql_unquote(&token, plain, token.length);
	if (!sql_regexp_check(
		    plain, strlen(plain), &offset, reason, sizeof(reason))) {
		token.text += 1 + offset;
		token.length = 1;
		sql_mistake_set(parser->mistake, parser->text, &token,
			"the pattern is wrong: %s", reason);
		parser->mistaken = true;
	}
	free(plain);
}

/* ---- Columns of results ------------------------------------------------- */

/* The comma or the end behind the column at AT. */
static const char *end_of_column(const char *at)
{
	struct sql_token token = sql_next(&at);
	unsigned depth = 0;

	while (token.kind != SQL_END && token.kind != SQL_OPEN_END) {
		if (depth == 0 && sql_is(&token, ","))
			break;
		depth += sql_is(&token, "(");
		depth -= depth > 0 && sql_is(&token, ")");
		token = sql_next(&at);
	}
	return token.text;
}

bool sql_type(const struct sql_scope *scope, const char *text, const char **at,
	struct sql_typed *typed, struct sql_mistake *mistake)
{
	struct sql_parser parser = {
		.scope = scope, .text = text, .at = *at, .mistake = mistake};

	parser.end = *at;
	parser.token = sql_next(&parser.at);
	struct sql_operand whole = sql_parse(&parser);
	bool ended = parser.token.kind == SQL_END || sql_is(&parser.token, ",");
	bool renamed = sql_accept(&parser, "AS") ||
		parser.token.kind == SQL_NAME ||
		parser.token.kind == SQL_QUOTED;

	typed->types = parser.lost || (!ended && !renamed) ? SQL_TYPE_ANY
							   : whole.types;
	typed->named = parser.lost || !ended;
	*at = end_of_column(*at);
	return !parser.mistaken;
}
