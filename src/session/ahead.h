/* SPDX-License-Identifier: MIT */
/*
 * What all graphs of a session will write, as far as that is known before the
 * first of them runs: so what can't be right is refused before anything is
 * replaced.
 */
#ifndef LEAT_SESSION_AHEAD_H
#define LEAT_SESSION_AHEAD_H

#include "base/log.h"
#include "session/targets.h"

/* As graph_find_units, but that what is said meanwhile is kept in *MESSAGES, to
 * be freed. LOG is that of the graph's settings. */
bool ahead_find_units(struct graph *graph, struct log *log, char **messages);

/* To be destroyed with targets_destroy. *STATUS: not OK if something was
 * refused, which has been reported. */
struct targets *ahead_look(const struct session *session, const char *state,
	const struct key_base *base, const struct log *log,
	enum exit_status *status);

#endif
