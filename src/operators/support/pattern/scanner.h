/* SPDX-License-Identifier: MIT */
/* What the files of the pattern scanner share; nobody else includes it. */
#ifndef LEAT_OPERATORS_SUPPORT_PATTERN_SCANNER_H
#define LEAT_OPERATORS_SUPPORT_PATTERN_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"

enum { SCAN_DEPTH = 256 }; /* more than PCRE2's parens_nest_limit of 250 */

/* A group that is open. */
struct frame {
	size_t own; /* the number of the first group in it, itself included */
	size_t inside; /* the same, itself excluded */
	bool branches; /* an | was seen */
	bool behind; /* something stands before it */
	bool last; /* nothing may stand behind it */
};

struct scanner {
	const char *at, *end;
	const char *branch; /* where the latest one begins */
	struct text *block;
	bool *optional;
	size_t groups; /* how many there should be */
	size_t next; /* the number of the next group */
	unsigned depth;
	struct frame frames[SCAN_DEPTH];
};

static inline bool scan_starts(
	const struct scanner *scanner, const char *prefix)
{
	size_t length = strlen(prefix);

	return (size_t)(scanner->end - scanner->at) >= length &&
		memcmp(scanner->at, prefix, length) == 0;
}

static inline void scan_copy(struct scanner *scanner, size_t length)
{
	text_add(scanner->block, scanner->at, length);
	scanner->at += length;
}

/* Puts TEXT in place of the next LENGTH bytes. */
static inline void scan_replace(
	struct scanner *scanner, size_t length, const char *text)
{
	text_add_string(scanner->block, text);
	scanner->at += length;
}

/* ---- class.c ------------------------------------------------------------- */

/* The byte that an escape at AT stands for, and the escape's length; -1: not
 * one of the simple ones. The newline isn't one of them. */
int scan_escaped_byte(const struct scanner *scanner, size_t *length);

/* Copies the class at AT so that it holds no newline. False: it can't tell. */
bool scan_class(struct scanner *scanner);

#endif
