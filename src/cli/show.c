/* SPDX-License-Identifier: MIT */
/* How the command line shows what is wrong with it, and lists. */
#include "cli/show.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "base/diagnostic.h"
#include "base/exit.h"
#include "base/text.h"

enum { INDENT = 2, TERM_COLUMNS = 22, LINE_COLUMNS = 79 };

int show_usage_error(const char *hint, const char *format, ...)
{
	struct diagnostics *list = diagnostics_create();
	va_list args;

	va_start(args, format);
	diagnostics_vadd(
		list, SEVERITY_ERROR, (struct location){0}, hint, format, args);
	va_end(args);
	diagnostics_print(list, stderr);
	diagnostics_destroy(list);
	return STATUS_USAGE;
}

char *show_near(
	const char *word, const char *const *candidates, const char *otherwise)
{
	const char *near = text_nearest(word, candidates);
	struct text hint = {0};

	if (near)
		text_add_format(&hint, "did you mean '%s'?", near);
	else if (otherwise)
		text_add_string(&hint, otherwise);
	return hint.data;
}

/* Columns that LENGTH bytes of UTF-8 take, one each code point. */
static size_t columns(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static void put(FILE *file, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		putc(iscntrl((unsigned char)text[i]) ? '?' : text[i], file);
}

/* Prints TEXT, whose first line begins at COLUMN; lines behind it are indented
 * by INDENT. A newline in it begins a new line. */
static void wrap(FILE *file, const char *text, size_t column, int indent)
{
	size_t start = column;

	while (*text) {
		size_t blank = strspn(text, " ");
		size_t length = strcspn(text + blank, " \n");
		size_t width = columns(text + blank, length);

		if (column > start && column + blank + width > LINE_COLUMNS) {
			fprintf(file, "\n%*s", indent, "");
			column = start = (size_t)indent;
			blank = 0;
			text += strspn(text, " ");
		}
		put(file, text, blank + length);
		column += blank + width;
		text += blank + length;
		if (*text == '\n') {
			text++;
			if (*text)
				fprintf(file, "\n%*s",
					*text == '\n' ? 0 : indent, "");
			column = start = (size_t)indent;
		}
	}
	putc('\n', file);
}

void show_row(FILE *file, const char *term, const char *text)
{
	int indent = INDENT + TERM_COLUMNS;
	size_t width = columns(term, strlen(term));

	fprintf(file, "%*s", INDENT, "");
	put(file, term, strlen(term));
	if (width + 1 > TERM_COLUMNS)
		fprintf(file, "\n%*s", indent, "");
	else
		fprintf(file, "%*s", (int)(TERM_COLUMNS - width), "");
	wrap(file, text, (size_t)indent, indent);
}

void show_text(FILE *file, const char *text, int indent)
{
	wrap(file, text, 0, indent);
}
