/* SPDX-License-Identifier: MIT */
/* One worker as its crew sees it: what it was handed, and what it has sent. */
#ifndef LEAT_SESSION_MEMBER_H
#define LEAT_SESSION_MEMBER_H

#include "base/text.h"
#include "session/wire.h"

/* A message that it has sent, with what of it wasn't taken. */
struct block {
	struct block *next;
	size_t length, at;
	char data[];
};

struct member {
	struct member *next;
	pid_t pid; /* 0: not known yet */
	int socket; /* -1: nothing more comes of it */
	int stray; /* see session/stray.h; -1: not known yet */
	unsigned slot;
	struct block *first, **last;
	size_t held_bytes; /* in them */
	bool paused; /* too much of them: its socket isn't read */
	unsigned tasks; /* handed to it, their reports not taken */
	unsigned reports; /* of those, complete in the blocks */
	uint64_t open_bytes; /* the sizes of the files of the others */
	uint64_t steps; /* that were seen last */
	unsigned still; /* looks at it that found it as before */
	bool may_idle; /* it waits for standard input, perhaps for hours */
	int64_t unit_begin_ns; /* its processor time when its unit began */
	bool exited, token;
	bool relieved; /* only what it had to say: see crew_relieve */
	bool hung, spun; /* it was ended for that */
	int error; /* errno of what it was lost for; else 0 */
	int status; /* as of waitpid(2) */
};

/* A record; its data stays until the next call. */
struct wire_record {
	struct wire_head head;
	const char *data;
};

/* The record at *AT of a block; false: there is none, or a broken one. */
bool block_record(
	const struct block *block, size_t *at, struct wire_record *record);

/* Reads one message; false: there is none. The block that it makes is the last
 * one. At the end of all, the socket is closed; where it can't be read, the
 * worker is lost. */
bool member_read(struct member *member);

/* Nobody can talk to the worker, for ERROR, an errno: its socket is closed. It
 * is left to be ended. */
void member_lose(struct member *member, int error);

/* Takes the next record of the blocks; false: there is none. */
bool member_take(struct member *member, struct wire_record *record);

/* Throws away what isn't taken, and what it has written to standard error. */
void member_forget(struct member *member);

/* What ends a worker. */
struct member_limits {
	int64_t hang_seconds; /* without a step */
	int64_t unit_seconds; /* of processor time, for a unit */
};

/* Adds WHAT has happened, that it was for ERROR, an errno, and what to do about
 * that, if anything. ECHILD and EPIPE: the zygote is gone. */
void member_add_error(struct text *reason, const char *what, int error);

/* Why a worker that has exited failed its unit, as a phrase; *OUTSIDE: it was
 * killed by somebody else. */
void member_describe_end(const struct member *member,
	const struct member_limits *limits, struct text *reason, bool *outside);

#endif
