/* SPDX-License-Identifier: MIT */
/* What operators wait for, and sleeping when all of them do. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "engine/share.h"

/* A signal may come just before the sleep, and somebody may watch. */
enum { CHECK_MS = 250 };

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct unit *wait_unit(struct operator *op)
{
	struct pin *pin = &op->pins[op->wait_pin];

	return pin->awaited ? pin->awaited->unit
			    : link_mark(pin->link)->segment->unit;
}

bool wait_over(struct operator *op)
{
	struct pin *pin = &op->pins[op->wait_pin];
	struct budget *budget = &op->graph->budget;

	switch (op->wait) {
	case WAIT_INPUT: return !link_empty(pin->link) || pin->link->ended;
	case WAIT_OUTPUT:
		return !pin->link || pin->link->closed ||
			link_room(pin->link) > 0;
	case WAIT_RELEASED: return pin->streams == 0;
	case WAIT_VERDICT: return wait_unit(op)->decided;
	case WAIT_UNITS:
		return op->graph->worker ? worker_settled(op->graph)
					 : source_may_bring(op);
	case WAIT_TURN: return source_has_turn(op);
	case WAIT_FRONTIER:
		return op->wait_frontier->closed ||
			link_room(op->wait_frontier) > 0;
	case WAIT_MEMORY: return op->wait_bytes <= budget_left(budget);
	case WAIT_TIME: return now_ns() >= op->wait_until_ns;
	case WAIT_NOTHING:
	case WAIT_DESCRIPTOR: break;
	}
	return false;
}

static bool wake_those_that_can(struct graph *graph)
{
	bool any = false;

	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = &graph->operators[i];

		if (op->finished || op->wait == WAIT_NOTHING || !wait_over(op))
			continue;
		operator_set_ready(op);
		any = true;
	}
	return any;
}

/* The milliseconds that may be slept, -1 for any time; COUNT is that of the
 * descriptors to poll. */
static int collect(struct graph *graph, struct pollfd *polls,
	struct operator **who, unsigned *count)
{
	int64_t until_ns = INT64_MAX;

	for (unsigned i = 0; i < graph->plan->operator_count; i++) {
		struct operator *op = &graph->operators[i];

		if (op->finished)
			continue;
		if (op->wait == WAIT_TIME && op->wait_until_ns < until_ns)
			until_ns = op->wait_until_ns;
		if (op->wait != WAIT_DESCRIPTOR)
			continue;
		who[*count] = op;
		polls[(*count)++] = (struct pollfd){
			.fd = op->wait_descriptor,
			.events = op->wait_events,
		};
	}
	if (until_ns == INT64_MAX)
		return *count > 0 ? -1 : 0;
	int64_t left_ms = (until_ns - now_ns() + 999999) / 1000000;
	return left_ms < 0 ? 0 : left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

void wait_idle(struct graph *graph)
{
	unsigned all = graph->plan->operator_count, count = 0;

	if (wake_those_that_can(graph))
		return;
	struct pollfd *polls =
		memory_zeroed(memory_product(all, sizeof(*polls)));
	struct operator **who =
		memory_zeroed(memory_product(all, sizeof(*who)));
	int timeout_ms = collect(graph, polls, who, &count);

	if (count == 0 && timeout_ms == 0) {
		stall_resolve(graph);
	} else {
		if ((graph->settings.stop || graph->settings.watch) &&
			(timeout_ms < 0 || timeout_ms > CHECK_MS))
			timeout_ms = CHECK_MS;
		/* Who may go on isn't known then: all look for themselves. */
		bool all_look =
			poll(polls, count, timeout_ms) < 0 && errno != EINTR;
		for (unsigned i = 0; i < count; i++)
			if (all_look || polls[i].revents)
				operator_set_ready(who[i]);
		graph->now_ns = now_ns();
	}
	free(polls);
	free(who);
}
