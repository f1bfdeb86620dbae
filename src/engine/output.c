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
	int directory; /* where target and temporary are */
	int descriptor; /* of the temporary; -1 when it is closed */
	uint64_t length_bytes;
	struct digester *digester; /* of all that was written; NULL: cut */
	struct digest digest; /* of what is finished */
	struct file_state file;
	unsigned owner;
	bool together; /* see output_sync_together */
	char temporary[FILE_TEMPORARY_BYTES];
	const char *name; /* of the target in its directory; within PATH */
	char path[];
};

/* Opens the directory of the target beneath its root. */
static int open_directory(struct output *output, size_t root_length)
{
	int root = file_open_root(output->path, root_length);
	char *beneath = output->path + root_length;
	char *slash;

	if (root < 0)
		return -1;
	while (root_length > 0 && *beneath == '/')
		beneath++;
	slash = strrchr(beneath, '/');
	output->name = slash ? slash + 1 : beneath;
	if (!slash)
		return root;
	*slash = '\0';
	int directory = file_open_beneath(root, beneath);
	int saved = errno;
	*slash = '/';
	close(root);
	errno = saved;
	return directory;
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
	if (fstatat(output->directory, output->name, &stat, 0) < 0)
		return errno == ENOENT || errno == ELOOP || errno == EACCES;
	if (S_ISREG(stat.st_mode))
		return true;
	errno = S_ISDIR(stat.st_mode) ? EISDIR : ENOTSUP;
	return false;
}

struct output *output_create(const char *path, size_t root_length,
	unsigned mode, const char *prefix, const char *scratch)
{
	size_t size = strlen(path) + 1;
	struct output *output = memory_zeroed(sizeof(*output) + size);

	memcpy(output->path, path, size);
	output->state = GONE;
	output->descriptor = -1;
	output->directory = scratch
		? open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		: open_directory(output, root_length);
	if (output->directory >= 0 && (scratch || check_target(output)))
		output->descriptor = file_create_temporary(
			output->directory, mode, prefix, output->temporary);
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

struct output *output_adopt(const char *path, int descriptor)
{
	size_t size = strlen(path) + 1;
	struct output *output = memory_zeroed(sizeof(*output) + size);

	memcpy(output->path, path, size);
	output->directory = -1;
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
	if (!output->together)
		return output_make_durable(output);
	file_start_writing(output->descriptor);
	return true;
}

bool output_make_durable(struct output *output)
{
	if (output->state != FINISHED || output->descriptor < 0)
		return true;
	/* After a failed sync nobody knows what the disk holds: a second try
	 * that succeeds would prove nothing. */
	bool synced = fsync(output->descriptor) == 0;
	int saved = errno;
	bool closed = close_temporary(output);
	if (synced && closed)
		return true;
	if (!synced)
		errno = saved;
	return fail(output);
}

void output_hand_over(struct output *output)
{
	close_temporary(output);
}

void output_settle(struct output *output, bool finished, uint64_t length,
	const struct digest *digest, const struct file_state *state)
{
	if (!finished) {
		output_discard(output);
		return;
	}
	close_temporary(output);
	output->length_bytes = length;
	output->digest = *digest;
	output->file = *state;
	output->state = FINISHED;
}

void output_discard(struct output *output)
{
	close_temporary(output);
	if (output->state != GONE && output->directory >= 0)
		unlinkat(output->directory, output->temporary, 0);
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
	if (renameat(output->directory, output->temporary, output->directory,
		    output->name) < 0)
		return false;
	output->state = GONE;
	return true;
}

bool output_sync(struct output *output)
{
	return file_sync_directory(output->directory);
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
	if (output->directory >= 0)
		close(output->directory);
	digester_destroy(output->digester);
	free(output);
}
