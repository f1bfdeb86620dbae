/* SPDX-License-Identifier: MIT */
/* Texts checked against a type, a range and choices: what params and
 * properties have in common. */
#ifndef LEAT_LOADER_PLAIN_H
#define LEAT_LOADER_PLAIN_H

#include "loader/loader.h"

struct plain {
	int64_t integer; /* in the units of enum setting_type; the index of a
			    choice */
	double real;
	bool boolean;
};

struct plain_rule {
	enum setting_type type;
	const char *const *choices; /* ends in NULL */
	const struct plain *minimum, *maximum; /* or NULL */
	bool secret; /* the text is not to be shown */
};

/* Whether values of the type have an order, so that a range makes sense. */
bool plain_is_number(enum setting_type type);

/* Whether values of the type are paths or globs. */
bool plain_is_path(enum setting_type type);

/* Parses TEXT; returns NULL or a phrase that fits after "is not a valid
 * TYPE: ". Types that are texts anyway take any. */
const char *plain_parse(
	enum setting_type type, const char *text, struct plain *value);

/* The text of a date "today" or "yesterday" (UTC) or a timestamp "source-date",
 * else TEXT. */
const char *plain_resolve(
	const struct loader *loader, enum setting_type type, const char *text);

/* Resolves and parses TEXT, and checks it by RULE; false: reported at
 * LOCATION. */
bool plain_check(struct loader *loader, const struct plain_rule *rule,
	const char *text, struct location location, struct plain *value);

#endif
