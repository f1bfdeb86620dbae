/* SPDX-License-Identifier: MIT */
/* Workers that end: what becomes of their units. */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/memory.h"
#include "session/crew-parts.h"
#include "session/stray.h"

/* ---- What it was at ------------------------------------------------------ */

void task_lose(struct task *task, const char *reason)
{
	task->member = NULL;
	task->lost = memory_string(reason);
}

/* Its worker is gone, and it isn't to blame: somebody else gets it. */
static void free_task(struct crew *crew, struct task *task)
{
	if (task->dropped) {
		task_lose(task, ""); /* nobody will ask */
		return;
	}
	task->member = NULL;
	crew->idle_tasks++;
}

/* The unit that it was at: tried again once, unless it is to blame. */
static void give_up(
	struct crew *crew, const struct member *member, struct task *task)
{
	struct text reason = {0};
	bool outside;

	member_describe_end(member, &crew->limits, &reason, &outside);
	graph_forget_outputs(crew->graph, task->segment->unit);
	/* One that was never there costs nothing. */
	if (task->dropped) {
		free_task(crew, task);
	} else if (outside && (member->pid == 0 || task->tries++ == 0)) {
		for (unsigned i = 0; i < crew->frontiers; i++)
			task->skip[i] = task->taken[i];
		if (task == crew->first)
			crew->report.length = 0;
		free_task(crew, task);
	} else {
		task_lose(task, reason.data);
		if (member->stray >= 0)
			stray_take(member->stray, &task->stray);
	}
	text_free(&reason);
}

/* All of it was read, and it has exited: what it had no report of goes to
 * others. */
static void bury(struct crew *crew, struct member *member)
{
	unsigned done = member->reports;
	bool culprit = true;

	for (struct task *task = crew->first; task; task = task->next) {
		if (task->member != member || done-- > 0)
			continue;
		done = 0;
		if (culprit)
			give_up(crew, member, task);
		else
			free_task(crew, task);
		culprit = false;
	}
	member->tasks = member->reports;
	if (member->tasks == 0)
		crew_remove(crew, member);
}

void crew_bury(struct crew *crew)
{
	for (struct member *member = crew->members, *next; member;
		member = next) {
		next = member->next;
		if (member->exited && member->socket < 0 &&
			(member->tasks > member->reports || member->tasks == 0))
			bury(crew, member);
	}
}

/* What is at work at one of them is ended; what nobody has yet needn't be
 * had. */
void crew_drop(void *context, uint64_t count)
{
	struct crew *crew = context;

	for (struct task *task = crew->first; task && count > 0;
		task = task->next, count--) {
		struct member *member = task->member;

		if (task->dropped || task->lost)
			continue;
		task->dropped = true;
		if (!member) {
			crew->idle_tasks--;
			free_task(crew, task);
		} else if (member->pid && !member->exited &&
			crew_task_at(crew, member) == task) {
			zygote_kill(crew->settings.zygote, member->pid);
		}
	}
}

/* ---- The news of the zygote ---------------------------------------------- */

static struct member *find_pid(struct crew *crew, pid_t pid)
{
	struct member *member = crew->members;

	while (member && (member->pid != pid || member->exited))
		member = member->next;
	return member;
}

static void hear_spawned(struct crew *crew, const struct wire_news *news)
{
	struct member *member = crew->members;

	while (member && member->slot != news->slot)
		member = member->next;
	if (!member || news->graph != crew->settings.graph || member->pid)
		return;
	if (news->pid > 0) {
		member->pid = news->pid;
		if (member->socket < 0)
			zygote_kill(crew->settings.zygote, member->pid);
		return;
	}
	crew->spawn_error = news->value;
	member->exited = true;
	member->status = SIGKILL; /* the task isn't to blame */
}

/* It is gone, and all with it; or it can't be heard, and then has to go. */
static void lose_zygote(struct crew *crew, int error)
{
	struct zygote *zygote = crew->settings.zygote;

	zygote_end(zygote);
	crew_watch(crew, EPOLL_CTL_DEL, zygote->socket, 0, NULL);
	crew->orphaned = true;
	crew->spawn_error = error;
	for (struct member *member = crew->members; member;
		member = member->next) {
		member->exited = true;
		member->status = SIGKILL;
	}
}

void crew_hear(struct crew *crew)
{
	struct zygote *zygote = crew->settings.zygote;
	struct wire_news news;
	int descriptor;
	ssize_t got;

	while ((got = wire_receive(zygote->socket, &news, sizeof(news),
			&descriptor, false)) == sizeof(news)) {
		struct member *member = find_pid(crew, news.pid);

		if (news.kind == WIRE_SPAWNED) {
			hear_spawned(crew, &news);
		} else if (member) {
			member->exited = true;
			member->status = news.value;
			if (!member->error)
				member->error =
					zygote->pulses[member->slot].error;
		}
	}
	if (got == 0)
		lose_zygote(crew, ECHILD);
	else if (got < 0 && errno != EAGAIN)
		lose_zygote(crew, errno);
}
