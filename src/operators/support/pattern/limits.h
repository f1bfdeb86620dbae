/* SPDX-License-Identifier: MIT */
/*
 * What a match may take, of all that match by PCRE2: steps, depth and memory.
 * A limit that is hit is an error, never "no match".
 *
 * Machine code counts no steps in repeats of single characters, so that .*.*x
 * would take minutes on a text of 1 MiB. Texts longer than PATTERN_LONG_LINE
 * are matched without it, with as many steps more as they have bytes, times
 * PATTERN_LONG_STEPS.
 */
#ifndef LEAT_OPERATORS_SUPPORT_PATTERN_LIMITS_H
#define LEAT_OPERATORS_SUPPORT_PATTERN_LIMITS_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PATTERN_BYTES = 64 * 1024, /* the longest pattern */
	PATTERN_MATCH_LIMIT = 1000000,
	PATTERN_DEPTH_LIMIT = 10000,
	PATTERN_HEAP_KIB = 64 * 1024,
	PATTERN_STACK_BYTES = 1024 * 1024, /* of machine code */
	PATTERN_LONG_LINE = 32 * 1024,
	PATTERN_LONG_STEPS = 8,
};

/* A context with the limits; *STACK is that of machine code, or NULL where
 * PCRE2 makes none. Both are to be freed. */
pcre2_match_context *pattern_context_create(pcre2_jit_stack **stack);

/* Sets the limits for a text of LENGTH bytes. Returns the options with which
 * pcre2_match has to be called: whether machine code may be used. */
uint32_t pattern_set_limits(pcre2_match_context *context, size_t length);

#endif
