/* SPDX-License-Identifier: MIT */
/* One worker as its crew sees it. */
#include "session/member.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/memory.h"
#include "base/system-error.h"

bool block_record(
	const struct block *block, size_t *at, struct wire_record *record)
{
	size_t left = block->length - *at;

	if (left < sizeof(record->head))
		return false;
	memcpy(&record->head, block->data + *at, sizeof(record->head));
	left -= sizeof(record->head);
	if (record->head.length > left)
		return false;
	record->data = block->data + *at + sizeof(record->head);
	*at += sizeof(record->head) + record->head.length;
	return true;
}

void member_lose(struct member *member, int error)
{
	if (member->socket < 0)
		return;
	close(member->socket);
	member->socket = -1;
	member->error = error;
}

bool member_read(struct member *member)
{
	char message[WIRE_BYTES];
	int descriptor;

	if (member->socket < 0)
		return false;
	ssize_t got = wire_receive(
		member->socket, message, sizeof(message), &descriptor, false);
	if (got < 0) {
		if (errno != EAGAIN)
			member_lose(member, errno);
		return false;
	}
	if (member->stray < 0)
		member->stray = descriptor;
	else if (descriptor >= 0)
		close(descriptor); /* nothing like that was asked for */
	if (got == 0) {
		close(member->socket);
		member->socket = -1;
		return false;
	}
	struct block *block = memory_alloc(sizeof(*block) + (size_t)got);
	*block = (struct block){.length = (size_t)got};
	memcpy(block->data, message, (size_t)got);
	*member->last = block;
	member->last = &block->next;
	member->held_bytes += block->length;
	return true;
}

static void drop_first(struct member *member)
{
	struct block *block = member->first;

	member->first = block->next;
	if (!member->first)
		member->last = &member->first;
	member->held_bytes -= block->length;
	free(block);
}

bool member_take(struct member *member, struct wire_record *record)
{
	while (member->first) {
		struct block *block = member->first;

		if (block_record(block, &block->at, record))
			return true;
		drop_first(member);
	}
	return false;
}

void member_forget(struct member *member)
{
	while (member->first)
		drop_first(member);
	if (member->stray >= 0)
		close(member->stray);
	member->stray = -1;
}

void member_add_error(struct text *reason, const char *what, int error)
{
	bool gone = error == ECHILD || error == EPIPE || error == ECONNRESET;

	text_add_format(reason, "%s: %s", what,
		gone ? "what starts them has ended" : system_error(error));
	if (error == EMFILE)
		text_add_string(reason, ", or run fewer with -j");
}

void member_describe_end(const struct member *member,
	const struct member_limits *limits, struct text *reason, bool *outside)
{
	int status = member->status;
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	*outside = false;
	if (member->hung)
		text_add_format(reason,
			"the worker got nowhere for %lld s and was ended",
			(long long)limits->hang_seconds);
	else if (member->spun)
		text_add_format(reason,
			"the worker took more than %lld s of processor time, "
			"and was ended; raise `resources: unit-time`",
			(long long)limits->unit_seconds);
	else if (member->error)
		member_add_error(reason, "the worker was lost", member->error);
	else if (number == SIGKILL || number == SIGTERM || number == SIGINT ||
		number == SIGHUP)
		*outside = true;
	else if (number == SIGSYS)
		text_add_string(reason,
			"the worker did what its sandbox refuses, and was "
			"ended");
	else if (number)
		text_add_format(
			reason, "the worker crashed: %s", strsignal(number));
	else if (WEXITSTATUS(status) == STATUS_SYSTEM)
		text_add_string(reason, "the worker ran out of memory");
	else if (WEXITSTATUS(status) == STATUS_NOT_PERMITTED)
		text_add_string(
			reason, "the sandbox of the worker can't be closed");
	else
		text_add_format(reason, "the worker ended with status %d",
			WEXITSTATUS(status));
	if (*outside)
		text_add_format(reason, "the worker was killed twice: %s",
			strsignal(number));
}
