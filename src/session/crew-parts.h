/* SPDX-License-Identifier: MIT */
/*
 * What the files of a crew share; nobody else includes it. Workers come and say
 * things (crew-members.c), end (crew-ends.c) or don't (crew-hangs.c); they are
 * handed units (crew-tasks.c), and what comes of those is taken in order
 * (crew-arrivals.c).
 */
#ifndef LEAT_SESSION_CREW_PARTS_H
#define LEAT_SESSION_CREW_PARTS_H

#include "session/crew.h"
#include "session/member.h"

/* A unit that was handed out. */
struct task {
	struct task *next;
	const struct segment *segment;
	struct text text; /* what a worker gets */
	bool opens;
	struct member *member; /* NULL: nobody has it */
	uint64_t *taken; /* bytes that came, for each frontier */
	uint64_t *skip; /* of those to come: they came before it was retried */
	unsigned tries;
	bool dropped; /* nobody wants it any more */
	char *lost; /* why it has failed; or NULL */
	struct text stray; /* the last words of its worker, then */
};

struct crew {
	struct graph *graph;
	struct crew_settings settings;
	unsigned frontiers;
	struct member_limits limits;
	unsigned looks; /* at a worker before it counts as hanging */
	int epoll, timer;
	struct member *members;
	unsigned member_count;
	bool slots[ZYGOTE_SLOTS];
	struct task *first, **last;
	unsigned task_count, idle_tasks; /* those that nobody has */
	struct text report; /* of the task at the head */
	char *lost; /* the reason that was handed over last */
	uint64_t gone_bytes; /* read by workers that are gone */
	unsigned spare_tokens; /* of make, kept for tasks that nobody has */
	int spawn_error; /* why there can't be more workers */
	bool orphaned; /* the zygote is gone */
	bool stopped;
};

/* Takes in all that there is. */
void crew_pump(struct crew *crew);

/* Changes what of a descriptor is waited for; WHO is told of it. False: there
 * is no room for another one, errno says why. */
bool crew_watch(struct crew *crew, int operation, int descriptor,
	uint32_t events, void *who);

/* ---- crew-members.c ------------------------------------------------------- */

/* One more worker, if there may be one. The first needs no token of make: it
 * works in place of this process, which mostly waits. */
void crew_spawn(struct crew *crew);
void crew_remove(struct crew *crew, struct member *member);

/* A worker that is done with its tasks begins anew, though they aren't taken
 * yet: they are of one that is gone, and has left what it had to say of
 * them. */
void crew_relieve(struct crew *crew, struct member *member);

/* The task that the worker is at: behind those that it has reported; or
 * NULL. */
struct task *crew_task_at(struct crew *crew, const struct member *member);

/* All tasks have somebody. */
void crew_give_spare_tokens(struct crew *crew);

/* See struct crew_methods. */
uint64_t crew_bytes_read(void *context);

/* Takes in what the worker has sent, unless there is too much of it. */
void crew_read(struct crew *crew, struct member *member);
void crew_pause_or_go_on(struct crew *crew, struct member *member);

/* ---- crew-ends.c ---------------------------------------------------------- */

/* The task has failed. */
void task_lose(struct task *task, const char *reason);

/* See struct crew_methods. */
void crew_drop(void *context, uint64_t count);

/* The tasks of workers of which nothing more comes go to others. */
void crew_bury(struct crew *crew);

/* Takes in what the zygote says. */
void crew_hear(struct crew *crew);

/* ---- crew-hangs.c --------------------------------------------------------- */

/* The worker is at another unit. */
void crew_begin_unit(struct member *member);

/* Looks at the workers now and then: whether they get on. False: that can't be,
 * errno says why. */
bool crew_start_timer(struct crew *crew);
void crew_tick(struct crew *crew);

/* ---- crew-tasks.c --------------------------------------------------------- */

/* See struct crew_methods. */
bool crew_hand_out(void *context, const struct segment *segment, bool opens,
	const struct text *text);

/* Tasks of workers that are gone come before new ones. False: they wait. */
bool crew_place_idle(struct crew *crew);
void task_free(struct task *task);

/* ---- crew-arrivals.c ------------------------------------------------------ */

/* See struct crew_methods. */
enum arrival_kind crew_arrive(void *context, struct arrival *arrival);

#endif
