/* SPDX-License-Identifier: MIT */
/* Where a session keeps what it remembers, and whether it does. */
#ifndef LEAT_SESSION_STATE_H
#define LEAT_SESSION_STATE_H

#include "base/text.h"
#include "loader/session.h"

/* Whether runs of the session are remembered: it makes files, and neither it
 * nor DIRECTORY (see below) says none. */
bool state_is_kept(const struct session *session, const char *directory);

/* The directory of its run store: DIRECTORY (of the option --state; may be
 * NULL), else that in $LEAT_STATE, else .leat beside the session; and the
 * session's name in it. */
void state_directory(const struct session *session, const char *directory,
	struct text *path);

#endif
