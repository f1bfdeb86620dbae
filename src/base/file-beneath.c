/* SPDX-License-Identifier: MIT */
/* Directories that are opened, and made, beneath others that no name leaves. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory.h"

enum { OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

bool file_is_there(int directory, const char *name)
{
	struct stat found;

	return fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0;
}

bool file_sync_directory(int directory)
{
	return file_sync(directory) || errno == EINVAL || errno == ENOTSUP;
}

/* Syncs the directory above PATH; one that may not be read can't be. */
static bool sync_above(int directory, const char *path)
{
	char *above = memory_string(path);
	char *slash = strrchr(above, '/');

	if (slash)
		*(slash == above ? slash + 1 : slash) = '\0';
	int parent = openat(directory, slash ? above : ".", OPEN_DIRECTORY);
	bool ok = parent < 0 ? errno == EACCES : file_sync_directory(parent);
	int error = errno;
	if (parent >= 0)
		close(parent);
	free(above);
	errno = error;
	return ok;
}

/* Makes the directory PATH at DIRECTORY, durably; one that exists is fine. */
static bool make_directory(int directory, const char *path)
{
	if (mkdirat(directory, path, 0777) == 0)
		return sync_above(directory, path);
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
