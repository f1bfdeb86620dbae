/* SPDX-License-Identifier: MIT */
/* Streams over files and descriptors. */
#include "operators/support/file/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/system-error.h"

struct file_stream {
	struct stream base;
	int descriptor; /* -1 until it is opened */
	struct buffer_filler filler;

	/* Of files only: */
	struct segment *segment; /* else NULL */
	bool checked; /* what was adopted is what the unit says */
	bool adopted; /* somebody else has opened it, or has failed to: */
	int error; /* errno */
	struct digester *digester; /* of all that was read so far; or NULL */
	uint64_t offset; /* where the next read starts */
	char path[];
};

enum exit_status file_input_status(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
	case EBADF:
	case EISDIR: return STATUS_NO_INPUT;
	case EACCES:
	case EPERM: return STATUS_NOT_PERMITTED;
	case EMFILE:
	case ENFILE:
	case ENOMEM: return STATUS_SYSTEM;
	default: return STATUS_IO_ERROR;
	}
}

static enum read_status fail(
	struct file_stream *file, const char *what, int error)
{
	return stream_fail(&file->base, file_input_status(error), "%s: %s",
		what, system_error(error));
}

/* Reads what there is room for. What was adopted is read by our own offset:
 * several streams may share it. */
static enum read_status fill(struct file_stream *file, struct slice *window)
{
	size_t size;
	char *data = buffer_filler_space(&file->filler, &size);

	if (!data)
		return READ_MEMORY;
	ssize_t got = file->adopted
		? file_read_from(file->descriptor, data, size, file->offset)
		: file_read(file->descriptor, data, size);
	if (got < 0 && errno == EAGAIN)
		return READ_BLOCKED;
	if (got < 0)
		return fail(file, "it cannot be read", errno);
	if (got == 0)
		return READ_END;
	file->offset += (uint64_t)got;
	buffer_filler_lend(&file->filler, (size_t)got, window);
	return READ_DATA;
}

/* ---- Files ---------------------------------------------------------------- */

static enum read_status fail_changed(
	struct file_stream *file, const char *change)
{
	return stream_fail(&file->base, STATUS_IO_ERROR,
		"the file changed while it was read: %s; run again when it is"
		" complete",
		change);
}

/* Whether the file is what it was. */
static enum read_status check(struct file_stream *file, const struct stat *stat)
{
	struct file_state now = file_state_of(stat);
	const char *change = file_change(&file->segment->unit->file, &now);

	return change ? fail_changed(file, change) : READ_DATA;
}

/* What somebody else has opened is looked at when it is first read. */
static enum read_status check_adopted(struct file_stream *file)
{
	struct stat found;

	if (file->checked)
		return READ_DATA;
	if (fstat(file->descriptor, &found) < 0)
		return fail(file, "it cannot be read", errno);
	if (found.st_size > BUFFER_BYTES)
		posix_fadvise(file->descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
	file->checked = true;
	return check(file, &found);
}

static enum read_status open_file(struct file_stream *file)
{
	struct stat found;

	if (file->descriptor >= 0)
		return file->adopted ? check_adopted(file) : READ_DATA;
	if (file->adopted)
		return fail(file, "it cannot be opened", file->error);
	int descriptor = file_open_input(file->path, &found);
	if (descriptor < 0)
		return fail(file, "it cannot be opened", errno);
	file->descriptor = descriptor;
	if (found.st_size > BUFFER_BYTES)
		posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
	return check(file, &found);
}

static enum read_status check_end(struct file_stream *file)
{
	struct stat stat;

	if (fstat(file->descriptor, &stat) < 0)
		return fail(file, "it cannot be read", errno);
	if (check(file, &stat) == READ_FAILED)
		return READ_FAILED;
	if (file->offset != file->segment->unit->file.size_bytes)
		return fail_changed(file, "it doesn't end where its size says");
	if (file->digester) {
		struct unit *unit = file->segment->unit;

		unit->digest = digester_result(file->digester);
		unit->has_digest = true;
	}
	return READ_END;
}

static enum read_status read_file(struct stream *stream, struct slice *window)
{
	struct file_stream *file = (struct file_stream *)stream;
	enum read_status status = open_file(file);

	if (status == READ_DATA)
		status = fill(file, window);
	if (status == READ_DATA && file->digester)
		digester_add(file->digester, window->data, window->length);
	return status == READ_END ? check_end(file) : status;
}

static bool file_size(struct stream *stream, uint64_t *bytes)
{
	struct file_stream *file = (struct file_stream *)stream;

	*bytes = file->segment->unit->file.size_bytes;
	return open_file(file) == READ_DATA;
}

static bool file_seek(struct stream *stream, uint64_t offset)
{
	struct file_stream *file = (struct file_stream *)stream;

	if (open_file(file) != READ_DATA)
		return false;
	if (offset > file->segment->unit->file.size_bytes) {
		stream_fail(stream, STATUS_BAD_DATA, "it ends before byte %llu",
			(unsigned long long)offset);
		return false;
	}
	if (!file->adopted &&
		lseek(file->descriptor, (off_t)offset, SEEK_SET) < 0) {
		fail(file, "it cannot be read", errno);
		return false;
	}
	if (offset != file->offset) {
		digester_destroy(file->digester); /* there is a gap */
		file->digester = NULL;
	}
	file->offset = offset;
	return true;
}

static struct stream *reopen_file(struct stream *stream)
{
	struct file_stream *file = (struct file_stream *)stream;
	int descriptor;

	if (!file->adopted)
		return file_stream_create(
			file->path, file->segment, file->filler.pool);
	descriptor = file->descriptor < 0
		? -1
		: fcntl(file->descriptor, F_DUPFD_CLOEXEC, 0);
	return file_stream_adopt(descriptor,
		file->descriptor < 0 ? file->error : errno, file->segment,
		file->filler.pool);
}

static void destroy_file(struct stream *stream)
{
	struct file_stream *file = (struct file_stream *)stream;

	if (file->descriptor >= 0)
		close(file->descriptor);
	buffer_filler_finish(&file->filler);
	digester_destroy(file->digester);
	segment_unref(file->segment);
	free(file);
}

static struct file_stream *create(const char *path,
	const struct stream_methods *methods, struct buffer_pool *pool)
{
	size_t size = strlen(path) + 1;
	struct file_stream *file = memory_zeroed(sizeof(*file) + size);

	stream_init(&file->base, methods);
	file->descriptor = -1;
	buffer_filler_init(&file->filler, pool);
	memcpy(file->path, path, size);
	return file;
}

struct stream *file_stream_create(
	const char *path, struct segment *segment, struct buffer_pool *pool)
{
	static const struct stream_methods methods = {
		.read = read_file,
		.destroy = destroy_file,
		.size = file_size,
		.seek = file_seek,
		.reopen = reopen_file,
	};
	struct file_stream *file = create(path, &methods, pool);

	file->segment = segment_ref(segment);
	if (segment->unit->wants_digest)
		file->digester = digester_create();
	return &file->base;
}

struct stream *file_stream_adopt(int descriptor, int error,
	struct segment *segment, struct buffer_pool *pool)
{
	struct stream *stream =
		file_stream_create(segment->unit->name, segment, pool);
	struct file_stream *file = (struct file_stream *)stream;

	file->adopted = true;
	file->descriptor = descriptor;
	file->error = error;
	return stream;
}

/* ---- Borrowed descriptors ------------------------------------------------- */

static bool would_block(const struct file_stream *file)
{
	struct pollfd poller = {.fd = file->descriptor, .events = POLLIN};

	return poll(&poller, 1, 0) == 0;
}

static enum read_status read_borrowed(
	struct stream *stream, struct slice *window)
{
	struct file_stream *file = (struct file_stream *)stream;

	if (stream->may_block && would_block(file))
		return READ_BLOCKED;
	return fill(file, window);
}

static void destroy_borrowed(struct stream *stream)
{
	((struct file_stream *)stream)->descriptor = -1;
	destroy_file(stream);
}

struct stream *file_stream_borrow(int descriptor, struct buffer_pool *pool)
{
	static const struct stream_methods methods = {
		.read = read_borrowed,
		.destroy = destroy_borrowed,
	};
	struct file_stream *file = create("", &methods, pool);
	struct stat stat;

	file->descriptor = file->base.descriptor = descriptor;
	file->base.may_block =
		fstat(descriptor, &stat) < 0 || !S_ISREG(stat.st_mode);
	return &file->base;
}
