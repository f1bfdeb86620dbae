/* SPDX-License-Identifier: MIT */
/* What libraries write to the standard error of a worker. */
#include "session/stray.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

int stray_open(void)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	if (dup2(ends[1], STDERR_FILENO) < 0) {
		int saved = errno;

		close(ends[0]);
		close(ends[1]);
		errno = saved;
		return -1;
	}
	close(ends[1]);
	return ends[0];
}

/* A worker that is out of its mind may have made the pipe one that waits: only
 * what is there is asked for. */
void stray_take(int descriptor, struct text *text)
{
	int length;
	ssize_t got;

	while (ioctl(descriptor, FIONREAD, &length) == 0 && length > 0) {
		char *space = text_space(text, (size_t)length);

		do
			got = read(descriptor, space, (size_t)length);
		while (got < 0 && errno == EINTR);
		if (got <= 0)
			break;
		text->length += (size_t)got;
	}
}
