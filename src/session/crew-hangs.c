/* SPDX-License-Identifier: MIT */
/* Workers that don't get on, or don't come to an end. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/units.h"
#include "session/crew-parts.h"

enum { HANG_SECONDS = 600, LOOKS = 8 /* within that time, at least */ };

static const int64_t SECOND_NS = 1000 * 1000 * 1000;

/* What the worker has taken so far; 0: not known. */
static int64_t processor_ns(const struct member *member)
{
	struct timespec time;
	clockid_t clock;

	if (member->pid == 0 || clock_getcpuclockid(member->pid, &clock) != 0 ||
		clock_gettime(clock, &time) < 0)
		return 0;
	return (int64_t)time.tv_sec * SECOND_NS + time.tv_nsec;
}

void crew_begin_unit(struct member *member)
{
	member->unit_begin_ns = processor_ns(member);
}

/* It makes no step. */
static bool hangs(const struct crew *crew, struct member *member)
{
	uint64_t steps = crew->settings.zygote->pulses[member->slot].steps;

	if (steps != member->steps || member->paused) {
		member->steps = steps;
		member->still = 0;
		return false;
	}
	return ++member->still > crew->looks;
}

/* It makes steps, and no end of them. */
static bool spins(const struct crew *crew, const struct member *member)
{
	return processor_ns(member) - member->unit_begin_ns >
		crew->limits.unit_seconds * SECOND_NS;
}

/* One that waits for standard input may do so for days. */
static void look_at(struct crew *crew, struct member *member)
{
	if (member->exited || member->may_idle || member->pid == 0 ||
		member->tasks == member->reports) {
		member->still = 0;
		return;
	}
	member->hung = hangs(crew, member);
	member->spun = !member->hung && spins(crew, member);
	if (member->hung || member->spun)
		zygote_kill(crew->settings.zygote, member->pid);
}

void crew_tick(struct crew *crew)
{
	uint64_t times;

	if (read(crew->timer, &times, sizeof(times)) < 0)
		return;
	for (struct member *member = crew->members; member;
		member = member->next)
		if (!member->hung && !member->spun)
			look_at(crew, member);
}

bool crew_start_timer(struct crew *crew)
{
	const char *seconds = getenv("LEAT_WORKER_TIMEOUT");
	struct member_limits *limits = &crew->limits;
	struct itimerspec times = {0};

	limits->unit_seconds = crew->settings.unit_seconds;
	if (!seconds || units_integer(seconds, &limits->hang_seconds) ||
		limits->hang_seconds < 1 || limits->hang_seconds > INT32_MAX)
		limits->hang_seconds = HANG_SECONDS;
	int64_t shorter = limits->hang_seconds < limits->unit_seconds
		? limits->hang_seconds
		: limits->unit_seconds;
	int64_t step_ns = shorter * (SECOND_NS / LOOKS);
	crew->looks = (unsigned)(limits->hang_seconds * SECOND_NS / step_ns);
	times.it_interval.tv_sec = step_ns / SECOND_NS;
	times.it_interval.tv_nsec = step_ns % SECOND_NS;
	times.it_value = times.it_interval;
	crew->timer =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (crew->timer < 0)
		return false;
	timerfd_settime(crew->timer, 0, &times, NULL);
	return crew_watch(
		crew, EPOLL_CTL_ADD, crew->timer, EPOLLIN, &crew->timer);
}
