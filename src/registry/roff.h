/* SPDX-License-Identifier: MIT */
/* Texts as roff, for manual pages: they come out as they are, whatever is in
 * them, and without warnings of groff and mandoc. */
#ifndef LEAT_REGISTRY_ROFF_H
#define LEAT_REGISTRY_ROFF_H

#include <stdio.h>

/* Text within a line, in which dashes and quotes may be copied as code. */
void roff_code(FILE *file, const char *text);
void roff_bold(FILE *file, const char *text);
void roff_capitals(FILE *file, const char *text);

/* Lines as they are, indented; control characters are shown as in C. */
void roff_literal(FILE *file, const char *text);

/* Paragraphs: each sentence begins a line, what stands in backquotes is bold,
 * and MACRO stands where an empty line is. */
void roff_prose(FILE *file, const char *text, const char *macro);

/* A phrase as a sentence. */
void roff_sentence(FILE *file, const char *phrase);

#endif
