/* SPDX-License-Identifier: MIT */
/* What a run would do. */
#include "session/forecast.h"

#include "session/targets.h"

static enum exit_status forecast_graph(const struct forecast *forecast,
	const struct graph_plan *plan, const struct key_base *base,
	struct targets *targets)
{
	const struct session *session = forecast->session;
	struct graph_settings settings = {
		.memory_bytes = (size_t)session->memory_bytes,
		.log = forecast->log,
	};
	struct graph *graph = graph_create(plan, &settings);
	enum exit_status status = STATUS_OK;
	struct due due;
	bool all;

	if (!graph_find_units(graph)) {
		status = graph_status(graph);
	} else {
		if (due_find(&due, graph, plan, forecast->store, base)) {
			if (targets_add(targets, graph, plan, &all))
				forecast->show(forecast->context, plan, &due);
			else
				status = graph_status(graph);
		} else {
			log_say(forecast->log, LOG_ERROR, NULL, "%s",
				run_store_problem(forecast->store));
			status = STATUS_IO_ERROR;
		}
		due_finish(&due);
	}
	graph_destroy(graph);
	return status;
}

enum exit_status forecast_make(const struct forecast *forecast)
{
	const struct session *session = forecast->session;
	enum exit_status status = STATUS_OK;
	struct key_base base;

	key_base_init(&base, session->directory);
	struct targets *targets = targets_create(&base);
	for (unsigned i = 0; i < session->graph_count && status == STATUS_OK;
		i++)
		status = forecast_graph(
			forecast, &session->graphs[i], &base, targets);
	targets_destroy(targets);
	key_base_finish(&base);
	return status;
}
