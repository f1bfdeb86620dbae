/* SPDX-License-Identifier: MIT */
/* Files, links and directories that are made in a directory. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

static bool invent_name(const char *prefix, char name[FILE_TEMPORARY_BYTES])
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) < 0)
		return false;
	snprintf(name, FILE_TEMPORARY_BYTES, "%.24s%016" PRIx64,
		prefix ? prefix : ".leat-", random);
	return true;
}

int file_create_temporary(int directory, unsigned mode, const char *prefix,
	char name[FILE_TEMPORARY_BYTES])
{
	for (int tries = 0; tries < 100; tries++) {
		if (!invent_name(prefix, name))
			return -1;
		int descriptor = openat(directory, name,
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			mode);
		if (descriptor >= 0 || (errno != EEXIST && errno != EINTR))
			return descriptor;
	}
	return -1;
}

bool file_create_link(int directory, const char *target, const char *prefix,
	char name[FILE_TEMPORARY_BYTES])
{
	for (int tries = 0; tries < 100; tries++) {
		if (!invent_name(prefix, name))
			return false;
		if (symlinkat(target, directory, name) == 0)
			return true;
		if (errno != EEXIST && errno != EINTR)
			return false;
	}
	return false;
}

bool file_read_link(int directory, const char *name, struct text *target)
{
	char found[PATH_MAX];
	ssize_t length = readlinkat(directory, name, found, sizeof(found));

	target->length = 0;
	if (length < 0)
		return false;
	text_add(target, found, (size_t)length);
	return true;
}

/* The time of the last access stays. */
static void make_times(struct timespec times[2], int64_t mtime_us)
{
	int64_t seconds = mtime_us / 1000000, below = mtime_us % 1000000;

	if (below < 0) {
		below += 1000000;
		seconds--;
	}
	times[0] = (struct timespec){.tv_nsec = UTIME_OMIT};
	times[1] = (struct timespec){seconds, below * 1000};
}

bool file_set_time(int descriptor, int64_t mtime_us)
{
	struct timespec times[2];

	make_times(times, mtime_us);
	return futimens(descriptor, times) == 0;
}

bool file_set_time_at(int directory, const char *name, int64_t mtime_us)
{
	struct timespec times[2];

	make_times(times, mtime_us);
	return utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The bits that the process takes from what it makes. */
static unsigned permission_mask(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return mask;
}

static bool settle_directory(
	int descriptor, uint64_t inode, unsigned mode, const int64_t *mtime_us)
{
	struct stat stat;

	if (fstat(descriptor, &stat) < 0)
		return false;
	if (stat.st_ino != inode) {
		errno = ESTALE;
		return false;
	}
	mode &= ~permission_mask();
	return ((stat.st_mode & 07777) == mode ||
		       fchmod(descriptor, mode) == 0) &&
		(!mtime_us || file_set_time(descriptor, *mtime_us)) &&
		file_sync_directory(descriptor);
}

bool file_settle_directory(int directory, const char *name, uint64_t inode,
	unsigned mode, const int64_t *mtime_us)
{
	int descriptor = openat(directory, name,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (descriptor < 0)
		return false;
	bool ok = settle_directory(descriptor, inode, mode, mtime_us);
	int saved = errno;
	close(descriptor);
	errno = saved;
	return ok;
}

int file_create_unnamed(void)
{
	const char *directory = getenv("TMPDIR");
	char name[FILE_TEMPORARY_BYTES];

	if (!directory || !*directory)
		directory = "/tmp";
	int descriptor =
		open(directory, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return descriptor;

	/* The file system has no unnamed files: take the name away. */
	int place = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place < 0)
		return -1;
	descriptor = file_create_temporary(place, 0600, NULL, name);
	if (descriptor >= 0)
		unlinkat(place, name, 0);
	close(place);
	return descriptor;
}
