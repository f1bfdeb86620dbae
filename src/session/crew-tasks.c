/* SPDX-License-Identifier: MIT */
/* The units of a crew: who gets them. */
#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/system-error.h"
#include "session/crew-parts.h"

enum {
	AHEAD_BYTES = 1024 * 1024, /* of files that wait for one worker */
	AHEAD_TASKS = 16, /* small ones; else 2 */
	MOST_TASKS = 256, /* each may hold descriptors */
};

static bool is_there(const struct member *member)
{
	return !member->exited && member->socket >= 0;
}

/* Whether the worker has a task behind this one. What it says of its tasks
 * comes in the order in which it got them, and is taken in the order of
 * units. */
static bool is_ahead(const struct member *member, const struct task *task)
{
	while ((task = task->next))
		if (task->member == member)
			return true;
	return false;
}

/* The worker that has the least to do and may get the task. */
static struct member *choose(struct crew *crew, const struct task *task)
{
	struct member *best = NULL;

	for (struct member *member = crew->members; member;
		member = member->next) {
		unsigned open = member->tasks - member->reports;
		bool full = open >= AHEAD_TASKS ||
			(open >= 2 && member->open_bytes > AHEAD_BYTES);

		if (full || !is_there(member) || is_ahead(member, task))
			continue;
		if (!best || open < best->tasks - best->reports)
			best = member;
	}
	return best;
}

/* False: errno says why, EAGAIN that there is no room at the worker. */
static bool send_task(struct member *member, struct task *task)
{
	const struct unit *unit = task->segment->unit;
	struct wire_head head = {.kind = WIRE_TASK};
	struct text message = {0};
	struct stat stat;
	int descriptor = -1;

	if (task->opens && !unit->is_file) {
		descriptor = STDIN_FILENO;
	} else if (task->opens) {
		descriptor = file_open_input(unit->name, &stat);
		head.number = descriptor < 0 ? (uint32_t)errno : 0;
	}
	text_add(&message, (const char *)&head, sizeof(head));
	text_add(&message, task->text.data, task->text.length);
	bool ok = wire_send(member->socket, message.data, message.length,
		descriptor, false);
	int saved = errno;
	if (descriptor >= 0 && unit->is_file)
		close(descriptor);
	text_free(&message);
	errno = saved;
	if (!ok)
		return false;
	task->member = member;
	member->tasks++;
	member->open_bytes += unit->file.size_bytes;
	member->may_idle = !unit->is_file;
	return true;
}

/* For the task that all others wait for, and that nobody else can get: a worker
 * that is done. */
static struct member *relieve(struct crew *crew)
{
	struct member *member = crew->members;

	while (member &&
		!(is_there(member) && member->tasks == member->reports))
		member = member->next;
	if (member)
		crew_relieve(crew, member);
	return member;
}

/* Whether a worker will be done, though what it says isn't taken. */
static bool may_be_relieved(const struct crew *crew)
{
	const struct member *member = crew->members;

	while (member && (!is_there(member) || member->paused))
		member = member->next;
	return member;
}

/* Returns true: the task is seen to. */
static bool lose(struct task *task, const char *what, int error)
{
	struct text reason = {0};

	member_add_error(&reason, what, error);
	task_lose(task, reason.data);
	text_free(&reason);
	return true;
}

/* Hands the task to the worker. One that is at something will say so when it is
 * done, and one that is gone, that it is: then it is tried again. */
static bool hand(struct member *member, struct task *task)
{
	if (send_task(member, task))
		return true;
	if (errno == EAGAIN || errno == EPIPE || errno == ECONNRESET ||
		member->tasks > member->reports)
		return false;
	return lose(task, "no worker can be told of it", errno);
}

/* Finds somebody for the task. */
static bool place(struct crew *crew, struct task *task)
{
	struct member *member = choose(crew, task);

	if (task->text.length > WIRE_BYTES - sizeof(struct wire_head)) {
		task_lose(task, system_error(ENAMETOOLONG));
		return true;
	}
	if (!member || member->tasks > member->reports) {
		crew_spawn(crew);
		member = choose(crew, task);
	}
	if (!member && task == crew->first)
		member = relieve(crew);
	if (!member && crew->spawn_error &&
		(crew->member_count == 0 ||
			(task == crew->first && !may_be_relieved(crew))))
		return lose(
			task, "no worker can be started", crew->spawn_error);
	return member && hand(member, task);
}

/* Tasks of workers that are gone come before new ones. */
bool crew_place_idle(struct crew *crew)
{
	for (struct task *task = crew->first; task && crew->idle_tasks > 0;
		task = task->next) {
		if (task->member || task->lost)
			continue;
		if (!place(crew, task))
			return false;
		crew->idle_tasks--;
	}
	crew_give_spare_tokens(crew);
	return true;
}

void task_free(struct task *task)
{
	text_free(&task->text);
	free(task->taken);
	free(task->skip);
	free(task->lost);
	text_free(&task->stray);
	free(task);
}

bool crew_hand_out(void *context, const struct segment *segment, bool opens,
	const struct text *text)
{
	struct crew *crew = context;

	if (crew->task_count >= MOST_TASKS)
		return false;
	crew_pump(crew);
	if (!crew_place_idle(crew))
		return false;
	struct task *task = memory_zeroed(sizeof(*task));
	task->segment = segment;
	task->opens = opens;
	task->tries = !segment->unit->is_file; /* it can't be read again */
	text_add(&task->text, text->data, text->length);
	task->taken = memory_zeroed(
		memory_product(crew->frontiers + 1, sizeof(*task->taken)));
	task->skip = memory_zeroed(
		memory_product(crew->frontiers + 1, sizeof(*task->skip)));
	if (!place(crew, task)) {
		task_free(task);
		return false;
	}
	*crew->last = task;
	crew->last = &task->next;
	crew->task_count++;
	return true;
}
