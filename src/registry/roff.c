/* SPDX-License-Identifier: MIT */
/* Texts as roff. */
#include "registry/roff.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

enum { COLUMNS = 70 };

/* ---- Characters --------------------------------------------------------- */

/* Prints text[AT] such that it comes out as it is. In code dashes and quotes
 * stay what they are, in prose they may become hyphens and apostrophes. */
static int put(FILE *file, const char *text, size_t at, bool code)
{
	bool within = at > 0 && isalnum((unsigned char)text[at - 1]) &&
		isalnum((unsigned char)text[at + 1]);

	switch (text[at]) {
	case '\\': return fprintf(file, "\\e");
	case '^': return fprintf(file, "\\(ha");
	case '~': return fprintf(file, "\\(ti");
	case '`': return fprintf(file, "\\(ga");
	case '-': return fprintf(file, "%s", code || !within ? "\\-" : "-");
	case '\'': return fprintf(file, "%s", code || !within ? "\\(aq" : "'");
	default: fputc(text[at], file); return 1;
	}
}

void roff_code(FILE *file, const char *text)
{
	for (size_t i = 0; text[i]; i++)
		put(file, text, i, true);
}

void roff_capitals(FILE *file, const char *text)
{
	for (; *text; text++)
		if (*text == '-')
			fputs("\\-", file);
		else
			fputc(toupper((unsigned char)*text), file);
}

void roff_bold(FILE *file, const char *text)
{
	fputs("\\fB", file);
	roff_code(file, text);
	fputs("\\fR", file);
}

void roff_literal(FILE *file, const char *text)
{
	fputs(".in +4n\n.nf\n", file);
	while (*text) {
		size_t length = strcspn(text, "\n");
		struct text line = {0};

		for (size_t i = 0; i < length; i++)
			if (iscntrl((unsigned char)text[i]))
				text_add_escaped(&line, text + i, 1, 1);
			else
				text_add(&line, text + i, 1);
		if (line.length && strchr(".'", *line.data))
			fputs("\\&", file);
		if (line.length)
			roff_code(file, line.data);
		fputc('\n', file);
		text_free(&line);
		text += length + (text[length] == '\n');
	}
	fputs(".fi\n.in\n", file);
}

/* ---- Prose -------------------------------------------------------------- */

/* Prints the word text[AT] to text[END]; what stands in backquotes is bold. */
static int put_word(
	FILE *file, const char *text, size_t at, size_t end, bool *code)
{
	int width = 0;

	if (strchr(".'", text[at]))
		width += fprintf(file, "\\&");
	for (; at < end; at++)
		if (text[at] == '`') {
			*code = !*code;
			width += fprintf(file, *code ? "\\fB" : "\\fR");
		} else {
			width += put(file, text, at, *code);
		}
	return width;
}

/* Whether a sentence ends in front of AT. */
static bool ends_sentence(const char *text, size_t at)
{
	return at > 1 && strchr(".?!", text[at - 1]) && text[at - 2] != ' ' &&
		text[at] == ' ';
}

void roff_prose(FILE *file, const char *text, const char *macro)
{
	bool code = false;
	int column = 0;

	for (size_t at = 0; text[at];) {
		size_t end = at + strcspn(text + at, " \n");

		if (column && column + (int)(end - at) >= COLUMNS) {
			fputc('\n', file);
			column = 0;
		}
		if (end > at && column)
			column += fprintf(file, " ");
		if (end > at)
			column += put_word(file, text, at, end, &code);
		if (column && (text[end] == '\n' || ends_sentence(text, end))) {
			fputc('\n', file);
			column = 0;
		}
		if (text[end] == '\n' && text[end + 1] == '\n' && text[end + 2])
			fprintf(file, "%s\n", macro);
		at = end + (text[end] != '\0');
	}
	if (column)
		fputc('\n', file);
}

static bool ends_in_stop(const char *text)
{
	size_t length = strlen(text);

	return length && strchr(".!?", text[length - 1]);
}

void roff_sentence(FILE *file, const char *phrase)
{
	struct text sentence = {0};

	text_add_string(&sentence, phrase);
	if (!memchr(phrase, '_', strcspn(phrase, " ")))
		*sentence.data = (char)toupper((unsigned char)*sentence.data);
	if (!ends_in_stop(phrase))
		text_add_string(&sentence, ".");
	roff_prose(file, sentence.data, ".IP");
	text_free(&sentence);
}
