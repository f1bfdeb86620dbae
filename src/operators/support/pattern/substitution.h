/* SPDX-License-Identifier: MIT */
/*
 * A pattern and what is put in place of its matches: PCRE2's substitution, in
 * which $1 or ${1} is the first group, $name or ${name} that of the name, and
 * $$ a dollar. A group that took no part is nothing.
 */
#ifndef LEAT_OPERATORS_SUPPORT_PATTERN_SUBSTITUTION_H
#define LEAT_OPERATORS_SUPPORT_PATTERN_SUBSTITUTION_H

#include "operators/support/pattern/pattern.h"

struct substitution;

/* Compiles both; what is wrong in WITH is said to be at LOCATION. They are
 * copied. NULL: it filled in PROBLEM. */
struct substitution *substitution_create(const struct setting_text *pattern,
	const char *with, struct location location,
	struct pattern_problem *problem);
void substitution_destroy(struct substitution *substitution); /* takes NULL */

/* Adds the text with every match replaced to RESULT. Without a match it adds
 * nothing. After PATTERN_LIMIT substitution_limit says why, as a sentence
 * without a full stop. */
enum pattern_result substitution_apply(struct substitution *substitution,
	const char *text, size_t length, struct text *result);
const char *substitution_limit(const struct substitution *substitution);

#endif
