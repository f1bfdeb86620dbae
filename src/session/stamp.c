/* SPDX-License-Identifier: MIT */
/* Stamps of files. */
#include "session/stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/* The clock of file systems ticks 100 to 1000 times a second; that of some
 * once in 2 seconds, but then its stamps are whole seconds. */
enum { TICK_NS = 20 * 1000 * 1000 };
static const int64_t COARSE_TICK_NS = INT64_C(2) * 1000 * 1000 * 1000;

/* No clock of a file system that is in use is so far ahead of ours. */
static const int64_t AHEAD_NS = INT64_C(86400) * 1000 * 1000 * 1000;

int64_t stamp_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool is_young(int64_t stamp_ns, int64_t now_ns)
{
	bool coarse = stamp_ns % 1000000000 == 0;

	return stamp_ns > now_ns - (coarse ? COARSE_TICK_NS : TICK_NS);
}

/* Whether mtime is none that a clock gave the file. With each change it gets
 * another one, from a clock that doesn't come to this time. Where a file system
 * has no ctime it shows mtime in its place, or nothing. */
static bool was_set(const struct file_state *state, int64_t now_ns)
{
	return state->ctime_ns > 0 && state->mtime_ns > now_ns + AHEAD_NS;
}

struct file_state stamp_keep(const struct file_state *state, int64_t now_ns)
{
	/* Who gives a file back its time changes it at another one. */
	bool young = is_young(state->ctime_ns, now_ns) ||
		(is_young(state->mtime_ns, now_ns) && !was_set(state, now_ns));

	if (young)
		return (struct file_state){0};
	return *state;
}

bool stamp_same(const struct file_state *kept, const struct file_state *found,
	bool by_ctime)
{
	return kept->inode != 0 && kept->inode == found->inode &&
		kept->size_bytes == found->size_bytes &&
		kept->mtime_ns == found->mtime_ns &&
		(!by_ctime || kept->ctime_ns == found->ctime_ns);
}

/* Of what was opened, which is closed. */
static bool digest_opened(
	int descriptor, const struct stat *stat, struct digest *digest)
{
	bool ok = false;

	if (descriptor < 0)
		return false;
	if (file_refusal(stat->st_mode))
		errno = EINVAL;
	else
		ok = digest_file(descriptor, digest);
	int saved = errno;
	close(descriptor);
	errno = saved;
	return ok;
}

bool stamp_digest(const char *path, struct digest *digest)
{
	struct stat stat;
	int descriptor = file_open_input(path, &stat);

	return digest_opened(descriptor, &stat, digest);
}

static bool stamp_entry(int directory, const char *name, struct digest *digest)
{
	struct stat stat;
	int descriptor = file_open_entry(directory, name, &stat);

	return digest_opened(descriptor, &stat, digest);
}

static bool stamp_link(int directory, const char *name, struct digest *digest)
{
	struct text target = {0};
	bool ok = file_read_link(directory, name, &target);

	if (ok)
		*digest = digest_of(target.data, target.length);
	text_free(&target);
	return ok;
}

static bool stamp_directory(
	int directory, const char *name, struct digest *digest)
{
	struct stat stat;

	*digest = (struct digest){{0}};
	if (fstatat(directory, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	errno = ENOTDIR;
	return S_ISDIR(stat.st_mode);
}

bool stamp_output_at(int directory, const char *name, enum file_kind kind,
	struct digest *digest)
{
	switch (kind) {
	case FILE_REGULAR: return stamp_entry(directory, name, digest);
	case FILE_LINK: return stamp_link(directory, name, digest);
	case FILE_DIRECTORY: return stamp_directory(directory, name, digest);
	case FILE_KINDS: break;
	}
	errno = EINVAL;
	return false;
}

bool stamp_output(const char *path, enum file_kind kind, struct digest *digest)
{
	return kind == FILE_REGULAR
		? stamp_digest(path, digest)
		: stamp_output_at(AT_FDCWD, path, kind, digest);
}
