/* SPDX-License-Identifier: MIT */
/* Runs a session that was built: its graphs, one after the other. */
#include "session/run.h"

#include <time.h>

#include "engine/graph.h"

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void run_graph(const struct graph_plan *plan,
	const struct graph_settings *settings, struct statistics *statistics,
	struct run_result *total)
{
	struct graph *graph = graph_create(plan, settings);
	uint64_t start_ns = now_ns();
	struct graph_result result = graph_run(graph);

	if (statistics)
		statistics_add(
			statistics, plan, graph, &result, now_ns() - start_ns);
	graph_destroy(graph);
	total->status = result.status;
	total->units += result.units;
	total->units_failed += result.units_failed;
	total->skipped += result.skipped;
	total->dropped += result.dropped;
	total->broken_pipe |= result.broken_pipe;
}

struct run_result session_run(const struct session *session,
	const struct run_settings *settings, struct statistics *statistics)
{
	struct graph_settings graph_settings = {
		.memory_bytes = (size_t)session->memory_bytes,
		.keep_going = settings->keep_going,
		.messages = settings->messages,
		.secrets = session->secrets,
		.stop = settings->stop,
	};
	struct run_result result = {.status = STATUS_OK};
	uint64_t start_ns = now_ns();

	for (unsigned i = 0; i < session->graph_count; i++) {
		if (result.status != STATUS_OK || result.broken_pipe ||
			*settings->stop)
			break;
		run_graph(&session->graphs[i], &graph_settings, statistics,
			&result);
	}
	result.wall_ns = now_ns() - start_ns;
	return result;
}
