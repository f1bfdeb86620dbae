/* SPDX-License-Identifier: MIT */
/*
 * Patterns: PCRE2 with limits, compiled for the lines of a text. A pattern is
 * matched as bytes; one that begins with (*UTF) is matched as UTF-8, where
 * bytes that aren't UTF-8 match nothing. A newline is LF.
 *
 * Create it to check it and to know its groups; prepare it to match.
 */
#ifndef LEAT_OPERATORS_SUPPORT_PATTERN_PATTERN_H
#define LEAT_OPERATORS_SUPPORT_PATTERN_PATTERN_H

#include "registry/spec.h"

struct pattern;

/* Why a pattern doesn't compile. */
struct pattern_problem {
	struct location location;
	char message[256];
	const char *hint; /* a constant, or NULL */
};

/* A named group. */
struct pattern_group {
	const char *name;
	unsigned number;
	bool optional; /* a match may come about without it */
};

/* Compiles TEXT, which is copied. NULL: it filled in PROBLEM. */
struct pattern *pattern_create(
	const struct setting_text *text, struct pattern_problem *problem);

void pattern_destroy(struct pattern *pattern); /* takes NULL */

/* The named groups in the order of their numbers; borrowed. */
const struct pattern_group *pattern_groups(
	const struct pattern *pattern, size_t *count);

/* Makes it ready to match: compiles it to machine code where that is possible
 * and allocates what a match needs. */
void pattern_prepare(struct pattern *pattern);

enum pattern_result {
	PATTERN_NONE,
	PATTERN_HIT, /* pattern_vector says where */
	PATTERN_LIMIT, /* it can't be known: pattern_limit says why */
};

/* Looks for the first match in one line, which has no end. */
enum pattern_result pattern_match(
	struct pattern *pattern, const char *line, size_t length);

/* Whether pattern_search may be called. */
bool pattern_searches(const struct pattern *pattern);

/* Looks for the first line that matches in a block of whole lines, each but
 * the last with its LF. What it finds there is what pattern_match finds in
 * that line; a limit may be hit for more than one line. */
enum pattern_result pattern_search(
	struct pattern *pattern, const char *block, size_t length);

/* After a hit: the offsets of start and end of group N, from the start of what
 * was searched, are elements 2N and 2N + 1; SIZE_MAX if it took no part. Of
 * the groups only 0 and the named ones are sure to be there. Good until the
 * pattern is used again. */
const size_t *pattern_vector(const struct pattern *pattern);

/* After PATTERN_LIMIT: why, as a sentence without a full stop. */
const char *pattern_limit(const struct pattern *pattern);

#endif
