/* SPDX-License-Identifier: MIT */
/* The line that a diagnostic is about, with a caret under the place. */
#include "base/excerpt.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
	SHOWN_COLUMNS = 100, /* of a line, around the place */
	INDENT = 3,
};

/* The bytes of the code point at DATA, or of what is to be shown for it. */
static size_t step(const char *data, const char *end)
{
	size_t size = 1;

	while (data + size < end && (data[size] & 0xc0) == 0x80)
		size++;
	return size;
}

/* Where the line at START ends, without what ends it. */
static const char *line_end(const char *start, const char *stop)
{
	const char *end = memchr(start, '\n', (size_t)(stop - start));

	if (!end)
		end = stop;
	return end > start && end[-1] == '\r' ? end - 1 : end;
}

const char *excerpt_line(const struct location *location, const char **end)
{
	const struct source *source = location->source;
	unsigned line = location->line;

	if (!source || !source->text || !location->line)
		return NULL;
	const char *start = source->text, *stop = start + source->length;
	while (--line > 0) {
		const char *next = memchr(start, '\n', (size_t)(stop - start));

		if (!next)
			return NULL;
		start = next + 1;
	}
	*end = line_end(start, stop);
	return start;
}

static const char *skip_columns(
	const char *at, const char *end, unsigned columns)
{
	while (columns-- > 0 && at < end)
		at += step(at, end);
	return at;
}

static unsigned count_columns(const char *at, const char *end)
{
	unsigned columns = 0;

	for (; at < end; at += step(at, end))
		columns++;
	return columns;
}

/* Adds one code point as it may be shown, in one column. */
static void add_shown(struct text *text, const char *at, size_t size)
{
	if (*at == '\t')
		text_add_string(text, "\t");
	else if ((unsigned char)*at < 0x20 || *at == 0x7f ||
		text_valid(at, size) < size ||
		(size == 2 && *at == '\xc2' && (unsigned char)at[1] < 0xa0))
		text_add_string(text, "?");
	else
		text_add(text, at, size);
}

/* The columns to leave out on the left so that the place is seen. */
static unsigned cut_left(unsigned columns, unsigned column)
{
	if (columns <= SHOWN_COLUMNS || column < SHOWN_COLUMNS - 20)
		return 0;
	unsigned cut = column - SHOWN_COLUMNS / 2;
	unsigned most = columns + 1 - SHOWN_COLUMNS;

	return cut < most ? cut : most;
}

static void add_line(struct text *text, const char *at, const char *end,
	unsigned cut, unsigned columns)
{
	unsigned shown = 0;

	text_add_format(text, "%*s%s", INDENT, "", cut ? "..." : "");
	at = skip_columns(at, end, cut);
	for (; at < end && shown < SHOWN_COLUMNS; shown++) {
		size_t size = step(at, end);

		add_shown(text, at, size);
		at += size;
	}
	text_add_string(text, cut + shown < columns ? "...\n" : "\n");
}

/* Spaces, with the tabs of the line, then the caret. */
static void add_caret(struct text *text, const char *at, const char *end,
	unsigned cut, const struct location *location, unsigned columns)
{
	unsigned last =
		columns < cut + SHOWN_COLUMNS ? columns : cut + SHOWN_COLUMNS;

	text_add_format(text, "%*s", INDENT + (cut ? 3 : 0), "");
	at = skip_columns(at, end, cut);
	for (unsigned column = cut + 1; column < location->column; column++) {
		bool tab = at < end && *at == '\t';

		text_add_string(text, tab ? "\t" : " ");
		at = skip_columns(at, end, 1);
	}
	text_add_string(text, "^");
	for (unsigned i = 1; i < location->width; i++)
		if (location->column + i <= last)
			text_add_string(text, "~");
	text_add_string(text, "\n");
}

char *excerpt_create(const struct location *location)
{
	struct text text = {0};
	const char *end, *line = excerpt_line(location, &end);

	if (!line)
		return NULL;
	unsigned columns = count_columns(line, end);
	if (location->column > columns + 1)
		return NULL;
	unsigned cut = cut_left(columns, location->column);
	add_line(&text, line, end, cut, columns);
	add_caret(&text, line, end, cut, location, columns);
	return text.data;
}

/* ---- Places within scalars ---------------------------------------------- */

static unsigned utf8_bytes(unsigned long code)
{
	return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/* The source bytes of an escape of a double-quoted scalar; *VALUE is set to
 * the bytes that it stands for. YAML 1.1, section 5.6. */
static size_t escape(const char *at, const char *end, size_t *value)
{
	size_t digits = at[1] == 'x' ? 2
		: at[1] == 'u'	     ? 4
		: at[1] == 'U'	     ? 8
				     : 0;
	char hex[9] = "";

	*value = at[1] == 'N' || at[1] == '_'  ? 2
		: at[1] == 'L' || at[1] == 'P' ? 3
					       : 1;
	if (!digits || (size_t)(end - at) < 2 + digits)
		return 2;
	memcpy(hex, at + 2, digits);
	*value = utf8_bytes(strtoul(hex, NULL, 16));
	return 2 + digits;
}

/* The source bytes of the next character of a scalar quoted by QUOTE. */
static size_t scalar_step(
	const char *at, const char *end, char quote, size_t *value)
{
	size_t size = step(at, end);

	*value = size;
	if (quote == '"' && *at == '\\' && end - at > 1)
		return escape(at, end, value);
	if (quote == '\'' && *at == '\'' && end - at > 1 && at[1] == '\'')
		return 2;
	return size;
}

/* Goes to the content of the next line; a line break counts as one byte, and
 * YAML takes the indentation away. False at the end of the source. */
static bool next_line(struct location *location, unsigned indent,
	const char **line, const char **at, const char **end)
{
	const struct source *source = location->source;
	const char *stop = source->text + source->length;
	const char *next = memchr(*end, '\n', (size_t)(stop - *end));

	if (!next)
		return false;
	location->line++;
	*line = *at = next + 1;
	*end = line_end(*at, stop);
	while (*at < *end && **at == ' ' && *at - *line < indent)
		(*at)++;
	return true;
}

struct location location_within(struct location location, size_t bytes)
{
	unsigned indent = location.column - 1;
	const char *end, *line = excerpt_line(&location, &end);

	if (!line)
		return location;
	const char *at = skip_columns(line, end, indent);
	char quote = at > line ? at[-1] : '\0';
	while (bytes > 0) {
		size_t value = 1;

		if (at < end)
			at += scalar_step(at, end, quote, &value);
		else if (!next_line(&location, indent, &line, &at, &end))
			break;
		bytes -= value < bytes ? value : bytes;
	}
	location.column = count_columns(line, at) + 1;
	location.width = 1;
	return location;
}
