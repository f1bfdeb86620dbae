/* SPDX-License-Identifier: MIT */
/* Strings that grow, UTF-8, and texts made fit to be shown. */
#ifndef LEAT_BASE_TEXT_H
#define LEAT_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A string that grows; zero-initialised it is empty. DATA ends in a NUL that
 * LENGTH doesn't count, and is NULL while nothing was added. */
struct text {
	char *data;
	size_t length, capacity;
};

void text_free(struct text *text);
void text_add(struct text *text, const char *data, size_t length);
/* Where SIZE bytes, and a NUL, may be written behind DATA. */
char *text_space(struct text *text, size_t size);
void text_add_string(struct text *text, const char *string);
void text_add_format(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_add_vformat(struct text *text, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Adds DATA as it may be shown to people: control characters, backslashes
 * and what isn't UTF-8 become \n, \t, \\ or \xHH. At most LIMIT bytes of it
 * are taken, and "..." added where that cuts. */
void text_add_escaped(
	struct text *text, const char *data, size_t length, size_t limit);

/* Adds STRING, parts of which have been escaped: the same, but backslashes stay
 * as they are. */
void text_add_shown(struct text *text, const char *string);

/* The number of bytes before the first that isn't UTF-8 (RFC 3629) or is NUL:
 * LENGTH when all of it is text. */
size_t text_valid(const char *data, size_t length);

/* The candidate nearest to WORD, or NULL if none is near: at most a third of
 * its letters, and at least one, may differ; else one of them is the other's
 * beginning. CANDIDATES ends in NULL. */
const char *text_nearest(const char *word, const char *const *candidates);

#endif
