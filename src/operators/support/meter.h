/* SPDX-License-Identifier: MIT */
/*
 * Memory that an operator's state takes while it works on a span, charged to
 * the budget behind the span: so code deep inside needs no way to stop midway,
 * and the budget is exceeded by what one span adds at most.
 */
#ifndef LEAT_OPERATORS_SUPPORT_METER_H
#define LEAT_OPERATORS_SUPPORT_METER_H

#include "base/budget.h"

/* Zero-initialised, nothing is used. */
struct meter {
	size_t used_bytes; /* counted up and down by whoever allocates */
	size_t charged_bytes;
};

/* What is used and not charged. */
static inline size_t meter_missing(const struct meter *meter)
{
	return meter->used_bytes > meter->charged_bytes
		? meter->used_bytes - meter->charged_bytes
		: 0;
}

/* Makes the charge what is used. False: the budget doesn't hold it, and
 * nothing is charged; try again when meter_missing bytes are free. */
static inline bool meter_settle(struct meter *meter, struct budget *budget)
{
	if (!budget_take(budget, meter_missing(meter)))
		return false;
	if (meter->charged_bytes > meter->used_bytes)
		budget_give(budget, meter->charged_bytes - meter->used_bytes);
	meter->charged_bytes = meter->used_bytes;
	return true;
}

/* Gives all back, before what it was charged for is freed or after. */
static inline void meter_finish(struct meter *meter, struct budget *budget)
{
	budget_give(budget, meter->charged_bytes);
	*meter = (struct meter){0};
}

#endif
