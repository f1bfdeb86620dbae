/* SPDX-License-Identifier: MIT */
/*
 * Messages between the processes of a run, over sockets of SOCK_SEQPACKET: a
 * message comes whole or not at all, and may bring a descriptor along.
 *
 * To a worker:
 *	struct wire_head, WIRE_TASK, number: errno of opening its file
 *		the task; the descriptor of the file
 *	struct wire_head, WIRE_OUTPUT or WIRE_REREAD, number: errno of it;
 *		length: 1 when who has made an output will sync it, else 0
 *		the descriptor that was asked for
 * From a worker: any number of records up to WIRE_BYTES in all, each
 *	struct wire_head, its kind and number, and LENGTH bytes
 * To the zygote and from it: struct wire_order and struct wire_news.
 */
#ifndef LEAT_SESSION_WIRE_H
#define LEAT_SESSION_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "session/sandbox.h"

enum { WIRE_BYTES = 64 * 1024 };

enum wire_kind {
	WIRE_TASK,
	WIRE_OUTPUT, /* asks for one: see request_pack */
	WIRE_REREAD, /* asks for what its file PATH holds */
	WIRE_ITEMS, /* for the frontier NUMBER */
	WIRE_REPORT_PART, /* more of it follows */
	WIRE_REPORT, /* that is all */
	WIRE_STRAY, /* a descriptor: see session/stray.h */
};

struct wire_head {
	uint32_t kind, number, length;
};

enum wire_order_kind { WIRE_SPAWN, WIRE_KILL };

struct wire_order {
	uint32_t kind;
	int32_t pid; /* to kill */
	uint32_t graph,
		slot; /* of a worker to spawn, whose socket comes along */
	uint64_t memory_bytes;
	uint64_t run; /* as in struct log */
	uint32_t log_format;
	struct sandbox sandbox;
};

enum wire_news_kind { WIRE_SPAWNED, WIRE_EXITED };

struct wire_news {
	uint32_t kind;
	int32_t pid; /* -1: it couldn't be spawned */
	int32_t value; /* errno, or the status of waitpid(2) */
	uint32_t graph, slot; /* of what was spawned: as it was ordered */
};

/* Two connected sockets. False: errno says why. */
bool wire_pair(int sockets[2]);

/* Sends a message and a copy of the descriptor, unless that is -1. WAIT: until
 * there is room; else that fails with EAGAIN. False: errno says why; what isn't
 * taken because the other side is gone fails with EPIPE or ECONNRESET. */
bool wire_send(
	int socket, const void *data, size_t length, int descriptor, bool wait);

/* Returns the length of the next message, 0 when the other side is gone, or -1,
 * with EAGAIN when there is none. *DESCRIPTOR becomes what it brings, or -1; of
 * several the first. A message whose descriptor can't be open here as well is
 * lost: EMFILE. */
ssize_t wire_receive(
	int socket, void *data, size_t size, int *descriptor, bool wait);

#endif
