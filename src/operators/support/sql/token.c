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

struct sql_token sql_next(const char **text)
{
	struct sql_token token = {.kind = SQL_SIGN};
	const char *end = NULL;

	if (!skip_blank(text)) {
		token.kind = SQL_OPEN_END;
		token.text = *text;
		token.length = 2;
		*text += strlen(*text);
		return token;
	}
	const char *at = token.text = *text;

	if (*at == '\0') {
		token.kind = SQL_END;
		return token;
	}
	if ((*at == 'x' || *at == 'X') && at[1] == '\'') {
		token.kind = SQL_BLOB;
		end = skip_quoted(at + 1);
	} else if (strchr("'\"`[", *at)) {
		token.kind = quoted_kind(*at);
		end = skip_quoted(at);
	} else if (starts_name(*at)) {
		token.kind = SQL_NAME;
		end = skip_name(at);
	} else if (isdigit((unsigned char)*at) ||
		(*at == '.' && isdigit((unsigned char)at[1]))) {
		token.kind = SQL_NUMBER;
		end = skip_number(at);
	} else if (strchr("?:@#$", *at)) {
		token.kind = SQL_VARIABLE;
		end = skip_name(at + 1);
	} else {
		end = at + sign_length(at);
	}
	if (!end) {
		token.kind = SQL_OPEN_END;
		token.length = 1;
		*text += strlen(at);
		return token;
	}
	token.length = (size_t)(end - at);
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
