/* SPDX-License-Identifier: MIT */
/* The workers of a graph. */
#include "session/crew.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "session/jobserver.h"
#include "session/member.h"

enum {
	HELD_BYTES = 1024 * 1024, /* of a worker that isn't at the head */
	AHEAD_BYTES = 1024 * 1024, /* of files that wait for one worker */
	AHEAD_TASKS = 16, /* small ones; else 2 */
	MOST_TASKS = 256, /* each may hold descriptors */
	HANG_SECONDS = 600,
	LOOKS = 8, /* at a worker before it counts as hanging */
	EVENTS = 64,
};

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
	char *lost; /* why it has failed; or NULL */
};

struct crew {
	struct graph *graph;
	struct crew_settings settings;
	unsigned frontiers;
	unsigned hang_seconds;
	int epoll, timer;
	struct member *members;
	unsigned member_count;
	bool slots[ZYGOTE_SLOTS];
	struct task *first, **last;
	unsigned task_count, idle_tasks; /* those that nobody has */
	struct text report; /* of the task at the head */
	char *lost; /* the reason that was handed over last */
	int spawn_error; /* why there can't be more workers */
	bool stopped;
};

/* ---- Members ---------------------------------------------------------------- */

static void watch(struct crew *crew, int operation, int descriptor,
	uint32_t events, void *who)
{
	struct epoll_event event = {.events = events, .data = {.ptr = who}};

	epoll_ctl(crew->epoll, operation, descriptor, &event);
}

static unsigned free_slot(struct crew *crew)
{
	unsigned slot = 0;

	while (crew->slots[slot])
		slot++;
	crew->slots[slot] = true;
	return slot;
}

static struct member *new_member(struct crew *crew, int socket, bool token)
{
	struct member *member = memory_zeroed(sizeof(*member));
	struct member **last = &crew->members;

	while (*last)
		last = &(*last)->next;
	*last = member;
	crew->member_count++;
	member->socket = socket;
	member->slot = free_slot(crew);
	member->last = &member->first;
	member->token = token;
	watch(crew, EPOLL_CTL_ADD, socket, EPOLLIN, member);
	return member;
}

static bool send_spawn(struct crew *crew, bool token)
{
	struct wire_order order = {
		.kind = WIRE_SPAWN,
		.graph = crew->settings.graph,
		.memory_bytes = crew->settings.memory_bytes,
		.sandbox = crew->settings.sandbox,
	};
	int sockets[2];

	if (!wire_pair(sockets))
		return false;
	struct member *member = new_member(crew, sockets[0], token);
	order.slot = member->slot;
	bool ok = zygote_spawn(crew->settings.zygote, &order, sockets[1]);
	int saved = errno;
	close(sockets[1]);
	errno = saved;
	member->exited = !ok;
	return ok;
}

/* One more worker, if there may be one. The first needs no token of make: it
 * works in place of this process, which mostly waits. */
static void spawn(struct crew *crew)
{
	struct jobserver *jobserver = crew->settings.jobserver;
	bool token = jobserver && crew->member_count > 0;

	if (crew->spawn_error || crew->member_count >= crew->settings.jobs ||
		(token && !jobserver_take(jobserver)))
		return;
	if (send_spawn(crew, token))
		return;
	crew->spawn_error = errno;
}

static void remove_member(struct crew *crew, struct member *member)
{
	struct member **at = &crew->members;

	while (*at != member)
		at = &(*at)->next;
	*at = member->next;
	crew->member_count--;
	crew->slots[member->slot] = false;
	if (member->socket >= 0)
		close(member->socket);
	if (member->token)
		jobserver_give(crew->settings.jobserver);
	member_forget(member);
	free(member);
}

static struct member *find_pid(struct crew *crew, pid_t pid)
{
	struct member *member = crew->members;

	while (member && (member->pid != pid || member->exited))
		member = member->next;
	return member;
}

/* ---- What workers ask for --------------------------------------------------- */

/* The task that the worker is at: behind those that it has reported. */
static struct task *task_at(struct crew *crew, const struct member *member)
{
	unsigned done = member->reports;

	for (struct task *task = crew->first; task; task = task->next)
		if (task->member == member && done-- == 0)
			return task;
	return NULL;
}

static void make_output(struct crew *crew, struct member *member,
	const struct wire_record *record)
{
	struct task *task = task_at(crew, member);
	struct wire_head head = {.kind = WIRE_OUTPUT, .number = EINVAL};
	size_t length = record->head.length;
	uint64_t numbers[3];
	struct output *output = NULL;

	if (task && length > sizeof(numbers) &&
		record->data[length - 1] == '\0') {
		memcpy(numbers, record->data, sizeof(numbers));
		const struct output_request request = {
			.mode = (unsigned)numbers[0] & 0777,
			.op = (unsigned)numbers[1],
			.root_length = (size_t)numbers[2],
			.path = record->data + sizeof(numbers),
		};
		output = graph_make_output(
			crew->graph, task->segment->unit, &request);
		head.number = output ? 0 : (uint32_t)errno;
	}
	/* A worker that asks waits for the answer: there is room. */
	wire_send(member->socket, &head, sizeof(head),
		output ? output_descriptor(output) : -1, false);
	if (output)
		output_hand_over(output);
}

static void look_through(
	struct crew *crew, struct member *member, const struct block *block)
{
	struct wire_record record;
	size_t at = 0;

	while (block_record(block, &at, &record)) {
		if (record.head.kind == WIRE_OUTPUT)
			make_output(crew, member, &record);
		else if (record.head.kind == WIRE_REPORT &&
			member->reports < member->tasks) {
			struct task *task = task_at(crew, member);

			member->reports++;
			member->open_bytes -=
				task->segment->unit->file.size_bytes;
		}
	}
}

static void pause_or_go_on(struct crew *crew, struct member *member)
{
	bool pause = member->held_bytes > HELD_BYTES;

	if (member->socket < 0 || pause == member->paused)
		return;
	member->paused = pause;
	watch(crew, pause ? EPOLL_CTL_DEL : EPOLL_CTL_ADD, member->socket,
		EPOLLIN, member);
}

static void read_member(struct crew *crew, struct member *member)
{
	while (member->held_bytes <= HELD_BYTES && member_read(member)) {
		look_through(crew, member,
			(struct block *)((char *)member->last -
				offsetof(struct block, next)));
		member->still = 0;
	}
	pause_or_go_on(crew, member);
}

/* ---- Workers that end ------------------------------------------------------- */

static void lose(struct task *task, const char *reason)
{
	task->member = NULL;
	task->lost = memory_string(reason);
}

/* The unit that it was at: tried again once, unless it is to blame. */
static void give_up(
	struct crew *crew, const struct member *member, struct task *task)
{
	struct text reason = {0};
	bool outside;

	member_describe_end(member, crew->hang_seconds, &reason, &outside);
	graph_forget_outputs(crew->graph, task->segment->unit);
	task->member = NULL;
	if (outside && task->tries++ == 0) {
		for (unsigned i = 0; i < crew->frontiers; i++)
			task->skip[i] = task->taken[i];
		if (task == crew->first)
			crew->report.length = 0;
		crew->idle_tasks++;
	} else {
		lose(task, reason.data);
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
		if (culprit) {
			give_up(crew, member, task);
		} else {
			task->member = NULL;
			crew->idle_tasks++;
		}
		culprit = false;
	}
	member->tasks = member->reports;
	if (member->tasks == 0)
		remove_member(crew, member);
}

static void bury_all(struct crew *crew)
{
	for (struct member *member = crew->members, *next; member;
		member = next) {
		next = member->next;
		if (member->exited && member->socket < 0 &&
			(member->tasks > member->reports || member->tasks == 0))
			bury(crew, member);
	}
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
		return;
	}
	crew->spawn_error = news->value;
	member->exited = true;
	member->status = SIGKILL; /* the task isn't to blame */
}

static void hear(struct crew *crew)
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
		}
	}
	if (got != 0)
		return;
	/* The zygote is gone, and all with it. */
	watch(crew, EPOLL_CTL_DEL, zygote->socket, 0, NULL);
	crew->spawn_error = ECHILD;
	for (struct member *member = crew->members; member;
		member = member->next) {
		member->exited = true;
		member->status = SIGKILL;
	}
}

/* ---- Workers that hang ------------------------------------------------------ */

static void look_at(struct crew *crew, struct member *member)
{
	uint64_t beat = crew->settings.zygote->beats[member->slot];

	if (beat != member->beat || member->paused || member->exited ||
		member->may_idle ||
		member->tasks == member->reports) {
		member->beat = beat;
		member->still = 0;
	} else if (++member->still > LOOKS && member->pid) {
		member->hung = true;
		zygote_kill(crew->settings.zygote, member->pid);
	}
}

static void tick(struct crew *crew)
{
	uint64_t times;

	if (read(crew->timer, &times, sizeof(times)) < 0)
		return;
	for (struct member *member = crew->members; member;
		member = member->next)
		look_at(crew, member);
}

static void start_timer(struct crew *crew)
{
	const char *seconds = getenv("LEAT_WORKER_TIMEOUT");
	struct itimerspec times = {0};

	crew->hang_seconds = seconds ? (unsigned)atoi(seconds) : 0;
	if (crew->hang_seconds == 0)
		crew->hang_seconds = HANG_SECONDS;
	int64_t step_ns =
		(int64_t)crew->hang_seconds * (1000 * 1000 * 1000 / LOOKS);
	times.it_interval.tv_sec = step_ns / 1000000000;
	times.it_interval.tv_nsec = step_ns % 1000000000;
	times.it_value = times.it_interval;
	crew->timer =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	timerfd_settime(crew->timer, 0, &times, NULL);
	watch(crew, EPOLL_CTL_ADD, crew->timer, EPOLLIN, &crew->timer);
}

/* ---- Tasks ------------------------------------------------------------------ */

/* Takes in all that there is. */
static void pump(struct crew *crew)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(crew->epoll, events, EVENTS, 0);

	for (int i = 0; i < count; i++) {
		void *who = events[i].data.ptr;

		if (who == crew)
			hear(crew);
		else if (who == &crew->timer)
			tick(crew);
		else
			read_member(crew, who);
	}
	if (count > 0)
		bury_all(crew);
}

/* Whether the worker has a task behind this one. What it says of its tasks comes
 * in the order in which it got them, and is taken in the order of units. */
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

		if (full || member->exited || member->socket < 0 ||
			is_ahead(member, task))
			continue;
		if (!best || open < best->tasks - best->reports)
			best = member;
	}
	return best;
}

/* False: there is no room at the worker. */
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
	if (descriptor >= 0 && unit->is_file)
		close(descriptor);
	text_free(&message);
	if (!ok)
		return false;
	task->member = member;
	member->tasks++;
	member->open_bytes += unit->file.size_bytes;
	member->may_idle = !unit->is_file;
	return true;
}

/* Finds somebody for the task. */
static bool place(struct crew *crew, struct task *task)
{
	struct member *member = choose(crew, task);

	if (task->text.length > WIRE_BYTES - sizeof(struct wire_head)) {
		lose(task, strerror(ENAMETOOLONG));
		return true;
	}
	if (!member || member->tasks > member->reports) {
		spawn(crew);
		member = choose(crew, task);
	}
	if (!member && crew->spawn_error &&
		(crew->member_count == 0 || task == crew->first)) {
		struct text reason = {0};

		text_add_format(&reason, "no worker can be started: %s",
			strerror(crew->spawn_error));
		lose(task, reason.data);
		text_free(&reason);
		return true;
	}
	return member && send_task(member, task);
}

/* Tasks of workers that are gone come before new ones. */
static bool place_idle(struct crew *crew)
{
	for (struct task *task = crew->first; task && crew->idle_tasks > 0;
		task = task->next) {
		if (task->member || task->lost)
			continue;
		if (!place(crew, task))
			return false;
		crew->idle_tasks--;
	}
	return true;
}

static void free_task(struct task *task)
{
	text_free(&task->text);
	free(task->taken);
	free(task->skip);
	free(task->lost);
	free(task);
}

static bool hand_out(void *context, const struct segment *segment, bool opens,
	const struct text *text)
{
	struct crew *crew = context;

	if (crew->task_count >= MOST_TASKS)
		return false;
	pump(crew);
	if (!place_idle(crew))
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
		free_task(task);
		return false;
	}
	*crew->last = task;
	crew->last = &task->next;
	crew->task_count++;
	return true;
}

/* ---- What comes of them ----------------------------------------------------- */

static void pop_task(struct crew *crew)
{
	struct task *task = crew->first;
	struct member *member = task->member;

	crew->first = task->next;
	if (!crew->first)
		crew->last = &crew->first;
	crew->task_count--;
	if (member) {
		member->tasks--;
		member->reports--;
	}
	free_task(task);
	bury_all(crew);
}

/* A piece, less what came before the task was tried again. */
static bool take_piece(struct task *task, const struct wire_record *record,
	struct arrival *arrival)
{
	unsigned frontier = record->head.number;
	size_t length = record->head.length;
	size_t known = task->skip[frontier] < length
		? (size_t)task->skip[frontier]
		: length;

	task->skip[frontier] -= known;
	task->taken[frontier] += length - known;
	*arrival = (struct arrival){
		.data = {NULL, record->data + known, length - known},
		.frontier = frontier,
	};
	return length > known;
}

static enum arrival_kind take_record(struct crew *crew,
	const struct wire_record *record, struct arrival *arrival)
{
	switch ((enum wire_kind)record->head.kind) {
	case WIRE_ITEMS:
		if (record->head.number < crew->frontiers &&
			take_piece(crew->first, record, arrival))
			return ARRIVAL_PIECE;
		break;
	case WIRE_REPORT_PART:
	case WIRE_REPORT:
		text_add(&crew->report, record->data, record->head.length);
		if (record->head.kind == WIRE_REPORT_PART)
			break;
		arrival->data = (struct slice){
			NULL, crew->report.data, crew->report.length};
		crew->report.length = 0;
		pop_task(crew);
		return ARRIVAL_REPORT;
	case WIRE_TASK:
	case WIRE_OUTPUT: break; /* it was seen to when it came */
	}
	return ARRIVAL_NOTHING;
}

static enum arrival_kind take_lost(struct crew *crew, struct arrival *arrival)
{
	free(crew->lost);
	crew->lost = crew->first->lost;
	crew->first->lost = NULL;
	arrival->data = (struct slice){NULL, crew->lost, strlen(crew->lost)};
	crew->report.length = 0;
	pop_task(crew);
	return ARRIVAL_LOST;
}

static enum arrival_kind arrive(void *context, struct arrival *arrival)
{
	struct crew *crew = context;
	struct wire_record record;

	for (bool pumped = false;; pumped = true) {
		struct member *member = crew->first->member;

		while (member && member_take(member, &record)) {
			enum arrival_kind kind =
				take_record(crew, &record, arrival);

			if (kind != ARRIVAL_NOTHING)
				return kind;
		}
		if (member)
			pause_or_go_on(crew, member);
		if (crew->first->lost)
			return take_lost(crew, arrival);
		if (pumped)
			return ARRIVAL_NOTHING;
		pump(crew);
		place_idle(crew);
	}
}

static int descriptor(void *context)
{
	struct crew *crew = context;

	return crew->epoll;
}

/* ---- The whole -------------------------------------------------------------- */

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
		remove_member(crew, crew->members);
	while (crew->first) {
		struct task *next = crew->first->next;

		free_task(crew->first);
		crew->first = next;
	}
	crew->last = &crew->first;
	crew->task_count = crew->idle_tasks = 0;
}

const struct crew_methods crew_methods = {
	.hand_out = hand_out,
	.arrive = arrive,
	.descriptor = descriptor,
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
	if (crew->epoll < 0) {
		free(crew);
		return NULL;
	}
	watch(crew, EPOLL_CTL_ADD, settings->zygote->socket, EPOLLIN, crew);
	start_timer(crew);
	return crew;
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
