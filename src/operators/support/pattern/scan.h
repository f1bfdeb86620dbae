/* SPDX-License-Identifier: MIT */
/*
 * What can be learned of a pattern from its text alone: how to search a block
 * of many lines for it as if each line stood alone, and which groups take
 * part in every match. It knows a common part of PCRE2's grammar, the one
 * without lookarounds, references, atomic groups, possessive repeats, options
 * but (?i), verbs, recursion, conditions and positions in the subject (\A \z
 * \G \K ...), and leaves alone what it isn't sure of.
 */
#ifndef LEAT_OPERATORS_SUPPORT_PATTERN_SCAN_H
#define LEAT_OPERATORS_SUPPORT_PATTERN_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Reads PATTERN, which PCRE2 has compiled without options, with GROUPS
 * capturing groups. Returns false where it can't tell; then it has said
 * nothing.
 *
 * BLOCK becomes the same pattern with every part that could match a newline
 * made so that it can't: [^"] becomes [^\n"], \s becomes [^\S\n]. With
 * PCRE2_MULTILINE and PCRE2_ALT_CIRCUMFLEX, a newline is to it what the edge
 * of the subject is to the pattern on one line: nothing matches across it, ^
 * and $ match beside it, \b takes both for no word character. So the first
 * match in a block is the match in the first line that matches.
 *
 * OPTIONAL, with GROUPS + 1 elements, tells for each number whether a match
 * may come about without that group. */
bool pattern_scan(const char *pattern, size_t length, size_t groups,
	struct text *block, bool *optional);

#endif
