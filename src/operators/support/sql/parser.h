/* SPDX-License-Identifier: MIT */
/* The parser of expressions that finds their types; for type.c, operator.c,
 * call.c and primary.c only. */
#ifndef LEAT_OPERATORS_SUPPORT_SQL_PARSER_H
#define LEAT_OPERATORS_SUPPORT_SQL_PARSER_H

#include "operators/support/sql/type.h"

struct sql_parser {
	const struct sql_scope *scope;
	const char *text;
	const char *at; /* behind the token */
	struct sql_token token; /* the next one */
	const char *end; /* of the last one that was taken */
	unsigned depth;
	bool lost; /* something isn't known: no more types */
	bool mistaken; /* and it is said what */
	struct sql_mistake *mistake;
};

void sql_take(struct sql_parser *parser);

/* Takes the keyword or sign WORD if it is next. */
bool sql_accept(struct sql_parser *parser, const char *word);

/* The same; lost when it isn't. */
void sql_expect(struct sql_parser *parser, const char *word);

/* An operand from START to the last token, of any type. */
struct sql_operand sql_operand(struct sql_parser *parser, const char *start);

/* Notes the mistake if the two can't be equal. */
void sql_parse_compare(struct sql_parser *parser,
	const struct sql_operand *left, const struct sql_operand *right);

/* Notes the mistake if the operand is a literal pattern that is wrong. */
void sql_parse_pattern(
	struct sql_parser *parser, const struct sql_operand *pattern);

/* A whole expression; one without operators; a call of a function. */
struct sql_operand sql_parse(struct sql_parser *parser);
struct sql_operand sql_parse_primary(struct sql_parser *parser);
struct sql_operand sql_parse_call(struct sql_parser *parser);

#endif
