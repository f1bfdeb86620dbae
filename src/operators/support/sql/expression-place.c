/* SPDX-License-Identifier: MIT */
/* Where in the session an expression is wrong. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "operators/support/sql/expression-parts.h"

/* The text of the source file at LOCATION, to the end of the file, or NULL. */
static const char *raw_text(struct location location)
{
	const char *at = location.source->text;

	for (unsigned line = 1; line < location.line; line++) {
		at = strchr(at, '\n');
		if (!at)
			return NULL;
		at++;
	}
	for (unsigned column = 1; *at && column < location.column; column++)
		do
			at++;
		while ((*at & 0xc0) == 0x80);
	return at;
}

/* How many bytes longer the next ${name} behind *RAW is than VARIABLE, which
 * stands for it; moves *RAW behind it. */
static size_t excess(const char **raw, const struct sql_token *variable)
{
	const char *start = *raw ? strstr(*raw, "${") : NULL;

	while (start && start > *raw && start[-1] == '$')
		start = strstr(start + 1, "${");
	const char *end = start ? strchr(start, '}') : NULL;
	*raw = end;
	if (!end)
		return 0;
	size_t length = (size_t)(end + 1 - start);
	return length > variable->length ? length - variable->length : 0;
}

/* Bytes of a text as bytes of what the user wrote: each ?1 was a ${name}. */
static size_t raw_offset(const struct setting_text *text, size_t offset)
{
	const char *at = text->text, *raw = NULL;
	struct sql_token token;
	size_t result = offset;

	if (text->binding_count > 0 && text->location.source)
		raw = raw_text(text->location);
	for (token = sql_next(&at);
		raw && token.kind != SQL_END && token.kind != SQL_OPEN_END;
		token = sql_next(&at)) {
		if ((size_t)(token.text - text->text) >= offset)
			break;
		if (token.kind == SQL_VARIABLE)
			result += excess(&raw, &token);
	}
	return result;
}

static unsigned code_points(const char *text, size_t length)
{
	unsigned count = 0;

	for (size_t i = 0; i < length && text[i] && text[i] != '\n'; i++)
		count += (text[i] & 0xc0) != 0x80;
	return count;
}

bool compiler_mistake(struct compiler *compiler,
	const struct sql_source *source, const struct sql_mistake *mistake)
{
	struct expression_problem *problem = compiler->problem;
	const struct setting_text *text = source->text;
	size_t length = strlen(text->text);
	size_t offset = mistake->offset < length ? mistake->offset : length;

	problem->location = text->location;
	if (text->location.source && length > 0) {
		size_t start = raw_offset(text, offset);
		size_t end = raw_offset(text, offset + mistake->length);

		problem->location = location_within(text->location, start);
		problem->location.width =
			code_points(text->text + offset, mistake->length) +
			(unsigned)(end - start - mistake->length);
		if (problem->location.width == 0)
			problem->location.width = 1;
	}
	memcpy(problem->message, mistake->message, sizeof(problem->message));
	memcpy(problem->hint, mistake->hint, sizeof(problem->hint));
	return false;
}

bool compiler_problem(struct compiler *compiler,
	const struct sql_source *source, const char *hint, const char *format,
	...)
{
	struct expression_problem *problem = compiler->problem;
	va_list args;

	problem->location = source->text->location;
	va_start(args, format);
	vsnprintf(problem->message, sizeof(problem->message), format, args);
	va_end(args);
	snprintf(problem->hint, sizeof(problem->hint), "%s", hint ? hint : "");
	return false;
}
