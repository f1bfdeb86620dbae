/* SPDX-License-Identifier: MIT */
/* Groups and what is folded into them. */
#include "operators/support/aggregate/aggregation.h"

#include <string.h>

#include "base/memory.h"

void aggregation_init(struct aggregation *aggregation,
	const struct aggregate_plan *plan, struct meter *meter)
{
	*aggregation = (struct aggregation){.plan = plan, .meter = meter};
	group_table_init(&aggregation->table, plan->group_types,
		plan->group_count, plan->state_bytes, meter);
}

/* Empties the states of a group at STATES. */
static void empty(struct aggregation *aggregation, char *states)
{
	const struct aggregate_plan *plan = aggregation->plan;

	for (size_t i = 0; i < plan->call_count; i++) {
		const struct aggregate_call *call = &plan->calls[i];

		if (call->function->finish)
			call->function->finish(
				states + call->offset, aggregation->meter);
	}
	memset(states, 0, plan->state_bytes);
}

void aggregation_add(struct aggregation *aggregation,
	const struct value *const *const *values, size_t count)
{
	const struct aggregate_plan *plan = aggregation->plan;
	struct group_table *table = &aggregation->table;
	uint32_t groups[GROUP_SPAN];

	aggregation->any = true;
	group_table_find(table, values, count, groups);

	struct fold fold = {
		.states = group_table_unit_state(table, 0),
		.stride_bytes = table->stride_bytes,
		.groups = groups,
		.count = count,
		.meter = aggregation->meter,
	};
	for (size_t i = 0; i < plan->call_count; i++) {
		const struct aggregate_call *call = &plan->calls[i];
		int column = plan->columns[i];

		call->function->add(
			call, &fold, column < 0 ? NULL : values[column]);
	}
}

static void merge(struct aggregation *aggregation, size_t group)
{
	const struct aggregate_plan *plan = aggregation->plan;
	char *unit = group_table_unit_state(&aggregation->table, group);
	char *total = group_table_total_state(&aggregation->table, group);

	for (size_t i = 0; i < plan->call_count; i++) {
		const struct aggregate_call *call = &plan->calls[i];

		call->function->merge(call, total + call->offset,
			unit + call->offset, aggregation->meter);
	}
}

void aggregation_keep(struct aggregation *aggregation)
{
	struct group_table *table = &aggregation->table;

	for (size_t i = 0; i < table->touched_count; i++) {
		size_t group = table->touched[i];

		merge(aggregation, group);
		empty(aggregation, group_table_unit_state(table, group));
	}
	group_table_keep(table);
}

void aggregation_drop(struct aggregation *aggregation)
{
	struct group_table *table = &aggregation->table;

	for (size_t i = 0; i < table->touched_count; i++)
		empty(aggregation,
			group_table_unit_state(table, table->touched[i]));
	group_table_drop(table);
}

/* ---- Results ------------------------------------------------------------ */

static int compare(const void *left, const void *right, void *table)
{
	return group_table_compare(
		table, *(const uint32_t *)left, *(const uint32_t *)right);
}

static void forget_order(struct aggregation *aggregation)
{
	if (aggregation->order)
		aggregation->meter->used_bytes -=
			aggregation->table.count * sizeof(*aggregation->order);
	free(aggregation->order);
	aggregation->order = NULL;
}

size_t aggregation_sort(struct aggregation *aggregation)
{
	size_t count = aggregation->table.count;

	aggregation->order = memory_alloc(
		memory_product(count, sizeof(*aggregation->order)));
	aggregation->meter->used_bytes += count * sizeof(*aggregation->order);
	for (size_t i = 0; i < count; i++)
		aggregation->order[i] = (uint32_t)i;
	qsort_r(aggregation->order, count, sizeof(*aggregation->order), compare,
		&aggregation->table);
	return count;
}

const char *aggregation_row(const struct aggregation *aggregation, size_t place,
	struct value *values, size_t *call)
{
	const struct aggregate_plan *plan = aggregation->plan;
	size_t group = aggregation->order[place];
	char *total = group_table_total_state(&aggregation->table, group);
	const char *problem = NULL;

	if (plan->group_count > 0)
		memcpy(values, group_table_keys(&aggregation->table, group),
			plan->group_count * sizeof(*values));
	values += plan->group_count;
	for (size_t i = 0; i < plan->call_count && !problem; i++) {
		const struct aggregate_call *one = &plan->calls[i];

		*call = i;
		problem = one->function->result(
			one, total + one->offset, &values[i]);
	}
	return problem;
}

/* ---- The end ------------------------------------------------------------ */

static void empty_all(struct aggregation *aggregation)
{
	struct group_table *table = &aggregation->table;

	forget_order(aggregation);
	for (size_t i = 0; i < table->count; i++) {
		empty(aggregation, group_table_unit_state(table, i));
		empty(aggregation, group_table_total_state(table, i));
	}
}

void aggregation_clear(struct aggregation *aggregation)
{
	empty_all(aggregation);
	group_table_clear(&aggregation->table);
	aggregation->any = false;
}

void aggregation_finish(struct aggregation *aggregation)
{
	empty_all(aggregation);
	group_table_finish(&aggregation->table);
}
