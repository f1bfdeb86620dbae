/* SPDX-License-Identifier: MIT */
/* A limit on the bytes that items, buffers and operators' state may take. */
#ifndef LEAT_BASE_BUDGET_H
#define LEAT_BASE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

struct budget {
	size_t limit_bytes, used_bytes, peak_bytes;
};

/* What may still be taken. */
static inline size_t budget_left(const struct budget *budget)
{
	return budget->used_bytes < budget->limit_bytes
		? budget->limit_bytes - budget->used_bytes
		: 0;
}

/* Charges BYTES, or charges nothing and returns false when that would exceed
 * the limit. */
static inline bool budget_take(struct budget *budget, size_t bytes)
{
	if (bytes > budget_left(budget))
		return false;
	budget->used_bytes += bytes;
	if (budget->used_bytes > budget->peak_bytes)
		budget->peak_bytes = budget->used_bytes;
	return true;
}

static inline void budget_give(struct budget *budget, size_t bytes)
{
	budget->used_bytes -= bytes;
}

#endif
