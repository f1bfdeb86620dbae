/* SPDX-License-Identifier: MIT */
/*
 * What the operators and links of a run did. It is kept as the JSON that
 * programs get; people get tables made from that.
 */
#include "session/statistics.h"

#include <jansson.h>

#include "base/memory.h"
#include "base/text.h"
#include "session/link-end.h"

struct statistics {
	json_t *root;
};

/* jansson has no other failure that can happen here. */
static json_t *checked(json_t *json)
{
	if (!json)
		memory_abort();
	return json;
}

static void set_number(json_t *object, const char *key, uint64_t number)
{
	json_t *value = checked(json_integer((json_int_t)number));

	if (json_object_set_new(object, key, value) != 0)
		memory_abort();
}

static void set_string(json_t *object, const char *key, const char *string)
{
	json_t *value = checked(json_string(string));

	if (json_object_set_new(object, key, value) != 0)
		memory_abort();
}

static json_t *set_array(json_t *object, const char *key)
{
	json_t *value = checked(json_array());

	if (json_object_set_new(object, key, value) != 0)
		memory_abort();
	return value;
}

static json_t *append_object(json_t *array)
{
	json_t *value = checked(json_object());

	if (json_array_append_new(array, value) != 0)
		memory_abort();
	return value;
}

struct statistics *statistics_create(const char *session)
{
	struct statistics *statistics = memory_zeroed(sizeof(*statistics));

	statistics->root = checked(json_object());
	set_string(statistics->root, "session", session);
	set_array(statistics->root, "graphs");
	return statistics;
}

void statistics_destroy(struct statistics *statistics)
{
	if (!statistics)
		return;
	json_decref(statistics->root);
	free(statistics);
}

static void add_operator(json_t *array, const struct operator_plan *plan,
	const struct operator_statistics *figures)
{
	json_t *object = append_object(array);

	set_string(object, "name", plan->name);
	set_string(object, "use", plan->spec->name);
	set_number(object, "runs", figures->runs);
	set_number(object, "items_in", figures->items_in);
	set_number(object, "items_out", figures->items_out);
	set_number(object, "rejected", figures->rejected);
	set_number(object, "bytes_in", figures->bytes_in);
	set_number(object, "bytes_out", figures->bytes_out);
	set_number(object, "busy_ns", figures->busy_ns);
	set_number(object, "waits", figures->waits);
}

static void set_end(json_t *object, const char *key,
	const struct operator_plan *op, unsigned pin)
{
	struct text text = {0};

	link_end_add(&text, op, pin);
	set_string(object, key, text.data);
	text_free(&text);
}

static void add_link(json_t *array, const struct graph_plan *plan,
	const struct link_plan *link, const struct link_statistics *figures)
{
	json_t *object = append_object(array);

	set_end(object, "from", &plan->operators[link->from], link->from_pin);
	set_end(object, "to", &plan->operators[link->to], link->to_pin);
	set_number(object, "peak_items", figures->peak_items);
	set_number(object, "full_count", figures->full_count);
	set_number(object, "dropped", figures->dropped);
}

void statistics_add(struct statistics *statistics,
	const struct graph_plan *plan, const struct graph *graph,
	const struct graph_result *result, uint64_t wall_ns,
	const char *sandbox)
{
	json_t *object =
		append_object(json_object_get(statistics->root, "graphs"));
	json_t *operators, *links;

	set_string(object, "name", plan->name);
	if (sandbox)
		set_string(object, "sandbox", sandbox);
	set_number(object, "status", result->status);
	set_number(object, "units", result->units);
	set_number(object, "units_failed", result->units_failed);
	set_number(object, "skipped", result->skipped);
	set_number(object, "dropped", result->dropped);
	set_number(object, "wall_ns", wall_ns);
	set_number(object, "peak_memory_bytes", graph_peak_memory(graph));
	operators = set_array(object, "operators");
	for (unsigned i = 0; i < plan->operator_count; i++)
		add_operator(operators, &plan->operators[i],
			graph_operator_statistics(graph, i));
	links = set_array(object, "links");
	for (unsigned i = 0; i < plan->link_count; i++)
		add_link(links, plan, &plan->links[i],
			graph_link_statistics(graph, i));
}

const json_t *statistics_graphs(const struct statistics *statistics)
{
	return json_object_get(statistics->root, "graphs");
}

char *statistics_json(const struct statistics *statistics)
{
	char *json;

	if (json_array_size(statistics_graphs(statistics)) == 0)
		return NULL;
	json = json_dumps(statistics->root, JSON_COMPACT);
	if (!json)
		memory_abort();
	return json;
}

void statistics_print_json(const struct statistics *statistics, FILE *file)
{
	json_dumpf(statistics->root, file, JSON_COMPACT);
	putc('\n', file);
}

static long long number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const char *string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void print_operator(const json_t *object, FILE *file)
{
	fprintf(file, "%-18s %7lld %10lld %10lld %8lld %12lld %8.1f\n",
		string(object, "name"), number(object, "runs"),
		number(object, "items_in"), number(object, "items_out"),
		number(object, "rejected"), number(object, "bytes_in"),
		(double)number(object, "busy_ns") / 1e6);
}

static void print_link(const json_t *object, FILE *file)
{
	enum { WIDTH = 58 };
	int width = fprintf(
		file, "%s -> %s", string(object, "from"), string(object, "to"));

	fprintf(file, "%*s %10lld %8lld %8lld\n",
		width < WIDTH ? WIDTH - width : 0, "",
		number(object, "peak_items"), number(object, "full_count"),
		number(object, "dropped"));
}

static void print_graph(const json_t *graph, FILE *file)
{
	json_t *object;
	size_t index;

	fprintf(file,
		"graph %s: %lld units, %lld failed, %lld items skipped, "
		"%.3f s, %.1f MiB\n",
		string(graph, "name"), number(graph, "units"),
		number(graph, "units_failed"), number(graph, "skipped"),
		(double)number(graph, "wall_ns") / 1e9,
		(double)number(graph, "peak_memory_bytes") / 0x100000);
	if (string(graph, "sandbox"))
		fprintf(file, "sandbox: %s\n", string(graph, "sandbox"));
	fprintf(file, "%-18s %7s %10s %10s %8s %12s %8s\n", "operator", "runs",
		"items in", "items out", "rejected", "bytes in", "busy ms");
	json_array_foreach(json_object_get(graph, "operators"), index, object)
		print_operator(object, file);
	fprintf(file, "%-58s %10s %8s %8s\n", "link", "peak items", "full",
		"dropped");
	json_array_foreach(json_object_get(graph, "links"), index, object)
		print_link(object, file);
}

void statistics_print_text(const json_t *graphs, FILE *file)
{
	json_t *graph;
	size_t index;

	json_array_foreach(graphs, index, graph) print_graph(graph, file);
}
