/* SPDX-License-Identifier: MIT */
/*
 * ${name} in scalars, replaced by the values of params after parsing. What a
 * value becomes depends on the kind of text that it is put into.
 */
#ifndef LEAT_LOADER_SUBSTITUTE_H
#define LEAT_LOADER_SUBSTITUTE_H

#include "loader/param.h"

enum substitution_mode {
	SUBSTITUTE_PLAIN, /* as it is */
	SUBSTITUTE_PATTERN, /* quoted, unless it is a regex */
	SUBSTITUTE_TEMPLATE, /* with its braces doubled */
	SUBSTITUTE_SQL, /* bound */
};

struct substitution {
	const char *text;
	struct location location; /* of its first character */
	bool unknown; /* it depends on a param that has no value yet */
	bool absent; /* it is a param that was left out, nothing else */
	bool anchored; /* it starts with a path that is complete */
	bool hollow; /* it starts with a param whose value is empty */
	bool optional; /* it is a param that a run may leave out */
	const struct setting_binding *bindings;
	size_t binding_count;
	const int64_t *now_us; /* as in struct setting_text */
};

/* What x means if the scalar is exactly "${x}", else nothing. */
struct param_reference substitution_whole(
	const struct loader *loader, const struct node *scalar);

/* The bytes to take of SQL at AT, with the quote or comment that is open after
 * them: 0, the character that ends it, '-' or '/'. */
size_t sql_step(char *state, const char *at);

/* Replaces all in SCALAR; false: reported. */
bool substitute(struct loader *loader, const struct node *scalar,
	enum substitution_mode mode, struct substitution *result);

#endif
