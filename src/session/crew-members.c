/* SPDX-License-Identifier: MIT */
/* The workers of a crew: they come, ask and say. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/memory.h"
#include "session/crew-parts.h"
#include "session/jobserver.h"

enum { HELD_BYTES = 1024 * 1024 }; /* of a worker that isn't at the head */

/* ---- They come and go ---------------------------------------------------- */

static unsigned free_slot(struct crew *crew)
{
	unsigned slot = 0;

	while (crew->slots[slot])
		slot++;
	crew->slots[slot] = true;
	return slot;
}

/* Takes the socket and the token, also on failure: NULL, errno says why. */
static struct member *new_member(struct crew *crew, int socket, bool token)
{
	struct member *member = memory_zeroed(sizeof(*member));
	struct member **last = &crew->members;

	while (*last)
		last = &(*last)->next;
	*last = member;
	crew->member_count++;
	member->socket = socket;
	member->stray = -1;
	member->slot = free_slot(crew);
	member->last = &member->first;
	member->token = token;
	if (crew_watch(crew, EPOLL_CTL_ADD, socket, EPOLLIN, member))
		return member;
	int saved = errno;
	crew_remove(crew, member);
	errno = saved;
	return NULL;
}

static bool send_spawn(struct crew *crew, bool token)
{
	struct wire_order order = {
		.kind = WIRE_SPAWN,
		.graph = crew->settings.graph,
		.memory_bytes = crew->settings.memory_bytes,
		.sandbox = crew->settings.sandbox,
		.run = crew->settings.log->run,
		.log_format = crew->settings.log->format,
	};
	int sockets[2];

	if (!wire_pair(sockets)) {
		if (token)
			jobserver_give(crew->settings.jobserver);
		return false;
	}
	struct member *member = new_member(crew, sockets[0], token);
	bool ok = false;
	if (member) {
		order.slot = member->slot;
		ok = zygote_spawn(crew->settings.zygote, &order, sockets[1]);
		member->exited = !ok;
	}
	int saved = errno;
	close(sockets[1]);
	errno = saved;
	return ok;
}

/* Whether a worker is at work in place of this process. */
static bool place_is_taken(const struct crew *crew)
{
	const struct member *member = crew->members;

	while (member && (member->token || member->relieved))
		member = member->next;
	return member;
}

static bool take_token(struct crew *crew)
{
	if (crew->spare_tokens == 0)
		return jobserver_take(crew->settings.jobserver);
	crew->spare_tokens--;
	return true;
}

void crew_spawn(struct crew *crew)
{
	bool token = crew->settings.jobserver && place_is_taken(crew);

	if (crew->spawn_error || crew->member_count >= crew->settings.jobs ||
		(token && !take_token(crew)))
		return;
	if (send_spawn(crew, token))
		return;
	crew->spawn_error = errno;
}

/* Somebody else may wait for the token all day, and the task, which is waited
 * for, for the token: it is kept for the next worker. */
static void give_token(struct crew *crew)
{
	if (crew->idle_tasks > 0)
		crew->spare_tokens++;
	else
		jobserver_give(crew->settings.jobserver);
}

void crew_give_spare_tokens(struct crew *crew)
{
	for (; crew->spare_tokens > 0; crew->spare_tokens--)
		jobserver_give(crew->settings.jobserver);
}

/* Its pulse was the last one: the next worker there begins at nothing. */
static void leave_slot(struct crew *crew, unsigned slot)
{
	volatile struct pulse *pulse = &crew->settings.zygote->pulses[slot];

	crew->gone_bytes += pulse->bytes;
	pulse->bytes = 0;
	pulse->error = 0;
}

uint64_t crew_bytes_read(void *context)
{
	const struct crew *crew = context;
	uint64_t bytes = crew->gone_bytes;

	for (const struct member *member = crew->members; member;
		member = member->next)
		if (!member->relieved)
			bytes += crew->settings.zygote->pulses[member->slot]
					 .bytes;
	return bytes;
}

void crew_remove(struct crew *crew, struct member *member)
{
	struct member **at = &crew->members;

	while (*at != member)
		at = &(*at)->next;
	*at = member->next;
	if (!member->relieved) {
		crew->member_count--;
		crew->slots[member->slot] = false;
		leave_slot(crew, member->slot);
	}
	/* There is room for a process again. */
	if (member->pid > 0 && !crew->orphaned)
		crew->spawn_error = 0;
	if (member->socket >= 0)
		close(member->socket);
	if (member->token)
		give_token(crew);
	member_forget(member);
	free(member);
}

void crew_relieve(struct crew *crew, struct member *member)
{
	struct member *gone = memory_zeroed(sizeof(*gone));

	*gone = (struct member){
		.next = crew->members,
		.socket = -1,
		.stray = -1,
		.slot = ZYGOTE_SLOTS,
		.first = member->first,
		.last = member->first ? member->last : &gone->first,
		.held_bytes = member->held_bytes,
		.tasks = member->tasks,
		.reports = member->reports,
		.exited = true,
		.relieved = true,
	};
	crew->members = gone;
	for (struct task *task = crew->first; task; task = task->next)
		if (task->member == member)
			task->member = gone;
	member->first = NULL;
	member->last = &member->first;
	member->held_bytes = 0;
	member->tasks = member->reports = 0;
	crew_pause_or_go_on(crew, member);
}

/* ---- What they ask for --------------------------------------------------- */

struct task *crew_task_at(struct crew *crew, const struct member *member)
{
	unsigned done = member->reports;

	for (struct task *task = crew->first; task; task = task->next)
		if (task->member == member && done-- == 0)
			return task;
	return NULL;
}

/* A worker that asks waits for the answer: there is room. */
static void answer(
	struct member *member, const struct wire_head *head, int descriptor)
{
	if (!wire_send(
		    member->socket, head, sizeof(*head), descriptor, false) &&
		errno != EPIPE && errno != ECONNRESET)
		member_lose(member, errno);
}

static void make_output(struct crew *crew, struct member *member,
	const struct wire_record *record)
{
	struct task *task = crew_task_at(crew, member);
	struct output_request request;
	struct output *output = NULL;
	unsigned op;

	errno = EINVAL;
	if (task &&
		request_unpack(
			record->data, record->head.length, &op, &request))
		output = graph_make_output(
			crew->graph, op, task->segment->unit, &request);
	const struct wire_head head = {
		.kind = WIRE_OUTPUT,
		.number = output ? 0 : (uint32_t)errno,
		.length = output && graph_keep_output(crew->graph, output),
	};
	answer(member, &head, output ? output_descriptor(output) : -1);
	if (output && !head.length)
		output_hand_over(output);
}

static void reread(struct crew *crew, struct member *member,
	const struct wire_record *record)
{
	struct task *task = crew_task_at(crew, member);
	size_t length = record->head.length;
	int descriptor = -1;

	errno = EINVAL;
	if (task && length > 0 && record->data[length - 1] == '\0')
		descriptor = graph_reread(
			crew->graph, task->segment->unit, record->data);
	const struct wire_head head = {.kind = WIRE_REREAD,
		.number = descriptor < 0 ? (uint32_t)errno : 0};
	answer(member, &head, descriptor);
	if (descriptor >= 0)
		close(descriptor);
}

/* ---- What they say ------------------------------------------------------- */

/* Of more tasks than it has no sane worker reports: what it says of them would
 * be taken for what it says of those that it gets next. */
static void note_report(struct crew *crew, struct member *member)
{
	const struct task *task = crew_task_at(crew, member);

	if (member->reports >= member->tasks || !task) {
		member_lose(member, EPROTO);
		return;
	}
	member->reports++;
	crew_begin_unit(member);
	member->open_bytes -= task->segment->unit->file.size_bytes;
}

static void look_through(
	struct crew *crew, struct member *member, const struct block *block)
{
	struct wire_record record;
	size_t at = 0;

	while (block_record(block, &at, &record)) {
		if (record.head.kind == WIRE_OUTPUT)
			make_output(crew, member, &record);
		else if (record.head.kind == WIRE_REREAD)
			reread(crew, member, &record);
		else if (record.head.kind == WIRE_REPORT)
			note_report(crew, member);
	}
}

void crew_pause_or_go_on(struct crew *crew, struct member *member)
{
	bool pause = member->held_bytes > HELD_BYTES;

	if (member->socket < 0 || pause == member->paused)
		return;
	member->paused = pause;
	/* Taken out, it might not be let in again. That it is closed is told
	 * once, and then no more. */
	crew_watch(crew, EPOLL_CTL_MOD, member->socket,
		pause ? EPOLLONESHOT : EPOLLIN, member);
}

void crew_read(struct crew *crew, struct member *member)
{
	while (member->held_bytes <= HELD_BYTES && member_read(member)) {
		look_through(crew, member,
			(struct block *)((char *)member->last -
				offsetof(struct block, next)));
		member->still = 0;
	}
	if (member->socket < 0 && member->pid && !member->exited)
		zygote_kill(crew->settings.zygote, member->pid);
	crew_pause_or_go_on(crew, member);
}
