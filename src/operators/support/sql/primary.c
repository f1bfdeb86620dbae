/* SPDX-License-Identifier: MIT */
/* The types of expressions without operators: literals, names, CASE, CAST. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "operators/support/sql/parser.h"

static unsigned types_of(enum value_type type)
{
	switch (type) {
	case VALUE_INTEGER:
	case VALUE_BOOLEAN:
	case VALUE_DURATION: return SQL_TYPE_INTEGER;
	case VALUE_REAL: return SQL_TYPE_REAL;
	case VALUE_TEXT:
	case VALUE_TIMESTAMP:
	case VALUE_JSON: return SQL_TYPE_TEXT;
	case VALUE_BYTES: break;
	}
	return SQL_TYPE_BLOB;
}

static unsigned number_types(const struct sql_token *token)
{
	bool hexadecimal = token->length > 1 && (token->text[1] | 0x20) == 'x';
	bool integer = hexadecimal ||
		strspn(token->text, "0123456789") >= token->length;

	/* Beyond 64 bits it is real. */
	errno = 0;
	if (integer && !hexadecimal &&
		(strtoll(token->text, NULL, 10), errno == ERANGE))
		return SQL_TYPE_NUMBER;
	return integer ? SQL_TYPE_INTEGER : SQL_TYPE_REAL;
}

static unsigned variable_types(struct sql_parser *parser)
{
	const struct sql_scope *scope = parser->scope;
	size_t number = strtoul(parser->token.text + 1, NULL, 10);

	if (number < 1 || number > scope->binding_count)
		return SQL_TYPE_ANY;
	const struct setting_binding *binding = &scope->bindings[number - 1];
	return binding->value.null ? SQL_TYPE_NULL : types_of(binding->type);
}

static struct sql_operand parse_literal(struct sql_parser *parser)
{
	const char *start = parser->token.text;
	enum sql_kind kind = parser->token.kind;
	unsigned types = SQL_TYPE_BLOB;

	if (kind == SQL_NUMBER)
		types = number_types(&parser->token);
	else if (kind == SQL_STRING)
		types = SQL_TYPE_TEXT;
	else if (kind == SQL_VARIABLE)
		types = variable_types(parser);
	sql_take(parser);
	struct sql_operand result = sql_operand(parser, start);
	result.types = types;
	if (kind == SQL_NUMBER || kind == SQL_STRING)
		result.literal = kind;
	return result;
}

/* A column, after its table's name if that is given; true, false, null. */
static struct sql_operand parse_name(struct sql_parser *parser)
{
	const char *start = parser->token.text;
	struct sql_token name = parser->token;
	char plain[256];

	sql_take(parser);
	while (sql_accept(parser, ".")) {
		name = parser->token;
		sql_take(parser);
	}
	struct sql_operand result = sql_operand(parser, start);
	sql_unquote(&name, plain, sizeof(plain));
	result.column = span_table_find(parser->scope->table, plain);
	if (result.column >= 0) {
		const struct span_column *column =
			&parser->scope->table->columns[result.column];

		result.types = types_of(column->type) |
			(column->nullable ? SQL_TYPE_NULL : 0);
	} else if (sql_is(&name, "NULL")) {
		result.types = SQL_TYPE_NULL;
	} else if (strncasecmp(plain, "current_", 8) == 0 &&
		sql_function(plain)) {
		result.types = SQL_TYPE_TEXT;
	} else if (sql_is(&name, "TRUE") || sql_is(&name, "FALSE")) {
		result.types = SQL_TYPE_INTEGER;
	} else {
		parser->lost = true;
	}
	return result;
}

/* CASE [x] WHEN y THEN z ... [ELSE z] END, behind CASE. */
static struct sql_operand parse_case(
	struct sql_parser *parser, const char *start)
{
	struct sql_operand base = sql_operand(parser, start);
	bool has_base = !sql_is(&parser->token, "WHEN");
	unsigned types = 0;

	if (has_base)
		base = sql_parse(parser);
	while (!parser->lost && sql_accept(parser, "WHEN")) {
		struct sql_operand when = sql_parse(parser);

		if (has_base)
			sql_parse_compare(parser, &base, &when);
		sql_expect(parser, "THEN");
		types |= sql_parse(parser).types;
	}
	types |= sql_accept(parser, "ELSE") ? sql_parse(parser).types
					    : (unsigned)SQL_TYPE_NULL;
	sql_expect(parser, "END");
	struct sql_operand result = sql_operand(parser, start);
	result.types = types;
	return result;
}

/* The types of a cast to TYPE: sqlite.org/datatype3.html, 3.1. */
static unsigned cast_types(const char *type, size_t length)
{
	char name[64] = "";

	if (length < sizeof(name))
		memcpy(name, type, length);
	if (strcasestr(name, "INT"))
		return SQL_TYPE_INTEGER;
	if (strcasestr(name, "CHAR") || strcasestr(name, "CLOB") ||
		strcasestr(name, "TEXT"))
		return SQL_TYPE_TEXT;
	if (strcasestr(name, "BLOB"))
		return SQL_TYPE_BLOB;
	if (strcasestr(name, "REAL") || strcasestr(name, "FLOA") ||
		strcasestr(name, "DOUB"))
		return SQL_TYPE_REAL;
	return SQL_TYPE_NUMBER;
}

/* CAST(x AS type), behind CAST. */
static struct sql_operand parse_cast(
	struct sql_parser *parser, const char *start)
{
	unsigned depth = 1;

	sql_expect(parser, "(");
	struct sql_operand from = sql_parse(parser);
	sql_expect(parser, "AS");
	const char *type = parser->token.text;
	while (!parser->lost) {
		depth += sql_is(&parser->token, "(");
		depth -= sql_is(&parser->token, ")");
		if (depth == 0)
			break;
		if (parser->token.kind == SQL_END)
			parser->lost = true;
		sql_take(parser);
	}
	size_t length = parser->end > type ? (size_t)(parser->end - type) : 0;
	sql_take(parser);
	struct sql_operand result = sql_operand(parser, start);
	result.types = cast_types(type, length) | (from.types & SQL_TYPE_NULL);
	return result;
}

struct sql_operand sql_parse_primary(struct sql_parser *parser)
{
	const char *start = parser->token.text, *behind = parser->at;

	switch (parser->token.kind) {
	case SQL_NUMBER:
	case SQL_STRING:
	case SQL_BLOB:
	case SQL_VARIABLE: return parse_literal(parser);
	case SQL_NAME:
	case SQL_QUOTED: break;
	default:
		if (sql_accept(parser, "(")) {
			struct sql_operand result = sql_parse(parser);

			sql_expect(parser, ")");
			result.start = start;
			result.end = parser->end;
			return result;
		}
		parser->lost = true;
		return sql_operand(parser, start);
	}
	if (sql_accept(parser, "CASE"))
		return parse_case(parser, start);
	if (sql_accept(parser, "CAST"))
		return parse_cast(parser, start);
	struct sql_token next = sql_next(&behind);
	return sql_is(&next, "(") ? sql_parse_call(parser) : parse_name(parser);
}
