/* SPDX-License-Identifier: MIT */
/* What a worker process does. */
#include "session/errand.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/memory.h"
#include "engine/crew.h"
#include "session/stray.h"

/* A task that came while something else was waited for. */
struct early {
	struct early *next;
	int descriptor;
	size_t length;
	char message[];
};

struct errand {
	int socket;
	volatile struct pulse *pulse;
	int stray; /* where standard error is read */
	struct early *first, **last;
	struct sandbox sandbox;
	bool closed; /* it is */
	size_t length; /* of the records that wait to be sent */
	char records[WIRE_BYTES], message[WIRE_BYTES];
};

/* ---- Sending ---------------------------------------------------------------- */

/* It can't go on, for errno. */
static _Noreturn void give_up(const struct errand *errand)
{
	if (errno == EPIPE || errno == ECONNRESET)
		_exit(0); /* nobody wants it any more */
	errand->pulse->error = errno;
	_exit(STATUS_SYSTEM);
}

static void flush(struct errand *errand)
{
	if (errand->length > 0 &&
		!wire_send(errand->socket, errand->records, errand->length, -1,
			true))
		give_up(errand);
	errand->length = 0;
}

/* Adds one record; its bytes fit into a message. */
static void add(struct errand *errand, enum wire_kind kind, unsigned number,
	const void *data, size_t length)
{
	const struct wire_head head = {kind, number, (uint32_t)length};

	if (errand->length + sizeof(head) + length > WIRE_BYTES)
		flush(errand);
	char *at = errand->records + errand->length;
	memcpy(at, &head, sizeof(head));
	if (length > 0)
		memcpy(at + sizeof(head), data, length);
	errand->length += sizeof(head) + length;
}

/* Adds bytes in as many records as they need; the last is of another kind. */
static void add_all(struct errand *errand, enum wire_kind part,
	enum wire_kind last, unsigned number, const char *data, size_t length)
{
	const size_t most = WIRE_BYTES - sizeof(struct wire_head);

	for (; length > most; data += most, length -= most)
		add(errand, part, number, data, most);
	add(errand, last, number, data, length);
}

static void give(
	void *context, unsigned frontier, const void *data, size_t length)
{
	add_all(context, WIRE_ITEMS, WIRE_ITEMS, frontier, data, length);
}

static void report(void *context, const struct text *report)
{
	add_all(context, WIRE_REPORT_PART, WIRE_REPORT, 0, report->data,
		report->length);
	flush(context);
}

static void take_stray(void *context, struct text *text)
{
	const struct errand *errand = context;

	stray_take(errand->stray, text);
}

/* Libraries have standard error for themselves; the crew reads it, too. */
static bool give_stray(struct errand *errand)
{
	const struct wire_head head = {.kind = WIRE_STRAY};

	errand->stray = stray_open();
	return errand->stray >= 0 &&
		wire_send(errand->socket, &head, sizeof(head), errand->stray,
			true);
}

/* ---- Receiving -------------------------------------------------------------- */

/* The next message, its head in HEAD; what follows is in errand->message. */
static size_t receive_message(
	struct errand *errand, struct wire_head *head, int *descriptor)
{
	ssize_t got = wire_receive(
		errand->socket, errand->message, WIRE_BYTES, descriptor, true);

	if (got < 0)
		give_up(errand);
	if (got < (ssize_t)sizeof(*head))
		_exit(0); /* there is nothing more to do */
	memcpy(head, errand->message, sizeof(*head));
	return (size_t)got;
}

static void put_off(struct errand *errand, size_t length, int descriptor)
{
	struct early *early = memory_alloc(sizeof(*early) + length);

	early->next = NULL;
	early->descriptor = descriptor;
	early->length = length;
	memcpy(early->message, errand->message, length);
	*errand->last = early;
	errand->last = &early->next;
}

/* Asks for what KIND says, and waits for the answer: returns errno of it, and
 * *LENGTH becomes the number that goes with it. */
static int ask(struct errand *errand, enum wire_kind kind, const char *data,
	size_t *length, int *descriptor)
{
	struct wire_head head;

	if (*length > WIRE_BYTES - sizeof(head))
		return ENAMETOOLONG;
	add(errand, kind, 0, data, *length);
	flush(errand);
	for (;;) {
		size_t got = receive_message(errand, &head, descriptor);

		if (head.kind == kind) {
			*length = head.length;
			return (int)head.number;
		}
		put_off(errand, got, *descriptor);
	}
}

static int output(void *context, unsigned op,
	const struct output_request *request, int *descriptor, bool *kept)
{
	struct text record = {0};

	request_pack(&record, op, request);
	size_t length = record.length;
	int error = ask(context, WIRE_OUTPUT, record.data, &length, descriptor);
	*kept = length != 0;
	text_free(&record);
	return error;
}

static int reread(void *context, const char *path)
{
	size_t length = strlen(path) + 1;
	int descriptor = -1;
	int error = ask(context, WIRE_REREAD, path, &length, &descriptor);

	errno = error;
	return descriptor;
}

/* Before the first byte that nobody vouches for comes: by now the operators
 * have opened what they need. */
static void close_sandbox(struct errand *errand)
{
	if (!errand->closed && !sandbox_close(&errand->sandbox))
		_exit(STATUS_NOT_PERMITTED);
	errand->closed = true;
}

static void receive(
	void *context, struct text *task, int *descriptor, int *error)
{
	struct errand *errand = context;
	struct early *early = errand->first;
	struct wire_head head;
	size_t length;

	close_sandbox(errand);
	if (early) {
		errand->first = early->next;
		if (!errand->first)
			errand->last = &errand->first;
		*descriptor = early->descriptor;
		length = early->length;
		memcpy(errand->message, early->message, length);
		memcpy(&head, early->message, sizeof(head));
		free(early);
	} else {
		length = receive_message(errand, &head, descriptor);
	}
	*error = (int)head.number;
	task->length = 0;
	text_add(task, errand->message + sizeof(head), length - sizeof(head));
}

/* ---- The process ------------------------------------------------------------ */

_Noreturn void errand_run(const struct session *session,
	const struct wire_order *order, int socket,
	volatile struct pulse *pulse)
{
	static const struct worker_methods methods = {
		.receive = receive,
		.give = give,
		.output = output,
		.reread = reread,
		.stray = take_stray,
		.report = report,
	};
	struct errand *errand = memory_zeroed(sizeof(*errand));
	const struct log log = {
		.file = stderr,
		.format = (enum log_format)order->log_format,
		.session = session->name,
		.graph = session->graphs[order->graph].name,
		.run = order->run,
	};
	struct graph_settings settings = {
		.memory_bytes = (size_t)order->memory_bytes,
		.log = &log,
	};

	errand->socket = socket;
	errand->pulse = pulse;
	errand->sandbox = order->sandbox;
	errand->last = &errand->first;
	if (!give_stray(errand))
		give_up(errand);
	struct graph *graph =
		graph_create(&session->graphs[order->graph], &settings);
	graph_become_worker(graph, &methods, errand, pulse);
	graph_run(graph);
	/* It has failed as a whole, and has said so. */
	_exit(0);
}
