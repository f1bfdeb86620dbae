/* SPDX-License-Identifier: MIT */
/* What a worker process does: the units of one graph that it is handed. */
#ifndef LEAT_SESSION_ERRAND_H
#define LEAT_SESSION_ERRAND_H

#include "engine/crew.h"
#include "loader/session.h"
#include "session/wire.h"

/* Until the other side of the socket is gone. */
_Noreturn void errand_run(const struct session *session,
	const struct wire_order *order, int socket,
	volatile struct pulse *pulse);

#endif
