/* SPDX-License-Identifier: MIT */
/* Outputs: files that appear whole or not at all. */
#include "engine/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/link-target.h"
#include "base/memory.h"
#include "base/place.h"

enum state { WRITING, FINISHED, GONE };

struct output {
	enum state state;
	enum file_kind kind;
	unsigned mode;
	unsigned depth;
	bool has_mtime;
	int64_t mtime_us;
	struct output_pool *pool;
	struct output_place
		*place; /* where target and temporary are; NULL: another
				process knows */
	int descriptor; /* of the temporary; -1 when it is closed */
	int error; /* why it couldn't be synced; or 0 */
	struct waiting waiting; /* to be synced, while TOGETHER and FINISHED */
	uint64_t length_bytes;
	bool hole; /* it may end in zeros that weren't written */
	bool made; /* the directory wasn't there before */
	struct digester *digester; /* of all that was written; NULL: cut */
	struct digest digest; /* of what is finished */
	struct file_state file;
	unsigned owner;
	bool together; /* see output_sync_together */
	bool left; /* see output_leave_unsynced */
	bool kept; /* see output_keep */
	char temporary[FILE_TEMPORARY_BYTES];
	const char *name; /* of the target in its directory; within PATH */
	char path[];
};

/* Opens the directory of the target beneath its root. */
static struct output_place *open_place(
	struct output *output, size_t root_length)
{
	const char *slash = strrchr(output->path + root_length, '/');
	size_t length = slash ? (size_t)(slash - output->path) : root_length;

	output->name = output->path + root_length;
	while (root_length > 0 && *output->name == '/')
		output->name++;
	if (slash)
		output->name = slash + 1;
	return output_place_get(output->pool, output->path,
		length > root_length ? length : root_length, root_length);
}

/* Whether what is there gives way: devices and directories are not replaced,
 * neither are links to them by files. */
static bool check_target(const struct output *output)
{
	int directory = output_place_descriptor(output->place);
	int flags = output->kind == FILE_REGULAR ? 0 : AT_SYMLINK_NOFOLLOW;
	struct stat stat;

	if (!*output->name || strcmp(output->name, ".") == 0 ||
		strcmp(output->name, "..") == 0) {
		errno = EISDIR;
		return false;
	}
	if (fstatat(directory, output->name, &stat, flags) < 0)
		return errno == ENOENT || errno == ELOOP || errno == EACCES;
	if (output->kind == FILE_DIRECTORY) {
		errno = ENOTDIR;
		return S_ISDIR(stat.st_mode);
	}
	errno = S_ISDIR(stat.st_mode) ? EISDIR : ENOTSUP;
	return S_ISREG(stat.st_mode) || S_ISLNK(stat.st_mode);
}

static struct output *new_output(
	struct output_pool *pool, const struct output_request *request)
{
	size_t size = strlen(request->path) + 1;
	struct output *output = memory_zeroed(sizeof(*output) + size);

	memcpy(output->path, request->path, size);
	output->state = GONE;
	output->kind = request->kind;
	output->mode = request->mode;
	output->depth = place_depth(request->path + request->root_length);
	output->has_mtime = request->has_mtime;
	output->mtime_us = request->mtime_us;
	output->descriptor = -1;
	output->pool = pool ? output_pool_ref(pool) : output_pool_create();
	output->waiting.output = output;
	return output;
}

static void set_target(struct output *output, const char *target)
{
	output->length_bytes = strlen(target);
	output->digest = digest_of(target, output->length_bytes);
}

/* It doesn't lead out of the root, whatever else it does. */
static bool check_link(const struct output_request *request)
{
	const char *beneath = request->path + request->root_length;
	struct text result = {0};

	while (*beneath == '/')
		beneath++;
	bool ok = request->target &&
		!link_target_resolve(beneath, request->target, &result);
	text_free(&result);
	errno = EXDEV;
	return ok;
}

static bool make_link(struct output *output, const char *target,
	const char *prefix, bool scratch)
{
	int directory = output_place_descriptor(output->place);

	set_target(output, target);
	output->state = FINISHED;
	if (scratch)
		return true;
	output->state = GONE;
	if (!file_create_link(directory, target, prefix, output->temporary))
		return false;
	output->state = FINISHED;
	output_place_change(output->place);
	return !output->has_mtime ||
		file_set_time_at(
			directory, output->temporary, output->mtime_us);
}

static bool make_directory(struct output *output)
{
	int directory = output_place_descriptor(output->place);
	struct stat stat;

	output->made = mkdirat(directory, output->name, output->mode) == 0;
	if (output->made)
		output_place_change(output->place);
	else if (errno != EEXIST)
		return false;
	output->state = FINISHED;
	if (fstatat(directory, output->name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	output->file.inode = stat.st_ino;
	return true;
}

static bool make_file(struct output *output, const char *prefix)
{
	output->descriptor =
		file_create_temporary(output_place_descriptor(output->place),
			output->mode, prefix, output->temporary);
	if (output->descriptor < 0)
		return false;
	output->state = WRITING;
	output->digester = digester_create();
	return true;
}

static bool make(struct output *output, const struct output_request *request,
	const char *prefix, const char *scratch)
{
	size_t length = scratch ? strlen(scratch) : 0;

	output->place = scratch
		? output_place_get(output->pool, scratch, length, length)
		: open_place(output, request->root_length);
	if (!output->place || (!scratch && !check_target(output)))
		return false;
	switch (output->kind) {
	case FILE_REGULAR: return make_file(output, prefix);
	case FILE_LINK:
		return make_link(output, request->target, prefix, scratch);
	case FILE_DIRECTORY:
		output->state = scratch ? FINISHED : GONE;
		return scratch || make_directory(output);
	case FILE_KINDS: break;
	}
	errno = EINVAL;
	return false;
}

struct output *output_create(struct output_pool *pool,
	const struct output_request *request, const char *prefix,
	const char *scratch)
{
	if (request->kind == FILE_LINK && !check_link(request))
		return NULL;
	struct output *output = new_output(pool, request);
	if (make(output, request, prefix, scratch))
		return output;
	int saved = errno;
	output_destroy(output);
	errno = saved;
	return NULL;
}

struct output *output_adopt(struct output_pool *pool,
	const struct output_request *request, int descriptor)
{
	struct output *output = new_output(pool, request);

	if (output->kind == FILE_LINK)
		set_target(output, request->target);
	output->state = FINISHED;
	if (output->kind != FILE_REGULAR)
		return output;
	output->descriptor = descriptor;
	output->state = WRITING;
	output->digester = digester_create();
	return output;
}

int output_descriptor(const struct output *output)
{
	return output->descriptor;
}

const char *output_path(const struct output *output)
{
	return output->path;
}

bool output_write(struct output *output, const void *data, size_t length)
{
	if (!file_write(output->descriptor, data, length))
		return false;
	output->length_bytes += length;
	if (output->digester)
		digester_add(output->digester, data, length);
	return true;
}

bool output_write_zeros(struct output *output, uint64_t length)
{
	static const char zeros[1 << 16];

	if (lseek(output->descriptor, (off_t)length, SEEK_CUR) < 0)
		return false;
	output->hole = true;
	output->length_bytes += length;
	while (output->digester && length > 0) {
		size_t part = length < sizeof(zeros) ? length : sizeof(zeros);

		digester_add(output->digester, zeros, part);
		length -= part;
	}
	return true;
}

bool output_truncate(struct output *output, uint64_t length)
{
	if (ftruncate(output->descriptor, (off_t)length) < 0 ||
		lseek(output->descriptor, (off_t)length, SEEK_SET) < 0)
		return false;
	output->length_bytes = length;
	digester_destroy(output->digester);
	output->digester = NULL;
	return true;
}

uint64_t output_length(const struct output *output)
{
	return output->length_bytes;
}

static bool close_temporary(struct output *output)
{
	int descriptor = output->descriptor;

	if (output->kept)
		output_pool_keep(output->pool, -1);
	output->kept = false;
	output->descriptor = -1;
	return descriptor < 0 || close(descriptor) == 0 || errno == EINTR;
}

/* Notes what the file is, now that all is written. */
static bool note_content(struct output *output)
{
	struct stat stat;

	if (output->hole &&
		ftruncate(output->descriptor, (off_t)output->length_bytes) < 0)
		return false;
	if (output->has_mtime &&
		!file_set_time(output->descriptor, output->mtime_us))
		return false;
	if (fstat(output->descriptor, &stat) < 0)
		return false;
	output->file = file_state_of(&stat);
	if (!output->digester)
		return digest_file(output->descriptor, &output->digest);
	output->digest = digester_result(output->digester);
	digester_destroy(output->digester);
	output->digester = NULL;
	return true;
}

/* Throws it away; false, with errno as it was. */
static bool fail(struct output *output)
{
	int saved = errno;

	output_discard(output);
	errno = saved;
	return false;
}

bool output_finish(struct output *output)
{
	if (output->state != WRITING)
		return true;
	if (!note_content(output))
		return fail(output);
	output->state = FINISHED;
	if (!output->together && !output->left)
		return output_make_durable(output);
	file_start_writing(output->descriptor);
	if (output->left)
		return close_temporary(output) || fail(output);
	output_pool_wait(output->pool, &output->waiting);
	return true;
}

/* After a failed sync nobody knows what the disk holds: a second try that succeeds
 * would prove nothing. */
bool output_note_sync(struct output *output, int error)
{
	if (output->together)
		output_pool_forget(output->pool, &output->waiting);
	output->together = false;
	bool closed = close_temporary(output);
	if (error == 0 && closed)
		return true;
	output->error = error ? error : errno;
	errno = output->error;
	return fail(output);
}

bool output_make_durable(struct output *output)
{
	if (output->kind != FILE_REGULAR)
		return !output->place || output_place_sync(output->place);
	if (output->state == FINISHED && output->together)
		output_pool_sync(output->pool);
	errno = output->error;
	if (output->state != FINISHED || output->descriptor < 0)
		return output->error == 0;
	return output_note_sync(
		output, fsync(output->descriptor) == 0 ? 0 : errno);
}

void output_hand_over(struct output *output)
{
	close_temporary(output);
	digester_destroy(output->digester);
	output->digester = NULL;
}

bool output_keep(struct output *output)
{
	output->kept = output_pool_keep(output->pool, 1);
	if (output->kept) {
		digester_destroy(output->digester);
		output->digester = NULL;
	}
	return output->kept;
}

void output_leave_unsynced(struct output *output)
{
	output->left = true;
}

void output_settle(struct output *output, bool finished, uint64_t length,
	const struct digest *digest, const struct file_state *state)
{
	if (!finished) {
		output_discard(output);
		return;
	}
	if (output->kind != FILE_REGULAR)
		return;
	output->length_bytes = length;
	output->digest = *digest;
	output->file = *state;
	output->state = FINISHED;
	output->together = output->kept;
	if (output->kept)
		output_pool_wait(output->pool, &output->waiting);
	else
		close_temporary(output);
}

/* Removes the temporary of what isn't published, or the directory unless
 * something has come to be in it. */
static void remove_temporary(struct output *output)
{
	int saved = errno;
	int directory =
		output->place ? output_place_descriptor(output->place) : -1;

	if (output->kind == FILE_DIRECTORY && output->made && directory >= 0)
		unlinkat(directory, output->name, AT_REMOVEDIR);
	else if (*output->temporary && directory >= 0)
		unlinkat(directory, output->temporary, 0);
	errno = saved;
}

void output_discard(struct output *output)
{
	if (output->state == FINISHED && output->together)
		output_pool_forget(output->pool, &output->waiting);
	output->together = false;
	close_temporary(output);
	if (output->state != GONE)
		remove_temporary(output);
	output->state = GONE;
}

const char *output_temporary(const struct output *output)
{
	return output->temporary;
}

enum file_kind output_kind(const struct output *output)
{
	return output->kind;
}

unsigned output_depth(const struct output *output)
{
	return output->depth;
}

unsigned output_mode(const struct output *output)
{
	return output->mode;
}

const int64_t *output_mtime_us(const struct output *output)
{
	return output->has_mtime ? &output->mtime_us : NULL;
}

int output_reread(const struct output *output)
{
	int directory = output_place_descriptor(output->place);

	return directory < 0 ? -1
			     : openat(directory, output->temporary,
				       O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

void output_sync_together(struct output *output)
{
	output->together = output->kind == FILE_REGULAR && !output->left;
}

void output_set_owner(struct output *output, unsigned op)
{
	output->owner = op;
}

unsigned output_owner(const struct output *output)
{
	return output->owner;
}

struct digest output_digest(const struct output *output)
{
	return output->digest;
}

struct file_state output_state(const struct output *output)
{
	return output->file;
}

bool output_is_finished(const struct output *output)
{
	return output->state == FINISHED;
}

bool output_rename(struct output *output)
{
	int directory = output_place_descriptor(output->place);

	if (directory < 0 ||
		renameat(directory, output->temporary, directory,
			output->name) < 0)
		return false;
	output_place_change(output->place);
	output->state = GONE;
	return true;
}

bool output_settle_directory(struct output *output)
{
	int directory = output_place_descriptor(output->place);

	if (directory < 0 ||
		!file_settle_directory(directory, output->name,
			output->file.inode, output->mode,
			output_mtime_us(output)))
		return false;
	output->state = GONE;
	return true;
}

bool output_sync(struct output *output)
{
	return output_place_sync(output->place);
}

bool output_publish(struct output *output)
{
	return output->state != FINISHED ||
		(output_make_durable(output) && output_rename(output) &&
			output_sync(output));
}

void output_destroy(struct output *output)
{
	if (!output)
		return;
	output_discard(output);
	output_place_unref(output->place);
	output_pool_unref(output->pool);
	digester_destroy(output->digester);
	free(output);
}
