/* SPDX-License-Identifier: MIT */
/* Files: what they are, reading and writing them. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* Some file systems know times beyond the years 1677 to 2262. */
static int64_t nanoseconds(const struct timespec *time)
{
	int64_t ns;

	if (__builtin_mul_overflow(
		    (int64_t)time->tv_sec, INT64_C(1000000000), &ns) ||
		__builtin_add_overflow(ns, time->tv_nsec, &ns))
		return time->tv_sec < 0 ? INT64_MIN : INT64_MAX;
	return ns;
}

/* File systems take times that don't fit: those become the last that does. */
static int64_t microseconds(const struct timespec *time)
{
	const int64_t most = INT64_MAX / 1000000 - 1;
	int64_t seconds = time->tv_sec;

	if (seconds > most || seconds < -most)
		seconds = seconds > 0 ? most : -most;
	return seconds * 1000000 + time->tv_nsec / 1000;
}

struct file_state file_state_of(const struct stat *stat)
{
	return (struct file_state){
		.device = stat->st_dev,
		.inode = stat->st_ino,
		.size_bytes = (uint64_t)stat->st_size,
		.mtime_ns = nanoseconds(&stat->st_mtim),
		.ctime_ns = nanoseconds(&stat->st_ctim),
	};
}

struct file_details file_details_of(const struct stat *stat)
{
	return (struct file_details){
		.state = file_state_of(stat),
		.mtime_us = microseconds(&stat->st_mtim),
		.mode = stat->st_mode,
		.uid = stat->st_uid,
		.gid = stat->st_gid,
	};
}

const char *file_change(
	const struct file_state *before, const struct file_state *after)
{
	if (before->device != after->device || before->inode != after->inode)
		return "another file took its place";
	if (before->size_bytes != after->size_bytes)
		return "its size changed";
	if (before->mtime_ns != after->mtime_ns)
		return "it was written to";
	return NULL;
}

const char *file_refusal(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG: return NULL;
	case S_IFDIR: return "is a directory";
	case S_IFIFO: return "is a FIFO";
	case S_IFSOCK: return "is a socket";
	case S_IFCHR:
	case S_IFBLK: return "is a device";
	default: return "is not a regular file";
	}
}

static int open_to_read(
	int directory, const char *path, int flags, struct stat *stat)
{
	int descriptor;

	flags |= O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	do
		descriptor = openat(directory, path, flags);
	while (descriptor < 0 && errno == EINTR);
	if (descriptor < 0)
		return -1;
	if (fstat(descriptor, stat) == 0)
		return descriptor;
	int saved = errno;
	close(descriptor);
	errno = saved;
	return -1;
}

int file_open_input(const char *path, struct stat *stat)
{
	return open_to_read(AT_FDCWD, path, 0, stat);
}

int file_open_entry(int directory, const char *name, struct stat *stat)
{
	return open_to_read(directory, name, O_NOFOLLOW, stat);
}

ssize_t file_read(int descriptor, void *data, size_t size)
{
	ssize_t got;

	do
		got = read(descriptor, data, size);
	while (got < 0 && errno == EINTR);
	return got;
}

ssize_t file_read_from(int descriptor, void *data, size_t size, uint64_t offset)
{
	ssize_t got;

	do
		got = pread(descriptor, data, size, (off_t)offset);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Somebody made a descriptor that we inherited not wait. */
static void wait_for_room(int descriptor)
{
	struct pollfd poller = {.fd = descriptor, .events = POLLOUT};

	poll(&poller, 1, -1);
}

ssize_t file_read_at(int descriptor, void *data, size_t size, uint64_t offset)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = pread(descriptor, (char *)data + done,
			size - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

bool file_write(int descriptor, const void *data, size_t length)
{
	const char *at = data;

	while (length > 0) {
		ssize_t written = write(descriptor, at, length);

		if (written < 0 && errno == EAGAIN)
			wait_for_room(descriptor);
		else if (written < 0 && errno != EINTR)
			return false;
		if (written < 0)
			continue;
		at += written;
		length -= (size_t)written;
	}
	return true;
}

bool file_sync(int descriptor)
{
	int result;

	do
		result = fsync(descriptor);
	while (result < 0 && errno == EINTR);
	return result == 0;
}

bool file_cut(int descriptor, uint64_t length)
{
	return ftruncate(descriptor, (off_t)length) == 0 &&
		lseek(descriptor, (off_t)length, SEEK_SET) >= 0;
}

void file_forget(int descriptor, uint64_t offset, uint64_t length)
{
	(void)!fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		(off_t)offset, (off_t)length);
}

void file_start_writing(int descriptor)
{
	sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
}
