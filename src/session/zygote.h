/* SPDX-License-Identifier: MIT */
/*
 * The zygote: a process that forks the workers. It dies with this process, and
 * the workers with it. What is untrusted is worked at in copies of this process
 * as it is while it knows nothing but the session; for all else the zygote is
 * made once it is known that there is enough to do. Then it takes over none of
 * the descriptors that are open, nor the locks.
 */
#ifndef LEAT_SESSION_ZYGOTE_H
#define LEAT_SESSION_ZYGOTE_H

#include "engine/crew.h"
#include "loader/session.h"
#include "session/wire.h"

enum { ZYGOTE_SLOTS = 256 }; /* workers at a time, at most */

struct zygote {
	pid_t pid;
	int socket; /* where struct wire_news come from */
	volatile struct pulse *pulses; /* one for each slot */
};

/* NULL: there can't be one, errno says why. SESSION lives as long. This process
 * has one thread. */
struct zygote *zygote_start(const struct session *session);

/* Has a worker forked for a graph of the session, which gets SOCKET. Its
 * WIRE_SPAWNED comes later. False: the zygote is gone. */
bool zygote_spawn(
	struct zygote *zygote, const struct wire_order *order, int socket);

/* Ends a worker at once, if it is there; all, when the zygote can't be told. */
void zygote_kill(struct zygote *zygote, pid_t pid);

/* Ends it and all workers at once; what it has said stays to be read. */
void zygote_end(struct zygote *zygote);

/* Ends it and all workers that are left; takes NULL. */
void zygote_stop(struct zygote *zygote);

#endif
