/* SPDX-License-Identifier: MIT */
/* Many files synced at once. */
#include "base/sync.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/file.h"

/* Of so few that starting threads would cost more, one comes after the
 * other. */
enum { FEW = 8, THREADS = 16, STACK_BYTES = 64 * 1024 };

struct work {
	const int *descriptors;
	int *errors;
	size_t count;
	atomic_size_t next;
};

static void *sync_some(void *argument)
{
	struct work *work = argument;
	size_t at;

	while ((at = atomic_fetch_add(&work->next, 1)) < work->count)
		work->errors[at] = file_sync(work->descriptors[at]) ? 0 : errno;
	return NULL;
}

/* Starts up to THREADS; how many. Signals are for the thread that calls. */
static unsigned start(pthread_t threads[THREADS], struct work *work)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	unsigned count = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	while (count < THREADS && count < work->count / 2 &&
		pthread_create(&threads[count], &attributes, sync_some, work) ==
			0)
		count++;
	pthread_attr_destroy(&attributes);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return count;
}

void sync_files(const int *descriptors, int *errors, size_t count)
{
	struct work work = {descriptors, errors, count, 0};
	pthread_t threads[THREADS];
	unsigned started = count > FEW ? start(threads, &work) : 0;

	/* Where there are no threads to be had, this does it all. */
	sync_some(&work);
	while (started > 0)
		pthread_join(threads[--started], NULL);
}
