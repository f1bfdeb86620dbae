/* SPDX-License-Identifier: MIT */
/* What all graphs of a session will write. */
#include "session/ahead.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

bool ahead_find_units(struct graph *graph, struct log *log, char **messages)
{
	FILE *file = log->file;
	size_t length = 0;

	*messages = NULL;
	log->file = open_memstream(messages, &length);
	if (!log->file)
		memory_abort();
	bool found = graph_find_units(graph);
	fclose(log->file);
	log->file = file;
	return found;
}

/* One that can't run yet says so when its turn comes. */
static enum exit_status look_at(struct targets *targets,
	const struct session *session, const struct graph_plan *plan,
	const struct log *where)
{
	struct log log = *where;
	const struct graph_settings settings = {
		.memory_bytes = (size_t)session->memory_bytes,
		.log = &log,
	};
	struct graph *graph = graph_create(plan, &settings);
	enum exit_status status = STATUS_OK;
	char *messages;

	log.graph = plan->name;
	if (!ahead_find_units(graph, &log, &messages))
		targets_miss(targets);
	else if (!targets_add_ahead(targets, graph, plan))
		status = graph_status(graph);
	free(messages);
	graph_destroy(graph);
	return status;
}

struct targets *ahead_look(const struct session *session, const char *state,
	const struct key_base *base, const struct log *log,
	enum exit_status *status)
{
	struct targets *targets = targets_create(session, state, base);

	*status = STATUS_OK;
	for (unsigned i = 0; i < session->graph_count && *status == STATUS_OK;
		i++)
		*status = look_at(targets, session, &session->graphs[i], log);
	return targets;
}
