/* SPDX-License-Identifier: MIT */
/*
 * The figures of a run as OpenMetrics 1.0 text, which the textfile collector of
 * Prometheus' node_exporter takes as well. All are gauges: what the last run
 * did isn't added to what others did before.
 */
#include <jansson.h>
#include <string.h>
#include <time.h>

#include "cli/run-files.h"

struct metrics {
	struct text *text;
	const struct run_report *report;
};

static void begin(struct metrics *metrics, const char *name, const char *unit,
	const char *help)
{
	struct text *text = metrics->text;

	text_add_format(text, "# TYPE %s gauge\n", name);
	if (unit)
		text_add_format(text, "# UNIT %s %s\n", name, unit);
	text_add_format(text, "# HELP %s %s\n", name, help);
}

static void add_label(struct text *text, const char *key, const char *value)
{
	text_add_format(text, ",%s=\"", key);
	for (; *value; value++)
		if (*value == '\n')
			text_add_string(text, "\\n");
		else if (*value == '"' || *value == '\\')
			text_add_format(text, "\\%c", *value);
		else
			text_add(text, value, 1);
	text_add_string(text, "\"");
}

/* The labels are KEY and VALUE pairs, ending in NULL. */
static void add(struct metrics *metrics, const char *name,
	const char *const *labels, double value)
{
	struct text *text = metrics->text;

	text_add_format(text, "%s{session=\"%s\"", name,
		metrics->report->session->name);
	for (; *labels; labels += 2)
		add_label(text, labels[0], labels[1]);
	text_add_format(text, "} %.17g\n", value);
}

static void add_plain(struct metrics *metrics, const char *name,
	const char *unit, const char *help, double value)
{
	static const char *const none[] = {NULL};

	begin(metrics, name, unit, help);
	add(metrics, name, none, value);
}

/* ---- The run ---------------------------------------------------------------- */

static void add_units(struct metrics *metrics)
{
	const struct run_result *result = metrics->report->result;
	const uint64_t *counts = metrics->report->journal->counts;
	const struct {
		const char *state;
		uint64_t count;
	} rows[] = {
		{"done", counts[JOURNAL_DONE]},
		{"failed", result->units_failed},
		{"quarantined", result->units_quarantined + result->at_rest},
		{"up_to_date", result->up_to_date},
	};

	begin(metrics, "leat_units", NULL, "Units by what became of them.");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		add(metrics, "leat_units",
			(const char *const[]){"state", rows[i].state, NULL},
			(double)rows[i].count);
}

static void add_run(struct metrics *metrics)
{
	const struct run_result *result = metrics->report->result;

	add_units(metrics);
	add_plain(metrics, "leat_items_skipped", NULL,
		"Rejected items that on-error dropped.",
		(double)result->skipped);
	add_plain(metrics, "leat_items_dropped", NULL,
		"Items that leaky links dropped.", (double)result->dropped);
	add_plain(metrics, "leat_stale_outputs", NULL,
		"Outputs of units whose inputs are gone.",
		(double)result->stale.left);
	add_plain(metrics, "leat_exit_status", NULL,
		"The exit status, 0 for success.", (double)result->status);
	add_plain(metrics, "leat_duration_seconds", "seconds",
		"How long the run took.", (double)result->wall_ns / 1e9);
	add_plain(metrics, "leat_end_timestamp_seconds", "seconds",
		"When the run ended, since 1970.", (double)time(NULL));
}

/* ---- Graphs and operators --------------------------------------------------- */

/* Figures of operators, under the keys of the statistics. */
static const struct figure {
	const char *name, *unit, *key, *direction, *help;
	double scale;
} figures[] = {
	{"leat_operator_items", NULL, "items_in", "in",
		"Items that operators took, gave and rejected.", 1},
	{"leat_operator_items", NULL, "items_out", "out", NULL, 1},
	{"leat_operator_items", NULL, "rejected", "rejected", NULL, 1},
	{"leat_operator_read_bytes", "bytes", "bytes_in", NULL,
		"Bytes of streams that operators read.", 1},
	{"leat_operator_busy_seconds", "seconds", "busy_ns", NULL,
		"How long operators worked.", 1e-9},
};

static double number(const json_t *object, const char *key)
{
	return (double)json_integer_value(json_object_get(object, key));
}

static const char *string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void add_figure(struct metrics *metrics, const struct figure *figure,
	const json_t *graph)
{
	json_t *op;
	size_t index;

	json_array_foreach(json_object_get(graph, "operators"), index, op)
	{
		const char *const labels[] = {"graph", string(graph, "name"),
			"operator", string(op, "name"),
			figure->direction ? "direction" : NULL,
			figure->direction, NULL};

		add(metrics, figure->name, labels,
			number(op, figure->key) * figure->scale);
	}
}

/* All samples of a name stand together. */
static void add_figures(struct metrics *metrics, const json_t *graphs)
{
	json_t *graph;
	size_t index;

	for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		if (figures[i].help)
			begin(metrics, figures[i].name, figures[i].unit,
				figures[i].help);
		json_array_foreach(graphs, index, graph)
			add_figure(metrics, &figures[i], graph);
	}
}

static void add_memory(struct metrics *metrics, const json_t *graphs)
{
	json_t *graph;
	size_t index;

	begin(metrics, "leat_graph_peak_memory_bytes", "bytes",
		"The most memory that a graph's budget was charged.");
	json_array_foreach(graphs, index, graph) add(metrics,
		"leat_graph_peak_memory_bytes",
		(const char *const[]){"graph", string(graph, "name"), NULL},
		number(graph, "peak_memory_bytes"));
}

void metrics_make(struct text *text, const struct run_report *report)
{
	struct metrics metrics = {text, report};
	const json_t *graphs = statistics_graphs(report->statistics);

	add_run(&metrics);
	add_figures(&metrics, graphs);
	add_memory(&metrics, graphs);
	text_add_string(text, "# EOF\n");
}
