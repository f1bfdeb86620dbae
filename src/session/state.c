/* SPDX-License-Identifier: MIT */
/* Where a session keeps what it remembers. */
#include "session/state.h"

#include <stdlib.h>
#include <string.h>

static const char *chosen(const char *directory)
{
	if (!directory)
		directory = getenv("LEAT_STATE");
	return directory && *directory ? directory : NULL;
}

bool state_is_kept(const struct session *session, const char *directory)
{
	directory = chosen(directory);
	if (session->stateless || (directory && strcmp(directory, "none") == 0))
		return false;
	for (unsigned i = 0; i < session->graph_count; i++) {
		const struct graph_plan *graph = &session->graphs[i];

		for (unsigned j = 0; j < graph->operator_count; j++)
			if (graph->operators[j].spec->flags & OPERATOR_WRITES)
				return true;
	}
	return false;
}

void state_directory(
	const struct session *session, const char *directory, struct text *path)
{
	directory = chosen(directory);
	path->length = 0;
	if (directory)
		text_add_format(path, "%s/%s", directory, session->name);
	else
		text_add_format(
			path, "%s.leat/%s", session->directory, session->name);
}
