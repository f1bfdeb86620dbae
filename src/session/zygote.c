/* SPDX-License-Identifier: MIT */
/* The zygote. */
#include "session/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "registry/module.h"
#include "session/errand.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif

enum { PULSES_BYTES = ZYGOTE_SLOTS * sizeof(struct pulse) };

/* ---- In the child ----------------------------------------------------------- */

struct nursery {
	const struct session *session;
	volatile struct pulse *pulses;
	int socket, children; /* a signalfd */
	uint64_t taken_bytes; /* that this process had from the start */
};

/* Whoever stops the run stops this process, which then ends in order. Signals
 * to a whole group, from a terminal say, are not for it. */
static void live_on(pid_t parent)
{
	const int deaf[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};

	for (size_t i = 0; i < sizeof(deaf) / sizeof(*deaf); i++)
		signal(deaf[i], SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
}

/* What this process may, and no library may raise. */
static void fix_limit(int resource)
{
	struct rlimit limit;

	/* NOLINTBEGIN(clang-diagnostic-sign-conversion): an enum in glibc
	 * only */
	if (getrlimit(resource, &limit) < 0)
		return;
	limit.rlim_max = limit.rlim_cur;
	setrlimit(resource, &limit);
	/* NOLINTEND(clang-diagnostic-sign-conversion) */
}

/* The addresses of this process; 0 where that can't be told. */
static uint64_t addresses_taken(void)
{
	char text[64] = ""; /* pages, then more numbers */
	int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return 0;
	ssize_t got = file_read(file, text, sizeof(text) - 1);
	close(file);
	return got < 0
		? 0
		: strtoull(text, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* What a worker may take of the machine: no core dumps, and not much more
 * memory than its budget and what it was forked with, however wrong a library
 * goes. Programs and what is mapped take addresses; what is written, such as
 * the dictionaries of 7z files, counts as data. */
static void set_limits(uint64_t memory_bytes, uint64_t taken_bytes)
{
	enum { ADDRESSES_BYTES = 1 << 30, DATA_BYTES = 256 << 20 };
	struct rlimit core = {0, 0};

	setrlimit(RLIMIT_CORE, &core);
	/* A program that takes core dumps heeds no limit. */
	prctl(PR_SET_DUMPABLE, 0);
	fix_limit(RLIMIT_FSIZE);
	fix_limit(RLIMIT_NOFILE);
#ifndef SANITIZED
	struct rlimit memory = {0, 0};
	memory.rlim_cur = memory.rlim_max =
		ADDRESSES_BYTES + 2 * memory_bytes + taken_bytes;
	setrlimit(RLIMIT_AS, &memory);
	memory.rlim_cur = memory.rlim_max =
		DATA_BYTES + 2 * memory_bytes + taken_bytes;
	setrlimit(RLIMIT_DATA, &memory);
#else
	(void)memory_bytes,
		(void)taken_bytes; /* their shadow takes terabytes of addresses */
#endif
}

static _Noreturn void work(const struct nursery *nursery,
	const struct wire_order *order, int socket, pid_t zygote)
{
	sigset_t none;

	close(nursery->socket);
	close(nursery->children);
	live_on(zygote);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	set_limits(order->memory_bytes, nursery->taken_bytes);
	errand_run(nursery->session, order, socket,
		&nursery->pulses[order->slot % ZYGOTE_SLOTS]);
}

/* Whoever isn't told would wait for ever: without this process, and with it all
 * workers, nobody does. */
static void tell(const struct nursery *nursery, const struct wire_news *news)
{
	if (!wire_send(nursery->socket, news, sizeof(*news), -1, true))
		_exit(0);
}

static void spawn(const struct nursery *nursery, const struct wire_order *order,
	int socket)
{
	pid_t zygote = getpid(), pid = fork();

	if (pid == 0)
		work(nursery, order, socket, zygote);
	struct wire_news news = {WIRE_SPAWNED, pid, pid < 0 ? errno : 0,
		order->graph, order->slot};
	close(socket);
	tell(nursery, &news);
}

static void tell_exits(const struct nursery *nursery)
{
	struct signalfd_siginfo info;
	struct wire_news news = {.kind = WIRE_EXITED};

	if (file_read(nursery->children, &info, sizeof(info)) < 0)
		_exit(0);
	while ((news.pid = waitpid(-1, &news.value, WNOHANG)) > 0)
		tell(nursery, &news);
}

/* Only of what it hasn't waited for the number is still a child's: by now it
 * may be anybody's. */
static bool is_child(pid_t pid)
{
	siginfo_t info;

	return pid > 0 &&
		waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
		0;
}

static void obey(const struct nursery *nursery)
{
	struct wire_order order = {0};
	int socket;

	if (wire_receive(
		    nursery->socket, &order, sizeof(order), &socket, true) <= 0)
		_exit(0); /* and with it all workers */
	if (order.kind == WIRE_SPAWN)
		spawn(nursery, &order, socket);
	else if (is_child(order.pid))
		kill(order.pid, SIGKILL);
}

/* Workers have all modules from the start. One that is missing is reported by
 * the run, which needs it as well. */
static void load_modules(const struct session *session)
{
	struct text problem = {0};

	for (unsigned i = 0; i < session->graph_count; i++)
		for (unsigned j = 0; j < session->graphs[i].operator_count; j++)
			if (session->graphs[i].operators[j].spec->module)
				module_code(
					session->graphs[i].operators[j].spec,
					&problem);
	text_free(&problem);
}

/* Of what is open only standard error stays, and the socket. */
static void shut_off(struct nursery *nursery)
{
	enum { SOCKET = STDERR_FILENO + 1 };

	if (nursery->socket != SOCKET)
		dup3(nursery->socket, SOCKET, O_CLOEXEC);
	nursery->socket = SOCKET;
	closefrom(SOCKET + 1);
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(nowhere, STDIN_FILENO);
	dup2(nowhere, STDOUT_FILENO);
	close(nowhere);
}

static _Noreturn void serve(struct nursery *nursery, pid_t parent)
{
	sigset_t children;

	live_on(parent);
	nursery->taken_bytes = addresses_taken();
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &children, NULL);
	nursery->children = signalfd(-1, &children, SFD_CLOEXEC);
	while (nursery->children >= 0) {
		struct pollfd polls[] = {
			{.fd = nursery->socket, .events = POLLIN},
			{.fd = nursery->children, .events = POLLIN},
		};

		if (poll(polls, 2, -1) < 0 && errno != EINTR)
			break;
		if (polls[1].revents)
			tell_exits(nursery);
		if (polls[0].revents)
			obey(nursery);
	}
	_exit(0);
}

/* ---- In the parent ---------------------------------------------------------- */

static struct zygote *fail(struct zygote *zygote, int sockets[2])
{
	int saved = errno;

	if (zygote->pulses != MAP_FAILED)
		munmap((void *)(uintptr_t)zygote->pulses, PULSES_BYTES);
	if (sockets[0] >= 0) {
		close(sockets[0]);
		close(sockets[1]);
	}
	free(zygote);
	errno = saved;
	return NULL;
}

struct zygote *zygote_start(const struct session *session)
{
	struct zygote *zygote = memory_zeroed(sizeof(*zygote));
	int sockets[2] = {-1, -1};
	pid_t parent = getpid();

	zygote->pulses = mmap(NULL, PULSES_BYTES, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (zygote->pulses == MAP_FAILED || !wire_pair(sockets))
		return fail(zygote, sockets);
	fflush(NULL);
	zygote->pid = fork();
	if (zygote->pid < 0)
		return fail(zygote, sockets);
	if (zygote->pid == 0) {
		struct nursery nursery = {
			.session = session,
			.pulses = zygote->pulses,
			.socket = sockets[1],
		};

		shut_off(&nursery);
		load_modules(session);
		serve(&nursery, parent);
	}
	close(sockets[1]);
	zygote->socket = sockets[0];
	return zygote;
}

bool zygote_spawn(
	struct zygote *zygote, const struct wire_order *order, int socket)
{
	return wire_send(zygote->socket, order, sizeof(*order), socket, true);
}

void zygote_kill(struct zygote *zygote, pid_t pid)
{
	const struct wire_order order = {.kind = WIRE_KILL, .pid = pid};

	if (!wire_send(zygote->socket, &order, sizeof(order), -1, true))
		zygote_end(zygote);
}

void zygote_end(struct zygote *zygote)
{
	kill(zygote->pid, SIGKILL);
}

void zygote_stop(struct zygote *zygote)
{
	if (!zygote)
		return;
	close(zygote->socket);
	while (waitpid(zygote->pid, NULL, 0) < 0 && errno == EINTR)
		;
	munmap((void *)(uintptr_t)zygote->pulses, PULSES_BYTES);
	free(zygote);
}
