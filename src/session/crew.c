/* SPDX-License-Identifier: MIT */
/* The workers of a graph. */
#include "session/crew.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/memory.h"
#include "session/crew-parts.h"

enum { EVENTS = 64 };

bool crew_watch(struct crew *crew, int operation, int descriptor,
	uint32_t events, void *who)
{
	struct epoll_event event = {.events = events, .data = {.ptr = who}};

	return epoll_ctl(crew->epoll, operation, descriptor, &event) == 0;
}

/* Where it can't be told who has something. */
static void look_at_all(struct crew *crew)
{
	if (!crew->orphaned)
		crew_hear(crew);
	crew_tick(crew);
	for (struct member *member = crew->members; member;
		member = member->next)
		crew_read(crew, member);
	crew_bury(crew);
}

void crew_pump(struct crew *crew)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(crew->epoll, events, EVENTS, 0);

	for (int i = 0; i < count; i++) {
		void *who = events[i].data.ptr;

		if (who == crew)
			crew_hear(crew);
		else if (who == &crew->timer)
			crew_tick(crew);
		else
			crew_read(crew, who);
	}
	if (count > 0)
		crew_bury(crew);
	else if (count < 0 && errno != EINTR)
		look_at_all(crew);
}

static int descriptor(void *context)
{
	struct crew *crew = context;

	return crew->epoll;
}

static void stop(void *context)
{
	struct crew *crew = context;

	if (crew->stopped)
		return;
	crew->stopped = true;
	for (struct member *member = crew->members; member;
		member = member->next)
		if (member->pid && !member->exited)
			zygote_kill(crew->settings.zygote, member->pid);
	while (crew->members)
		crew_remove(crew, crew->members);
	crew_give_spare_tokens(crew);
	while (crew->first) {
		struct task *next = crew->first->next;

		task_free(crew->first);
		crew->first = next;
	}
	crew->last = &crew->first;
	crew->task_count = crew->idle_tasks = 0;
}

const struct crew_methods crew_methods = {
	.hand_out = crew_hand_out,
	.drop = crew_drop,
	.arrive = crew_arrive,
	.descriptor = descriptor,
	.bytes_read = crew_bytes_read,
	.stop = stop,
};

struct crew *crew_create(
	struct graph *graph, const struct crew_settings *settings)
{
	struct crew *crew = memory_zeroed(sizeof(*crew));

	crew->graph = graph;
	crew->settings = *settings;
	crew->frontiers = graph_frontier_count(graph);
	crew->last = &crew->first;
	crew->epoll = epoll_create1(EPOLL_CLOEXEC);
	crew->timer = -1;
	if (crew->epoll >= 0 && crew_start_timer(crew) &&
		crew_watch(crew, EPOLL_CTL_ADD, settings->zygote->socket,
			EPOLLIN, crew))
		return crew;
	int saved = errno;
	if (crew->timer >= 0)
		close(crew->timer);
	if (crew->epoll >= 0)
		close(crew->epoll);
	free(crew);
	errno = saved;
	return NULL;
}

void crew_destroy(struct crew *crew)
{
	if (!crew)
		return;
	stop(crew);
	close(crew->timer);
	close(crew->epoll);
	text_free(&crew->report);
	free(crew->lost);
	free(crew);
}
