/* SPDX-License-Identifier: MIT */
/* Texts that must not be shown. */
#ifndef LEAT_BASE_SECRETS_H
#define LEAT_BASE_SECRETS_H

#include "base/text.h"

/* All zero at first. */
struct secrets {
	char **texts;
	size_t count;
};

/* Adds a copy of SECRET, also as messages write it where it has control
 * characters or backslashes. An empty one is none. */
void secrets_add(struct secrets *secrets, const char *secret);

/* Whether one is among LENGTH bytes at DATA. */
bool secrets_found(
	const struct secrets *secrets, const char *data, size_t length);

/* Puts *** in place of each that TEXT has, the longest first. */
void secrets_hide(const struct secrets *secrets, struct text *text);

/* A copy of TEXT without those of a list that ends with NULL, or is NULL; to be
 * freed. */
char *secrets_hidden(const char *const *list, const char *text);

void secrets_free(struct secrets *secrets);

#endif
