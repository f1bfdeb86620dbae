/* SPDX-License-Identifier: MIT */
/* Outputs: files that appear whole or not at all. */
#include "engine/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

enum state { WRITING, FINISHED, GONE };

struct output {
	enum state state;
	struct output_pool *pool;
	struct output_place
		*place; /* where target and temporary are; NULL: another
				process knows */
	int descriptor; /* of the temporary; -1 when it is closed */
	int error; /* why it couldn't be synced; or 0 */
	struct waiting waiting; /* to be synced, while TOGETHER and FINISHED */
	uint64_t length_bytes;
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

/* Whether a file may take the name: devices and directories are not replaced,
 * neither are links to them. */
static bool check_target(const struct output *output)
{
	struct stat stat;

	if (!*output->name || strcmp(output->name, ".") == 0 ||
		strcmp(output->name, "..") == 0) {
		errno = EISDIR;
		return false;
	}
	if (fstatat(output_place_descriptor(output->place), output->name, &stat,
		    0) < 0)
		return errno == ENOENT || errno == ELOOP || errno == EACCES;
	if (S_ISREG(stat.st_mode))
		return true;
	errno = S_ISDIR(stat.st_mode) ? EISDIR : ENOTSUP;
	return false;
}

static struct output *new_output(struct output_pool *pool, const char *path)
{
	size_t size = strlen(path) + 1;
	struct output *output = memory_zeroed(sizeof(*output) + size);

	memcpy(output->path, path, size);
	output->state = GONE;
	output->descriptor = -1;
	output->pool = pool ? output_pool_ref(pool) : output_pool_create();
	output->waiting.output = output;
	return output;
}

struct output *output_create(struct output_pool *pool, const char *path,
	size_t root_length, unsigned mode, const char *prefix,
	const char *scratch)
{
	struct output *output = new_output(pool, path);
	size_t length = scratch ? strlen(scratch) : 0;

	output->place = scratch
		? output_place_get(output->pool, scratch, length, length)
		: open_place(output, root_length);
	if (output->place && (scratch || check_target(output)))
		output->descriptor = file_create_temporary(
			output_place_descriptor(output->place), mode, prefix,
			output->temporary);
	if (output->descriptor >= 0) {
		output->state = WRITING;
		output->digester = digester_create();
		return output;
	}
	int saved = errno;
	output_destroy(output);
	errno = saved;
	return NULL;
}

struct output *output_adopt(
	struct output_pool *pool, const char *path, int descriptor)
{
	struct output *output = new_output(pool, path);

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

/* Removes the temporary of what isn't published. */
static void remove_temporary(struct output *output)
{
	int saved = errno;
	int directory =
		output->place ? output_place_descriptor(output->place) : -1;

	if (directory >= 0)
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

void output_sync_together(struct output *output)
{
	output->together = true;
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
