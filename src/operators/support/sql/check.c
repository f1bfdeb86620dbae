/* SPDX-License-Identifier: MIT */
/* What must not stand in an expression that is put into a statement. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operators/support/sql/token.h"

/* Reserved words, so no identifiers unless quoted, that begin what isn't an
 * expression over one item. */
static const struct {
	const char *word, *hint;
} refused_words[] = {
	{"SELECT",
		"use operators such as join, sort and aggregate, or a "
		"transform over a model"},
	{"VALUES", "write a list in parentheses: x IN (1, 2)"},
	{"FROM", NULL},
	{"WHERE", "use the operator filter"},
	{"GROUP", "use the operator aggregate"},
	{"HAVING", "use the operators aggregate and filter"},
	{"ORDER", "use the operator sort"},
	{"LIMIT", "use the operator head"},
	{"UNION", "use the operator gather"},
	{"EXCEPT", NULL},
	{"INTERSECT", NULL},
	{"DISTINCT", "use the operator distinct"},
};

void sql_mistake_set(struct sql_mistake *mistake, const char *text,
	const struct sql_token *token, const char *format, ...)
{
	va_list args;

	mistake->offset = (size_t)(token->text - text);
	mistake->length = token->length ? token->length : 1;
	mistake->hint[0] = '\0';
	va_start(args, format);
	vsnprintf(mistake->message, sizeof(mistake->message), format, args);
	va_end(args);
}

static void set_hint(struct sql_mistake *mistake, const char *hint)
{
	snprintf(mistake->hint, sizeof(mistake->hint), "%s", hint ? hint : "");
}

/* Whether DISTINCT and FROM are those of IS [NOT] DISTINCT FROM. */
static bool is_comparison(
	const struct sql_token *token, const struct sql_token before[2])
{
	if (sql_is(token, "FROM"))
		return sql_is(&before[0], "DISTINCT");
	return sql_is(token, "DISTINCT") &&
		(sql_is(&before[0], "IS") ||
			(sql_is(&before[0], "NOT") &&
				sql_is(&before[1], "IS")));
}

static bool check_word(const char *text, const struct sql_token *token,
	const struct sql_token before[2], struct sql_mistake *mistake)
{
	size_t count = sizeof(refused_words) / sizeof(refused_words[0]);

	if (token->kind != SQL_NAME || is_comparison(token, before) ||
		sql_is(&before[0], "."))
		return true;
	if (sql_is(token, "OVER") && sql_is(&before[0], ")")) {
		sql_mistake_set(mistake, text, token,
			"window functions are over many items, an expression "
			"over one");
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!sql_is(token, refused_words[i].word))
			continue;
		sql_mistake_set(mistake, text, token,
			i == 0 ? "subqueries aren't possible over items in "
				 "flight"
			       : "%s is no part of an expression",
			refused_words[i].word);
		set_hint(mistake, refused_words[i].hint);
		return false;
	}
	return true;
}

static bool check_variable(const char *text, const struct sql_token *token,
	size_t variables, struct sql_mistake *mistake)
{
	char *end;
	bool numbered = token->text[0] == '?' && token->length > 1 &&
		token->length < 9 && isdigit((unsigned char)token->text[1]);
	size_t number = numbered ? strtoul(token->text + 1, &end, 10) : 0;

	if (numbered && end == token->text + token->length && number > 0 &&
		number <= variables)
		return true;
	sql_mistake_set(mistake, text, token, "%.*s stands for no value",
		(int)token->length, token->text);
	set_hint(mistake, "the value of a param is written ${name}");
	return false;
}

static bool check_sign(const char *text, const struct sql_token *token,
	unsigned *depth, bool list, struct sql_mistake *mistake)
{
	const char *problem = NULL;

	if (sql_is(token, "("))
		++*depth;
	else if (sql_is(token, ")") && (*depth)-- == 0)
		problem = "nothing opens this parenthesis";
	else if (sql_is(token, ";"))
		problem = "one expression is expected, without `;`";
	else if (sql_is(token, ",") && *depth == 0 && !list)
		problem = "one expression is expected, not a list";
	if (problem)
		sql_mistake_set(mistake, text, token, "%s", problem);
	return !problem;
}

static bool check_end(const char *text, const struct sql_token *token,
	const struct sql_token *opened, unsigned depth, bool empty,
	struct sql_mistake *mistake)
{
	if (token->kind == SQL_OPEN_END)
		sql_mistake_set(mistake, text, token,
			token->length == 2 ? "the comment isn't closed"
					   : "nothing closes this quote");
	else if (depth > 0)
		sql_mistake_set(mistake, text, opened,
			"nothing closes this parenthesis");
	else if (empty)
		sql_mistake_set(
			mistake, text, token, "an expression is missing");
	else
		return true;
	return false;
}

bool sql_check(const char *text, size_t variables, bool list,
	struct sql_mistake *mistake)
{
	struct sql_token token, opened = {0}, before[2] = {{0}};
	const char *at = text;
	unsigned depth = 0;
	bool empty = true, good = true;

	for (token = sql_next(&at); good; token = sql_next(&at)) {
		if (token.kind == SQL_END || token.kind == SQL_OPEN_END)
			return check_end(
				text, &token, &opened, depth, empty, mistake);
		if (depth == 0 && sql_is(&token, "("))
			opened = token;
		if (token.kind == SQL_VARIABLE)
			good = check_variable(text, &token, variables, mistake);
		else if (token.kind == SQL_SIGN)
			good = check_sign(text, &token, &depth, list, mistake);
		else
			good = check_word(text, &token, before, mistake);
		empty = false;
		before[1] = before[0];
		before[0] = token;
	}
	return false;
}
