/* SPDX-License-Identifier: MIT */
/* What a match may take. */
#include "operators/support/pattern/limits.h"

#include <stdbool.h>

#include "base/memory.h"

enum { STACK_START_BYTES = 32 * 1024 };

pcre2_match_context *pattern_context_create(pcre2_jit_stack **stack)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);

	if (!context)
		memory_abort();
	pcre2_set_heap_limit(context, PATTERN_HEAP_KIB);
	pattern_set_limits(context, 0);
	*stack = pcre2_jit_stack_create(
		STACK_START_BYTES, PATTERN_STACK_BYTES, NULL);
	if (*stack)
		pcre2_jit_stack_assign(context, NULL, *stack);
	return context;
}

/* Of long texts the heap limit is what bounds the depth. */
uint32_t pattern_set_limits(pcre2_match_context *context, size_t length)
{
	const bool is_long = length > PATTERN_LONG_LINE;
	uint32_t more = UINT32_MAX - PATTERN_MATCH_LIMIT;

	if (!is_long)
		more = 0;
	else if (length < more / PATTERN_LONG_STEPS)
		more = (uint32_t)length * PATTERN_LONG_STEPS;
	pcre2_set_match_limit(context, PATTERN_MATCH_LIMIT + more);
	pcre2_set_depth_limit(context, PATTERN_DEPTH_LIMIT + more);
	return is_long ? PCRE2_NO_JIT : 0;
}
