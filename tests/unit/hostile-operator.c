/* SPDX-License-Identifier: MIT */
/*
 * hostile: does what the line says, as a library would that was taken over by
 * what it reads. An attempt that is refused fails the unit.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory.h"
#include "engine/share.h"
#include "session/wire.h"

enum { IN, OUT };

static const struct pin_spec pins[] = {
	{.name = "in",
		.direction = PIN_INPUT,
		.types = PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "What to try"},
	{.name = "out",
		.direction = PIN_OUTPUT,
		.types = PAYLOAD_BIT(PAYLOAD_LINE),
		.summary = "The same lines, if it could be done"},
	{0},
};

/* ---- What it tries: each answers as system calls do ------------------------- */

static long read_file(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static long write_file(void)
{
	return open("escaped", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long look_around(void)
{
	return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* With a directory that something else may have left open. */
static long open_newly(void)
{
	const uint64_t how[3] = {O_RDONLY, 0, 0};

	return syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof(how));
}

static long temporary(void)
{
	int descriptor =
		open("/tmp", O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);

	return descriptor < 0 ? -1 : close(descriptor);
}

static long temporary_elsewhere(void)
{
	return open("/", O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
}

static long move_away(void)
{
	return rename("victim", "stolen");
}

static long remove_file(void)
{
	return unlink("victim");
}

static long open_mode(void)
{
	return chmod("victim", 0777);
}

static long open_mode_newly(void)
{
	return syscall(SYS_openat2 + 15, AT_FDCWD, "victim", 0777, 0);
}

static long set_time(void)
{
	return utimensat(AT_FDCWD, "victim", NULL, 0);
}

static long inet(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long local(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long start_program(void)
{
	char *const words[] = {(char[]){"touch"}, (char[]){"escaped"}, NULL};

	return execv("/bin/touch", words);
}

static long multiply(void)
{
	for (int i = 0; i < 10; i++) {
		pid_t pid = fork();

		if (pid <= 0)
			return pid;
	}
	return 0;
}

static long trace(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static long end_parent(void)
{
	return kill(getppid(), SIGTERM);
}

static long end_thread_of_parent(void)
{
	siginfo_t info = {.si_code = SI_QUEUE};

	info.si_signo = SIGTERM;
	return syscall(
		SYS_rt_tgsigqueueinfo, getppid(), getppid(), SIGTERM, &info);
}

static long limit_parent(void)
{
	struct rlimit none = {0, 0};

	return prlimit(getppid(), RLIMIT_NOFILE, &none, NULL);
}

static long mount_over(void)
{
	return mount("none", "/tmp", "tmpfs", 0, NULL);
}

static long new_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static long load_program(void)
{
	return syscall(SYS_bpf, 0, NULL, 0);
}

static long ring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL);
}

static long type_ahead(void)
{
	return ioctl(STDERR_FILENO, TIOCSTI, "x");
}

static long crash(void)
{
	return raise(SIGSEGV);
}

static long murmur(void)
{
	fputs("a library\nknows \033 better\n", stderr);
	return 0;
}

/* 100 MB. */
static long flood(void)
{
	for (int i = 0; i < 1000 * 1000; i++)
		fprintf(stderr, "%098d\n", i);
	return 0;
}

static long last_words(void)
{
	fputs("this is the end\n", stderr);
	abort();
}

/* What comes of it is left out of the outputs. */
static long spin(void)
{
	return 0;
}

static long open_many(void)
{
	for (;;)
		if (dup(STDERR_FILENO) < 0)
			return -1;
}

/* More than any budget, and all of it is touched. */
static long devour(void)
{
	for (;;) {
		char *block = malloc(1 << 24);

		if (!block)
			return -1;
		memset(block, 1, 1 << 24);
	}
}

static long dump_core(void)
{
	struct rlimit core;

	errno = 0;
	if (getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0)
		errno = EPERM;
	return errno ? -1 : 0;
}

static long gain_privileges(void)
{
	errno = EPERM;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? -1 : 0;
}

/* ---- What it asks of the parent ---------------------------------------------- */

static bool ask(struct operator *op, const char *path, size_t root_length)
{
	const struct output_request request = {.path = path,
		.root_length = root_length,
		.unit = true,
		.mode = 0600};
	struct unit *unit = operator_segment(op, IN)->unit;
	struct operator *to = op->graph->operators;

	while (!(to->spec->flags & OPERATOR_WRITES))
		to++;
	return worker_output(to, &request, unit);
}

/* Asks the parent for outputs of another operator: with roots that are beneath
 * its own only by name, or not at all, and of one that has another name. */
static long leave_root(struct operator *op)
{
	return ask(op, "out/../outside/x", strlen("out/../outside/")) ||
			ask(op, "outside/x", strlen("outside/")) ||
			ask(op, "outside/x", 0) ||
			ask(op, "out/x/../harmless", strlen("out/"))
		? 0
		: -1;
}

/* The socket to the parent. */
static int find_socket(void)
{
	for (int descriptor = 3; descriptor < 100; descriptor++) {
		int type = 0;
		socklen_t size = sizeof(type);

		if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) ==
				0 &&
			type == SOCK_SEQPACKET)
			return descriptor;
	}
	return -1;
}

/* Says of COUNT units that they are done. */
static long report_units(struct operator *op, int count)
{
	const struct graph *graph = op->graph;
	const struct unit *unit = operator_segment(op, IN)->unit;
	struct operator_statistics *sent = memory_zeroed(
		memory_product(graph->plan->operator_count, sizeof(*sent)));
	struct text report = {0}, message = {0};

	for (unsigned i = 0; i < graph->plan->operator_count; i++)
		sent[i] = graph->operators[i].statistics;
	report_pack(&report, graph, unit, &(struct text){0}, sent);
	const struct wire_head head = {
		.kind = WIRE_REPORT, .length = (uint32_t)report.length};
	for (int i = 0; i < count; i++) {
		text_add(&message, (const char *)&head, sizeof(head));
		text_add(&message, report.data, report.length);
	}
	bool sent_all = wire_send(
		find_socket(), message.data, message.length, -1, true);
	text_free(&report);
	text_free(&message);
	free(sent);
	return sent_all ? 0 : -1;
}

/* More than it has been handed. */
static long report_more(struct operator *op)
{
	return report_units(op, 50);
}

/* That all has failed, by a status that means success. */
static long fail_well(struct operator *op)
{
	op->graph->failed = true;
	op->graph->result.status = STATUS_OK;
	return report_units(op, 1);
}

/* All that it has been handed; then it lives on. */
static long fall_silent(struct operator *op)
{
	report_units(op, 16);
	close(find_socket());
	return pause();
}

/* Hands over two descriptors at a time. */
static long flood_descriptors(struct operator *op)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(2 * sizeof(int))];
	} control = {.head = {.cmsg_len = CMSG_LEN(2 * sizeof(int)),
			     .cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS}};
	const int descriptors[] = {STDERR_FILENO, STDERR_FILENO};
	struct iovec part = {(char[]){"x"}, 1};
	const struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space)};
	int socket = find_socket();

	(void)op;
	memcpy(CMSG_DATA(&control.head), descriptors, sizeof(descriptors));
	for (int i = 0; i < 200; i++)
		if (sendmsg(socket, &message, MSG_NOSIGNAL) < 0 &&
			errno != ETOOMANYREFS) /* as the kernel tells users */
			return -1;
	return 0;
}

static const struct attempt {
	const char *name;
	long (*make)(void);
	long (*ask)(struct operator *op); /* instead of it; or NULL */
} attempts[] = {
	{"read-file", read_file, NULL},
	{"write-file", write_file, NULL},
	{"look-around", look_around, NULL},
	{"open-newly", open_newly, NULL},
	{"temporary", temporary, NULL},
	{"temporary-elsewhere", temporary_elsewhere, NULL},
	{"move-away", move_away, NULL},
	{"remove-file", remove_file, NULL},
	{"open-mode", open_mode, NULL},
	{"open-mode-newly", open_mode_newly, NULL},
	{"set-time", set_time, NULL},
	{"inet", inet, NULL},
	{"local", local, NULL},
	{"start-program", start_program, NULL},
	{"multiply", multiply, NULL},
	{"trace", trace, NULL},
	{"end-parent", end_parent, NULL},
	{"end-thread-of-parent", end_thread_of_parent, NULL},
	{"limit-parent", limit_parent, NULL},
	{"mount-over", mount_over, NULL},
	{"new-namespace", new_namespace, NULL},
	{"load-program", load_program, NULL},
	{"ring", ring, NULL},
	{"type-ahead", type_ahead, NULL},
	{"crash", crash, NULL},
	{"devour", devour, NULL},
	{"murmur", murmur, NULL},
	{"flood", flood, NULL},
	{"last-words", last_words, NULL},
	{"spin", spin, NULL},
	{"leave-root", NULL, leave_root},
	{"report-more", NULL, report_more},
	{"fail-well", NULL, fail_well},
	{"fall-silent", NULL, fall_silent},
	{"flood-descriptors", NULL, flood_descriptors},
	{"open-many", open_many, NULL},
	{"dump-core", dump_core, NULL},
	{"gain-privileges", gain_privileges, NULL},
};

/* ---- The operator ----------------------------------------------------------- */

static const struct attempt *find(const struct slice *line)
{
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		if (strlen(attempts[i].name) == line->length &&
			memcmp(attempts[i].name, line->data, line->length) == 0)
			return &attempts[i];
	return NULL;
}

/* Steps that get on, and never to an end. */
static enum step step_forever(struct operator *op, struct item *item)
{
	struct item *again = item_ref(item);

	operator_give(op, OUT, &again, 1);
	return STEP_MORE;
}

static long attempt_make(const struct attempt *attempt, struct operator *op)
{
	return attempt->ask ? attempt->ask(op) : attempt->make();
}

static enum step step(struct operator *op, void *state)
{
	struct span span;
	enum event event = operator_next(op, IN, &span);

	(void)state;
	if (event != EVENT_ITEMS)
		return operator_pass(op, IN, event);
	for (size_t i = 0; i < span.count; i++) {
		const struct attempt *attempt = find(&span.items[i]->slice);

		if (attempt && attempt->make == spin)
			return step_forever(op, span.items[i]);
		if (!attempt || attempt_make(attempt, op) >= 0)
			continue;
		operator_fail_unit(op, IN, STATUS_BAD_DATA, (struct place){0},
			"%s was refused: %s", attempt->name, strerror(errno));
		operator_consume(op, IN, span.count);
		return STEP_MORE;
	}
	operator_give(op, OUT, span.items, span.count);
	operator_consume(op, IN, span.count);
	return STEP_MORE;
}

const struct operator_spec spec_hostile = {
	.name = "hostile",
	.family = "text",
	.flags = OPERATOR_UNTRUSTED,
	.summary = "Tries what lines say",
	.description = "Tries to get out of the sandbox.\n\n",
	.scope = SCOPE_SEGMENT,
	.pins = pins,
	.step = step,
};
