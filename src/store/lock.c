/* SPDX-License-Identifier: MIT */
/* The lock on a store: one process at a time writes. */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

enum {
	LOOK_US = 20000, /* between two tries */
	HOLDER_BYTES = 64,
};

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Waits a little; false when that is enough of it. A signal ends it early. */
static bool wait_more(int64_t until_us, const volatile sig_atomic_t *stop)
{
	const struct timespec pause = {.tv_nsec = LOOK_US * 1000};

	if ((stop && *stop) || (until_us >= 0 && now_us() >= until_us))
		return false;
	nanosleep(&pause, NULL);
	return true;
}

static bool try_lock(int descriptor)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(descriptor, F_OFD_SETLK, &lock) == 0)
		return true;
	if (errno == EACCES || errno == EAGAIN)
		errno = EWOULDBLOCK;
	return false;
}

/* Who has it now. That it can't be written costs only a better message. */
static void write_holder(int descriptor)
{
	char text[HOLDER_BYTES];
	time_t now = time(NULL);
	struct tm fields;
	size_t length = (size_t)snprintf(
		text, sizeof(text), "process %ld since ", (long)getpid());

	gmtime_r(&now, &fields);
	length += strftime(text + length, sizeof(text) - length,
		"%Y-%m-%dT%H:%M:%SZ\n", &fields);
	/* To cut what is there already costs a file system more than to write
	 * over it. */
	if (file_write(descriptor, text, length) &&
		lseek(descriptor, 0, SEEK_END) != (off_t)length)
		file_cut(descriptor, length);
}

int lock_take(int directory, const char *name, int64_t wait_us,
	const volatile sig_atomic_t *stop)
{
	int64_t until_us = wait_us < 0 ? -1 : now_us() + wait_us;
	int descriptor = openat(directory, name,
		O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	int saved;

	if (descriptor < 0)
		return -1;
	for (;;) {
		if (try_lock(descriptor)) {
			write_holder(descriptor);
			return descriptor;
		}
		saved = errno;
		if (saved != EWOULDBLOCK || !wait_more(until_us, stop))
			break;
	}
	close(descriptor);
	errno = saved;
	return -1;
}

void lock_add_holder(struct text *text, int directory, const char *name)
{
	char holder[HOLDER_BYTES] = "";
	int descriptor =
		openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got = -1;

	if (descriptor >= 0) {
		got = file_read(descriptor, holder, sizeof(holder));
		close(descriptor);
	}
	if (got > 1 && holder[got - 1] == '\n')
		text_add_escaped(text, holder, (size_t)got - 1, HOLDER_BYTES);
	else
		text_add_string(text, "another process");
}

bool lock_is_held(int directory, const char *name)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int descriptor =
		openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool held = false;

	if (descriptor < 0)
		return false;
	if (fcntl(descriptor, F_OFD_GETLK, &lock) == 0)
		held = lock.l_type != F_UNLCK;
	close(descriptor);
	return held;
}
