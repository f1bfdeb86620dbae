/* SPDX-License-Identifier: MIT */
/* Graphs: built from their plan, and taken down. */
#include "engine/graph.h"

#include <string.h>

#include "base/memory.h"
#include "engine/frontier.h"
#include "engine/share.h"
#include "registry/registry.h"

enum { LINK_ITEMS = 256, LINK_BYTES = 8 * 1024 * 1024 };

static void set_defaults(struct graph_settings *settings)
{
	if (settings->link_items == 0)
		settings->link_items = LINK_ITEMS;
	if (settings->link_bytes == 0)
		settings->link_bytes = LINK_BYTES;
	if (settings->span_items == 0 || settings->span_items > SPAN_ITEMS)
		settings->span_items = SPAN_ITEMS;
}

static void create_operator(struct graph *graph, unsigned index)
{
	struct operator *op = &graph->operators[index];
	const struct operator_plan *plan = &graph->plan->operators[index];
	const struct operator_spec *spec = plan->spec;

	op->graph = graph;
	op->plan = plan;
	op->spec = spec;
	op->code = (struct operator_code){
		.open = spec->open, .step = spec->step, .close = spec->close};
	op->state = memory_zeroed(spec->state_size);
	if (spec->state_size > 0)
		memcpy(op->state, plan->settings, spec->state_size);
	op->pins = memory_zeroed(
		memory_product(plan->pin_count, sizeof(*op->pins)));
	op->outputs = memory_zeroed(
		memory_product(plan->pin_count, sizeof(*op->outputs)));

	for (unsigned i = 0; i < plan->pin_count; i++)
		op->pins[i].op = op;
	live_create(op);
	for (unsigned i = 0; i < plan->pin_count - plan->live_count; i++) {
		const struct pin_spec *row = pin_row(spec, i);

		op->pins[i].output = row->direction == PIN_OUTPUT;
		if (strcmp(row->name, "rejected") == 0)
			op->rejected = &op->pins[i];
	}
}

static void create_link(struct graph *graph, unsigned index)
{
	const struct link_plan *plan = &graph->plan->links[index];
	const struct link_options *options = &plan->options;
	struct link *link = &graph->links[index];

	link_init(link, options->policy,
		options->capacity_items ? options->capacity_items
					: graph->settings.link_items,
		options->capacity_bytes ? options->capacity_bytes
					: graph->settings.link_bytes,
		options->capacity_bytes > 0 || plan->type == PAYLOAD_LINE ||
			plan->type == PAYLOAD_BYTES);
	link->from = &graph->operators[plan->from];
	link->from_pin = plan->from_pin;
	link->from->pins[plan->from_pin].link = link;
	link->from->outputs[link->from->output_count++] = link;
	link->to = &graph->operators[plan->to];
	link->to_pin = plan->to_pin;
	link->to->pins[plan->to_pin].link = link;
	link->to->input_count++;
	/* Where items are counted, each line is one. */
	link->takes_packed = options->policy == LINK_BLOCKING &&
		options->capacity_items == 0 &&
		!link->to->pins[link->to_pin].live &&
		pin_row(link->to->spec, link->to_pin)->flags & PIN_TAKES_PACKED;
}

/* What an encoder writes one document for is what its sink writes one file
 * for, however many operators lie between that pass the bytes on. */
static void spread_document_scopes(struct graph *graph)
{
	for (unsigned i = graph->plan->operator_count; i-- > 0;) {
		struct operator *op = graph->ranked[i];

		op->document_scope = op->plan->scope;
		for (unsigned j = op->output_count; j-- > 0;) {
			const struct link *link = op->outputs[j];

			if (graph->plan->links[link - graph->links].type ==
				PAYLOAD_BYTES)
				op->document_scope = link->to->document_scope;
		}
	}
}

struct graph *graph_create(
	const struct graph_plan *plan, const struct graph_settings *settings)
{
	struct graph *graph = memory_zeroed(sizeof(*graph));
	unsigned count = plan->operator_count;

	graph->plan = plan;
	graph->settings = *settings;
	set_defaults(&graph->settings);
	graph->random = settings->schedule_seed;
	graph->budget.limit_bytes = settings->memory_bytes;
	graph->diagnostics = diagnostics_create();
	for (size_t i = 0; plan->secrets && plan->secrets[i]; i++)
		diagnostics_hide(graph->diagnostics, plan->secrets[i]);
	graph->operators =
		memory_zeroed(memory_product(count, sizeof(*graph->operators)));
	graph->ranked =
		memory_zeroed(memory_product(count, sizeof(*graph->ranked)));
	graph->links = memory_zeroed(
		memory_product(plan->link_count, sizeof(*graph->links)));
	graph->ready_words = count / 64 + 1;
	graph->ready = memory_zeroed(
		memory_product(graph->ready_words, sizeof(*graph->ready)));
	graph->unfinished = count;
	graph->pending_last = &graph->pending;
	graph->outputs = output_pool_create();

	for (unsigned i = 0; i < count; i++)
		create_operator(graph, i);
	for (unsigned i = 0; i < plan->link_count; i++)
		create_link(graph, i);
	for (unsigned i = 0; i < count; i++) {
		graph->ranked[i] = &graph->operators[plan->ranks[i]];
		graph->ranked[i]->rank = i;
	}
	spread_document_scopes(graph);
	frontiers_find(graph);
	origins_find(graph);
	turns_begin(graph);
	return graph;
}

const struct operator_statistics *graph_operator_statistics(
	const struct graph *graph, unsigned index)
{
	return &graph->operators[index].statistics;
}

const struct link_statistics *graph_link_statistics(
	const struct graph *graph, unsigned index)
{
	return &graph->links[index].statistics;
}

size_t graph_peak_memory(const struct graph *graph)
{
	return graph->budget.peak_bytes;
}

uint64_t graph_bytes_read(const struct graph *graph)
{
	uint64_t bytes = 0;

	if (graph->share)
		return share_bytes_read(graph->share);
	for (unsigned i = 0; i < graph->source_count; i++)
		bytes += graph->sources[i]->statistics.bytes_out;
	return bytes;
}

void graph_destroy(struct graph *graph)
{
	if (!graph)
		return;
	graph->failed = true;
	for (unsigned i = graph->plan->operator_count; i-- > 0;)
		operator_finish(graph->ranked[i]);
	graph_discard_outputs(graph);
	graph_forget_failures(graph);
	output_pool_unref(graph->outputs);
	path_set_finish(&graph->claims);
	path_set_finish(&graph->claimed_directories);
	share_destroy(graph->share);
	worker_destroy(graph->worker);
	for (unsigned i = 0; i < graph->plan->link_count; i++)
		link_finish(&graph->links[i]);
	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		for (unsigned j = 0; j < graph->operators[i].plan->pin_count;
			j++)
			segment_unref(graph->operators[i].pins[j].awaited);
		live_destroy(&graph->operators[i]);
		free(graph->operators[i].state);
		free(graph->operators[i].pins);
		free(graph->operators[i].outputs);
	}
	for (struct slab_entry *entry = graph->slabs, *next; entry;
		entry = next) {
		next = entry->next;
		slab_finish(&entry->slab);
		free(entry);
	}
	frontiers_destroy(graph->frontiers);
	free(graph->origins);
	free(graph->precedence);
	free(graph->sources);
	diagnostics_destroy(graph->diagnostics);
	free(graph->operators);
	free(graph->ranked);
	free(graph->links);
	free(graph->ready);
	free(graph);
}
