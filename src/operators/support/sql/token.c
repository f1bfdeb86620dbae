/* SPDX-License-Identifier: MIT */
/* The words of SQL expressions: sqlite.org/lang_expr.html, tokenreq.html. */
#include "operators/support/sql/token.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool starts_name(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (unsigned char)c > 127;
}

static bool continues_name(char c)
{
	return starts_name(c) || isdigit((unsigned char)c) || c == '$';
}

static const char *skip_name(const char *text)
{
	while (continues_name(*text))
		text++;
	return text;
}

/* Behind the quote that closes TEXT, or NULL. */
static const char *skip_quoted(const char *text)
{
	char quote = *text == '[' ? ']' : *text;

	for (text++; *text; text++) {
		if (*text != quote)
			continue;
		if (quote == ']' || text[1] != quote)
			return text + 1;
		text++;
	}
	return NULL;
}

/* Moves *TEXT behind white space and comments; false in an open comment. */
static bool skip_blank(const char **text)
{
	for (;;) {
		*text += strspn(*text, " \t\n\f\r");
		if ((*text)[0] == '-' && (*text)[1] == '-') {
			*text += strcspn(*text, "\n");
		} else if ((*text)[0] == '/' && (*text)[1] == '*') {
			const char *end = strstr(*text + 2, "*/");

			if (!end)
				return false;
			*text = end + 2;
		} else {
			return true;
		}
	}
}

static const char *skip_number(const char *text)
{
	if (text[0] == '0' && (text[1] | 0x20) == 'x') {
		text += 2;
		while (isxdigit((unsigned char)*text))
			text++;
		return text;
	}
	text += strspn(text, "0123456789");
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	if ((*text | 0x20) == 'e') {
		const char *digits = text + 1;

		digits += *digits == '+' || *digits == '-';
		if (isdigit((unsigned char)*digits))
			text = digits + strspn(digits, "0123456789");
	}
	return text;
}

static size_t sign_length(const char *text)
{
	static const char *const signs[] = {"->>", "->", "||", "<<", "<=", "<>",
		">>", ">=", "==", "!=", NULL};

	for (const char *const *sign = signs; *sign; sign++)
		if (strncmp(text, *sign, strlen(*sign)) == 0)
			return strlen(*sign);
	return 1;
}

static enum sql_kind quoted_kind(char c)
{
	return c == '\'' ? SQL_STRING : SQL_QUOTED;
}

/* What is behind the token at AT, which isn't the end, and its kind. NULL:
 * nothing closes it. */
static const char *find_end(const char *at, enum sql_kind *kind)
{
	if ((*at == 'x' || *at == 'X') && at[1] == '\'') {
		*kind = SQL_BLOB;
		return skip_quoted(at + 1);
	}
	if (strchr("'\"`[", *at)) {
		*kind = quoted_kind(*at);
		return skip_quoted(at);
	}
	if (starts_name(*at)) {
		*kind = SQL_NAME;
		return skip_name(at);
	}
	if (isdigit((unsigned char)*at) ||
		(*at == '.' && isdigit((unsigned char)at[1]))) {
		*kind = SQL_NUMBER;
		return skip_number(at);
	}
	if (strchr("?:@#$", *at)) {
		*kind = SQL_VARIABLE;
		return skip_name(at + 1);
	}
	*kind = SQL_SIGN;
	return at + sign_length(at);
}

/* The rest of TEXT, which opens with LENGTH bytes. */
static struct sql_token take_open_end(const char **text, size_t length)
{
	struct sql_token token = {
		.kind = SQL_OPEN_END, .text = *text, .length = length};

	*text += strlen(*text);
	return token;
}

struct sql_token sql_next(const char **text)
{
	struct sql_token token = {.kind = SQL_END};

	if (!skip_blank(text))
		return take_open_end(text, 2);
	token.text = *text;
	if (*token.text == '\0')
		return token;
	const char *end = find_end(token.text, &token.kind);
	if (!end)
		return take_open_end(text, 1);
	token.length = (size_t)(end - token.text);
	*text = end;
	return token;
}

bool sql_is(const struct sql_token *token, const char *word)
{
	return (token->kind == SQL_NAME || token->kind == SQL_SIGN) &&
		strlen(word) == token->length &&
		strncasecmp(token->text, word, token->length) == 0;
}

void sql_unquote(const struct sql_token *token, char *plain, size_t size)
{
	bool quoted = token->kind == SQL_QUOTED || token->kind == SQL_STRING;
	const char *at = token->text + quoted;
	const char *end = token->text + token->length - quoted;

	while (at < end && size > 1) {
		if (quoted && *token->text != '[' && *at == *token->text)
			at++;
		*plain++ = *at++;
		size--;
	}
	*plain = '\0';
}
