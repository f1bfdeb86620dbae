/* SPDX-License-Identifier: MIT */
/*
 * The types of what operators yield, by recursive descent with the precedence
 * of sqlite.org/lang_expr.html#operators_and_parse_affecting_attributes.
 */
#include <string.h>

#include "operators/support/sql/parser.h"

enum { DEPTH = 4000 };

/* From loose to tight. */
enum level {
	LEVEL_OR,
	LEVEL_AND,
	LEVEL_NOT,
	LEVEL_EQUAL,
	LEVEL_LESS,
	LEVEL_BITS,
	LEVEL_SUM,
	LEVEL_PRODUCT,
	LEVEL_CONCAT,
	LEVEL_UNARY,
};

enum effect {
	EFFECT_TRUTH,
	EFFECT_COMPARE,
	EFFECT_INTEGER,
	EFFECT_NUMBER,
	EFFECT_QUOTIENT,
	EFFECT_TEXT,
	EFFECT_JSON,
	EFFECT_ANY,
};

static const struct binary {
	const char *sign;
	enum level level;
	enum effect effect;
} binaries[] = {
	{"OR", LEVEL_OR, EFFECT_TRUTH},
	{"AND", LEVEL_AND, EFFECT_TRUTH},
	{"<", LEVEL_LESS, EFFECT_COMPARE},
	{"<=", LEVEL_LESS, EFFECT_COMPARE},
	{">", LEVEL_LESS, EFFECT_COMPARE},
	{">=", LEVEL_LESS, EFFECT_COMPARE},
	{"&", LEVEL_BITS, EFFECT_INTEGER},
	{"|", LEVEL_BITS, EFFECT_INTEGER},
	{"<<", LEVEL_BITS, EFFECT_INTEGER},
	{">>", LEVEL_BITS, EFFECT_INTEGER},
	{"+", LEVEL_SUM, EFFECT_NUMBER},
	{"-", LEVEL_SUM, EFFECT_NUMBER},
	{"*", LEVEL_PRODUCT, EFFECT_NUMBER},
	{"/", LEVEL_PRODUCT, EFFECT_QUOTIENT},
	{"%", LEVEL_PRODUCT, EFFECT_QUOTIENT},
	{"||", LEVEL_CONCAT, EFFECT_TEXT},
	{"->", LEVEL_CONCAT, EFFECT_JSON},
	{"->>", LEVEL_CONCAT, EFFECT_ANY},
};

static struct sql_operand parse(struct sql_parser *parser, enum level level);

/* What is of TYPES unless one of two operands is null. */
static struct sql_operand combined(struct sql_parser *parser, unsigned types,
	const struct sql_operand *left, const struct sql_operand *right)
{
	struct sql_operand result = sql_operand(parser, left->start);

	result.types = types | ((left->types | right->types) & SQL_TYPE_NULL);
	return result;
}

static unsigned number_of(const struct sql_operand *operand)
{
	unsigned values = operand->types & SQL_TYPE_VALUE;

	return (values & ~(unsigned)SQL_TYPE_NUMBER) ? SQL_TYPE_NUMBER : values;
}

/* An integer only of integers; real when either is. */
static unsigned sum_of(
	const struct sql_operand *left, const struct sql_operand *right)
{
	unsigned a = number_of(left), b = number_of(right);

	if (a == SQL_TYPE_REAL || b == SQL_TYPE_REAL)
		return SQL_TYPE_REAL;
	return a | b;
}

static struct sql_operand apply(struct sql_parser *parser, enum effect effect,
	const struct sql_operand *left, const struct sql_operand *right)
{
	switch (effect) {
	case EFFECT_COMPARE: sql_parse_compare(parser, left, right); break;
	case EFFECT_NUMBER:
		return combined(parser, sum_of(left, right), left, right);
	case EFFECT_QUOTIENT: /* null by 0 */
		return combined(parser, sum_of(left, right) | SQL_TYPE_NULL,
			left, right);
	case EFFECT_TEXT:
		return combined(parser,
			SQL_TYPE_TEXT |
				(left->types & right->types & SQL_TYPE_BLOB),
			left, right);
	case EFFECT_JSON:
		return combined(
			parser, SQL_TYPE_TEXT | SQL_TYPE_NULL, left, right);
	case EFFECT_ANY: return combined(parser, SQL_TYPE_ANY, left, right);
	case EFFECT_TRUTH:
	case EFFECT_INTEGER: break;
	}
	return combined(parser, SQL_TYPE_INTEGER, left, right);
}

static const struct binary *find_binary(
	const struct sql_token *token, enum level level)
{
	for (size_t i = 0; i < sizeof(binaries) / sizeof(binaries[0]); i++)
		if (binaries[i].level == level &&
			sql_is(token, binaries[i].sign))
			return &binaries[i];
	return NULL;
}

/* [NOT] BETWEEN x AND y, behind BETWEEN. */
static struct sql_operand parse_between(
	struct sql_parser *parser, const struct sql_operand *left)
{
	struct sql_operand low = parse(parser, LEVEL_LESS);

	sql_parse_compare(parser, left, &low);
	sql_expect(parser, "AND");
	struct sql_operand high = parse(parser, LEVEL_LESS);

	sql_parse_compare(parser, left, &high);
	struct sql_operand bounds = combined(parser, 0, &low, &high);
	return combined(parser, SQL_TYPE_INTEGER, left, &bounds);
}

/* [NOT] IN (x, y), behind IN. */
static struct sql_operand parse_in(
	struct sql_parser *parser, const struct sql_operand *left)
{
	unsigned types = SQL_TYPE_INTEGER;

	sql_expect(parser, "(");
	while (!parser->lost && !sql_is(&parser->token, ")")) {
		struct sql_operand part = parse(parser, LEVEL_OR);

		sql_parse_compare(parser, left, &part);
		types |= part.types & SQL_TYPE_NULL;
		if (!sql_accept(parser, ","))
			break;
	}
	sql_expect(parser, ")");
	return combined(parser, types, left, left);
}

/* IS [NOT] [DISTINCT FROM] x, behind IS. */
static struct sql_operand parse_is(
	struct sql_parser *parser, const struct sql_operand *left)
{
	sql_accept(parser, "NOT");
	if (sql_accept(parser, "DISTINCT"))
		sql_expect(parser, "FROM");
	/* IS TRUE takes all types. */
	bool truth = sql_is(&parser->token, "TRUE") ||
		sql_is(&parser->token, "FALSE");
	struct sql_operand right = parse(parser, LEVEL_LESS);

	if (!truth)
		sql_parse_compare(parser, left, &right);
	struct sql_operand result = sql_operand(parser, left->start);
	result.types = SQL_TYPE_INTEGER;
	return result;
}

static bool accept_like(struct sql_parser *parser)
{
	return sql_accept(parser, "LIKE") || sql_accept(parser, "GLOB") ||
		sql_accept(parser, "MATCH");
}

static bool accept_equal(struct sql_parser *parser)
{
	return sql_accept(parser, "=") || sql_accept(parser, "==") ||
		sql_accept(parser, "<>") || sql_accept(parser, "!=");
}

/* The operators of the level of = behind their left operand, which becomes
 * the result; false when there is none. */
static bool parse_equal(struct sql_parser *parser, struct sql_operand *left)
{
	struct sql_operand right;
	bool negated;

	if (accept_equal(parser)) {
		right = parse(parser, LEVEL_LESS);
		*left = apply(parser, EFFECT_COMPARE, left, &right);
		return true;
	}
	if (sql_accept(parser, "IS")) {
		*left = parse_is(parser, left);
		return true;
	}
	negated = sql_accept(parser, "NOT");
	if (sql_accept(parser, "ISNULL") || sql_accept(parser, "NOTNULL") ||
		(negated && sql_accept(parser, "NULL"))) {
		*left = sql_operand(parser, left->start);
		left->types = SQL_TYPE_INTEGER;
	} else if (sql_accept(parser, "BETWEEN")) {
		*left = parse_between(parser, left);
	} else if (sql_accept(parser, "IN")) {
		*left = parse_in(parser, left);
	} else if (sql_accept(parser, "REGEXP")) {
		right = parse(parser, LEVEL_LESS);
		sql_parse_pattern(parser, &right);
		*left = apply(parser, EFFECT_TRUTH, left, &right);
	} else if (accept_like(parser)) {
		right = parse(parser, LEVEL_LESS);
		if (sql_accept(parser, "ESCAPE"))
			parse(parser, LEVEL_LESS);
		*left = apply(parser, EFFECT_TRUTH, left, &right);
	} else {
		parser->lost |= negated;
		return false;
	}
	return true;
}

/* Whether it is the one number that is an integer only behind a minus. */
static bool is_least(const struct sql_operand *number)
{
	static const char least[] = "9223372036854775808";

	return (size_t)(number->end - number->start) == strlen(least) &&
		memcmp(number->start, least, strlen(least)) == 0;
}

/* NOT x; a sign before x; x COLLATE name. */
static struct sql_operand parse_prefixed(
	struct sql_parser *parser, enum level level)
{
	const char *start = parser->token.text;
	bool minus = sql_is(&parser->token, "-");
	bool plus = sql_is(&parser->token, "+");
	struct sql_operand right, result;

	if (!minus && !plus && !sql_is(&parser->token, "NOT") &&
		!sql_is(&parser->token, "~"))
		return sql_parse_primary(parser);
	sql_take(parser);
	right = parse(parser, level);
	if (plus) /* changes nothing, not even text */
		return right;
	result = sql_operand(parser, start);
	result.types = (right.types & SQL_TYPE_NULL) |
		(minus ? number_of(&right) : (unsigned)SQL_TYPE_INTEGER);
	if (minus && right.literal == SQL_NUMBER) {
		result.literal = SQL_NUMBER;
		if (is_least(&right))
			result.types = SQL_TYPE_INTEGER;
	}
	return result;
}

static struct sql_operand parse(struct sql_parser *parser, enum level level)
{
	const struct binary *binary;
	struct sql_operand left;

	if (parser->lost || ++parser->depth > DEPTH) {
		parser->lost = true;
		return sql_operand(parser, parser->token.text);
	}
	if (level == LEVEL_UNARY ||
		(level == LEVEL_NOT && sql_is(&parser->token, "NOT")))
		left = parse_prefixed(parser, level);
	else
		left = parse(parser, level + 1);
	while (level == LEVEL_UNARY && sql_accept(parser, "COLLATE"))
		sql_take(parser);
	while (level == LEVEL_EQUAL && !parser->lost &&
		parse_equal(parser, &left))
		;
	while (!parser->lost && (binary = find_binary(&parser->token, level))) {
		sql_take(parser);
		struct sql_operand right = parse(parser, level + 1);
		left = apply(parser, binary->effect, &left, &right);
	}
	parser->depth--;
	return left;
}

struct sql_operand sql_parse(struct sql_parser *parser)
{
	return parse(parser, LEVEL_OR);
}
