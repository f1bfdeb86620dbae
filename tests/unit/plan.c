/* SPDX-License-Identifier: MIT */
/* Graph plans built by hand, for tests of the engine. */
#include "plan.h"

#include <string.h>

void plan_init(struct plan *plan)
{
	memset(plan, 0, sizeof(*plan));
	plan->graph.name = "test";
	plan->graph.operators = plan->operators;
	plan->graph.links = plan->links;
	plan->graph.ranks = plan->ranks;
}

unsigned plan_add(struct plan *plan, const char *name,
	const struct operator_spec *spec, void *settings, enum scope scope)
{
	unsigned index = plan->graph.operator_count++;
	struct operator_plan *op = &plan->operators[index];

	op->name = name;
	op->spec = spec;
	op->settings = settings;
	op->scope = op->per = scope;
	op->pins = plan->pins[index];
	op->lives = plan->lives[index];
	op->property_locations = plan->given[index];
	for (unsigned i = 0; i < PLAN_PINS; i++)
		op->pins[i].link = -1;
	while (spec->pins[op->pin_count].name)
		op->pin_count++;
	plan->ranks[index] = index;
	return index;
}

void plan_link(struct plan *plan, unsigned from, unsigned from_pin, unsigned to,
	unsigned to_pin, enum payload_type type)
{
	unsigned index = plan->graph.link_count++;

	plan->links[index] = (struct link_plan){
		.from = from,
		.from_pin = from_pin,
		.to = to,
		.to_pin = to_pin,
		.type = type,
	};
	plan->pins[from][from_pin].link = (int)index;
	plan->pins[to][to_pin].link = (int)index;
	if (plan->operators[from].pin_count <= from_pin)
		plan->operators[from].pin_count = from_pin + 1;
	if (plan->operators[to].pin_count <= to_pin)
		plan->operators[to].pin_count = to_pin + 1;
}

void plan_live(struct plan *plan, unsigned from, unsigned from_pin, unsigned to,
	struct live_plan live)
{
	struct operator_plan *op = &plan->operators[to];

	op->lives[op->live_count++] = live;
	plan_link(plan, from, from_pin, to, op->pin_count++,
		live.field < 0 ? PAYLOAD_LINE : PAYLOAD_RECORD);
}

struct graph_result plan_run(
	const struct plan *plan, const struct graph_settings *settings)
{
	struct graph_settings defaults = {0};
	char *text = NULL;
	size_t length = 0;

	if (settings)
		defaults = *settings;
	if (defaults.memory_bytes == 0)
		defaults.memory_bytes = 1 << 20;
	const struct log log = {.file = open_memstream(&text, &length)};
	defaults.log = &log;
	struct graph *graph = graph_create(&plan->graph, &defaults);
	struct graph_result result = graph_run(graph);
	graph_destroy(graph);
	fclose(log.file);
	free(text);
	return result;
}
