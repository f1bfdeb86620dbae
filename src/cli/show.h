/* SPDX-License-Identifier: MIT */
/* How the command line shows what is wrong with it, and lists. */
#ifndef LEAT_CLI_SHOW_H
#define LEAT_CLI_SHOW_H

#include <stdio.h>

/* Says on standard error what is wrong with the command line; HINT says what to
 * do, or is NULL. Returns STATUS_USAGE. */
int show_usage_error(const char *hint, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "did you mean 'X'?" for the candidate near to WORD, else OTHERWISE (may be
 * NULL); freed with free(). CANDIDATES ends in NULL. */
char *show_near(
	const char *word, const char *const *candidates, const char *otherwise);

/* Prints a row of a list: a term in a column of its own and what it is, broken
 * into lines of 79 columns. Control characters become question marks. */
void show_row(FILE *file, const char *term, const char *text);

/* Prints paragraphs in lines of 79 columns, all but the first indented. */
void show_text(FILE *file, const char *text, int indent);

#endif
