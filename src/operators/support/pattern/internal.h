/* SPDX-License-Identifier: MIT */
/* What matching and replacing share; nobody else includes it. */
#ifndef LEAT_OPERATORS_SUPPORT_PATTERN_INTERNAL_H
#define LEAT_OPERATORS_SUPPORT_PATTERN_INTERNAL_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/text.h"
#include "operators/support/pattern/pattern.h"

/* A compiled form; for one line, or for a block of them. */
struct program {
	pcre2_code *code; /* or NULL */
	bool compiled; /* to machine code */
};

struct pattern {
	struct program line, block;
	struct text block_text; /* the pattern for blocks; empty: none */
	struct pattern_group *groups;
	size_t group_count;
	pcre2_match_context *context;
	pcre2_match_data *match;
	pcre2_jit_stack *stack;
	int status; /* of the last match */
};

#endif
