/* SPDX-License-Identifier: MIT */
/* Inputs, and outputs beneath a directory that no name can leave. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory.h"

/* ---- Inputs ------------------------------------------------------------- */

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

/* ---- Directories -------------------------------------------------------- */

enum { OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

void file_start_writing(int descriptor)
{
	sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
}

bool file_is_there(int directory, const char *name)
{
	struct stat found;

	return fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0;
}

bool file_sync_directory(int directory)
{
	return fsync(directory) == 0 || errno == EINVAL || errno == ENOTSUP;
}

/* Makes the directory PATH at DIRECTORY, durably; one that exists is fine. */
static bool make_directory(int directory, const char *path)
{
	if (mkdirat(directory, path, 0777) == 0) {
		/* The entry is in the directory above, which PATH names. */
		char *above = memory_string(path);
		char *slash = strrchr(above, '/');
		int parent = -1;

		if (slash)
			*(slash == above ? slash + 1 : slash) = '\0';
		parent = openat(directory, slash ? above : ".", OPEN_DIRECTORY);
		if (parent >= 0) {
			file_sync_directory(parent);
			close(parent);
		}
		free(above);
		return true;
	}
	return errno == EEXIST;
}

/* Makes what is missing of PATH, one directory after the other. */
static bool make_directories(int directory, char *path)
{
	for (char *at = path + 1; *path; at++) {
		char end = *at;

		if (end != '/' && end != '\0')
			continue;
		*at = '\0';
		bool made = make_directory(directory, path);
		*at = end;
		if (!made)
			return false;
		if (end == '\0')
			break;
	}
	return true;
}

int file_open_root(const char *path, size_t length)
{
	if (length == 0)
		return open(".", OPEN_DIRECTORY);

	char *root = strndup(path, length);
	if (!root)
		memory_abort();
	for (; length > 1 && root[length - 1] == '/'; length--)
		root[length - 1] = '\0';
	int descriptor = open(root, OPEN_DIRECTORY);
	if (descriptor < 0 && errno == ENOENT &&
		make_directories(AT_FDCWD, root))
		descriptor = open(root, OPEN_DIRECTORY);
	int saved = errno;
	free(root);
	errno = saved;
	return descriptor;
}

/* The length of the component at the start of PATH. */
static size_t component_length(const char *path)
{
	return strcspn(path, "/");
}

/* Opens a directory in another, and never follows a link: ELOOP. */
static int open_part(int directory, const char *name, bool make)
{
	const int flags = OPEN_DIRECTORY | O_NOFOLLOW;
	struct stat stat;

	if (strcmp(name, "..") == 0) {
		errno = EXDEV;
		return -1;
	}
	int descriptor = openat(directory, name, flags);
	if (descriptor < 0 && errno == ENOENT && make &&
		make_directory(directory, name))
		descriptor = openat(directory, name, flags);
	if (descriptor >= 0 || errno != ENOTDIR)
		return descriptor;
	bool link = fstatat(directory, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISLNK(stat.st_mode);
	errno = link ? ELOOP : ENOTDIR;
	return -1;
}

static int open_by_parts(int root, const char *path, bool make)
{
	int directory = openat(root, ".", OPEN_DIRECTORY);
	char name[256];

	if (*path == '/' && directory >= 0) {
		close(directory);
		errno = EXDEV;
		return -1;
	}
	while (*path && directory >= 0) {
		size_t length = component_length(path);
		int next = -1;

		if (length < sizeof(name)) {
			memcpy(name, path, length);
			name[length] = '\0';
			next = open_part(
				directory, length > 0 ? name : ".", make);
		} else {
			errno = ENAMETOOLONG;
		}
		int saved = errno;
		close(directory);
		errno = saved;
		directory = next;
		path += length;
		path += *path == '/';
	}
	return directory;
}

int file_open_beneath_by_parts(int root, const char *path)
{
	return open_by_parts(root, path, true);
}

/* MAKE: what is missing. */
static int open_beneath(int root, const char *path, bool make)
{
	const struct open_how how = {
		.flags = OPEN_DIRECTORY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			RESOLVE_NO_MAGICLINKS,
	};
	long descriptor = syscall(
		SYS_openat2, root, *path ? path : ".", &how, sizeof(how));

	/* What is missing is made part by part; a kernel, or a filter of
	 * system calls, that doesn't know the call gets the same. */
	if (descriptor < 0 &&
		((make && errno == ENOENT) || errno == ENOSYS ||
			errno == EPERM || errno == E2BIG || errno == EINVAL ||
			errno == EAGAIN))
		return open_by_parts(root, path, make);
	return (int)descriptor;
}

int file_open_beneath(int root, const char *path)
{
	return open_beneath(root, path, true);
}

int file_find_beneath(const char *root_path, const char *path)
{
	int root = open(root_path, OPEN_DIRECTORY);

	if (root < 0)
		return -1;
	int directory = open_beneath(root, path, false);
	int saved = errno;
	close(root);
	errno = saved;
	return directory;
}

/* ---- Outputs ------------------------------------------------------------ */

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
	int64_t below = mtime_us % 1000000;

	below += below < 0 ? 1000000 : 0;
	times[0] = (struct timespec){.tv_nsec = UTIME_OMIT};
	times[1].tv_sec = (mtime_us - below) / 1000000;
	times[1].tv_nsec = below * 1000;
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
	int descriptor = openat(directory, name, OPEN_DIRECTORY | O_NOFOLLOW);

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
	int place = open(directory, OPEN_DIRECTORY);
	if (place < 0)
		return -1;
	descriptor = file_create_temporary(place, 0600, NULL, name);
	if (descriptor >= 0)
		unlinkat(place, name, 0);
	close(place);
	return descriptor;
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
