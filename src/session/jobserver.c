/* SPDX-License-Identifier: MIT */
/* GNU make's jobserver. */
#include "session/jobserver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

enum { MOST_TOKENS = 1024 };

struct jobserver {
	int in, out; /* our own descriptions of the pipe's ends */
	unsigned count;
	char tokens[MOST_TOKENS];
};

/* Whether these are the two ends of one pipe. In a rule without + make closes
 * them, and the numbers may be anybody's by now. */
static bool are_ends(int in, int out)
{
	int in_flags = fcntl(in, F_GETFL), out_flags = fcntl(out, F_GETFL);
	struct stat in_stat, out_stat;

	return in_flags >= 0 && out_flags >= 0 &&
		(in_flags & O_ACCMODE) != O_WRONLY &&
		(out_flags & O_ACCMODE) != O_RDONLY &&
		fstat(in, &in_stat) == 0 && fstat(out, &out_stat) == 0 &&
		S_ISFIFO(in_stat.st_mode) && S_ISFIFO(out_stat.st_mode) &&
		in_stat.st_dev == out_stat.st_dev &&
		in_stat.st_ino == out_stat.st_ino;
}

/* Opens the pipe's end anew: the flags of make's own are shared by all its
 * children, and reading must not block us. */
static int open_again(int descriptor, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	return open(path, flags | O_NONBLOCK | O_CLOEXEC);
}

static bool open_ends(struct jobserver *jobserver, const char *where)
{
	char path[4096];
	int in, out;

	/* NOLINTNEXTLINE(cert-err34-c): a wrong number is no descriptor */
	if (sscanf(where, "%d,%d", &in, &out) == 2) {
		if (!are_ends(in, out))
			return false;
		jobserver->in = open_again(in, O_RDONLY);
		jobserver->out = open_again(out, O_WRONLY);
	} else if (sscanf(where, "fifo:%4095[^ ]", path) == 1) {
		const int flags = O_RDWR | O_NONBLOCK | O_CLOEXEC;

		jobserver->in = open(path, flags);
		jobserver->out = open(path, flags);
	}
	return jobserver->in >= 0 && jobserver->out >= 0;
}

/* What stands behind the last such option. */
static const char *find_option(const char *flags)
{
	static const char *const names[] = {
		"--jobserver-auth=", "--jobserver-fds="};
	const char *found = NULL;

	for (size_t i = 0; i < 2 && !found; i++)
		for (const char *at = flags; (at = strstr(at, names[i]));)
			found = at += strlen(names[i]);
	return found;
}

struct jobserver *jobserver_open(void)
{
	const char *flags = getenv("MAKEFLAGS");
	const char *where = flags ? find_option(flags) : NULL;
	struct jobserver *jobserver;

	if (!where)
		return NULL;
	jobserver = memory_zeroed(sizeof(*jobserver));
	jobserver->in = jobserver->out = -1;
	if (open_ends(jobserver, where))
		return jobserver;
	jobserver_close(jobserver);
	return NULL;
}

bool jobserver_take(struct jobserver *jobserver)
{
	if (jobserver->count == MOST_TOKENS ||
		read(jobserver->in, &jobserver->tokens[jobserver->count], 1) !=
			1)
		return false;
	jobserver->count++;
	return true;
}

void jobserver_give(struct jobserver *jobserver)
{
	const char *token = &jobserver->tokens[--jobserver->count];

	while (write(jobserver->out, token, 1) < 0 && errno == EINTR)
		;
}

void jobserver_close(struct jobserver *jobserver)
{
	if (!jobserver)
		return;
	while (jobserver->count > 0)
		jobserver_give(jobserver);
	if (jobserver->in >= 0)
		close(jobserver->in);
	if (jobserver->out >= 0)
		close(jobserver->out);
	free(jobserver);
}
