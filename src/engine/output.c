/* SPDX-License-Identifier: MIT */
/* Outputs: they are written, finished, and published or thrown away. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "engine/output-parts.h"

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
	if (output->stage != WRITING)
		return true;
	if (!note_content(output))
		return fail(output);
	output->stage = FINISHED;
	if (!output->together && !output->left)
		return output_make_durable(output);
	file_start_writing(output->descriptor);
	if (output->left)
		return close_temporary(output) || fail(output);
	output_pool_wait(output->pool, &output->waiting);
	return true;
}

/* After a failed sync nobody knows what the disk holds: a second try that
 * succeeds would prove nothing. */
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
	if (output->stage == FINISHED && output->together)
		output_pool_sync(output->pool);
	errno = output->error;
	if (output->stage != FINISHED || output->descriptor < 0)
		return output->error == 0;
	return output_note_sync(
		output, file_sync(output->descriptor) ? 0 : errno);
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
	output->stage = FINISHED;
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
	if (output->stage == FINISHED && output->together)
		output_pool_forget(output->pool, &output->waiting);
	output->together = false;
	close_temporary(output);
	if (output->stage != GONE)
		remove_temporary(output);
	output->stage = GONE;
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
	return output->stage == FINISHED;
}

bool output_rename(struct output *output)
{
	int directory = output_place_descriptor(output->place);

	if (directory < 0 ||
		renameat(directory, output->temporary, directory,
			output->name) < 0)
		return false;
	output_place_change(output->place);
	output->stage = GONE;
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
	output->stage = GONE;
	return true;
}

bool output_sync(struct output *output)
{
	return output_place_sync(output->place);
}

bool output_publish(struct output *output)
{
	return output->stage != FINISHED ||
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
