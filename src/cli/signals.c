/* SPDX-License-Identifier: MIT */
/* Signals while a session runs. */
#include "cli/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

static const int stopping[] = {SIGINT, SIGTERM, SIGHUP};

enum { STOPPING = sizeof(stopping) / sizeof(*stopping) };

/* A handler has nothing else to write to. */
static volatile sig_atomic_t stop_count, stop_signal;
static volatile sig_atomic_t progress_count; /* SIGUSR2 */
static volatile sig_atomic_t nowhere = -1; /* /dev/null */

/* The second signal ends the run at once, also where it waits for a reader of
 * standard output that doesn't read: the rest goes nowhere. */
static void on_stop(int number)
{
	int old_errno = errno;

	stop_signal = number;
	stop_count++;
	if (stop_count > 1) {
		signal(number, SIG_DFL);
		dup2(nowhere, STDOUT_FILENO);
	}
	errno = old_errno;
}

static void on_progress(int number)
{
	(void)number;
	progress_count++;
}

static void set_handler(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler}, old;

	/* Without SA_RESTART, so that calls that wait return; one at a time, so
	 * that none is lost in counting. */
	sigfillset(&action.sa_mask);
	if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

const volatile sig_atomic_t *signals_catch(void)
{
	nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	for (size_t i = 0; i < STOPPING; i++)
		set_handler(stopping[i], on_stop);
	/* The writes that they come with fail, which ends the run in order. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return &stop_count;
}

const volatile sig_atomic_t *signals_catch_progress(void)
{
	set_handler(SIGUSR2, on_progress);
	return &progress_count;
}

void signals_die(int number)
{
	sigset_t set;

	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(number);
}

void signals_die_if_caught(void)
{
	if (stop_count)
		signals_die(stop_signal);
}
