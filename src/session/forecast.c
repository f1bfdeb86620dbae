/* SPDX-License-Identifier: MIT */
/* What a run would do. */
#include "session/forecast.h"

#include <stdlib.h>

#include "session/ahead.h"
#include "session/prune.h"
#include "session/stale.h"
#include "session/targets.h"
#include "session/upcoming.h"

/* The graphs of a forecast, one after the other. */
struct course {
	const struct forecast *forecast;
	struct key_base base;
	struct targets *targets;
	struct upcoming *upcoming;
};

static enum exit_status fail_store(const struct forecast *forecast)
{
	log_say(forecast->log, LOG_ERROR, NULL, "%s",
		run_store_problem(forecast->store));
	return STATUS_IO_ERROR;
}

static bool has_later(
	const struct session *session, const struct graph_plan *plan)
{
	return plan + 1 < session->graphs + session->graph_count;
}

/* A graph whose units were found. */
static enum exit_status show_graph(struct course *course, struct graph *graph,
	const struct graph_plan *plan)
{
	const struct forecast *forecast = course->forecast;
	enum exit_status status = STATUS_OK;
	struct due due;
	bool all;

	if (!due_find(&due, graph, plan, forecast->store, &course->base)) {
		status = fail_store(forecast);
	} else if (!targets_add(course->targets, graph, plan, &all)) {
		status = graph_status(graph);
	} else {
		upcoming_apply(course->upcoming, graph, &due);
		if (has_later(forecast->session, plan))
			upcoming_add(course->upcoming, graph, plan, &due);
		forecast->show(forecast->context, graph, plan, &due);
	}
	due_finish(&due);
	return status;
}

/* A graph for which there is no input yet, as it may be written. */
static bool show_awaiting(struct course *course, struct graph *graph,
	const struct graph_plan *plan)
{
	struct due due = {.arena = arena_create(), .knowledge = UNITS_APART};
	bool awaits = graph_status(graph) == STATUS_NO_INPUT &&
		upcoming_apply(course->upcoming, graph, &due);

	if (awaits) {
		upcoming_add(course->upcoming, graph, plan, &due);
		course->forecast->show(
			course->forecast->context, graph, plan, &due);
	}
	due_finish(&due);
	return awaits;
}

static enum exit_status forecast_graph(
	struct course *course, const struct graph_plan *plan)
{
	const struct forecast *forecast = course->forecast;
	char *messages;
	struct log log = *forecast->log;
	struct graph_settings settings = {
		.memory_bytes = (size_t)forecast->session->memory_bytes,
		.log = &log,
	};
	enum exit_status status;

	struct graph *graph = graph_create(plan, &settings);
	/* What is said of inputs that aren't there may be of no concern. */
	bool found = ahead_find_units(graph, &log, &messages);
	if (found)
		status = show_graph(course, graph, plan);
	else
		status = show_awaiting(course, graph, plan)
			? STATUS_OK
			: graph_status(graph);
	if (found || status != STATUS_OK)
		fputs(messages, log.file);
	free(messages);
	graph_destroy(graph);
	return status;
}

static enum exit_status forecast_forgotten(struct course *course)
{
	const struct forecast *forecast = course->forecast;
	struct arena *arena = arena_create();
	const char **names = prune_forgotten_graphs(
		forecast->store, forecast->session, arena);
	bool ok = names;

	for (; ok && *names; names++) {
		struct due due;

		ok = due_find_forgotten(&due, *names, forecast->store) &&
			stale_sift(
				&due, *names, forecast->store, &course->base);
		if (ok)
			forecast->show_forgotten(
				forecast->context, *names, &due);
		due_finish(&due);
	}
	arena_destroy(arena);
	return ok ? STATUS_OK : fail_store(forecast);
}

enum exit_status forecast_make(const struct forecast *forecast)
{
	const struct session *session = forecast->session;
	struct course course = {.forecast = forecast};
	enum exit_status status = STATUS_OK;

	key_base_init(&course.base, session->directory);
	course.targets = targets_create(
		forecast->session, forecast->state, &course.base);
	course.upcoming = upcoming_create(&course.base);
	if (session->graph_count > 1)
		targets_destroy(ahead_look(session, forecast->state,
			&course.base, forecast->log, &status));
	for (unsigned i = 0; i < session->graph_count && status == STATUS_OK;
		i++)
		status = forecast_graph(&course, &session->graphs[i]);
	if (status == STATUS_OK && forecast->store && forecast->show_forgotten)
		status = forecast_forgotten(&course);
	upcoming_destroy(course.upcoming);
	targets_destroy(course.targets);
	key_base_finish(&course.base);
	return status;
}
